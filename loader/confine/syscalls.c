// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syscalls.c - the system calls of the daemon, and what each is for.
 *
 * Taken from strace(1) over the lab with Debian 12's glibc, plus what newer libraries, other
 * architectures and Linux 5.10 call instead.
 *
 * Any other call fails with ENOSYS. Ending the process would turn a library's probe for a new
 * system call (every second glibc has one) into an outage, although the call is refused either way.
 * After EPERM libraries do not fall back on the older call. The kernel writes an audit record (type
 * 1326) with the number: see journalctl -k, or ausearch.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "syscalls.h"

/* Allowed with any arguments. An architecture that lacks one ignores it. */
static const int syscalls_allowed[] = {
	/* memory; mmap and mprotect are below */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	/* the kernel half; libbpf 1.4 and newer keeps a place for each map by a memfd */
	SCMP_SYS(bpf), SCMP_SYS(memfd_create),
	/* pins (libxdp's too), the configuration, /sys/devices/system/cpu, vmlinux's BTF */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(close), SCMP_SYS(read),
	SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(stat),
	SCMP_SYS(stat64), SCMP_SYS(lstat), SCMP_SYS(lstat64), SCMP_SYS(fstat), SCMP_SYS(fstat64),
	SCMP_SYS(newfstatat), SCMP_SYS(fstatat64), SCMP_SYS(statx), SCMP_SYS(statfs),
	SCMP_SYS(statfs64), SCMP_SYS(fstatfs), SCMP_SYS(fstatfs64), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd), SCMP_SYS(getdents), SCMP_SYS(getdents64), SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat), SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(rmdir),
	SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
	SCMP_SYS(renameat2), SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(fchmodat), SCMP_SYS(chown),
	SCMP_SYS(chown32), SCMP_SYS(lchown), SCMP_SYS(fchown), SCMP_SYS(fchown32),
	SCMP_SYS(fchownat), SCMP_SYS(umask), SCMP_SYS(flock), SCMP_SYS(fcntl), SCMP_SYS(fcntl64),
	SCMP_SYS(dup), SCMP_SYS(dup3),
	/* the log */
	SCMP_SYS(write), SCMP_SYS(writev),
	/* sd-event */
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_ctl_old), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(ppoll_time64), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_settime64), SCMP_SYS(signalfd4), SCMP_SYS(eventfd2),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigreturn),
	/* a failed start (run.c) */
	SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigtimedwait_time64),
	/* rtnetlink and NOTIFY_SOCKET; socket is below */
	SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(getsockname), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(send), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(recv),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
	/* time, where the vDSO does not serve it */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(clock_getres),
	SCMP_SYS(clock_getres_time64), SCMP_SYS(gettimeofday), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_nanosleep_time64), SCMP_SYS(nanosleep), SCMP_SYS(restart_syscall),
	/* libc itself; sysinfo is for qsort() */
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(getuid32), SCMP_SYS(geteuid), SCMP_SYS(geteuid32), SCMP_SYS(getgid),
	SCMP_SYS(getgid32), SCMP_SYS(getegid), SCMP_SYS(getegid32), SCMP_SYS(capget),
	SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
	SCMP_SYS(getrandom), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield), SCMP_SYS(getcpu), SCMP_SYS(getrlimit), SCMP_SYS(ugetrlimit),
	/* libbpf raises RLIMIT_MEMLOCK on Linux 5.10, as far as the kernel lets it */
	SCMP_SYS(prlimit64), SCMP_SYS(setrlimit),
	/* privileges_settle() */
	SCMP_SYS(capset)};

/* Allowed with this value of one argument. */
static const struct {
	int syscall;
	struct scmp_arg_cmp argument;
} syscalls_restricted[] = {
	/* no new executable memory */
	{SCMP_SYS(mmap), {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
	{SCMP_SYS(mmap2), {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
	{SCMP_SYS(mprotect), {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
	/* no network but rtnetlink and local sockets */
	{SCMP_SYS(socket), {0, SCMP_CMP_EQ, AF_NETLINK, 0}},
	{SCMP_SYS(socket), {0, SCMP_CMP_EQ, AF_UNIX, 0}},
	/* interface names, isatty(); never TIOCSTI, which types into the terminal */
	{SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, SIOCGIFNAME, 0}},
	{SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, SIOCGIFINDEX, 0}},
	{SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, TCGETS, 0}},
	/* libcap-ng: reads and reduces the bounding set and the ambient set */
	{SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_CAPBSET_READ, 0}},
	{SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_CAPBSET_DROP, 0}},
	{SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_CAP_AMBIENT, 0}},
	{SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_GET_SECUREBITS, 0}},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* abort(), but no signal to other processes: garpd is still root by name. */
static int syscalls_allow_abort(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				SCMP_A0_32(SCMP_CMP_EQ, (__u32)getpid()));
}

static int syscalls_allow(scmp_filter_ctx filter)
{
	int err = syscalls_allow_abort(filter);
	size_t i;

	for (i = 0; i < COUNT(syscalls_allowed) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, syscalls_allowed[i], 0);
	for (i = 0; i < COUNT(syscalls_restricted) && !err; i++)
		err = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, syscalls_restricted[i].syscall,
					     1, &syscalls_restricted[i].argument);
	return err;
}

int syscalls_confine(struct err *why)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int err = filter ? syscalls_allow(filter) : -ENOMEM;

	if (!err) {
		/* A search tree instead of a list, and audit records; older ones lack them. */
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
		err = seccomp_load(filter);
	}
	seccomp_release(filter);
	if (err)
		err_set(why, err,
			"seccomp: cannot load the filter: %s; the kernel needs CONFIG_SECCOMP_FILTER",
			strerror(-err));
	return err;
}
