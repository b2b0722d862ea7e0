// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "kernel.h"

#define OBJECT "kernel"

static bool is_locked(const struct kernel_facts *facts)
{
	return facts->lockdown[0] && strcmp(facts->lockdown, "none") != 0;
}

static void judge_bpf(const struct kernel_facts *facts, struct findings *findings)
{
	switch (facts->bpf) {
	case 0:
		return doctor_ok(findings, bpf, OBJECT, "takes programs for tc");
	case -EPERM:
		/* Of a locked kernel see judge_lockdown(). */
		return doctor_needs_root(findings, bpf, OBJECT);
	case -ENOSYS:
		return doctor_fail(findings, bpf, OBJECT,
				   "has no bpf(2)" REMEDY
				   "a kernel of Linux 5.10 or newer with CONFIG_BPF_SYSCALL");
	}
	doctor_fail(findings, bpf, OBJECT,
		    "takes no programs for tc: %s" REMEDY
		    "a kernel of Linux 5.10 or newer with CONFIG_NET_CLS_ACT",
		    strerror(-facts->bpf));
}

/* Without tcx garpd attaches by tc: nothing is amiss. */
static void judge_tcx(const struct kernel_facts *facts, enum port_mode mode,
		      struct findings *findings)
{
	if (facts->tcx == -EPERM)
		return doctor_needs_root(findings, tcx, OBJECT);
	if (!facts->tcx && mode != MODE_TC)
		return doctor_ok(findings, tcx, OBJECT, "has tcx");
	if (facts->tcx && mode == MODE_TCX)
		return doctor_fail(findings, tcx, OBJECT,
				   "has no tcx, which Linux 6.6 brought" REMEDY "mode: auto");
	if (!facts->has_cls_bpf)
		return doctor_fail(findings, tcx, OBJECT,
				   "has %s cls_bpf" REMEDY "a kernel with CONFIG_NET_CLS_BPF and "
				   "CONFIG_NET_SCH_INGRESS, or the package of its modules",
				   facts->tcx ? "neither tcx nor" : "no");
	doctor_ok(findings, tcx, OBJECT, "%s: garpd attaches by tc",
		  facts->tcx ? "has no tcx, which Linux 6.6 brought" : "mode: tc");
}

static void judge_features(const struct kernel_facts *facts, struct findings *findings)
{
	if (facts->bpf == -EPERM) {
		doctor_needs_root(findings, ring_buffer, OBJECT);
		doctor_needs_root(findings, btf, OBJECT);
		doctor_needs_root(findings, jit, OBJECT);
		return;
	}
	if (facts->has_ring_buffer)
		doctor_ok(findings, ring_buffer, OBJECT, "has ring buffers");
	else
		doctor_fail(findings, ring_buffer, OBJECT,
			    "has no ring buffer" REMEDY "a kernel of Linux 5.10 or newer");
	if (facts->btf)
		doctor_fail(findings, btf, OBJECT,
			    "takes no BTF: %s" REMEDY "a kernel of Linux 5.10 or newer",
			    strerror(-facts->btf));
	else
		doctor_ok(findings, btf, OBJECT, "takes BTF%s",
			  facts->has_vmlinux_btf
				  ? ""
				  : "; it has none of its own, nor does garpd need it");
	if (facts->is_jited)
		doctor_ok(findings, jit, OBJECT, "compiles programs");
	else
		doctor_warn(findings, jit, OBJECT,
			    "interprets programs, which takes several times as long" REMEDY
			    "sysctl -w net.core.bpf_jit_enable=1");
}

static void judge_memlock(const struct kernel_facts *facts, struct findings *findings)
{
	if (facts->has_memcg)
		return doctor_ok(findings, memlock, OBJECT,
				 "counts maps as memory of their cgroup");
	if (facts->memlock == RLIM_INFINITY || facts->can_raise)
		return doctor_ok(findings, memlock, OBJECT,
				 "counts maps as locked memory, without a limit for garpd");
	if (facts->bpf == -EPERM)
		return doctor_needs_root(findings, memlock, OBJECT);
	doctor_warn(findings, memlock, OBJECT,
		    "counts maps as locked memory, of which %lu KiB are allowed here" REMEDY
		    "LimitMEMLOCK=infinity in the unit, or CAP_SYS_RESOURCE",
		    (unsigned long)(facts->memlock / 1024));
}

/* Mainline forbids helpers that read or write memory of the kernel or of processes only. */
static void judge_lockdown(const struct kernel_facts *facts, struct findings *findings)
{
	if (!facts->lockdown[0])
		doctor_ok(findings, lockdown, OBJECT, "is not locked");
	else if (is_locked(facts) && facts->bpf == -EPERM && facts->can_raise)
		doctor_fail(findings, lockdown, OBJECT,
			    "is locked (%s) and takes no programs" REMEDY
			    "start it without lockdown=, or switch Secure Boot off",
			    facts->lockdown);
	else
		doctor_ok(findings, lockdown, OBJECT, "lockdown: %s%s", facts->lockdown,
			  is_locked(facts) ? ", which garpd works with" : "");
}

#define TICK_NS 1000000 /* questions are 50 ms apart, and asked 1 ms late at most */

static void judge_clock(const struct kernel_facts *facts, struct findings *findings)
{
	if (facts->tick_ns > TICK_NS)
		doctor_warn(findings, clock, OBJECT,
			    "timers are exact to %ld ms only" REMEDY
			    "a kernel with CONFIG_HIGH_RES_TIMERS, started without highres=off",
			    facts->tick_ns / 1000000);
	else if (!facts->is_synced)
		doctor_warn(findings, clock, OBJECT,
			    "is not synchronised: times in the log differ from those of other "
			    "machines" REMEDY "timedatectl; start the time service of this host");
	else
		doctor_ok(findings, clock, OBJECT, "timers are exact, the clock is synchronised");
}

void kernel_judge(const struct kernel_facts *facts, enum port_mode mode, struct findings *findings)
{
	judge_bpf(facts, findings);
	judge_tcx(facts, mode, findings);
	judge_features(facts, findings);
	judge_memlock(facts, findings);
	judge_lockdown(facts, findings);
	judge_clock(facts, findings);
}
