// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "bridge.h"

int fdb_parse(const struct nlmsghdr *message, struct fdb *fdb)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(message);

	*fdb = (struct fdb){};
	if (message->nlmsg_type != RTM_NEWNEIGH ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*ndm) || ndm->ndm_family != AF_BRIDGE)
		return -EINVAL;
	fdb->port = ndm->ndm_ifindex;
	fdb->state = ndm->ndm_state;
	fdb->flags = ndm->ndm_flags;
	return 0;
}

static int fdb_hear(void *ctx, const struct nlmsghdr *message)
{
	return fdb_parse(message, ctx);
}

int fdb_read(struct netlink *netlink, __u32 bridge, __u16 vlan, const __u8 mac[MAC_LEN],
	     struct fdb *fdb)
{
	const struct ndmsg ndm = {.ndm_family = AF_BRIDGE};
	struct netlink_request request;
	int err;

	*fdb = (struct fdb){};
	netlink_request_begin(&request, RTM_GETNEIGH, &ndm, sizeof(ndm));
	mnl_attr_put_u32(&request.message, NDA_MASTER, bridge);
	mnl_attr_put(&request.message, NDA_LLADDR, MAC_LEN, mac);
	if (vlan)
		mnl_attr_put_u16(&request.message, NDA_VLAN, vlan);
	err = netlink_run(netlink, &request, NLM_F_ACK, fdb_hear, fdb);
	return err == -ENOENT ? 0 : err;
}

bool bridge_port_parse(const struct nlmsghdr *message, struct bridge_port *port)
{
	const struct nlattr *attrs[IFLA_MAX + 1], *info[IFLA_BRPORT_MAX + 1];
	const struct ifinfomsg *ifi = netlink_attrs(message, sizeof(*ifi), attrs, IFLA_MAX + 1);

	*port = (struct bridge_port){};
	if (message->nlmsg_type != RTM_NEWLINK || !ifi || ifi->ifi_family != AF_BRIDGE)
		return false;
	netlink_attrs_nested(attrs[IFLA_PROTINFO], info, IFLA_BRPORT_MAX + 1);
	if (!info[IFLA_BRPORT_STATE]) /* the bridge itself, or a NIC's report of its own switch */
		return false;
	port->ifindex = ifi->ifi_index;
	port->bridge = netlink_uint(attrs[IFLA_MASTER]);
	port->state = netlink_uint(info[IFLA_BRPORT_STATE]);
	port->learning = netlink_uint(info[IFLA_BRPORT_LEARNING]);
	port->isolated = netlink_uint(info[IFLA_BRPORT_ISOLATED]);
	port->neigh_suppress = netlink_uint(info[IFLA_BRPORT_NEIGH_SUPPRESS]);
	return true;
}
