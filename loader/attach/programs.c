// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "programs.h"

int programs_name(__u32 id, char name[PROGRAM_NAME_LEN])
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);
	int code;

	if (fd < 0)
		return fd;
	code = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	if (!code)
		memcpy(name, info.name, PROGRAM_NAME_LEN);
	return code;
}

/* There is no program 0; who may not ask is not told even that. */
bool programs_may_read(void)
{
	return bpf_prog_get_fd_by_id(0) != -EPERM;
}

__u32 programs_xdp(__u32 ifindex)
{
	DECLARE_LIBBPF_OPTS(bpf_xdp_query_opts, opts);

	if (bpf_xdp_query(ifindex, 0, &opts))
		return 0;
	if (opts.drv_prog_id)
		return opts.drv_prog_id;
	if (opts.skb_prog_id)
		return opts.skb_prog_id;
	return opts.hw_prog_id ? opts.hw_prog_id : opts.prog_id;
}

bool programs_is_ours(const struct program *program)
{
	return !strcmp(program->name, "garpd_tc") || !strcmp(program->name, "garpd_xdp");
}
