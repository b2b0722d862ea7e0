// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * machine: a machine of the lab is a process that holds its own namespaces. Does what unshare,
 * mount, sysctl, sleep and nsenter would do in one statically linked program: a lab takes a hundred
 * such steps, and in an emulated kernel (tests/vm) loading programs is most of a case's time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int usage(void)
{
	fprintf(stderr,
		"usage: machine hold NAME [-m] [KEY=VALUE...]\n"
		"   or: machine set PID KEY=VALUE...\n"
		"   or: machine up PID IFACE\n"
		"   or: machine enter PID [-m] COMMAND...\n"
		"  hold   until its parent dies: new namespaces, with KEY=VALUE below /proc/sys/net\n"
		"  set    the same later, in those that the process PID holds; 1: not all of it\n"
		"  up     a link there\n"
		"  enter  until its parent dies: run a command in them\n"
		"  -m     mounts too: sysfs, bpffs and /run of its own\n");
	return 2;
}

static int failed(const char *what)
{
	fprintf(stderr, "machine: %s: %s\n", what, strerror(errno));
	return 1;
}

static int mounts_make(void)
{
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	       mount("sysfs", "/sys", "sysfs", 0, NULL) ||
	       mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) ||
	       mount("tmpfs", "/run", "tmpfs", 0, "mode=755");
}

/* 0, or 1 after printing the error. */
static int setting_write(char *setting)
{
	char path[256], *value = strchr(setting, '=');
	int fd, bad;

	if (!value)
		return usage();
	*value++ = '\0';
	snprintf(path, sizeof(path), "/proc/sys/net/%s", setting);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return failed(path);
	bad = write(fd, value, strlen(value)) < 0 && failed(path);
	close(fd);
	return bad;
}

static int link_up(const char *iface)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;
	struct ifreq request = {};

	if (fd < 0)
		return -1;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", iface);
	err = ioctl(fd, SIOCGIFFLAGS, &request);
	request.ifr_flags |= IFF_UP; /* keeps the other flags */
	if (!err)
		err = ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return err;
}

/* Returns how many could not be written. */
static int settings_write(char **settings)
{
	int bad = 0;

	for (; *settings; settings++)
		bad += !!setting_write(*settings);
	return bad;
}

static int hold(bool mounts, char **settings)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || unshare(CLONE_NEWNET | (mounts ? CLONE_NEWNS : 0)))
		return failed("no namespace");
	if (mounts && mounts_make())
		return failed("its mounts");
	/* Only the cases that need a missing key fail without it. */
	settings_write(settings);
	if (link_up("lo"))
		return failed("lo");
	puts("up");
	if (fclose(stdout))
		return failed("stdout");
	for (;;)
		pause();
}

static int enter_one(const char *pid, const char *kind, int flag)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kind);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : setns(fd, flag);
}

/* Dies with its parent. Exits as a shell does if the command is not found. */
static int enter(const char *pid, bool mounts, char **command)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return failed("its parent");
	if (enter_one(pid, "net", CLONE_NEWNET) || (mounts && enter_one(pid, "mnt", CLONE_NEWNS)))
		return failed(pid);
	execvp(command[0], command);
	failed(command[0]);
	return errno == ENOENT ? 127 : 126;
}

static int set(const char *pid, char **settings)
{
	if (enter_one(pid, "net", CLONE_NEWNET))
		return failed(pid);
	return !!settings_write(settings);
}

static int up(const char *pid, const char *iface)
{
	if (enter_one(pid, "net", CLONE_NEWNET) || link_up(iface))
		return failed(iface);
	return 0;
}

int main(int argc, char **argv)
{
	bool mounts = argc > 3 && !strcmp(argv[3], "-m");
	char **rest = argv + (mounts ? 4 : 3);

	if (argc >= 3 && !strcmp(argv[1], "hold"))
		return hold(mounts, rest);
	if (argc >= 3 && !strcmp(argv[1], "set"))
		return set(argv[2], argv + 3);
	if (argc == 4 && !strcmp(argv[1], "up"))
		return up(argv[2], argv[3]);
	if (argc >= 3 && !strcmp(argv[1], "enter") && *rest)
		return enter(argv[2], mounts, rest);
	return usage();
}
