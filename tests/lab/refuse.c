// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * refuse WHAT COMMAND...: runs it with some calls of bpf(2) refused. `ring`: ring buffers, with
 * EINVAL, as Linux before 5.8 does; Debian no longer has such a kernel. `run`: the first two
 * BPF_PROG_RUN, with EAGAIN. `tcx`: questions for tcx programs, with EINVAL, as before 6.6. `btf`:
 * BTF, with EINVAL. A seccomp filter cannot read the attributes of bpf(2), so it notifies
 * this program (seccomp_unotify(2)), which reads them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sock_filter asks[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 6),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_MAP_CREATE, 3, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_PROG_QUERY, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_BTF_LOAD, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_PROG_RUN, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static char **command;
static volatile int listener = -1; /* shared with the child until it executes the command */

static int child(void *unused)
{
	struct sock_fprog program = {.len = sizeof(asks) / sizeof(*asks), .filter = asks};

	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (listener < 0)
		_exit(126);
	execvp(command[0], command);
	_exit(127);
}

/*
 * The first two members of the call's attr: the first is the type of the map to be made, the second
 * the hook that is asked for.
 */
static __u32 attr_member(const struct seccomp_notif *call, int which)
{
	__u32 members[2] = {};
	struct iovec here = {members, sizeof(members)};
	struct iovec there = {(void *)call->data.args[1], sizeof(members)};

	process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0);
	return members[which];
}

/* The errno of the call; 0: let the kernel do it. */
static int ring_refused(const struct seccomp_notif *call)
{
	return call->data.args[0] == BPF_MAP_CREATE && attr_member(call, 0) == BPF_MAP_TYPE_RINGBUF
		       ? -EINVAL
		       : 0;
}

static int run_refused(const struct seccomp_notif *call)
{
	static int runs;

	return call->data.args[0] == BPF_PROG_RUN && runs++ < 2 ? -EAGAIN : 0;
}

#define ATTACH_TCX_INGRESS 46 /* the headers of Debian 12 end before it */
#define ATTACH_TCX_EGRESS  47

static int tcx_refused(const struct seccomp_notif *call)
{
	__u32 hook = attr_member(call, 1);

	return call->data.args[0] == BPF_PROG_QUERY &&
			       (hook == ATTACH_TCX_INGRESS || hook == ATTACH_TCX_EGRESS)
		       ? -EINVAL
		       : 0;
}

static int btf_refused(const struct seccomp_notif *call)
{
	return call->data.args[0] == BPF_BTF_LOAD ? -EINVAL : 0;
}

static const struct {
	const char *what;
	int (*refused)(const struct seccomp_notif *call);
} kernels[] = {
	{"ring", ring_refused},
	{"run", run_refused},
	{"tcx", tcx_refused},
	{"btf", btf_refused},
};

/*
 * False: the process has ended. Before Linux 6.11 its filter lives until it is reaped, and
 * SECCOMP_IOCTL_NOTIF_RECV waits for ever.
 */
static int wait_for_call(int fd, int process)
{
	struct pollfd listening[] = {{.fd = fd, .events = POLLIN},
				     {.fd = process, .events = POLLIN}};

	while (poll(listening, 2, -1) < 0 && errno == EINTR)
		;
	return listening[0].revents & POLLIN;
}

/* Until the process has ended. */
static void answer_all(int fd, int process, int (*refused)(const struct seccomp_notif *call))
{
	while (wait_for_call(fd, process)) {
		struct seccomp_notif call = {};
		struct seccomp_notif_resp answer = {};

		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &call)) {
			if (errno == EINTR)
				continue;
			return;
		}
		answer.id = call.id;
		answer.error = refused(&call);
		if (!answer.error)
			answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

int main(int argc, char **argv)
{
	static char stack[64 * 1024] __attribute__((aligned(16)));
	const size_t count = sizeof(kernels) / sizeof(kernels[0]);
	size_t kernel = 0;
	int status = 0;
	pid_t pid;

	while (argc > 2 && kernel < count && strcmp(argv[1], kernels[kernel].what))
		kernel++;
	if (argc < 3 || kernel == count) {
		fprintf(stderr, "usage: refuse ring|run|tcx|btf COMMAND...\n");
		return 2;
	}
	command = argv + 2;
	/* CLONE_VFORK: returns when the child has the filter, and has executed the command. */
	pid = clone(child, stack + sizeof(stack), CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD,
		    NULL);
	if (pid < 0 || listener < 0) {
		perror("refuse");
		return 126;
	}
	answer_all(listener, (int)syscall(SYS_pidfd_open, pid, 0), kernels[kernel].refused);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
