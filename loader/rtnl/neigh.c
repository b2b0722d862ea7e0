// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "neigh.h"
#include "loader/base/text.h"

/* States in which the kernel has a MAC for the neighbour and uses it. */
#define NUD_HAS_MAC (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_NOARP | NUD_PERMANENT)

/* How long ago the entry changed; the kernel counts in clock ticks (sysconf(3)). */
static __u32 neigh_changed_ms(const struct nlattr *cacheinfo)
{
	const struct nda_cacheinfo *info = cacheinfo ? mnl_attr_get_payload(cacheinfo) : NULL;
	__u64 ms;

	if (!info || mnl_attr_get_payload_len(cacheinfo) < sizeof(*info))
		return 0;
	ms = (__u64)info->ndm_updated * 1000 / sysconf(_SC_CLK_TCK);
	return ms < UINT32_MAX ? ms : UINT32_MAX;
}

int neigh_parse(const struct nlmsghdr *message, struct neigh *neigh)
{
	const struct nlattr *attrs[NDA_MAX + 1], *mac;
	const struct ndmsg *ndm = netlink_attrs(message, sizeof(*ndm), attrs, NDA_MAX + 1);

	*neigh = (struct neigh){};
	if (!ndm || (message->nlmsg_type != RTM_NEWNEIGH && message->nlmsg_type != RTM_DELNEIGH))
		return -EINVAL;
	if (ndm->ndm_family != AF_INET && ndm->ndm_family != AF_INET6)
		return -EINVAL; /* a bridge's table comes in the same messages */
	neigh->ifindex = ndm->ndm_ifindex;
	netlink_addr(ndm->ndm_family, attrs[NDA_DST], &neigh->addr);
	neigh->changed_ms = neigh_changed_ms(attrs[NDA_CACHEINFO]);
	neigh->state = ndm->ndm_state;
	neigh->flags = ndm->ndm_flags;
	neigh->flags_ext = netlink_uint(attrs[NDA_FLAGS_EXT]);
	mac = attrs[NDA_LLADDR];
	if (mac && mnl_attr_get_payload_len(mac) == MAC_LEN) {
		memcpy(neigh->mac, mnl_attr_get_payload(mac), MAC_LEN);
		neigh->has_mac = 1;
	}
	return 0;
}

const char *neigh_state_name(__u16 state)
{
	static const struct {
		__u16 state;
		const char *name;
	} names[] = {
		{NUD_PERMANENT, "permanent"}, {NUD_NOARP, "noarp"},
		{NUD_REACHABLE, "reachable"}, {NUD_STALE, "stale"},
		{NUD_DELAY, "delay"},	      {NUD_PROBE, "probe"},
		{NUD_FAILED, "failed"},	      {NUD_INCOMPLETE, "incomplete"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (state & names[i].state)
			return names[i].name;
	return "none";
}

bool neigh_is_valid(const struct neigh *neigh)
{
	return neigh->state & NUD_HAS_MAC && neigh->has_mac;
}

bool neigh_is_learned(const struct neigh *neigh)
{
	return neigh->flags & NTF_EXT_LEARNED;
}

enum neigh_outcome neigh_judge(const struct neigh *neigh, const __u8 mac[MAC_LEN])
{
	if (!neigh_is_valid(neigh))
		return NEIGH_ABSENT;
	if (memcmp(neigh->mac, mac, MAC_LEN) == 0)
		return NEIGH_FOLLOWED;
	if (neigh_is_learned(neigh))
		return NEIGH_LEARNED;
	return neigh->state & (NUD_PERMANENT | NUD_NOARP) ? NEIGH_PERMANENT : NEIGH_OTHER;
}

static int neigh_hear(void *ctx, const struct nlmsghdr *message)
{
	return neigh_parse(message, ctx);
}

/* Begins a request about one entry. */
static void neigh_request(struct netlink_request *request, __u16 type, __u32 ifindex,
			  const struct addr *addr, __u16 state, __u8 flags)
{
	bool v4 = addr_is_ipv4(addr);
	struct ndmsg ndm = {
		.ndm_family = v4 ? AF_INET : AF_INET6,
		.ndm_ifindex = ifindex,
		.ndm_state = state,
		.ndm_flags = flags,
	};

	netlink_request_begin(request, type, &ndm, sizeof(ndm));
	if (v4)
		mnl_attr_put(&request->message, NDA_DST, 4, addr->bytes + ADDR_V4_BITS / 8);
	else
		mnl_attr_put(&request->message, NDA_DST, sizeof(addr->bytes), addr->bytes);
}

int neigh_read(struct netlink *netlink, __u32 ifindex, const struct addr *addr, struct neigh *neigh)
{
	struct netlink_request request;
	int err;

	*neigh = (struct neigh){};
	neigh_request(&request, RTM_GETNEIGH, ifindex, addr, NUD_NONE, 0);
	err = netlink_run(netlink, &request, NLM_F_ACK, neigh_hear, neigh);
	return err == -ENOENT ? 0 : err;
}

int neigh_write(struct netlink *netlink, __u32 ifindex, const struct addr *addr,
		const __u8 mac[MAC_LEN], __u16 state, bool create)
{
	struct netlink_request request;

	neigh_request(&request, RTM_NEWNEIGH, ifindex, addr, state, 0);
	mnl_attr_put(&request.message, NDA_LLADDR, MAC_LEN, mac);
	return netlink_run(netlink, &request,
			   NLM_F_ACK | NLM_F_REPLACE | (create ? NLM_F_CREATE : 0), NULL, NULL);
}

int neigh_resolve(struct netlink *netlink, __u32 ifindex, const struct addr *addr)
{
	struct netlink_request request;
	struct neigh neigh;
	int err = neigh_read(netlink, ifindex, addr, &neigh);

	if (err)
		return err;
	if (neigh_is_valid(&neigh))
		return -EEXIST;
	if (neigh.state & NUD_INCOMPLETE)
		return -EALREADY;
	neigh_request(&request, RTM_NEWNEIGH, ifindex, addr, NUD_NONE, NTF_USE);
	return netlink_run(netlink, &request,
			   NLM_F_ACK | NLM_F_CREATE | (neigh.state == NUD_NONE ? NLM_F_EXCL : 0),
			   NULL, NULL);
}

int neigh_dump(struct netlink *netlink, netlink_hear hear, void *ctx)
{
	struct netlink_request request;
	struct ndmsg ndm = {}; /* AF_UNSPEC: both families */

	netlink_request_begin(&request, RTM_GETNEIGH, &ndm, sizeof(ndm));
	return netlink_run(netlink, &request, NLM_F_DUMP, hear, ctx);
}

/* ---- sysctls ---- */

__u8 neigh_setting(const char *interface, const struct addr *addr, const char *key)
{
	char path[128];
	int value = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s",
		 addr_is_ipv4(addr) ? "ipv4" : "ipv6", interface, key);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &value) != 1)
		value = 0;
	fclose(file);
	return (__u8)value;
}

bool neigh_has_drop_setting(const char *interface, const struct addr *addr)
{
	if (addr_is_ipv4(addr))
		return neigh_setting(interface, addr, "drop_gratuitous_arp");
	return strcmp(interface, "all") && neigh_setting(interface, addr, "drop_unsolicited_na");
}
