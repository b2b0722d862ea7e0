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
	int err;

	netlink_request_begin(&request, RTM_GETTFILTER, &tc, sizeof(tc));
	err = netlink_run_shared(&request, NLM_F_DUMP, hear, ctx);
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
	const struct nlattr *attrs[TCA_CHAIN + 1], *options[TCA_BPF_ID + 1];
	const struct tcmsg *tc = netlink_attrs(message, sizeof(*tc), attrs, TCA_CHAIN + 1);
	struct qdisc_walk *walk = ctx;
	struct qdisc_filter filter = {};

	if (message->nlmsg_type != RTM_NEWTFILTER || !tc || !tc->tcm_handle)
		return 0;
	filter.handle = tc->tcm_handle;
	filter.priority = TC_H_MAJ(tc->tcm_info) >> 16;
	filter.chain = netlink_uint(attrs[TCA_CHAIN]);
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

int qdisc_each_filter(__u32 ifindex, bool egress,
		      void (*each)(void *ctx, const struct qdisc_filter *filter), void *ctx)
{
	struct qdisc_walk walk = {.each = each, .ctx = ctx};

	return qdisc_dump_filters(ifindex, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS,
				  qdisc_hear_filter, &walk);
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

static int qdisc_change(__u32 ifindex, __u16 type, const char *kind, unsigned int flags)
{
	const struct tcmsg tc = {
		.tcm_ifindex = (int)ifindex,
		.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
		.tcm_parent = TC_H_CLSACT, /* the same as TC_H_INGRESS */
	};
	struct netlink_request request;

	netlink_request_begin(&request, type, &tc, sizeof(tc));
	if (kind)
		mnl_attr_put_strz(&request.message, TCA_KIND, kind);
	return netlink_run_shared(&request, flags, NULL, NULL);
}

int qdisc_add(__u32 ifindex, bool egress)
{
	return qdisc_change(ifindex, RTM_NEWQDISC, egress ? "clsact" : "ingress",
			    NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
}

int qdisc_remove(__u32 ifindex)
{
	return qdisc_change(ifindex, RTM_DELQDISC, NULL, NLM_F_ACK);
}

struct qdisc_list {
	void (*each)(void *ctx, __u32 ifindex, bool has_egress);
	void *ctx;
};

/* Either kind has this parent. */
static int qdisc_hear_ingress(void *ctx, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[TCA_KIND + 1];
	const struct tcmsg *tc = netlink_attrs(message, sizeof(*tc), attrs, TCA_KIND + 1);
	const struct qdisc_list *list = ctx;
	char kind[32];

	if (!tc || message->nlmsg_type != RTM_NEWQDISC || tc->tcm_parent != TC_H_INGRESS)
		return 0;
	netlink_text(attrs[TCA_KIND], kind, sizeof(kind));
	list->each(list->ctx, (__u32)tc->tcm_ifindex, !strcmp(kind, "clsact"));
	return 0;
}

void qdisc_each_ingress(void (*each)(void *ctx, __u32 ifindex, bool has_egress), void *ctx)
{
	const struct tcmsg tc = {};
	struct qdisc_list list = {each, ctx};
	struct netlink_request request;

	netlink_request_begin(&request, RTM_GETQDISC, &tc, sizeof(tc));
	netlink_run_shared(&request, NLM_F_DUMP, qdisc_hear_ingress, &list);
}

struct qdisc_seek {
	__u32 ifindex;
	bool found;
};

static int qdisc_hear_kind(void *ctx, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[TCA_KIND + 1];
	const struct tcmsg *tc = netlink_attrs(message, sizeof(*tc), attrs, TCA_KIND + 1);
	struct qdisc_seek *seek = ctx;
	char kind[32];

	if (!tc || (__u32)tc->tcm_ifindex != seek->ifindex)
		return 0;
	netlink_text(attrs[TCA_KIND], kind, sizeof(kind));
	seek->found |= !strcmp(kind, "ingress");
	return 0;
}

/* The kernel dumps the qdiscs of all interfaces. */
bool qdisc_is_ingress_only(__u32 ifindex)
{
	const struct tcmsg tc = {.tcm_ifindex = ifindex};
	struct qdisc_seek seek = {.ifindex = ifindex};
	struct netlink_request request;

	netlink_request_begin(&request, RTM_GETQDISC, &tc, sizeof(tc));
	netlink_run_shared(&request, NLM_F_DUMP, qdisc_hear_kind, &seek);
	return seek.found;
}
