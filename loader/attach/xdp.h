/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xdp.h - garpd_xdp on one interface, native (in the driver) or generic (on the skb).
 *
 * An interface takes one XDP program, which its BPF link keeps others from replacing. If another
 * program is attached, it is named and left alone, unless it is libxdp's dispatcher, which garpd
 * joins (join.h).
 */
#ifndef GARPD_ATTACH_XDP_H
#define GARPD_ATTACH_XDP_H

#include <stdbool.h>

#include "bpf/abi/abi.h"
#include "attach.h"
#include "loader/base/err.h"

/* As attach_port, for MODE_XDP and MODE_XDP_GENERIC; never in another mode than port->mode. */
int attach_xdp(struct attach_program *program, __u32 ifindex, const char *name,
	       const struct port *port, struct err *why);

/* Detaches and unpins. 0, also if garpd is not attached in this mode, or -errno. */
int attach_xdp_remove(__u32 ifindex, enum port_mode mode);

/*
 * Does this kernel (5.18) take programs for frames in more than one buffer? Without, a driver
 * refuses XDP on an interface whose MTU is beyond a page. Tried by loading one.
 */
bool attach_xdp_has_frags(void);

#endif
