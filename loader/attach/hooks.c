// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include <bpf/bpf.h>

#include "hooks.h"
#include "join.h"
#include "loader/rtnl/qdisc.h"

#define TCX_MAX 64 /* the kernel's own bound, BPF_MPROG_MAX */

/* Where programs_read puts what it finds. */
struct programs {
	struct program *at;
	size_t count;
	size_t max;
};

static void programs_add(struct programs *programs, const char *hook, __u32 id, const char *kind)
{
	struct program *program = &programs->at[programs->count];

	if (programs->count == programs->max)
		return;
	*program = (struct program){.hook = hook, .id = id};
	if (!id || programs_name(id, program->name))
		snprintf(program->name, sizeof(program->name), "%s", kind);
	programs->count++;
}

static void programs_add_xdp(struct programs *programs, __u32 ifindex)
{
	__u32 ids[ATTACH_JOIN_MAX], id = programs_xdp(ifindex);
	size_t i, first = programs->count, dispatched = attach_join_read(ifindex, ids);

	if (id && !dispatched)
		programs_add(programs, "xdp", id, "");
	for (i = 0; i < dispatched; i++)
		programs_add(programs, "xdp", ids[i], "");
	for (i = 0; i < dispatched && first + i < programs->count; i++)
		programs->at[first + i].dispatched = true;
}

static void programs_add_tcx(struct programs *programs, __u32 ifindex)
{
	__u32 ids[TCX_MAX];
	DECLARE_LIBBPF_OPTS(bpf_prog_query_opts, opts, .prog_ids = ids, .prog_cnt = TCX_MAX);
	__u32 i;

	/* The first argument is the ifindex here, whatever libbpf 1.1 calls it. */
	if (bpf_prog_query_opts((int)ifindex, ATTACH_TCX_INGRESS, &opts))
		return;
	for (i = 0; i < opts.prog_cnt; i++)
		programs_add(programs, "tcx", ids[i], "");
}

static void programs_add_filter(void *ctx, __u32 prog_id, const char *kind)
{
	programs_add(ctx, "tc", prog_id, kind);
}

size_t programs_read(__u32 ifindex, struct program *programs, size_t max)
{
	struct programs found = {.at = programs, .max = max};

	programs_add_xdp(&found, ifindex);
	programs_add_tcx(&found, ifindex);
	qdisc_each_filter(ifindex, programs_add_filter, &found);
	return found.count;
}
