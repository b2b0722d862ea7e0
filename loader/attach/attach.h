/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach.h - attaches garpd's program to the ingress of one interface, and detaches it; of a
 * bridge's own device (ROLE_HOST), two programs to its two sides.
 *
 * tcx (Linux 6.6): a BPF link, pinned by ifindex so that it outlives the daemon. tc: a clsact qdisc
 * and a cls_bpf filter with garpd's own handle and priority. Both leave other programs on the hook
 * alone. XDP: a BPF link too, but the interface takes only one program, unless it is libxdp's
 * dispatcher, which garpd joins. On a bridge it would keep XDP off the ports: never there.
 */
#ifndef GARPD_ATTACH_ATTACH_H
#define GARPD_ATTACH_ATTACH_H

#include <stdbool.h>

#include "bpf/abi/abi.h"
#include "join.h"
#include "loader/base/err.h"

struct attach_program {
	int fd; /* of the mode's program */
	int host_out, host_in;
	struct attach_join join;
};

/* MODE_TCX if this kernel has it, else MODE_TC: tried on the loopback interface. */
enum port_mode attach_best_mode(int prog_fd);

/*
 * Does this kernel (5.18) take programs for frames in more than one buffer? Without, a driver
 * refuses XDP on an interface whose MTU is beyond a page. Tried by loading one.
 */
bool attach_xdp_has_frags(void);

/*
 * Attaches in port->mode, or replaces garpd's program there atomically. Sets port->made_qdisc if it
 * adds a clsact qdisc. 0, 1 if garpd's program was there already, or -errno with `why`.
 */
int attach_port(struct attach_program *program, __u32 ifindex, const char *name, struct port *port,
		struct err *why);

/*
 * Detaches garpd's program, and removes the qdisc if garpd added it and no one else uses it by now.
 * 0, also if the interface is gone, or -errno with `why`.
 */
int attach_remove(__u32 ifindex, const char *name, const struct port *port, struct err *why);

#endif
