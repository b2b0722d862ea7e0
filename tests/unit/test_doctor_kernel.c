// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd doctor: the kernel. Answers of kernels that neither this machine nor the matrix has are
 * recorded here: a locked one, one without JIT, and one before Linux 5.8.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <unistd.h>

#include "doctor_found.h"
#include "loader/doctor/kernel.h"

static struct kernel_facts facts;

/* Linux 6.12 of Debian 13, asked by root. */
static void setup(void)
{
	facts = (struct kernel_facts){
		.is_jited = true,
		.has_cls_bpf = true,
		.has_ring_buffer = true,
		.has_vmlinux_btf = true,
		.has_memcg = true,
		.memlock = 8 << 20,
		.can_raise = true,
		.lockdown = "none",
		.tick_ns = 1,
		.is_synced = true,
	};
}

TestSuite(doctor_kernel, .init = setup, .fini = found_clear);

static void judge(enum port_mode mode)
{
	found_clear();
	kernel_judge(&facts, mode, &found);
}

Test(doctor_kernel, is_as_it_should_be)
{
	judge(MODE_AUTO);
	found_ok("bpf", "kernel", "takes programs");
	found_ok("tcx", "kernel", "has tcx");
	found_ok("ring_buffer", "kernel", "has");
	found_ok("btf", "kernel", "takes BTF");
	found_ok("jit", "kernel", "compiles");
	found_ok("memlock", "kernel", "cgroup");
	found_ok("lockdown", "kernel", "none");
	found_ok("clock", "kernel", "synchronised");
	cr_assert_not(doctor_has_failed(&found));
}

/* bpf(2) of a user other than root, with kernel.unprivileged_bpf_disabled=2. */
Test(doctor_kernel, is_not_looked_at_without_root)
{
	static const char *const checks[] = {"bpf", "tcx", "ring_buffer", "btf", "jit", "memlock"};

	facts = (struct kernel_facts){.bpf = -EPERM,
				      .tcx = -EPERM,
				      .btf = -EPERM,
				      .memlock = 64 << 10,
				      .tick_ns = 1,
				      .is_synced = true};
	judge(MODE_AUTO);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		found_warn(checks[i], "kernel", "needs root", "garpd doctor");
	cr_assert_not(doctor_has_failed(&found));
}

Test(doctor_kernel, has_no_tcx)
{
	facts.tcx = -EINVAL;
	judge(MODE_AUTO);
	found_ok("tcx", "kernel", "garpd attaches by tc");
	judge(MODE_TCX);
	found_fail("tcx", "kernel", "no tcx", "mode: auto");
	facts.has_cls_bpf = false;
	judge(MODE_AUTO);
	found_fail("tcx", "kernel", "neither tcx nor cls_bpf", "CONFIG_NET_CLS_BPF");
	facts.tcx = 0;
	judge(MODE_TC);
	found_fail("tcx", "kernel", "no cls_bpf", "CONFIG_NET_CLS_BPF");
	judge(MODE_AUTO);
	found_ok("tcx", "kernel", "has tcx");
}

/* Linux 5.4: no ring buffer; BTF there is, but for a kernel without BPF there is nothing. */
Test(doctor_kernel, lacks_what_garpd_needs)
{
	facts.has_ring_buffer = false;
	judge(MODE_AUTO);
	found_fail("ring_buffer", "kernel", "no ring buffer", "5.10");
	facts.bpf = facts.tcx = facts.btf = -ENOSYS;
	judge(MODE_AUTO);
	found_fail("bpf", "kernel", "no bpf(2)", "CONFIG_BPF_SYSCALL");
	found_fail("btf", "kernel", "takes no BTF", "5.10");
	facts.bpf = -EINVAL;
	judge(MODE_AUTO);
	found_fail("bpf", "kernel", "no programs for tc: Invalid", "CONFIG_NET_CLS_ACT");
}

Test(doctor_kernel, needs_no_btf_of_its_own)
{
	facts.has_vmlinux_btf = false;
	judge(MODE_AUTO);
	found_ok("btf", "kernel", "nor does garpd need it");
}

Test(doctor_kernel, interprets_programs)
{
	facts.is_jited = false;
	judge(MODE_AUTO);
	found_warn("jit", "kernel", "interprets", "net.core.bpf_jit_enable=1");
}

/* Linux 5.10. */
Test(doctor_kernel, counts_locked_memory)
{
	facts.has_memcg = false;
	judge(MODE_AUTO);
	found_ok("memlock", "kernel", "without a limit");
	facts.can_raise = false;
	judge(MODE_AUTO);
	found_warn("memlock", "kernel", "8192 KiB", "LimitMEMLOCK=infinity");
	facts.memlock = RLIM_INFINITY;
	judge(MODE_AUTO);
	found_ok("memlock", "kernel", "without a limit");
}

/* Mainline's lockdown forbids nothing that garpd does; kernels before 5.4 had patches that did. */
Test(doctor_kernel, is_locked)
{
	strcpy(facts.lockdown, "integrity");
	judge(MODE_AUTO);
	found_ok("lockdown", "kernel", "integrity, which garpd works with");
	facts.bpf = -EPERM;
	judge(MODE_AUTO);
	found_fail("lockdown", "kernel", "locked (integrity)", "Secure Boot");
	facts.can_raise = false;
	judge(MODE_AUTO);
	found_ok("lockdown", "kernel", "integrity");
	facts.lockdown[0] = '\0';
	judge(MODE_AUTO);
	found_ok("lockdown", "kernel", "not locked");
}

Test(doctor_kernel, has_a_coarse_clock)
{
	facts.is_synced = false;
	judge(MODE_AUTO);
	found_warn("clock", "kernel", "not synchronised", "timedatectl");
	facts.tick_ns = 4000000;
	judge(MODE_AUTO);
	found_warn("clock", "kernel", "exact to 4 ms only", "CONFIG_HIGH_RES_TIMERS");
}

/* ---- what the kernel writes in files ---- */

static char root[64];

static void root_make(void)
{
	char path[256];

	strcpy(root, "/tmp/garpd-unit.XXXXXX");
	cr_assert_not_null(mkdtemp(root));
	snprintf(path, sizeof(path), "mkdir -p %s/sys/kernel/security %s/proc", root, root);
	cr_assert_eq(system(path), 0);
}

static void root_remove(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(doctor_kernel_files, .init = root_make, .fini = root_remove);

static void expect_lockdown(const char *text, const char *word)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/kernel/security/lockdown", root);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	kernel_read(root, &facts);
	cr_expect_str_eq(facts.lockdown, word, "%s: %s", text, facts.lockdown);
}

Test(doctor_kernel_files, lockdown_has_its_word_in_brackets)
{
	kernel_read(root, &facts);
	cr_expect_str_eq(facts.lockdown, "");
	expect_lockdown("[none] integrity confidentiality\n", "none");
	expect_lockdown("none [integrity] confidentiality\n", "integrity");
	expect_lockdown("none integrity [confidentiality]\n", "confidentiality");
	expect_lockdown("\n", "");
}

Test(doctor_kernel_files, cls_bpf_is_a_symbol_or_a_module)
{
	char command[256];

	kernel_read(root, &facts);
	cr_expect_not(facts.has_cls_bpf);
	snprintf(command, sizeof(command),
		 "echo '0000000000000000 t cls_bpf_classify' > %s/proc/kallsyms", root);
	cr_assert_eq(system(command), 0);
	kernel_read(root, &facts);
	cr_expect(facts.has_cls_bpf);
	snprintf(command, sizeof(command),
		 "rm %s/proc/kallsyms; d=%s/lib/modules/$(uname -r); mkdir -p $d; "
		 "echo kernel/net/sched/cls_bpf.ko.xz: > $d/modules.dep",
		 root, root);
	cr_assert_eq(system(command), 0);
	kernel_read(root, &facts);
	cr_expect(facts.has_cls_bpf);
}
