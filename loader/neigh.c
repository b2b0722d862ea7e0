// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "neigh.h"
#include "text.h"

/* States in which the kernel has a MAC for the neighbour and goes by it. */
#define NUD_HAS_MAC (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_NOARP | NUD_PERMANENT)

int neigh_parse(const struct nlmsghdr *message, struct neigh *neigh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[NDA_MAX + 1], *mac;

	*neigh = (struct neigh){};
	if (message->nlmsg_type != RTM_NEWNEIGH ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*ndm))
		return -EINVAL;
	netlink_attrs(message, sizeof(*ndm), attrs, NDA_MAX + 1);
	neigh->state = ndm->ndm_state;
	neigh->flags = ndm->ndm_flags;
	neigh->flags_ext = netlink_u32(attrs[NDA_FLAGS_EXT]);
	mac = attrs[NDA_LLADDR];
	if (mac && mnl_attr_get_payload_len(mac) == MAC_LEN) {
		memcpy(neigh->mac, mnl_attr_get_payload(mac), MAC_LEN);
		neigh->has_mac = 1;
	}
	return 0;
}

enum neigh_outcome neigh_follows(const struct neigh *neigh, const __u8 mac[MAC_LEN])
{
	if (!(neigh->state & NUD_HAS_MAC) || !neigh->has_mac)
		return NEIGH_ABSENT;
	if (memcmp(neigh->mac, mac, MAC_LEN) == 0)
		return NEIGH_FOLLOWED;
	return neigh->state & (NUD_PERMANENT | NUD_NOARP) ? NEIGH_PERMANENT : NEIGH_OTHER;
}

static int neigh_hear(void *ctx, const struct nlmsghdr *message)
{
	return neigh_parse(message, ctx);
}

int neigh_read(struct netlink *netlink, __u32 ifindex, const struct addr *addr, struct neigh *neigh)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ndmsg *ndm;
	int error;

	*neigh = (struct neigh){};
	request->nlmsg_type = RTM_GETNEIGH;
	ndm = mnl_nlmsg_put_extra_header(request, sizeof(*ndm));
	ndm->ndm_ifindex = ifindex;
	if (addr_is_v4(addr)) {
		ndm->ndm_family = AF_INET;
		mnl_attr_put(request, NDA_DST, 4, addr->bytes + ADDR_V4_BITS / 8);
	} else {
		ndm->ndm_family = AF_INET6;
		mnl_attr_put(request, NDA_DST, sizeof(addr->bytes), addr->bytes);
	}
	error = netlink_ask(netlink, request, neigh_hear, neigh);
	return error == -ENOENT ? 0 : error;
}
