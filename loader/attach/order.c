// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>

#include <bpf/bpf.h>

#include "hooks.h"
#include "order.h"

/* Of the program `fd`, on the egress or the ingress. `otherwise`: the kernel does not tell. */
static enum unheard order_read_side(int fd, __u32 ifindex, bool egress, enum unheard otherwise,
				    struct program *before)
{
	struct program programs[ORDER_MAX];
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return otherwise;
	return order_judge(programs, hooks_read(ifindex, egress, programs, ORDER_MAX), info.id,
			   before);
}

enum unheard order_read(const struct attach_program *program, __u32 ifindex,
			const struct port *port, struct program *before)
{
	bool is_host = port->role == ROLE_HOST;
	struct program ignored = {};
	enum unheard unheard;

	*before = (struct program){};
	unheard = order_read_side(is_host ? program->host_out : program->fd, ifindex, is_host,
				  port->unheard, before);
	/* On its ingress nothing objects, whatever comes first; but garpd has to be there. */
	if (is_host && !unheard &&
	    order_read_side(program->host_in, ifindex, false, UNHEARD_NOT, &ignored) ==
		    UNHEARD_DETACHED)
		return UNHEARD_DETACHED;
	return unheard;
}
