// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_bridge.h>

#include "nft.h"

#define NEWCHAIN (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN)
#define GETCHAIN (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN)

/* nftables has its integers in network byte order. */
static __u32 attr_be32(const struct nlattr *attr)
{
	return ntohl(netlink_uint(attr));
}

/* One device, or the first of a list (Linux 5.5). */
static void device_read(const struct nlattr **hook, struct nft_chain *chain)
{
	const struct nlattr *device = hook[NFTA_HOOK_DEV], *devices[NFTA_DEVICE_NAME + 1];

	if (!device && hook[NFTA_HOOK_DEVS]) {
		netlink_attrs_nested(hook[NFTA_HOOK_DEVS], devices, NFTA_DEVICE_NAME + 1);
		device = devices[NFTA_DEVICE_NAME];
	}
	netlink_text(device, chain->device, sizeof(chain->device));
}

bool nft_chain_parse(const struct nlmsghdr *message, struct nft_chain *chain)
{
	const struct nlattr *attrs[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	const struct nfgenmsg *header = netlink_attrs(message, sizeof(*header), attrs,
						      NFTA_CHAIN_MAX + 1);

	*chain = (struct nft_chain){};
	if (message->nlmsg_type != NEWCHAIN || !header || !attrs[NFTA_CHAIN_HOOK])
		return false;
	netlink_attrs_nested(attrs[NFTA_CHAIN_HOOK], hook, NFTA_HOOK_MAX + 1);
	chain->family = header->nfgen_family;
	chain->hook = attr_be32(hook[NFTA_HOOK_HOOKNUM]);
	chain->priority = (__s32)attr_be32(hook[NFTA_HOOK_PRIORITY]);
	netlink_text(attrs[NFTA_CHAIN_TABLE], chain->table, sizeof(chain->table));
	netlink_text(attrs[NFTA_CHAIN_NAME], chain->name, sizeof(chain->name));
	device_read(hook, chain);
	return true;
}

struct nft_walk {
	void (*each)(void *ctx, const struct nft_chain *chain);
	void *ctx;
};

static int nft_hear(void *ctx, const struct nlmsghdr *message)
{
	const struct nft_walk *walk = ctx;
	struct nft_chain chain;

	if (nft_chain_parse(message, &chain))
		walk->each(walk->ctx, &chain);
	return 0;
}

int nft_each_chain(void (*each)(void *ctx, const struct nft_chain *chain), void *ctx)
{
	const struct nfgenmsg all = {.nfgen_family = NFPROTO_UNSPEC, .version = NFNETLINK_V0};
	struct nft_walk walk = {each, ctx};
	struct netlink_request request;
	struct netlink netlink;
	int err = netlink_open_netfilter(&netlink);

	if (err)
		return err;
	netlink_request_begin(&request, GETCHAIN, &all, sizeof(all));
	err = netlink_run(&netlink, &request, NLM_F_DUMP, nft_hear, &walk);
	netlink_close(&netlink);
	return err < 0 ? err : 0;
}

const char *nft_family_name(__u8 family)
{
	switch (family) {
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_ARP:
		return "arp";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	}
	return "unknown";
}

const char *nft_hook_name(const struct nft_chain *chain)
{
	static const char *const hooks[] = {"prerouting", "input", "forward", "output",
					    "postrouting"};
	static const char *const arp[] = {"input", "output", "forward"};
	static const char *const netdev[] = {"ingress", "egress"};

	switch (chain->family) {
	case NFPROTO_ARP:
		return chain->hook < NF_ARP_NUMHOOKS ? arp[chain->hook] : "unknown";
	case NFPROTO_NETDEV:
		return chain->hook < sizeof(netdev) / sizeof(netdev[0]) ? netdev[chain->hook]
									: "unknown";
	}
	return chain->hook < sizeof(hooks) / sizeof(hooks[0]) ? hooks[chain->hook] : "unknown";
}
