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
	DECLARE_LIBBPF_OPTS(bpf_link_create_opts, first, .flags = ATTACH_BEFORE);
	int link;

	if (!attach_link_adopt(prog_fd, ifindex, side->suffix))
		return 1;
	link = bpf_link_create(prog_fd, ifindex, type, &first);
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
	__u32 priority;
	enum attach_tc_owner owner;
};

/* libbpf adds the id to the name: "garpd_tc:[42]". */
static void attach_tc_note_name(void *ctx, const struct qdisc_filter *filter)
{
	struct attach_tc_seek *seek = ctx;
	struct program program = {};

	if (filter->handle != GARPD_TC_HANDLE || filter->priority != seek->priority)
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
static int attach_tc_query(const struct bpf_tc_hook *hook, const struct attach_side *side,
			   __u32 priority)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE, .priority = priority);
	struct attach_tc_seek seek = {
		.program = side->program, .priority = priority, .owner = TC_FOREIGN};
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
	return qdisc_is_empty(ifindex) ? qdisc_remove(ifindex) : 0;
}

/* 0, 1 if garpd's was there already, -EEXIST if another program's is, or -errno. */
static int attach_tc_filter_at(int prog_fd, const struct bpf_tc_hook *hook,
			       const struct attach_side *side, __u32 priority)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = GARPD_TC_HANDLE,
			    .priority = priority, .flags = BPF_TC_F_REPLACE);
	int was = attach_tc_query(hook, side, priority);
	int err;

	if (was == TC_FOREIGN)
		return -EEXIST;
	err = was < 0 ? was : bpf_tc_attach(hook, &opts);
	return err ? err : was == TC_SIDE;
}

/* Removes garpd's filter of this side. 0, 1: there was one, or -errno. */
static int attach_tc_remove_at(const struct bpf_tc_hook *hook, const struct attach_side *side,
			       __u32 priority)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE, .priority = priority);
	int was = attach_tc_query(hook, side, priority);

	if (was != TC_SIDE)
		return was < 0 ? was : 0;
	return bpf_tc_detach(hook, &opts) ?: 1;
}

/*
 * In front of all filters, unless another kind of filter has that priority (EINVAL). A filter that
 * is left at the other priority goes. 0, 1 if garpd's was there already, or -errno with `why`.
 */
static int attach_tc_filter(int prog_fd, const struct bpf_tc_hook *hook, const char *name,
			    const struct attach_side *side, struct err *why)
{
	__u32 at = GARPD_TC_PRIORITY, other = GARPD_TC_PRIORITY_LATE;
	int was = attach_tc_filter_at(prog_fd, hook, side, at);

	if (was == -EINVAL) {
		at = GARPD_TC_PRIORITY_LATE;
		other = GARPD_TC_PRIORITY;
		was = attach_tc_filter_at(prog_fd, hook, side, at);
	}
	if (was == -EEXIST)
		return err_set(why, was,
			       "%s: another program's filter has handle 0x%x, priority %u; remove "
			       "it (tc filter del dev %s %s), or use \"mode: tcx\"",
			       name, GARPD_TC_HANDLE, at, name,
			       side->is_egress ? "egress" : "ingress");
	if (was < 0)
		return err_set(why, was, "%s: cannot attach with tc: %s", name, strerror(-was));
	return attach_tc_remove_at(hook, side, other) == 1 ? 1 : was;
}

int attach_tc(int prog_fd, __u32 ifindex, const char *name, const struct attach_side *side,
	      struct port *port, struct err *why)
{
	struct bpf_tc_hook hook = attach_tc_hook(ifindex, side);
	bool both = port->role == ROLE_HOST;
	int made = qdisc_add(ifindex, both);
	int err;

	if (made && made != -EEXIST)
		return err_set(why, made, "%s: cannot add %s qdisc: %s", name,
			       both ? "a clsact" : "an ingress", strerror(-made));
	if (made && side->is_egress && qdisc_is_ingress_only(ifindex))
		return err_set(why, made,
			       "%s: an ingress qdisc is in the place of the clsact one that its "
			       "egress needs; remove it (tc qdisc del dev %s ingress), or use "
			       "\"mode: tcx\"",
			       name, name);
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
	struct bpf_tc_hook hook = attach_tc_hook(ifindex, side);
	int err = attach_tc_remove_at(&hook, side, GARPD_TC_PRIORITY);
	int late = attach_tc_remove_at(&hook, side, GARPD_TC_PRIORITY_LATE);

	return err < 0 ? err : late < 0 ? late : 0;
}
