/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.h - what the kernel has to have for garpd. */
#ifndef GARPD_DOCTOR_KERNEL_H
#define GARPD_DOCTOR_KERNEL_H

#include <sys/resource.h>

#include "parts.h"

struct kernel_facts {
	int bpf;       /* loading a program of two instructions: 0 or -errno */
	bool is_jited; /* it was compiled */
	int tcx;       /* asking for the programs of a tcx hook: 0 or -errno */
	bool has_cls_bpf;
	bool has_ring_buffer;
	int btf; /* loading BTF: 0 or -errno */
	bool has_vmlinux_btf;
	bool has_memcg;	   /* maps count as memory of their cgroup (Linux 5.11) */
	rlim_t memlock;	   /* the hard limit */
	bool can_raise;	   /* CAP_SYS_RESOURCE */
	char lockdown[32]; /* "none", "integrity", "confidentiality"; "": this kernel has none */
	long tick_ns;	   /* the resolution of timers */
	bool is_synced;	   /* the clock on the wall, by NTP or PTP */
};

/* `root` stands before the paths of files: "" but for tests. */
void kernel_read(const char *root, struct kernel_facts *facts);

/* `mode`: as configured. */
void kernel_judge(const struct kernel_facts *facts, enum port_mode mode, struct findings *findings);

#endif
