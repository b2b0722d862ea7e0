/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qdisc.h - the filters on the clsact qdisc of an interface, garpd's and others'.
 */
#ifndef GARPD_RTNL_QDISC_H
#define GARPD_RTNL_QDISC_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

/* True: no filter on its ingress or egress. False also if the kernel does not say. */
bool qdisc_is_empty(__u32 ifindex);

/* A filter of this kind; `prog_id` is 0 for one that is not a BPF program. */
typedef void (*qdisc_filter)(void *ctx, __u32 prog_id, const char *kind);

/* Calls `each` for every filter on the ingress that the kernel reports. */
void qdisc_each_filter(__u32 ifindex, qdisc_filter each, void *ctx);

/*
 * Fills and returns `name`, which the owner of the BPF filter with this priority and handle on the
 * ingress gave it; "" if there is no such filter. Needs no CAP_SYS_ADMIN, as the program's own name
 * does.
 */
#define QDISC_NAME_LEN 64
const char *qdisc_filter_name(__u32 ifindex, __u16 priority, __u32 handle,
			      char name[QDISC_NAME_LEN]);

#endif
