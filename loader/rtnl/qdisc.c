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
	err = netlink_dump(&netlink, &request, hear, ctx);
	netlink_close(&netlink);
	return err < 0 ? err : 0;
}

/* ---- all filters ---- */

struct qdisc_filters {
	qdisc_filter each;
	void *ctx;
	__u32 info; /* priority and protocol of the last one */
};

/* A filter comes once for each of its elements; one without a handle is only their head. */
static int qdisc_hear_filter(void *ctx, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[TCA_OPTIONS + 1], *options[TCA_BPF_ID + 1];
	const struct tcmsg *tc = netlink_attrs(message, sizeof(*tc), attrs, TCA_OPTIONS + 1);
	struct qdisc_filters *filters = ctx;
	char kind[32];
	__u32 id = 0;

	if (message->nlmsg_type != RTM_NEWTFILTER || !tc || !tc->tcm_handle)
		return 0;
	netlink_text(attrs[TCA_KIND], kind, sizeof(kind));
	if (!strcmp(kind, "bpf")) {
		netlink_attrs_nested(attrs[TCA_OPTIONS], options, TCA_BPF_ID + 1);
		id = netlink_u32(options[TCA_BPF_ID]);
	}
	if (id || tc->tcm_info != filters->info)
		filters->each(filters->ctx, id, kind);
	filters->info = tc->tcm_info;
	return 0;
}

void qdisc_each_filter(__u32 ifindex, qdisc_filter each, void *ctx)
{
	struct qdisc_filters filters = {.each = each, .ctx = ctx};

	qdisc_dump_filters(ifindex, TC_H_MIN_INGRESS, qdisc_hear_filter, &filters);
}

/* ---- one filter ---- */

struct qdisc_wanted {
	__u16 priority;
	__u32 handle;
	char *name; /* what is found */
};

static int qdisc_hear_name(void *ctx, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[TCA_OPTIONS + 1], *options[TCA_BPF_NAME + 1];
	const struct tcmsg *tc = netlink_attrs(message, sizeof(*tc), attrs, TCA_OPTIONS + 1);
	const struct qdisc_wanted *wanted = ctx;

	if (message->nlmsg_type != RTM_NEWTFILTER || !tc || tc->tcm_handle != wanted->handle ||
	    TC_H_MAJ(tc->tcm_info) >> 16 != wanted->priority)
		return 0;
	netlink_attrs_nested(attrs[TCA_OPTIONS], options, TCA_BPF_NAME + 1);
	netlink_text(options[TCA_BPF_NAME], wanted->name, QDISC_NAME_LEN);
	return 0;
}

const char *qdisc_filter_name(__u32 ifindex, __u16 priority, __u32 handle,
			      char name[QDISC_NAME_LEN])
{
	struct qdisc_wanted wanted = {.priority = priority, .handle = handle, .name = name};

	name[0] = '\0';
	qdisc_dump_filters(ifindex, TC_H_MIN_INGRESS, qdisc_hear_name, &wanted);
	return name;
}

/* ---- no filter ---- */

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
