// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pins_lock.c - one daemon for the pins, of one network namespace.
 *
 * What is locked is a directory that only root may open: members of `group`, who may open the
 * others, could keep the daemon from starting.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "pins.h"
#include "pins_netns.h"
#include "pins_parts.h"

/* ---- the directories ---- */

/* Makes and opens a directory of garpd's. What was opened may not be what was checked before. */
static int pins_open_dir(int below, const char *name, mode_t mode, int *fd, struct err *why)
{
	struct stat dir;

	if (mkdirat(below, name, mode) && errno != EEXIST)
		return pins_explain(name, -errno, why);
	*fd = openat(below, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0)
		return pins_explain(name, -errno, why);
	return fstat(*fd, &dir) ? pins_explain(name, -errno, why) : pins_check_owner(&dir, why);
}

static int pins_open_lock(int *fd, struct err *why)
{
	int first = -1, above = -1, err = pins_check_dir(why);

	if (!err && pins_netns()[0])
		err = pins_open_dir(AT_FDCWD, GARPD_PIN_DIR, 0750, &first, why);
	if (!err)
		err = pins_open_dir(AT_FDCWD, pins_dir(), 0750, &above, why);
	if (!err)
		err = pins_open_dir(above, PINS_LOCK, 0700, fd, why);
	if (above >= 0)
		close(above);
	if (first >= 0)
		close(first);
	return err;
}

/* ---- the namespace ---- */

/* Notes it in the directory, unless it is there. */
static int pins_take_netns(struct err *why)
{
	char own[PIN_NETNS_ID_LEN], path[PIN_PATH_LEN];
	int err = pins_check_netns(why);

	if (err)
		return err;
	err = pins_netns_id(own);
	if (!err && symlink(own, pins_path(PINS_NETNS, path)) && errno != EEXIST)
		err = -errno;
	return err ? pins_explain(PINS_NETNS, err, why) : 0;
}

/* ---- the lock ---- */

int pins_lock(int *lock_fd, struct err *why)
{
	int err = pins_check_bpffs(why);
	int fd = -1;

	if (!err)
		err = pins_open_lock(&fd, why);
	if (!err && flock(fd, LOCK_EX | LOCK_NB))
		err = err_set(why, -EBUSY,
			      "%s: another `garpd run` is running; stop it first (systemctl stop "
			      "%s)",
			      pins_dir(), pins_unit());
	if (!err)
		err = pins_take_netns(why);
	if (!err)
		*lock_fd = fd;
	else if (fd >= 0)
		close(fd);
	return err;
}

int pins_is_locked(void)
{
	unsigned int device_major, device_minor;
	char path[PIN_PATH_LEN], line[128];
	unsigned long inode;
	struct stat dir;
	FILE *locks;
	int found = 0;

	if (stat(pins_dir(), &dir))
		return -errno;
	if (stat(pins_path(PINS_LOCK, path), &dir))
		return errno == ENOENT ? 0 : -errno;
	locks = fopen("/proc/locks", "re");
	if (!locks)
		return -errno;
	/* "1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF", fs/locks.c */
	while (!found && fgets(line, sizeof(line), locks))
		found = sscanf(line, "%*u: FLOCK ADVISORY WRITE %*d %x:%x:%lu", &device_major,
			       &device_minor, &inode) == 3 &&
			inode == dir.st_ino && makedev(device_major, device_minor) == dir.st_dev;
	fclose(locks);
	return found;
}
