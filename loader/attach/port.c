// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "parts.h"

/* What garpd attaches by tcx or tc: to a port, or to a bridge's own device. */
enum { SIDE_PORT, SIDE_HOST_OUT, SIDE_HOST_IN };

static const struct attach_side sides[] = {
	[SIDE_PORT] = {.program = "garpd_tc", .suffix = ""},
	[SIDE_HOST_OUT] = {.program = "garpd_host_out", .suffix = "-out", .is_egress = true},
	[SIDE_HOST_IN] = {.program = "garpd_host_in", .suffix = "-in"},
};

static int attach_to_side(int prog_fd, __u32 ifindex, const char *name,
			  const struct attach_side *side, struct port *port, struct err *why)
{
	return port->mode == MODE_TC ? attach_tc(prog_fd, ifindex, name, side, port, why)
				     : attach_tcx(prog_fd, ifindex, name, side, why);
}

/* The egress first: it is the one that can keep a wrong announcement from being sent. */
static int attach_host(const struct attach_program *program, __u32 ifindex, const char *name,
		       struct port *port, struct err *why)
{
	struct err ignored;
	int out = attach_to_side(program->host_out, ifindex, name, &sides[SIDE_HOST_OUT], port,
				 why);
	int in;

	if (out < 0)
		return out;
	in = attach_to_side(program->host_in, ifindex, name, &sides[SIDE_HOST_IN], port, why);
	if (in < 0)
		attach_remove(ifindex, name, port, &ignored);
	return in < 0 ? in : out;
}

int attach_port(struct attach_program *program, __u32 ifindex, const char *name, struct port *port,
		struct err *why)
{
	if (port->role == ROLE_HOST)
		return attach_host(program, ifindex, name, port, why);
	if (port->mode == MODE_TC || port->mode == MODE_TCX)
		return attach_to_side(program->fd, ifindex, name, &sides[SIDE_PORT], port, why);
	return attach_xdp(program, ifindex, name, port, why);
}

static int attach_remove_side(__u32 ifindex, const struct attach_side *side,
			      const struct port *port)
{
	return port->mode == MODE_TC ? attach_tc_remove(ifindex, side)
				     : attach_link_remove(ifindex, side->suffix);
}

static int attach_remove_in_mode(__u32 ifindex, const struct port *port)
{
	int err, in;

	if (port->mode != MODE_TC && port->mode != MODE_TCX)
		return attach_xdp_remove(ifindex, port->mode);
	if (port->role != ROLE_HOST) {
		err = attach_remove_side(ifindex, &sides[SIDE_PORT], port);
	} else {
		err = attach_remove_side(ifindex, &sides[SIDE_HOST_OUT], port);
		in = attach_remove_side(ifindex, &sides[SIDE_HOST_IN], port);
		err = err ? err : in;
	}
	if (err || port->mode != MODE_TC || !port->made_qdisc)
		return err;
	return attach_tc_remove_qdisc(ifindex);
}

int attach_remove(__u32 ifindex, const char *name, const struct port *port, struct err *why)
{
	int err = attach_remove_in_mode(ifindex, port);

	if (err && err != -ENODEV && err != -ENOENT)
		return err_set(why, err, "%s: cannot detach: %s", name, strerror(-err));
	return 0;
}
