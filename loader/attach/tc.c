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

/* Where garpd's filter may be, in the order of preference. */
static const __u32 attach_tc_priority[] = {GARPD_TC_PRIORITY, GARPD_TC_PRIORITY_LATE};
#define TC_PLACES 2

/* Whose are the filters with garpd's handle there? */
struct attach_tc_found {
	const char *program;
	enum attach_tc_owner at[TC_PLACES];
};

/* libbpf adds the id to the name: "garpd_tc:[42]". */
static enum attach_tc_owner attach_tc_owner_of(const char *name, const char *program)
{
	struct program found = {};

	memcpy(found.name, name, sizeof(found.name) - 1);
	found.name[strcspn(found.name, ":")] = '\0';
	if (!strcmp(found.name, program))
		return TC_SIDE;
	return programs_is_garpd(&found) ? TC_GARPD : TC_FOREIGN;
}

static void attach_tc_note(void *ctx, const struct qdisc_filter *filter)
{
	struct attach_tc_found *found = ctx;

	if (filter->handle != GARPD_TC_HANDLE || filter->chain || strcmp(filter->kind, "bpf"))
		return;
	for (size_t i = 0; i < TC_PLACES; i++)
		if (filter->priority == attach_tc_priority[i])
			found->at[i] = attach_tc_owner_of(filter->name, found->program);
}

/* By one dump. 0 or -errno. */
static int attach_tc_find(__u32 ifindex, const struct attach_side *side,
			  struct attach_tc_found *found)
{
	*found = (struct attach_tc_found){.program = side->program};
	return qdisc_each_filter(ifindex, side->is_egress, attach_tc_note, found);
}

static struct bpf_tc_hook attach_tc_hook(__u32 ifindex, const struct attach_side *side)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook),
		.ifindex = (int)ifindex,
		.attach_point = side->is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS,
	};
}

/* EINVAL: the interface has had a qdisc, and has none. */
int attach_tc_remove_qdisc(__u32 ifindex)
{
	int err = qdisc_is_empty(ifindex) ? qdisc_remove(ifindex) : 0;

	return err == -EINVAL ? 0 : err;
}

/* 0, 1 if garpd's was there already, -EEXIST if another program's is, or -errno. */
static int attach_tc_filter_at(int prog_fd, const struct bpf_tc_hook *hook,
			       const struct attach_tc_found *found, size_t place)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = GARPD_TC_HANDLE,
			    .priority = attach_tc_priority[place], .flags = BPF_TC_F_REPLACE);

	if (found->at[place] == TC_FOREIGN)
		return -EEXIST;
	return bpf_tc_attach(hook, &opts) ?: found->at[place] == TC_SIDE;
}

/* Removes garpd's filter of this side. 0, 1: there was one, or -errno. */
static int attach_tc_remove_at(const struct bpf_tc_hook *hook, const struct attach_tc_found *found,
			       size_t place)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE,
			    .priority = attach_tc_priority[place]);

	if (found->at[place] != TC_SIDE)
		return 0;
	return bpf_tc_detach(hook, &opts) ?: 1;
}

/*
 * In front of all filters, unless another kind of filter has that priority (EINVAL). A filter that
 * is left at the other priority goes. 0, 1 if garpd's was there already, or -errno with `why`.
 */
static int attach_tc_filter(int prog_fd, const struct bpf_tc_hook *hook, const char *name,
			    const struct attach_side *side, const struct attach_tc_found *found,
			    struct err *why)
{
	size_t place = 0;
	int was = attach_tc_filter_at(prog_fd, hook, found, place);

	if (was == -EINVAL)
		was = attach_tc_filter_at(prog_fd, hook, found, ++place);
	if (was == -EEXIST)
		return err_set(why, was,
			       "%s: another program's filter has handle 0x%x, priority %u; remove "
			       "it (tc filter del dev %s %s), or use \"mode: tcx\"",
			       name, GARPD_TC_HANDLE, attach_tc_priority[place], name,
			       side->is_egress ? "egress" : "ingress");
	if (was < 0)
		return err_set(why, was, "%s: cannot attach with tc: %s", name, strerror(-was));
	return attach_tc_remove_at(hook, found, !place) == 1 ? 1 : was;
}

/* Its qdisc: 0: made, -EEXIST: it was there, as garpd's filter shows without asking; or -errno. */
static int attach_tc_make_qdisc(__u32 ifindex, bool both, const struct attach_tc_found *found)
{
	for (size_t i = 0; i < TC_PLACES; i++)
		if (found->at[i] != TC_NOBODY)
			return -EEXIST;
	return qdisc_add(ifindex, both);
}

int attach_tc(int prog_fd, __u32 ifindex, const char *name, const struct attach_side *side,
	      struct port *port, struct err *why)
{
	struct bpf_tc_hook hook = attach_tc_hook(ifindex, side);
	bool both = port->role == ROLE_HOST;
	struct attach_tc_found found;
	int err = attach_tc_find(ifindex, side, &found), made;

	if (err)
		return err_set(why, err, "%s: cannot read its filters: %s", name, strerror(-err));
	made = attach_tc_make_qdisc(ifindex, both, &found);
	if (made && made != -EEXIST)
		return err_set(why, made, "%s: cannot add %s qdisc: %s", name,
			       both ? "a clsact" : "an ingress", strerror(-made));
	/* A filter of this side is on a clsact qdisc: the qdiscs of all interfaces need not be
	 * read. */
	if (made && side->is_egress && found.at[0] != TC_SIDE && found.at[1] != TC_SIDE &&
	    qdisc_is_ingress_only(ifindex))
		return err_set(why, made,
			       "%s: an ingress qdisc is in the place of the clsact one that its "
			       "egress needs; remove it (tc qdisc del dev %s ingress), or use "
			       "\"mode: tcx\"",
			       name, name);
	err = attach_tc_filter(prog_fd, &hook, name, side, &found, why);
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
	struct attach_tc_found found;
	int err = attach_tc_find(ifindex, side, &found), late;

	if (err)
		return err;
	err = attach_tc_remove_at(&hook, &found, 0);
	late = attach_tc_remove_at(&hook, &found, 1);
	return err < 0 ? err : late < 0 ? late : 0;
}
