/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - what the files of this folder share: each mode's half of attach_port and attach_remove.
 */
#ifndef GARPD_ATTACH_PARTS_H
#define GARPD_ATTACH_PARTS_H

#include "attach.h"

/*
 * ---- link.c: garpd's BPF link, pinned by ifindex so that it outlives the daemon ----
 *
 * The suffix of the pin is that of the hook: while a port changes its mode, both links exist.
 */

/*
 * Makes the link that is pinned there run the program from now on, atomically. 0, or -errno: there
 * is no such link, or it is not on this interface, and the pin is gone.
 */
int attach_link_adopt(int prog_fd, __u32 ifindex, const char *suffix);

/* Pins a new link, and closes it. 0, or -errno with `why`: detached again. */
int attach_link_pin(int link, __u32 ifindex, const char *suffix, const char *name, struct err *why);

/* Detaches and unpins. 0, also if there is no such link, or -errno. */
int attach_link_remove(__u32 ifindex, const char *suffix);

/* ---- tc.c: on one side of an interface, by a tcx link or a filter of cls_bpf ---- */

/* A port has one such hook, its ingress; a bridge's own device has one in each direction. */
struct attach_side {
	const char *program; /* its name */
	const char *suffix;  /* of the pin of its link */
	bool is_egress;
};

int attach_tcx(int prog_fd, __u32 ifindex, const char *name, const struct attach_side *side,
	       struct err *why);
int attach_tc(int prog_fd, __u32 ifindex, const char *name, const struct attach_side *side,
	      struct port *port, struct err *why);

/* Removes garpd's filter. 0 or -errno. */
int attach_tc_remove(__u32 ifindex, const struct attach_side *side);

/* Removes the qdisc, unless others use it by now. 0 or -errno. */
int attach_tc_remove_qdisc(__u32 ifindex);

/* ---- xdp.c: garpd_xdp, native (in the driver) or generic (on the skb) ---- */

/*
 * Never in another mode than port->mode. An interface takes one XDP program, which its BPF link
 * keeps others from replacing. If another program is attached, it is named and left alone, unless
 * it is libxdp's dispatcher, which garpd joins (join.h).
 */
int attach_xdp(struct attach_program *program, __u32 ifindex, const char *name,
	       const struct port *port, struct err *why);

/* Detaches and unpins. 0, also if garpd is not attached in this mode, or -errno. */
int attach_xdp_remove(__u32 ifindex, enum port_mode mode);

#endif
