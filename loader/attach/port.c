// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "attach.h"
#include "link.h"
#include "tc.h"
#include "xdp.h"

int attach_port(struct attach_program *program, __u32 ifindex, const char *name, struct port *port,
		struct err *err)
{
	if (port->mode == MODE_TC)
		return attach_tc(program->fd, ifindex, name, port, err);
	if (port->mode == MODE_TCX)
		return attach_tcx(program->fd, ifindex, name, err);
	return attach_xdp(program, ifindex, name, port, err);
}

static int attach_remove_in_mode(__u32 ifindex, const struct port *port)
{
	if (port->mode == MODE_TC)
		return attach_tc_remove(ifindex, port);
	if (port->mode == MODE_TCX)
		return attach_link_remove(ifindex, MODE_TCX);
	return attach_xdp_remove(ifindex, port->mode);
}

int attach_remove(__u32 ifindex, const char *name, const struct port *port, struct err *err)
{
	int code = attach_remove_in_mode(ifindex, port);

	if (code && code != -ENODEV && code != -ENOENT)
		return err_set(err, code, "%s: cannot detach: %s", name, strerror(-code));
	return 0;
}
