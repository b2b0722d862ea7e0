// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qemu.c - the taps that qemu's processes hold: drivers/net/tun.c writes "iff:" and the name of the
 * interface into /proc/PID/fdinfo/FD.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"

#define COMMAND_LEN 16384 /* as far as a command line is read; -name is among the first words */
#define LINE_LEN    128
#define LINK_LEN    64

/* "ROOT/proc/PID/WHAT"; too long a root is no file. */
static const char *proc_path(const char *root, const char *pid, const char *what,
			     char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/proc/%s/%s", root, pid, what);
	return path;
}

static bool read_link(const char *path, char text[LINK_LEN])
{
	ssize_t len = readlink(path, text, LINK_LEN - 1);

	text[len < 0 ? 0 : len] = '\0';
	return len > 0;
}

/* A tap of another network namespace may have the same name. */
static bool is_of_this_netns(const char *root, const char *pid)
{
	char path[PATH_MAX], own[LINK_LEN], its[LINK_LEN];

	return read_link(proc_path(root, "self", "ns/net", path), own) &&
	       read_link(proc_path(root, pid, "ns/net", path), its) && !strcmp(own, its);
}

/* The arguments, each with its NUL. Returns their size. */
static size_t read_command(const char *root, const char *pid, char text[COMMAND_LEN])
{
	char path[PATH_MAX];
	int fd = open(proc_path(root, pid, "cmdline", path), O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read(fd, text, COMMAND_LEN - 1);

	if (fd >= 0)
		close(fd);
	text[size < 0 ? 0 : size] = '\0';
	return size < 0 ? 0 : (size_t)size;
}

/* What follows -name, which qemu takes with two dashes, too; NULL: not found. */
static const char *find_name(const char *command, size_t size)
{
	const char *at = command, *end = command + size, *next;

	for (; at < end; at = next) {
		next = at + strlen(at) + 1;
		if (next < end && (!strcmp(at, "-name") || !strcmp(at, "--name")))
			return next;
	}
	return NULL;
}

/*
 * "web-1", "guest=web-1,debug-threads=on", "web-1,process=qemu:web-1": qemu's QemuOpts, where a
 * comma of a value is doubled, and the first one needs no key.
 */
static void take_name(const char *options, char name[GUEST_TEXT_LEN])
{
	const char *value = strstr(options, "guest=");
	size_t used = 0;

	if (!value || (value != options && value[-1] != ','))
		value = strchr(options, '=') && strcspn(options, "=") < strcspn(options, ",")
				? ""
				: options;
	else
		value += strlen("guest=");
	for (; *value && used < GUEST_TEXT_LEN - 1; value++) {
		if (*value == ',' && *++value != ',')
			break;
		name[used++] = *value;
	}
	name[used] = '\0';
}

/* The name of the tap that the descriptor is of; false: it is of none. */
static bool read_tap(const char *root, const char *pid, const char *fd, char tap[NAME_TEXT_LEN])
{
	char path[PATH_MAX], what[LINK_LEN], line[LINE_LEN];
	FILE *file;

	snprintf(what, sizeof(what), "fd/%.20s", fd);
	if (!read_link(proc_path(root, pid, what, path), line) || strcmp(line, "/dev/net/tun") != 0)
		return false;
	snprintf(what, sizeof(what), "fdinfo/%.20s", fd);
	file = fopen(proc_path(root, pid, what, path), "re");
	tap[0] = '\0';
	while (file && !tap[0] && fgets(line, sizeof(line), file))
		sscanf(line, "iff: %15[^\n]", tap);
	if (file)
		fclose(file);
	return tap[0];
}

static void hear_process(const char *root, const char *pid,
			 void (*hear)(void *ctx, const char *tap, const char name[GUEST_TEXT_LEN]),
			 void *ctx)
{
	char command[COMMAND_LEN], path[PATH_MAX], name[GUEST_TEXT_LEN], tap[NAME_TEXT_LEN];
	const char *options = find_name(command, read_command(root, pid, command));
	struct dirent *entry;
	DIR *fds;

	if (!options || !is_of_this_netns(root, pid))
		return;
	take_name(options, name);
	fds = name[0] ? opendir(proc_path(root, pid, "fd", path)) : NULL;
	while (fds && (entry = readdir(fds)))
		if (read_tap(root, pid, entry->d_name, tap))
			hear(ctx, tap, name);
	if (fds)
		closedir(fds);
}

void qemu_hear_taps(const char *root,
		    void (*hear)(void *ctx, const char *tap, const char name[GUEST_TEXT_LEN]),
		    void *ctx)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *proc;

	snprintf(path, sizeof(path), "%s/proc", root);
	proc = opendir(path);
	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			hear_process(root, entry->d_name, hear, ctx);
	if (proc)
		closedir(proc);
}
