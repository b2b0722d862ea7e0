// SPDX-License-Identifier: GPL-2.0-or-later
/* bridge.c: the kernel's messages about a bridge's table and its ports. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/socket.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "loader/rtnl/bridge.h"

#define BRIDGE 7u
#define PORT   8u

static char buffer[512] __attribute__((aligned(NLMSG_ALIGNTO)));

static struct nlmsghdr *fdb_message(unsigned char family)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(message, sizeof(*ndm));

	message->nlmsg_type = RTM_NEWNEIGH;
	ndm->ndm_family = family;
	ndm->ndm_ifindex = PORT;
	ndm->ndm_state = NUD_NOARP;
	ndm->ndm_flags = NTF_EXT_LEARNED;
	return message;
}

Test(bridge, an_fdb_entry_is_read)
{
	struct nlmsghdr *message = fdb_message(AF_BRIDGE);
	struct fdb fdb;

	cr_assert_eq(fdb_parse(message, &fdb), 0);
	cr_assert_eq(fdb.port, PORT);
	cr_assert_eq(fdb.state, NUD_NOARP);
	cr_assert_eq(fdb.flags, NTF_EXT_LEARNED);
}

Test(bridge, a_neighbour_or_a_short_message_is_no_fdb_entry)
{
	struct nlmsghdr *message = fdb_message(AF_INET);
	struct fdb fdb;

	cr_assert_eq(fdb_parse(message, &fdb), -EINVAL);
	message = fdb_message(AF_BRIDGE);
	message->nlmsg_len -= 4;
	cr_assert_eq(fdb_parse(message, &fdb), -EINVAL);
	cr_assert_eq(fdb.port, 0);
}

static struct nlmsghdr *port_message(unsigned char family)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(message, sizeof(*ifi));

	message->nlmsg_type = RTM_NEWLINK;
	ifi->ifi_family = family;
	ifi->ifi_index = PORT;
	mnl_attr_put_u32(message, IFLA_MASTER, BRIDGE);
	return message;
}

static struct nlmsghdr *port_message_full(unsigned char family)
{
	struct nlmsghdr *message = port_message(family);
	struct nlattr *nest = mnl_attr_nest_start(message, IFLA_PROTINFO);

	mnl_attr_put_u8(message, IFLA_BRPORT_STATE, BR_STATE_BLOCKING);
	mnl_attr_put_u8(message, IFLA_BRPORT_LEARNING, 1);
	mnl_attr_put_u8(message, IFLA_BRPORT_ISOLATED, 0);
	mnl_attr_put_u8(message, IFLA_BRPORT_NEIGH_SUPPRESS, 1);
	mnl_attr_nest_end(message, nest);
	return message;
}

Test(bridge, a_port_is_read)
{
	struct nlmsghdr *message = port_message_full(AF_BRIDGE);
	struct bridge_port port;

	cr_assert(bridge_port_parse(message, &port));
	cr_assert_eq(port.ifindex, PORT);
	cr_assert_eq(port.bridge, BRIDGE);
	cr_assert_eq(port.state, BR_STATE_BLOCKING);
	cr_assert_eq(port.learning, 1);
	cr_assert_eq(port.isolated, 0);
	cr_assert_eq(port.neigh_suppress, 1);
}

/* The bridge tells of itself too, and some cards of the switch inside them. */
Test(bridge, what_has_no_port_state_is_no_port)
{
	struct bridge_port port;

	cr_assert(!bridge_port_parse(port_message(AF_BRIDGE), &port));
	cr_assert(!bridge_port_parse(port_message_full(AF_UNSPEC), &port));
}
