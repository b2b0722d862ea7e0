/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qdisc.h - what others have on the clsact qdisc of an interface.
 */
#ifndef GARPD_QDISC_H
#define GARPD_QDISC_H

#include <stdbool.h>

#include "../bpf/abi.h"

/* No filter on its ingress or egress. False where that cannot be found out: leave it alone. */
bool qdisc_clsact_is_empty(__u32 ifindex);

/* A filter of the kind; `prog_id` is 0 where it is no BPF program. */
typedef void (*qdisc_filter)(void *ctx, __u32 prog_id, const char *kind);

/* Calls `each` for every filter on the ingress. Where the kernel does not tell, for none. */
void qdisc_each_filter(__u32 ifindex, qdisc_filter each, void *ctx);

#endif
