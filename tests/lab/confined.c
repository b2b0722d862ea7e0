// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * confined: confines itself as `garpd run` does, then tries what garpd must not be able to do, and
 * prints the kernel's result of each attempt. usage: confined
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../loader/confine/privileges.h"

static void said(const char *what, long result)
{
	printf("%s: %s\n", what, result == -1 ? strerrorname_np(errno) : "done");
}

static void try_programs(void)
{
	char *const arguments[] = {"true", NULL};

	said("fork", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	said("clone3", syscall(SYS_clone3, NULL, 0));
	said("execve", execve("/bin/true", arguments, NULL));
	said("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0));
	said("kill", syscall(SYS_kill, 1, 0));
	said("tgkill init", syscall(SYS_tgkill, 1, 1, 0));
	said("tgkill itself", syscall(SYS_tgkill, getpid(), gettid(), 0));
}

static void try_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	said("mmap", page == MAP_FAILED ? -1 : 0);
	said("mprotect executable", mprotect(page, 4096, PROT_READ | PROT_EXEC));
	page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	said("mmap executable", page == MAP_FAILED ? -1 : 0);
}

static void try_machine(void)
{
	said("mount", mount("none", "/mnt", "tmpfs", 0, NULL));
	said("unshare", unshare(CLONE_NEWNS));
	said("init_module", syscall(SYS_init_module, NULL, 0, ""));
	said("setuid", syscall(SYS_setuid, 65534));
	said("no_new_privs off", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	said("terminal", ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

static void try_network(void)
{
	said("socket AF_NETLINK", socket(AF_NETLINK, SOCK_RAW, 0));
	said("socket AF_UNIX", socket(AF_UNIX, SOCK_DGRAM, 0));
	said("socket AF_INET", socket(AF_INET, SOCK_DGRAM, 0));
	said("socket AF_PACKET", socket(AF_PACKET, SOCK_RAW, 0));
}

int main(void)
{
	struct err err;
	gid_t gid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (privileges_drop(NULL, &gid, &err) || privileges_settle(false, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	try_programs();
	try_code();
	try_machine();
	try_network();
	return 0;
}
