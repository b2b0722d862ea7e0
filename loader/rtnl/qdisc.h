/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qdisc.h - the ingress or clsact qdisc of an interface, and the filters on it, of any owner.
 */
#ifndef GARPD_RTNL_QDISC_H
#define GARPD_RTNL_QDISC_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

struct qdisc_filter {
	__u32 handle;
	__u32 prog_id; /* 0: not a BPF program */
	__u16 priority;
	__u32 chain;
	char kind[32];
	char name[64]; /* of a BPF filter, as its owner gave it; readable without CAP_SYS_ADMIN */
};

/*
 * Calls `each` for every filter on that side that the kernel reports. Where the qdisc is an ingress
 * one, it reports those of the ingress as of the egress, too. 0, also without a qdisc, or -errno.
 */
int qdisc_each_filter(__u32 ifindex, bool egress,
		      void (*each)(void *ctx, const struct qdisc_filter *filter), void *ctx);

/*
 * Adds a clsact qdisc, for both sides, or an ingress one: who limits the rate of a guest's port
 * (libvirt, Proxmox) deletes and adds the latter kind, which fails where the other one is. 0, or
 * -errno (-EEXIST: one of the two kinds is there).
 */
int qdisc_add(__u32 ifindex, bool egress);

/* Removes the one of either kind. 0 or -errno. */
int qdisc_remove(__u32 ifindex);

/* Calls `each` for every clsact qdisc, and every ingress one, which has no egress. */
void qdisc_each_ingress(void (*each)(void *ctx, __u32 ifindex, bool has_egress), void *ctx);

/* Is it an ingress qdisc, which has no egress, in the place of a clsact one? */
bool qdisc_is_ingress_only(__u32 ifindex);

/* True: no filter on its ingress or egress. False also if the kernel does not say. */
bool qdisc_is_empty(__u32 ifindex);

#endif
