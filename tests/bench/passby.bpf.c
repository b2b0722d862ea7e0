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

/* The same once more: how far two equal programs are apart. */
SEC("tc")
int bench_empty_again(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_UNSPEC;
}

SEC("xdp")
int bench_empty_xdp_again(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}
