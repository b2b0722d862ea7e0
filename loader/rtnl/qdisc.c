// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include "netlink.h"
#include "qdisc.h"

/* Hears the filters on one side of the clsact qdisc, TC_H_MIN_INGRESS or _EGRESS. 0 or -errno. */
static int qdisc_dump_filters(__u32 ifindex, __u32 side, netlink_hear hear, void *ctx)
{
	const struct tcmsg tc = {
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, side),
	};
	struct netlink_request request;
	struct netlink netlink;
	struct err ignored;
	int err = netlink_open(&netlink, NULL, &ignored);

	if (err)
		return err;
	netlink_request_begin(&request, RTM_GETTFILTER, &tc, sizeof(tc));
	err = netlink_run(&netlink, &request, NLM_F_DUMP, hear, ctx);
	netlink_close(&netlink);
	return err < 0 ? err : 0;
}

struct qdisc_walk {
	void (*each)(void *ctx, const struct qdisc_filter *filter);
	void *ctx;
	__u32 info; /* priority and protocol of the last filter */
};

/* A filter comes once for each of its elements; one without a handle is only their head. */
static int qdisc_hear_filter(void *ctx, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[TCA_OPTIONS + 1], *options[TCA_BPF_ID + 1];
	const struct tcmsg *tc = netlink_attrs(message, sizeof(*tc), attrs, TCA_OPTIONS + 1);
	struct qdisc_walk *walk = ctx;
	struct qdisc_filter filter = {};

	if (message->nlmsg_type != RTM_NEWTFILTER || !tc || !tc->tcm_handle)
		return 0;
	filter.handle = tc->tcm_handle;
	filter.priority = TC_H_MAJ(tc->tcm_info) >> 16;
	netlink_text(attrs[TCA_KIND], filter.kind, sizeof(filter.kind));
	if (!strcmp(filter.kind, "bpf")) {
		netlink_attrs_nested(attrs[TCA_OPTIONS], options, TCA_BPF_ID + 1);
		filter.prog_id = netlink_uint(options[TCA_BPF_ID]);
		netlink_text(options[TCA_BPF_NAME], filter.name, sizeof(filter.name));
	}
	if (filter.prog_id || tc->tcm_info != walk->info)
		walk->each(walk->ctx, &filter);
	walk->info = tc->tcm_info;
	return 0;
}

void qdisc_each_filter(__u32 ifindex, bool egress,
		       void (*each)(void *ctx, const struct qdisc_filter *filter), void *ctx)
{
	struct qdisc_walk walk = {.each = each, .ctx = ctx};

	qdisc_dump_filters(ifindex, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS, qdisc_hear_filter,
			   &walk);
}

static int qdisc_count_filter(void *ctx, const struct nlmsghdr *message)
{
	unsigned int *count = ctx;

	*count += message->nlmsg_type == RTM_NEWTFILTER;
	return 0;
}

bool qdisc_is_empty(__u32 ifindex)
{
	unsigned int count = 0;

	return !qdisc_dump_filters(ifindex, TC_H_MIN_INGRESS, qdisc_count_filter, &count) &&
	       !qdisc_dump_filters(ifindex, TC_H_MIN_EGRESS, qdisc_count_filter, &count) && !count;
}
