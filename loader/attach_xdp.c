// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attach_link.h"
#include "attach_xdp.h"
#include "programs.h"

bool attach_xdp_has_frags(void)
{
	DECLARE_LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "garpd_frags", "GPL", pass,
			       sizeof(pass) / sizeof(pass[0]), &opts);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Whose program is there? 0 where none is, or "NAME (id N)" in `text`. */
static __u32 attach_xdp_whose(__u32 ifindex, char *text, size_t size)
{
	char name[PROGRAM_NAME_LEN] = "";
	__u32 id = programs_xdp(ifindex);

	if (id && programs_name(id, name))
		name[0] = '\0';
	snprintf(text, size, "%s (id %u)", name[0] ? name : "without a name", id);
	return id;
}

/* The place is taken, on the interface itself or (Linux 6.1 and later) on the bridge above it. */
static int attach_xdp_taken(__u32 ifindex, const char *name, const struct port *port, int code,
			    struct err *err)
{
	char whose[PROGRAM_NAME_LEN + 32], above[IF_NAMESIZE + 1];

	if (attach_xdp_whose(ifindex, whose, sizeof(whose)))
		return err_set(err, code,
			       "%s: another XDP program is there: %s; remove it (ip link set dev "
			       "%s xdp off), or use \"mode: auto\"",
			       name, whose, name);
	if (!if_indextoname(port->segment, above))
		snprintf(above, sizeof(above), "#%u", port->segment);
	if (attach_xdp_whose(port->segment, whose, sizeof(whose)))
		return err_set(err, code,
			       "%s: %s above it has an XDP program: %s; remove it (ip link set dev "
			       "%s xdp off) until garpd runs, or use \"mode: auto\"",
			       name, above, whose, above);
	return err_set(err, code, "%s: another XDP program was there a moment ago; start again",
		       name);
}

static int attach_xdp_refused(__u32 ifindex, const char *name, const struct port *port, int code,
			      struct err *err)
{
	if (code == -EBUSY || code == -EEXIST)
		return attach_xdp_taken(ifindex, name, port, code, err);
	if (code == -ENODEV)
		return err_set(err, code, "%s: gone", name);
	if (port->mode == MODE_XDP_GENERIC)
		return err_set(err, code,
			       "%s: cannot attach with xdp-generic: %s; use \"mode: auto\"", name,
			       strerror(-code));
	if (code == -EOPNOTSUPP)
		return err_set(err, code,
			       "%s: its driver has no native XDP; use \"mode: xdp-generic\", or "
			       "\"mode: auto\"",
			       name);
	return err_set(err, code,
		       "%s: its driver refuses native XDP: %s (its MTU, its offloads; the kernel "
		       "log may say); use \"mode: xdp-generic\", or \"mode: auto\"",
		       name, strerror(-code));
}

int attach_xdp(int prog_fd, __u32 ifindex, const char *name, const struct port *port,
	       struct err *err)
{
	bool native = port->mode == MODE_XDP;
	DECLARE_LIBBPF_OPTS(bpf_link_create_opts, opts,
			    .flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	int link;

	if (!attach_link_adopt(prog_fd, ifindex, port->mode))
		return 1;
	/* The kernel has one place for both modes: the other one's link has to go first. */
	attach_link_remove(ifindex, native ? MODE_XDP_GENERIC : MODE_XDP);
	link = bpf_link_create(prog_fd, ifindex, BPF_XDP, &opts);
	if (link < 0)
		return attach_xdp_refused(ifindex, name, port, link, err);
	return attach_link_pin(link, ifindex, port->mode, name, err);
}
