// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qemu.c - the taps that qemu's processes hold: drivers/net/tun.c writes "iff:" and the name of the
 * interface into /proc/PID/fdinfo/FD.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "processes.h"

#define LINE_LEN 128
#define LINK_LEN 64

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

struct tap_walk {
	void (*hear)(void *ctx, const char *tap, const char name[GUEST_TEXT_LEN]);
	void *ctx;
};

static void hear_process(void *ctx, const struct process *process)
{
	char path[PATH_MAX], name[GUEST_TEXT_LEN], tap[NAME_TEXT_LEN];
	const struct tap_walk *walk = ctx;
	struct dirent *entry;
	DIR *fds;

	process_guest_name(process, name);
	if (!name[0] || !is_of_this_netns(process->root, process->pid))
		return;
	fds = opendir(proc_path(process->root, process->pid, "fd", path));
	while (fds && (entry = readdir(fds)))
		if (read_tap(process->root, process->pid, entry->d_name, tap))
			walk->hear(walk->ctx, tap, name);
	if (fds)
		closedir(fds);
}

void qemu_hear_taps(const char *root,
		    void (*hear)(void *ctx, const char *tap, const char name[GUEST_TEXT_LEN]),
		    void *ctx)
{
	struct tap_walk walk = {hear, ctx};

	processes_each(root, hear_process, &walk);
}
