// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "parts.h"
#include "programs.h"
#include "loader/base/text.h"
#include "loader/rtnl/xdp.h"

bool attach_xdp_has_frags(void)
{
	int fd = programs_load_pass(BPF_PROG_TYPE_XDP, "garpd_frags", BPF_F_XDP_HAS_FRAGS);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* ---- what is in the way ---- */

/* Writes "NAME (id N)" of the XDP program on the interface into `text`. False: no program. */
static bool attach_xdp_name(__u32 ifindex, char *text, size_t size)
{
	char name[PROGRAM_NAME_LEN] = "";
	__u32 id = xdp_program(ifindex);

	if (id && programs_name(id, name))
		name[0] = '\0';
	snprintf(text, size, "%s (id %u)", name[0] ? name : "without a name", id);
	return id;
}

/* Another program is on the interface itself or (Linux 6.1) on the bridge above it. */
static int attach_xdp_taken(__u32 ifindex, const char *name, const struct port *port, int code,
			    struct err *why)
{
	const char *obstacle = attach_join_obstacle();
	char other[PROGRAM_NAME_LEN + 32], above[NAME_TEXT_LEN];
	__u32 bridge = port->inner ? port->inner : port->segment;

	if (attach_xdp_name(ifindex, other, sizeof(other)))
		return err_set(
			why, code,
			"%s: another XDP program is attached: %s; remove it (ip link set dev "
			"%s xdp off)%s, or use \"mode: auto\"%s%s",
			name, other, name,
			obstacle ? "" : ", load it with libxdp (xdp-loader), which runs both",
			obstacle ? "; libxdp cannot run both: " : "", obstacle ?: "");
	interface_text(bridge, above);
	if (attach_xdp_name(bridge, other, sizeof(other)))
		return err_set(why, code,
			       "%s: %s above it has an XDP program: %s; remove it (ip link set dev "
			       "%s xdp off) until garpd runs, or use \"mode: auto\"",
			       name, above, other, above);
	return err_set(why, code, "%s: another XDP program has just been removed; start again",
		       name);
}

static int attach_xdp_refused(__u32 ifindex, const char *name, const struct port *port, int code,
			      struct err *why)
{
	if (code == -EBUSY || code == -EEXIST)
		return attach_xdp_taken(ifindex, name, port, code, why);
	if (code == -ENODEV)
		return err_set(why, code, "%s: gone", name);
	if (port->mode == MODE_XDP_GENERIC)
		return err_set(why, code,
			       "%s: cannot attach with xdp-generic: %s; use \"mode: auto\"", name,
			       strerror(-code));
	if (code == -EOPNOTSUPP)
		return err_set(why, code,
			       "%s: its driver has no native XDP; use \"mode: xdp-generic\", or "
			       "\"mode: auto\"",
			       name);
	return err_set(why, code,
		       "%s: its driver refuses native XDP: %s (its MTU, its offloads; see the "
		       "kernel log); use \"mode: xdp-generic\", or \"mode: auto\"",
		       name, strerror(-code));
}

/* ---- attaching ---- */

static const char *attach_xdp_suffix(enum port_mode mode)
{
	return mode == MODE_XDP ? "-xdp" : "-xdp-generic";
}

/* A dispatcher is native or generic, and so are all programs that it calls. */
static int attach_xdp_join(struct attach_program *program, __u32 ifindex, const char *name,
			   enum port_mode theirs, enum port_mode wanted, struct err *why)
{
	if (theirs == wanted)
		return attach_join(&program->join, ifindex, name, why);
	return err_set(why, -EBUSY,
		       "%s: libxdp's dispatcher is attached in the other mode; use \"mode: %s\" to "
		       "join it, or \"mode: auto\"",
		       name, theirs == MODE_XDP ? "xdp" : "xdp-generic");
}

int attach_xdp(struct attach_program *program, __u32 ifindex, const char *name,
	       const struct port *port, struct err *why)
{
	bool native = port->mode == MODE_XDP;
	DECLARE_LIBBPF_OPTS(bpf_link_create_opts, opts,
			    .flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	enum port_mode theirs;
	int link;

	if (!attach_link_adopt(program->fd, ifindex, attach_xdp_suffix(port->mode)))
		return 1;
	/* The kernel has one place for both modes: garpd's program in the other one goes first. */
	attach_xdp_remove(ifindex, native ? MODE_XDP_GENERIC : MODE_XDP);
	theirs = attach_join_mode(ifindex);
	if (theirs != MODE_AUTO)
		return attach_xdp_join(program, ifindex, name, theirs, port->mode, why);
	link = bpf_link_create(program->fd, ifindex, BPF_XDP, &opts);
	if (link < 0)
		return attach_xdp_refused(ifindex, name, port, link, why);
	return attach_link_pin(link, ifindex, attach_xdp_suffix(port->mode), name, why);
}

int attach_xdp_remove(__u32 ifindex, enum port_mode mode)
{
	int err = attach_link_remove(ifindex, attach_xdp_suffix(mode));
	int join_err = attach_join_leave(ifindex, mode);

	return err ? err : join_err;
}
