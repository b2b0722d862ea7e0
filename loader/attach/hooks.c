// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include <bpf/bpf.h>

#include "hooks.h"
#include "join.h"
#include "loader/rtnl/qdisc.h"
#include "loader/rtnl/xdp.h"

#define TCX_MAX 64 /* the kernel's own bound, BPF_MPROG_MAX */

struct hooks {
	struct program *at;
	size_t count;
	size_t max;
};

static void hooks_add(struct hooks *hooks, const char *hook, __u32 id, const char *kind)
{
	struct program *program = &hooks->at[hooks->count];

	if (hooks->count == hooks->max)
		return;
	*program = (struct program){.hook = hook, .id = id};
	if (!id || programs_name(id, program->name))
		snprintf(program->name, sizeof(program->name), "%.*s", PROGRAM_NAME_LEN - 1, kind);
	hooks->count++;
}

static void hooks_add_xdp(struct hooks *hooks, __u32 ifindex)
{
	__u32 ids[ATTACH_JOIN_MAX], id = xdp_program(ifindex);
	size_t i, first = hooks->count, dispatched = id ? attach_join_read(ifindex, ids) : 0;

	if (id && !dispatched)
		hooks_add(hooks, "xdp", id, "");
	for (i = 0; i < dispatched; i++)
		hooks_add(hooks, "xdp", ids[i], "");
	for (i = first; dispatched && i < hooks->count; i++)
		hooks->at[i].dispatched = true;
}

static void hooks_add_tcx(struct hooks *hooks, __u32 ifindex, bool egress)
{
	enum bpf_attach_type type = egress ? ATTACH_TCX_EGRESS : ATTACH_TCX_INGRESS;
	__u32 ids[TCX_MAX];
	DECLARE_LIBBPF_OPTS(bpf_prog_query_opts, opts, .prog_ids = ids, .prog_cnt = TCX_MAX);

	/* The first argument is the ifindex here, whatever libbpf 1.1 calls it. */
	if (bpf_prog_query_opts((int)ifindex, type, &opts))
		return;
	for (__u32 i = 0; i < opts.prog_cnt; i++)
		hooks_add(hooks, "tcx", ids[i], "");
}

static void hooks_add_filter(void *ctx, const struct qdisc_filter *filter)
{
	struct hooks *hooks = ctx;
	size_t at = hooks->count;

	hooks_add(hooks, "tc", filter->prog_id, filter->kind);
	if (hooks->count > at)
		hooks->at[at].aside = filter->chain != 0;
}

size_t hooks_read(__u32 ifindex, bool egress, struct program *programs, size_t max)
{
	struct hooks found = {.at = programs, .max = max};

	if (!egress)
		hooks_add_xdp(&found, ifindex);
	hooks_add_tcx(&found, ifindex, egress);
	qdisc_each_filter(ifindex, egress, hooks_add_filter, &found);
	return found.count;
}
