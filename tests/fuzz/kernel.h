/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.h - the real object in the kernel, in a network namespace of its own, nothing pinned and
 * nothing attached: run by BPF_PROG_RUN.
 */
#ifndef GARPD_FUZZ_KERNEL_H
#define GARPD_FUZZ_KERNEL_H

#include "fuzz.h"
#include "loader/replay/native.h"
#include "tests/unit/bytes.h"

enum kernel_port {
	PORT_GUEST,
	PORT_AWARE, /* of a VLAN-aware bridge: PVID 5, member of 5 and 10 */
	PORT_UPLINK,
	PORT_DOWN,     /* described, but nothing can be sent there */
	PORT_ROUTER,   /* relays */
	PORT_BLOCKED,  /* not forwarding */
	PORT_NOT_OURS, /* never described */
	PORT_HOST,     /* the bridge's own device */
	PORT_OTHER,    /* as PORT_GUEST */
	PORT_MAX,
};

#define KERNEL_SEGMENT 77
#define KERNEL_CLAIMS  6 /* so few, that there is no room now and then */

#define KERNEL_EVENTS 32 /* of two programs */

struct kernel {
	__u32 ifindex[PORT_MAX];
	unsigned int events;
	struct event event[KERNEL_EVENTS];
	__u64 from_ns, to_ns; /* when the last program, or the last two, ran */
};
extern struct kernel kernel;

/* Ends the process with status 77 where it may not: no root. */
void kernel_open(void);

/*
 * Each of these makes the native map the same as the kernel's, or the other way round. -E2BIG: the
 * kernel's has an element more than it has room for. It looks for room before it counts the
 * element, so two CPUs may both find room for the last one.
 */
int kernel_read(struct native_map *map);
void kernel_write(const struct native_map *map);

/* Per-CPU counters, added up. */
void kernel_counters(__u64 *counters);

enum kernel_program {
	KERNEL_TC,
	KERNEL_XDP,
	KERNEL_SPEAK,
	KERNEL_HOST_OUT,
	KERNEL_HOST_IN,
	KERNEL_PROGRAMS,
};

/* A program over a frame, and what it made of it. */
struct step {
	enum kernel_program program;
	int verdict; /* KERNEL_REFUSES: BPF_PROG_RUN does not take such a frame */
	__u32 ifindex, mark;
	struct bytes frame;
};

#define KERNEL_REFUSES -1000
void kernel_run(struct step *step);

/*
 * Two steps at the same time, the second one on another CPU, each so much later than a time on
 * which both agree. Returns whether the two system calls overlapped.
 */
int kernel_run_both(struct step *steps, const __u64 *skew_ns);

#endif /* GARPD_FUZZ_KERNEL_H */
