// SPDX-License-Identifier: GPL-2.0-or-later
#include <bpf/bpf.h>

#include "hooks.h"
#include "order.h"

enum unheard order_read(const struct attach_program *program, __u32 ifindex,
			const struct port *port, struct program *before)
{
	bool is_host = port->role == ROLE_HOST;
	struct program programs[ORDER_MAX];
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	*before = (struct program){};
	if (bpf_obj_get_info_by_fd(is_host ? program->host_out : program->fd, &info, &size))
		return port->unheard;
	return order_judge(programs, hooks_read(ifindex, is_host, programs, ORDER_MAX), info.id,
			   before);
}
