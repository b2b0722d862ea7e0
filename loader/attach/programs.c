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
	int err;

	if (fd < 0)
		return fd;
	err = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	if (!err)
		memcpy(name, info.name, PROGRAM_NAME_LEN);
	return err;
}

/* No program has the id 0: -ENOENT, after the check of the rights. */
bool programs_can_read(void)
{
	return bpf_prog_get_fd_by_id(0) != -EPERM;
}

int programs_load_pass(enum bpf_prog_type type, const char *name, __u32 flags)
{
	DECLARE_LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = flags);
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return bpf_prog_load(type, name, "GPL", pass, sizeof(pass) / sizeof(pass[0]), &opts);
}
