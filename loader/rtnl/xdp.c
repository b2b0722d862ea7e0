// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "netlink.h"
#include "xdp.h"

static int xdp_hear(void *ctx, const struct nlmsghdr *message)
{
	static const unsigned int places[] = {IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID,
					      IFLA_XDP_HW_PROG_ID, IFLA_XDP_PROG_ID};
	const struct nlattr *attrs[IFLA_MAX + 1], *xdp[IFLA_XDP_MAX + 1];
	__u32 *id = ctx;

	if (!netlink_attrs(message, sizeof(struct ifinfomsg), attrs, IFLA_MAX + 1))
		return 0;
	netlink_attrs_nested(attrs[IFLA_XDP], xdp, IFLA_XDP_MAX + 1);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !*id; i++)
		*id = netlink_uint(xdp[places[i]]);
	return 0;
}

__u32 xdp_program(__u32 ifindex)
{
	const struct ifinfomsg ifi = {.ifi_index = (int)ifindex};
	struct netlink_request request;
	__u32 id = 0;

	netlink_request_begin(&request, RTM_GETLINK, &ifi, sizeof(ifi));
	mnl_attr_put_u32(&request.message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	netlink_run_shared(&request, NLM_F_ACK, xdp_hear, &id);
	return id;
}
