/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - what the files of this folder share: each mode's half of attach_port and attach_remove.
 */
#ifndef GARPD_ATTACH_PARTS_H
#define GARPD_ATTACH_PARTS_H

#include "attach.h"

/* ---- link.c: garpd's BPF link, pinned by ifindex so that it outlives the daemon ---- */

/*
 * Makes the link that is pinned for this mode run the program from now on, atomically. 0, or
 * -errno: there is no such link, or its interface is gone, and the pin with it.
 */
int attach_link_adopt(int prog_fd, __u32 ifindex, enum port_mode mode);

/* Pins a new link, and closes it. 0, or -errno with `why`: detached again. */
int attach_link_pin(int link, __u32 ifindex, enum port_mode mode, const char *name,
		    struct err *why);

/* Detaches and unpins. 0, also if there is no such link, or -errno. */
int attach_link_remove(__u32 ifindex, enum port_mode mode);

/* ---- tc.c: garpd_tc, by a tcx link or a filter of cls_bpf ---- */

int attach_tcx(int prog_fd, __u32 ifindex, const char *name, struct err *why);
int attach_tc(int prog_fd, __u32 ifindex, const char *name, struct port *port, struct err *why);

/* Removes garpd's filter, and the qdisc as attach_remove does. 0 or -errno. */
int attach_tc_remove(__u32 ifindex, const struct port *port);

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
