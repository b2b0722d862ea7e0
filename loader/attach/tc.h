/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tc.h - garpd_tc on the ingress of one interface: a tcx link, or a filter of cls_bpf.
 */
#ifndef GARPD_ATTACH_TC_H
#define GARPD_ATTACH_TC_H

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

/* As attach_port, for MODE_TCX and MODE_TC. */
int attach_tcx(int prog_fd, __u32 ifindex, const char *name, struct err *why);
int attach_tc(int prog_fd, __u32 ifindex, const char *name, struct port *port, struct err *why);

/* Removes garpd's filter, and the qdisc as attach_remove does. 0 or -errno. */
int attach_tc_remove(__u32 ifindex, const struct port *port);

#endif
