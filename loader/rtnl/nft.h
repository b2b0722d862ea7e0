/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nft.h - the chains of nftables through which frames go by themselves, of every family. */
#ifndef GARPD_RTNL_NFT_H
#define GARPD_RTNL_NFT_H

#include <linux/if.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "netlink.h"

#define NFT_NAME_LEN 64

/* A base chain. */
struct nft_chain {
	__u8 family; /* NFPROTO_* */
	__u32 hook;  /* NF_INET_*, NF_BR_*, NF_ARP_* or NF_NETDEV_*, by the family */
	__s32 priority;
	char table[NFT_NAME_LEN];
	char name[NFT_NAME_LEN];
	char device[IFNAMSIZ]; /* of the family netdev, the first one; "" */
};

/* False for any other message, and for a chain without a hook. */
bool nft_chain_parse(const struct nlmsghdr *message, struct nft_chain *chain);

/* Calls `each` for every base chain. 0, or -errno (-EPERM: takes CAP_NET_ADMIN). */
int nft_each_chain(void (*each)(void *ctx, const struct nft_chain *chain), void *ctx);

/* "bridge", as nft(8) calls it; "unknown". */
const char *nft_family_name(__u8 family);

/* "prerouting". */
const char *nft_hook_name(const struct nft_chain *chain);

#endif
