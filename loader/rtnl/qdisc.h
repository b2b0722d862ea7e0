/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qdisc.h - the filters on the clsact qdisc of an interface, of any owner.
 */
#ifndef GARPD_RTNL_QDISC_H
#define GARPD_RTNL_QDISC_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

struct qdisc_filter {
	__u32 handle;
	__u32 prog_id; /* 0: not a BPF program */
	__u16 priority;
	char kind[32];
	char name[64]; /* of a BPF filter, as its owner gave it; readable without CAP_SYS_ADMIN */
};

/* Calls `each` for every filter on that side that the kernel reports. */
void qdisc_each_filter(__u32 ifindex, bool egress,
		       void (*each)(void *ctx, const struct qdisc_filter *filter), void *ctx);

/* True: no filter on its ingress or egress. False also if the kernel does not say. */
bool qdisc_is_empty(__u32 ifindex);

#endif
