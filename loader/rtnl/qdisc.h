/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qdisc.h - what others have on the clsact qdisc of an interface.
 */
#ifndef GARPD_RTNL_QDISC_H
#define GARPD_RTNL_QDISC_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

/* No filter on its ingress or egress. False where that cannot be found out: leave it alone. */
bool qdisc_clsact_is_empty(__u32 ifindex);

/* A filter of the kind; `prog_id` is 0 where it is no BPF program. */
typedef void (*qdisc_filter)(void *ctx, __u32 prog_id, const char *kind);

/* Calls `each` for every filter on the ingress. Where the kernel does not tell, for none. */
void qdisc_each_filter(__u32 ifindex, qdisc_filter each, void *ctx);

/*
 * The name of the BPF filter with this priority and handle on the ingress, as its owner gave it;
 * "" where there is none or it has none. Unlike the program's own it can be had without
 * CAP_SYS_ADMIN.
 */
#define QDISC_NAME_LEN 64
const char *qdisc_filter_name(__u32 ifindex, __u16 priority, __u32 handle,
			      char name[QDISC_NAME_LEN]);

#endif
