// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include "netlink.h"
#include "qdisc.h"

/* Whom qdisc_each_filter calls. */
struct qdisc_filters {
	qdisc_filter each;
	void *ctx;
	__u32 info; /* priority and protocol of the one that came last */
};

static int qdisc_count_filter(void *ctx, const struct nlmsghdr *message)
{
	unsigned int *count = ctx;

	*count += message->nlmsg_type == RTM_NEWTFILTER;
	return 0;
}

/* A filter comes once for each of its elements; one without a handle is only their head. */
static int qdisc_hear_filter(void *ctx, const struct nlmsghdr *message)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[TCA_OPTIONS + 1], *options[TCA_BPF_ID + 1];
	struct qdisc_filters *filters = ctx;
	char kind[32];
	__u32 id = 0;

	if (message->nlmsg_type != RTM_NEWTFILTER || !tc->tcm_handle)
		return 0;
	netlink_attrs(message, sizeof(*tc), attrs, TCA_OPTIONS + 1);
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

/* Calls `hear` for the filters that `parent` (a minor of clsact) has. As netlink_dump. */
static int qdisc_dump_filters(struct netlink *netlink, __u32 ifindex, __u32 parent,
			      netlink_hear hear, void *ctx)
{
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct tcmsg *tc;

	request->nlmsg_type = RTM_GETTFILTER;
	tc = mnl_nlmsg_put_extra_header(request, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = ifindex;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, parent);
	return netlink_dump(netlink, request, hear, ctx);
}

/* How many there are; -errno where the kernel does not say. */
static int qdisc_count_filters(struct netlink *netlink, __u32 ifindex, __u32 parent)
{
	unsigned int count = 0;
	int code = qdisc_dump_filters(netlink, ifindex, parent, qdisc_count_filter, &count);

	return code < 0 ? code : (int)count;
}

void qdisc_each_filter(__u32 ifindex, qdisc_filter each, void *ctx)
{
	struct qdisc_filters filters = {.each = each, .ctx = ctx};
	struct netlink netlink = {};
	struct err err;

	if (!netlink_open(&netlink, NULL, &err))
		qdisc_dump_filters(&netlink, ifindex, TC_H_MIN_INGRESS, qdisc_hear_filter,
				   &filters);
	netlink_close(&netlink);
}

/* Which filter qdisc_hear_name looks for, and what it has found. */
struct qdisc_wanted {
	__u16 priority;
	__u32 handle;
	char *name;
};

static int qdisc_hear_name(void *ctx, const struct nlmsghdr *message)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[TCA_OPTIONS + 1], *options[TCA_BPF_NAME + 1];
	const struct qdisc_wanted *wanted = ctx;

	if (message->nlmsg_type != RTM_NEWTFILTER || tc->tcm_handle != wanted->handle ||
	    TC_H_MAJ(tc->tcm_info) >> 16 != wanted->priority)
		return 0;
	netlink_attrs(message, sizeof(*tc), attrs, TCA_OPTIONS + 1);
	netlink_attrs_nested(attrs[TCA_OPTIONS], options, TCA_BPF_NAME + 1);
	netlink_text(options[TCA_BPF_NAME], wanted->name, QDISC_NAME_LEN);
	return 0;
}

const char *qdisc_filter_name(__u32 ifindex, __u16 priority, __u32 handle,
			      char name[QDISC_NAME_LEN])
{
	struct qdisc_wanted wanted = {.priority = priority, .handle = handle, .name = name};
	struct netlink netlink = {};
	struct err err;

	name[0] = '\0';
	if (!netlink_open(&netlink, NULL, &err))
		qdisc_dump_filters(&netlink, ifindex, TC_H_MIN_INGRESS, qdisc_hear_name, &wanted);
	netlink_close(&netlink);
	return name;
}

bool qdisc_clsact_is_empty(__u32 ifindex)
{
	struct netlink netlink = {};
	struct err err;
	bool empty = false;

	if (!netlink_open(&netlink, NULL, &err))
		empty = !qdisc_count_filters(&netlink, ifindex, TC_H_MIN_INGRESS) &&
			!qdisc_count_filters(&netlink, ifindex, TC_H_MIN_EGRESS);
	netlink_close(&netlink);
	return empty;
}
