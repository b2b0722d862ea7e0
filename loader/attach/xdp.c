// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "link.h"
#include "xdp.h"
#include "programs.h"
#include "loader/base/text.h"

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

static int attach_xdp_taken_there(const char *name, const char *whose, int code, struct err *err)
{
	const char *obstacle = attach_join_obstacle();

	if (!obstacle)
		return err_set(err, code,
			       "%s: another XDP program is there: %s; remove it (ip link set dev "
			       "%s xdp off), load it with libxdp (xdp-loader) and garpd joins it, "
			       "or use \"mode: auto\"",
			       name, whose, name);
	return err_set(err, code,
		       "%s: another XDP program is there: %s; remove it (ip link set dev %s xdp "
		       "off), or use \"mode: auto\" (two of them need libxdp: %s)",
		       name, whose, name, obstacle);
}

/* The place is taken, on the interface itself or (Linux 6.1 and later) on the bridge above it. */
static int attach_xdp_taken(__u32 ifindex, const char *name, const struct port *port, int code,
			    struct err *err)
{
	char whose[PROGRAM_NAME_LEN + 32], above[NAME_TEXT_LEN];

	if (attach_xdp_whose(ifindex, whose, sizeof(whose)))
		return attach_xdp_taken_there(name, whose, code, err);
	interface_text(port->segment, above);
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

/* A program of libxdp's is native or generic, and so are all that it calls. */
static int attach_xdp_join(struct attach_program *program, __u32 ifindex, const char *name,
			   enum port_mode theirs, enum port_mode wanted, struct err *err)
{
	if (theirs == wanted)
		return attach_join(&program->join, ifindex, name, err);
	return err_set(
		err, -EBUSY,
		"%s: libxdp's dispatcher is there in the other mode; use \"mode: %s\" to join "
		"it, or \"mode: auto\"",
		name, theirs == MODE_XDP ? "xdp" : "xdp-generic");
}

int attach_xdp(struct attach_program *program, __u32 ifindex, const char *name,
	       const struct port *port, struct err *err)
{
	bool native = port->mode == MODE_XDP;
	DECLARE_LIBBPF_OPTS(bpf_link_create_opts, opts,
			    .flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	enum port_mode theirs;
	int link;

	if (!attach_link_adopt(program->fd, ifindex, port->mode))
		return 1;
	/* The kernel has one place for both modes: what is ours in the other one has to go first.
	 */
	attach_xdp_remove(ifindex, native ? MODE_XDP_GENERIC : MODE_XDP);
	theirs = attach_join_mode(ifindex);
	if (theirs != MODE_AUTO)
		return attach_xdp_join(program, ifindex, name, theirs, port->mode, err);
	link = bpf_link_create(program->fd, ifindex, BPF_XDP, &opts);
	if (link < 0)
		return attach_xdp_refused(ifindex, name, port, link, err);
	return attach_link_pin(link, ifindex, port->mode, name, err);
}

int attach_xdp_remove(__u32 ifindex, enum port_mode mode)
{
	int code = attach_link_remove(ifindex, mode);
	int left = attach_join_leave(ifindex, mode);

	return code ? code : left;
}
