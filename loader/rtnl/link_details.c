// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/socket.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "link_details.h"

#define USER_HZ 100 /* in which bridges tell their times */

static void bridge_read(const struct nlattr *info_data, struct link_details *link)
{
	const struct nlattr *data[IFLA_BR_MAX + 1], *querier[BRIDGE_QUERIER_MAX + 1];

	netlink_attrs_nested(info_data, data, IFLA_BR_MAX + 1);
	netlink_attrs_nested(data[IFLA_BR_MCAST_QUERIER_STATE], querier, BRIDGE_QUERIER_MAX + 1);
	link->bridge.has_stp = netlink_uint(data[IFLA_BR_STP_STATE]);
	link->bridge.forward_delay_ms = netlink_uint(data[IFLA_BR_FORWARD_DELAY]) *
					(1000 / USER_HZ);
	link->bridge.has_snooping = netlink_uint(data[IFLA_BR_MCAST_SNOOPING]);
	/* Before Linux 5.16 the kernel does not tell of other queriers. */
	link->bridge.has_querier = netlink_uint(data[IFLA_BR_MCAST_QUERIER]) ||
				   querier[BRIDGE_QUERIER_IPV6_ADDRESS];
}

static void bond_read(const struct nlattr *info_data, struct link_details *link)
{
	const struct nlattr *data[IFLA_BOND_MAX + 1], *lacp[IFLA_BOND_AD_INFO_MAX + 1];
	const struct nlattr *partner;
	static const __u8 none[MAC_LEN];

	netlink_attrs_nested(info_data, data, IFLA_BOND_MAX + 1);
	netlink_attrs_nested(data[IFLA_BOND_AD_INFO], lacp, IFLA_BOND_AD_INFO_MAX + 1);
	partner = lacp[IFLA_BOND_AD_INFO_PARTNER_MAC];
	link->bond.mode = netlink_uint(data[IFLA_BOND_MODE]);
	link->bond.has_active = netlink_uint(data[IFLA_BOND_ACTIVE_SLAVE]);
	link->bond.has_monitor = netlink_uint(data[IFLA_BOND_MIIMON]) ||
				 netlink_uint(data[IFLA_BOND_ARP_INTERVAL]);
	link->bond.has_partner = partner && mnl_attr_get_payload_len(partner) == MAC_LEN &&
				 memcmp(mnl_attr_get_payload(partner), none, MAC_LEN) != 0;
}

static void port_read(const struct nlattr *slave_data, struct link_details *link)
{
	const struct nlattr *data[IFLA_BRPORT_MAX + 1];

	netlink_attrs_nested(slave_data, data, IFLA_BRPORT_MAX + 1);
	link->port.state = netlink_uint(data[IFLA_BRPORT_STATE]);
	link->port.learns = netlink_uint(data[IFLA_BRPORT_LEARNING]);
	link->port.is_isolated = netlink_uint(data[IFLA_BRPORT_ISOLATED]);
	link->port.is_hairpin = netlink_uint(data[IFLA_BRPORT_MODE]);
	link->port.is_suppressing = netlink_uint(data[IFLA_BRPORT_NEIGH_SUPPRESS]);
}

static void linkinfo_read(const struct nlattr *linkinfo, struct link_details *link)
{
	const struct nlattr *info[IFLA_INFO_MAX + 1];

	netlink_attrs_nested(linkinfo, info, IFLA_INFO_MAX + 1);
	netlink_text(info[IFLA_INFO_KIND], link->kind, sizeof(link->kind));
	netlink_text(info[IFLA_INFO_SLAVE_KIND], link->slave_kind, sizeof(link->slave_kind));
	if (!strcmp(link->kind, "bridge"))
		bridge_read(info[IFLA_INFO_DATA], link);
	if (!strcmp(link->kind, "bond"))
		bond_read(info[IFLA_INFO_DATA], link);
	if (!strcmp(link->slave_kind, "bridge"))
		port_read(info[IFLA_INFO_SLAVE_DATA], link);
}

bool link_details_parse(const struct nlmsghdr *message, struct link_details *link)
{
	const struct nlattr *attrs[IFLA_MAX + 1];
	const struct ifinfomsg *ifi = netlink_attrs(message, sizeof(*ifi), attrs, IFLA_MAX + 1);

	*link = (struct link_details){};
	if (message->nlmsg_type != RTM_NEWLINK || !ifi || ifi->ifi_family != AF_UNSPEC ||
	    !attrs[IFLA_IFNAME])
		return false;
	link->ifindex = (__u32)ifi->ifi_index;
	link->is_up = ifi->ifi_flags & IFF_UP;
	link->has_carrier = ifi->ifi_flags & IFF_RUNNING;
	link->master = netlink_uint(attrs[IFLA_MASTER]);
	link->lower = netlink_uint(attrs[IFLA_LINK]);
	link->lower_is_elsewhere = attrs[IFLA_LINK_NETNSID];
	netlink_text(attrs[IFLA_IFNAME], link->name, sizeof(link->name));
	linkinfo_read(attrs[IFLA_LINKINFO], link);
	return true;
}
