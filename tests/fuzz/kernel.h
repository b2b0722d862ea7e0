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
	PORT_MAX,
};

#define KERNEL_SEGMENT 77
#define KERNEL_CLAIMS  6 /* so few, that there is no room now and then */

#define KERNEL_EVENTS 16 /* of one program */

struct kernel {
	__u32 ifindex[PORT_MAX];
	unsigned int events;
	struct event event[KERNEL_EVENTS];
	__u64 from_ns, to_ns; /* when the last program ran */
};
extern struct kernel kernel;

/* Ends the process with status 77 where it may not: no root. */
void kernel_open(void);

/* Each of these makes the native map the same as the kernel's, or the other way round. */
void kernel_read(struct native_map *map);
void kernel_write(const struct native_map *map);

/* Per-CPU counters, added up. */
void kernel_counters(__u64 *counters);

/* The verdict; KERNEL_REFUSES: BPF_PROG_RUN does not take such a frame. */
#define KERNEL_REFUSES -1000
int kernel_tc(struct bytes *frame, __u32 ifindex, __u32 *mark);
int kernel_xdp(struct bytes *frame, __u32 ifindex);
int kernel_speak(struct bytes *frame);

#endif /* GARPD_FUZZ_KERNEL_H */
