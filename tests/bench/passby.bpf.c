// SPDX-License-Identifier: GPL-2.0-only
/*
 * passby.bpf.c - garpd_tc, and the programs that it is compared with. In one object, so that one
 * compiler and one process see both.
 */
#include "../../bpf/garpd.bpf.c"

/* The minimum cost of a program on a port. */
SEC("tc")
int bench_empty(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_UNSPEC;
}

SEC("xdp")
int bench_empty_xdp(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

/* garpd_tc, if it also counted frames that are not ARP. */
SEC("tc")
int bench_counted(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_ARP) || skb->protocol == bpf_htons(ETH_P_8021Q) ||
	    skb->protocol == bpf_htons(ETH_P_8021AD))
		hear(skb);
	else
		count(COUNTER_other_protocol);
	return TC_ACT_UNSPEC;
}

/* The same, with ARP in its own function: no registers to save on this path. */
static __noinline int bench_hear(struct __sk_buff *skb)
{
	hear(skb);
	return 0;
}

SEC("tc")
int bench_counted_apart(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_ARP) || skb->protocol == bpf_htons(ETH_P_8021Q) ||
	    skb->protocol == bpf_htons(ETH_P_8021AD))
		bench_hear(skb);
	else
		count(COUNTER_other_protocol);
	return TC_ACT_UNSPEC;
}
