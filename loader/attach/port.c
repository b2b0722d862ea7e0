// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "parts.h"

int attach_port(struct attach_program *program, __u32 ifindex, const char *name, struct port *port,
		struct err *why)
{
	if (port->mode == MODE_TC)
		return attach_tc(program->fd, ifindex, name, port, why);
	if (port->mode == MODE_TCX)
		return attach_tcx(program->fd, ifindex, name, why);
	return attach_xdp(program, ifindex, name, port, why);
}

static int attach_remove_in_mode(__u32 ifindex, const struct port *port)
{
	if (port->mode == MODE_TC)
		return attach_tc_remove(ifindex, port);
	if (port->mode == MODE_TCX)
		return attach_link_remove(ifindex, MODE_TCX);
	return attach_xdp_remove(ifindex, port->mode);
}

int attach_remove(__u32 ifindex, const char *name, const struct port *port, struct err *why)
{
	int err = attach_remove_in_mode(ifindex, port);

	if (err && err != -ENODEV && err != -ENOENT)
		return err_set(why, err, "%s: cannot detach: %s", name, strerror(-err));
	return 0;
}
