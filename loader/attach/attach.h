/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach.h - putting the program on the ingress of one interface, and taking it off again.
 *
 * tcx (Linux 6.6): a BPF link, pinned by ifindex, so that it outlives the daemon. tc: a clsact
 * qdisc and a cls_bpf filter with a handle and priority of ours. Both leave what others have on the
 * hook alone. XDP: a BPF link too, but the only program of its interface, unless libxdp's
 * dispatcher is there already to join.
 */
#ifndef GARPD_ATTACH_ATTACH_H
#define GARPD_ATTACH_ATTACH_H

#include <stdbool.h>

#include "bpf/abi/abi.h"
#include "join.h"
#include "loader/base/err.h"

/* What is attached: one program for the mode, and in the XDP modes what a dispatcher wants of it.
 */
struct attach_program {
	int fd;
	struct attach_join join;
};

/* tcx where this kernel has it, else tc: tried on the loopback interface, not guessed. */
enum port_mode attach_mode_best(int prog_fd);

/*
 * Attaches, or replaces the program atomically where one of ours is attached already. `port` has
 * the mode wanted; made_qdisc is set when a clsact qdisc had to be made (and kept if it was set).
 * 0, 1 where a program of ours was there already, or -errno with `err`.
 */
int attach_port(struct attach_program *program, __u32 ifindex, const char *name, struct port *port,
		struct err *err);

/*
 * Takes our program off, and the qdisc if it was of our making and nobody else uses it by now.
 * An interface that is gone already is no error. 0, or -errno with `err`.
 */
int attach_remove(__u32 ifindex, const char *name, const struct port *port, struct err *err);

#endif
