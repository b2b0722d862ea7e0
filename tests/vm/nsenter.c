// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nsenter as the lab calls it: nsenter -t PID -n [-m] COMMAND... Linked statically for the guests,
 * where half of a lab's time is loading programs, and this is half of them. Anything else it leaves
 * to the real one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int enter(const char *pid, const char *kind, int flag)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kind);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : setns(fd, flag);
}

int main(int argc, char **argv)
{
	bool mount = argc > 5 && !strcmp(argv[4], "-m");
	char **command = argv + (mount ? 5 : 4);

	if (argc < 5 || strcmp(argv[1], "-t") || strcmp(argv[3], "-n") || command[0][0] == '-') {
		execv("/usr/bin/nsenter", argv);
	} else if (enter(argv[2], "net", CLONE_NEWNET) ||
		   (mount && (enter(argv[2], "mnt", CLONE_NEWNS) || chdir("/")))) {
		fprintf(stderr, "nsenter: %s: %s\n", argv[2], strerror(errno));
		return 1;
	} else {
		execvp(command[0], command);
	}
	fprintf(stderr, "nsenter: %s: %s\n", command[0], strerror(errno));
	return 127;
}
