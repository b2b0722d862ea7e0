/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xdp.h - garpd_xdp on one interface, native (in the driver) or generic (on the skb).
 *
 * A BPF link holds the interface's only place for XDP: nobody else can replace the program, and
 * where somebody else has the place, their program is named and left alone. Unless that is libxdp's
 * dispatcher, which is joined (attach_join.h).
 */
#ifndef GARPD_ATTACH_XDP_H
#define GARPD_ATTACH_XDP_H

#include <stdbool.h>

#include "bpf/abi/abi.h"
#include "attach.h"
#include "loader/base/err.h"

/* As attach_port, for MODE_XDP and MODE_XDP_GENERIC. The mode is never another than the one named.
 */
int attach_xdp(struct attach_program *program, __u32 ifindex, const char *name,
	       const struct port *port, struct err *err);

/* Detaches and unpins. 0, also where nothing of ours is attached in this mode, or -errno. */
int attach_xdp_remove(__u32 ifindex, enum port_mode mode);

/*
 * Does this kernel (5.18 and later) know programs that take frames in more than one buffer?
 * Without, a driver refuses XDP on an interface whose MTU is beyond a page. Tried with a program of
 * two instructions.
 */
bool attach_xdp_has_frags(void);

#endif
