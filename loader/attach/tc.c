// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "parts.h"
#include "programs.h"
#include "loader/rtnl/qdisc.h"

#define LOOPBACK_IFINDEX 1

enum port_mode attach_best_mode(int prog_fd)
{
	int link = bpf_link_create(prog_fd, LOOPBACK_IFINDEX, ATTACH_TCX_INGRESS, NULL);

	if (link < 0)
		return MODE_TC;
	close(link);
	return MODE_TCX;
}

/* ---- tcx ---- */

int attach_tcx(int prog_fd, __u32 ifindex, const char *name, const struct attach_side *side,
	       struct err *why)
{
	enum bpf_attach_type type = side->is_egress ? ATTACH_TCX_EGRESS : ATTACH_TCX_INGRESS;
	int link;

	if (!attach_link_adopt(prog_fd, ifindex, side->suffix))
		return 1;
	link = bpf_link_create(prog_fd, ifindex, type, NULL);
	if (link == -EINVAL)
		return err_set(why, link, "%s: tcx needs Linux 6.6; use \"mode: tc\"", name);
	if (link < 0)
		return err_set(why, link, "%s: cannot attach with tcx: %s", name, strerror(-link));
	return attach_link_pin(link, ifindex, side->suffix, name, why);
}

/* ---- tc ---- */

enum attach_tc_owner {
	TC_NOBODY,
	TC_SIDE,  /* the program of this side */
	TC_GARPD, /* another one of garpd's: the interface had another role */
	TC_FOREIGN,
};

struct attach_tc_seek {
	const char *program;
	enum attach_tc_owner owner;
};

/* libbpf adds the id to the name: "garpd_tc:[42]". */
static void attach_tc_note_name(void *ctx, const struct qdisc_filter *filter)
{
	struct attach_tc_seek *seek = ctx;
	struct program program = {};

	if (filter->handle != GARPD_TC_HANDLE || filter->priority != GARPD_TC_PRIORITY)
		return;
	memcpy(program.name, filter->name, sizeof(program.name) - 1);
	program.name[strcspn(program.name, ":")] = '\0';
	if (!strcmp(program.name, seek->program))
		seek->owner = TC_SIDE;
	else
		seek->owner = programs_is_garpd(&program) ? TC_GARPD : TC_FOREIGN;
}

static struct bpf_tc_hook attach_tc_hook(__u32 ifindex, const struct attach_side *side)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook),
		.ifindex = (int)ifindex,
		.attach_point = side->is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS,
	};
}

/*
 * Whose is the filter with garpd's handle and priority? An enum attach_tc_owner, or -errno. On a
 * qdisc with no filter at all the kernel returns EINVAL (no such chain, net/sched/cls_api.c).
 */
static int attach_tc_query(const struct bpf_tc_hook *hook, const struct attach_side *side)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY);
	struct attach_tc_seek seek = {.program = side->program, .owner = TC_FOREIGN};
	int err = bpf_tc_query(hook, &opts);

	if (err == -ENOENT || err == -EINVAL)
		return TC_NOBODY;
	if (err)
		return err;
	qdisc_each_filter(hook->ifindex, side->is_egress, attach_tc_note_name, &seek);
	return seek.owner;
}

int attach_tc_remove_qdisc(__u32 ifindex)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
			    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS); /* all of clsact */

	return qdisc_is_empty(ifindex) ? bpf_tc_hook_destroy(&hook) : 0;
}

/* 0, 1 if garpd's was there already, or -errno with `why`. */
static int attach_tc_filter(int prog_fd, const struct bpf_tc_hook *hook, const char *name,
			    const struct attach_side *side, struct err *why)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int was = attach_tc_query(hook, side);
	int err;

	if (was == TC_FOREIGN)
		return err_set(why, -EEXIST,
			       "%s: another program's filter has handle 0x%x, priority %u; remove "
			       "it (tc filter del dev %s %s), or use \"mode: tcx\"",
			       name, GARPD_TC_HANDLE, GARPD_TC_PRIORITY, name,
			       side->is_egress ? "egress" : "ingress");
	err = was < 0 ? was : bpf_tc_attach(hook, &opts);
	if (err)
		return err_set(why, err, "%s: cannot attach with tc: %s", name, strerror(-err));
	return was == TC_SIDE;
}

int attach_tc(int prog_fd, __u32 ifindex, const char *name, const struct attach_side *side,
	      struct port *port, struct err *why)
{
	struct bpf_tc_hook hook = attach_tc_hook(ifindex, side);
	int made = bpf_tc_hook_create(&hook);
	int err;

	if (made && made != -EEXIST)
		return err_set(why, made, "%s: cannot add a clsact qdisc: %s", name,
			       strerror(-made));
	err = attach_tc_filter(prog_fd, &hook, name, side, why);
	if (made)
		return err;
	if (err < 0)
		attach_tc_remove_qdisc(ifindex);
	else
		port->made_qdisc = 1;
	return err;
}

int attach_tc_remove(__u32 ifindex, const struct attach_side *side)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY);
	struct bpf_tc_hook hook = attach_tc_hook(ifindex, side);
	int was = attach_tc_query(&hook, side);

	if (was == TC_SIDE)
		return bpf_tc_detach(&hook, &opts);
	return was < 0 ? was : 0;
}
