// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf/abi/abi.h"
#include "pins_netns.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14 */
#endif

#define OPTION_LEN (NAME_MAX + 16)

static struct {
	char name[NAME_MAX + 1];
	char dir[sizeof(GARPD_PIN_DIR) + NAME_MAX + 1];
	char unit[OPTION_LEN];
	char option[OPTION_LEN];
} netns = {.dir = GARPD_PIN_DIR, .unit = "garpd"};

const char *pins_netns(void)
{
	return netns.name;
}

const char *pins_dir(void)
{
	return netns.dir;
}

const char *pins_unit(void)
{
	return netns.unit;
}

const char *pins_netns_option(void)
{
	return netns.option;
}

/* ---- which one it is ---- */

/* 0: the kernel does not tell. */
static unsigned long long own_cookie(void)
{
	unsigned long long cookie = 0;
	socklen_t size = sizeof(cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		cookie = 0;
	close(fd);
	return cookie;
}

int pins_netns_id(char id[PIN_NETNS_ID_LEN])
{
	unsigned long long cookie = own_cookie();
	ssize_t len = readlink("/proc/self/ns/net", id, PIN_NETNS_ID_LEN - 1);

	if (len < 0)
		return -errno;
	id[len] = '\0';
	if (cookie)
		snprintf(id + len, PIN_NETNS_ID_LEN - len, ":%llu", cookie);
	return 0;
}

/* Without a cookie on either side the inodes alone are compared: an older garpd has written none.
 */
bool pins_netns_is(const char *id, const char *other)
{
	size_t len = strcspn(id, "]");

	if (strncmp(id, other, len) != 0 || other[len] != id[len])
		return false;
	return !strchr(id + len, ':') || !strchr(other + len, ':') || !strcmp(id, other);
}

int pins_check_netns(struct err *why)
{
	char own[PIN_NETNS_ID_LEN], theirs[PIN_NETNS_ID_LEN] = "";
	char path[sizeof(netns.dir) + sizeof("/" PINS_NETNS)];
	int err = pins_netns_id(own);

	if (err)
		return err_set(why, err, "/proc/self/ns/net: %s", strerror(-err));
	snprintf(path, sizeof(path), "%s/" PINS_NETNS, pins_dir());
	if (readlink(path, theirs, sizeof(theirs) - 1) < 0)
		return errno == ENOENT ? 0 : err_set(why, -errno, "%s: %s", path, strerror(errno));
	if (pins_netns_is(own, theirs))
		return 0;
	return err_set(why, -EBUSY,
		       "%s: is of another network namespace, %s; run garpd there, or, if that is "
		       "gone: rm -r %s",
		       pins_dir(), theirs, pins_dir());
}

/* ---- entering it ---- */

/* As ip-netns(8) takes them; shorter than PIN_PATH_LEN has room for. bpf_lookup() refuses dots. */
static int check_name(const char *name, struct err *why)
{
	if (!name[0] || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return err_set(why, -EINVAL,
			       "\"%.60s\": not the name of a network namespace; "
			       "ip netns lists them",
			       name);
	if (strchr(name, '.'))
		return err_set(why, -EINVAL,
			       "\"%.60s\": the BPF file system takes no name with a dot; give the "
			       "network namespace another one",
			       name);
	if (strlen(name) > PIN_NETNS_LEN)
		return err_set(
			why, -EINVAL,
			"%.60s...: the name of a network namespace has at most %d bytes here", name,
			PIN_NETNS_LEN);
	return 0;
}

/* Nothing is changed for a process that is there already, as a unit with NetworkNamespacePath=. */
static int enter(int fd, const char *path, struct err *why)
{
	struct stat own, other;

	if (!fstat(fd, &other) && !stat("/proc/self/ns/net", &own) && own.st_dev == other.st_dev &&
	    own.st_ino == other.st_ino)
		return 0;
	if (!setns(fd, CLONE_NEWNET))
		return 0;
	if (errno == EPERM)
		return err_set(why, -EPERM,
			       "%s: cannot enter it without CAP_SYS_ADMIN; run as root", path);
	/* `ip netns add` makes the file before it mounts the namespace there. */
	if (errno == EINVAL)
		return err_set(why, -ENOENT, "%s: not a network namespace; ip netns add makes one",
			       path);
	return err_set(why, -errno, "%s: cannot enter it: %s; ip netns add makes one", path,
		       strerror(errno));
}

int pins_enter_netns(const char *name, struct err *why)
{
	char path[sizeof(NETNS_DIR) + NAME_MAX + 1];
	int fd, err = check_name(name, why);

	if (err)
		return err;
	snprintf(path, sizeof(path), NETNS_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(why, -errno,
			       "%s: no such network namespace: %s; ip netns lists them", path,
			       strerror(errno));
	err = enter(fd, path, why);
	close(fd);
	if (err)
		return err;
	snprintf(netns.name, sizeof(netns.name), "%s", name);
	snprintf(netns.dir, sizeof(netns.dir), "%s/%s", GARPD_PIN_DIR, name);
	snprintf(netns.unit, sizeof(netns.unit), "garpd@%s", name);
	snprintf(netns.option, sizeof(netns.option), " --netns %s", name);
	return 0;
}
