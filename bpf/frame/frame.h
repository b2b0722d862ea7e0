/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - what a frame says about an address, and what addresses and MACs are good for.
 *
 * parse.h makes one of bytes, with arp.h and nd.h. All four are pure: bytes in, struct frame out.
 * Compiled into the BPF programs, the unit tests and the fuzzers, so every read is checked against
 * `data_end` and nothing is called.
 */
#ifndef GARPD_FRAME_FRAME_H
#define GARPD_FRAME_FRAME_H

#include <linux/if_ether.h>

#include "bpf/abi/abi.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif

/* The switch of byte order; of a constant, both compilers fold it. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define frame_be16(x) ((__u16)__builtin_bswap16(x))
#else
#define frame_be16(x) ((__u16)(x))
#endif

#define VLAN_VID   0x0fff /* of a TCI */
#define FRAME_TAGS 2	  /* the most that we look behind */

struct eth_wire {
	__u8 dst[MAC_LEN];
	__u8 src[MAC_LEN];
	__u16 proto; /* network byte order */
} __attribute__((packed));

struct tag_wire {
	__u16 tci;   /* network byte order */
	__u16 proto; /* of what follows, network byte order */
} __attribute__((packed));

enum frame_kind {
	FRAME_IGNORED,	    /* says nothing that counts; `reason` says why */
	FRAME_PROBE,	    /* its sender would like the address */
	FRAME_ANNOUNCEMENT, /* its sender tells everybody that it has the address */
	FRAME_ASSERTION,    /* its sender has the address, as any ordinary ARP or ND shows */
};

/* Whom an assertion is addressed at: its sender has, or is given, that one's MAC. */
enum frame_to {
	FRAME_UNADDRESSED, /* an announcement, or nothing that shows it */
	FRAME_REQUEST,	   /* an ordinary request, a Neighbor Solicitation: who has `target`? */
	FRAME_REPLY,	   /* a reply, a solicited Neighbor Advertisement: `target` had asked */
};

/*
 * Where nd.h is in the options. Part of the frame, which the programs keep in a map: the verifier
 * follows a variable in a register through every length that an option can have.
 */
struct nd_options {
	__u8 lladdr; /* unit of the message where the one that is wanted begins; 0: there is none */
	__u8 nonce;  /* the same of the nonce */
	__u8 wanted; /* ND_OPTION_SOURCE, ND_OPTION_TARGET */
	__u8 next;   /* unit where the next option begins */
};

struct frame {
	__u8 kind;    /* enum frame_kind */
	__u8 reason;  /* enum counter, of a FRAME_IGNORED */
	__u8 relayed; /* the Ethernet source is not the MAC that the frame speaks of */
	__u8 offset;  /* bytes from the Ethernet header to the ARP or IPv6, inline tags included */
	__u8 to;      /* enum frame_to */
	__u8 tentative; /* NA with O=0: anycast, proxied, or its sender may yet lose the address */
	__u8 to_mac[MAC_LEN]; /* the Ethernet destination */
	struct tags tags;
	__u8 mac[MAC_LEN];     /* who has or wants it: SHA, or the link-layer address of ND */
	__u8 nonce[NONCE_LEN]; /* of a Neighbor Solicitation; zero: none */
	struct addr addr;      /* what it is about: TPA of a probe, else SPA; in ND the target */
	struct addr target;    /* where `to` says so */
	struct nd_options options;
};

_Static_assert(NONCE_LEN == MAC_LEN, "the functions below serve both");

static __always_inline int frame_is_tag(__u16 proto)
{
	return proto == frame_be16(ETH_P_8021Q) || proto == frame_be16(ETH_P_8021AD);
}

static __always_inline int mac_equal(const __u8 *a, const __u8 *b)
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) |
		 (a[5] ^ b[5]));
}

static __always_inline int mac_is_zero(const __u8 *mac)
{
	return !(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

static __always_inline int mac_is_broadcast(const __u8 *mac)
{
	return (mac[0] & mac[1] & mac[2] & mac[3] & mac[4] & mac[5]) == 0xff;
}

/* Unicast and not zero: a MAC that a host can have. */
static __always_inline int mac_is_host(const __u8 *mac)
{
	return !(mac[0] & 1) && !mac_is_zero(mac);
}

static __always_inline int addr_equal(const struct addr *a, const struct addr *b)
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]));
}

/* ::ffff:a.b.c.d */
static __always_inline void addr_from_ipv4(struct addr *addr, const __u8 *ip)
{
	__builtin_memset(addr->bytes, 0, 10);
	addr->bytes[10] = 0xff;
	addr->bytes[11] = 0xff;
	__builtin_memcpy(addr->bytes + 12, ip, 4);
}

static __always_inline int addr_begins_with_zeros(const struct addr *addr)
{
	const __u8 *a = addr->bytes;

	return !(a[0] | a[1] | a[2] | a[3] | a[4] | a[5] | a[6] | a[7] | a[8] | a[9]);
}

/* :: is nobody's. */
static __always_inline int addr_is_none(const struct addr *addr)
{
	const __u8 *a = addr->bytes;

	return addr_begins_with_zeros(addr) && !(a[10] | a[11] | a[12] | a[13] | a[14] | a[15]);
}

static __always_inline int addr_is_ipv4(const struct addr *addr)
{
	return addr_begins_with_zeros(addr) && (addr->bytes[10] & addr->bytes[11]) == 0xff;
}

/* 169.254/16 (RFC 3927), fe80::/10 (RFC 4291 2.5.6) */
static __always_inline int addr_is_link_local(const struct addr *addr)
{
	if (addr_is_ipv4(addr))
		return addr->bytes[12] == 169 && addr->bytes[13] == 254;
	return addr->bytes[0] == 0xfe && (addr->bytes[1] & 0xc0) == 0x80;
}

/* An assertion's other end. */
static __always_inline void frame_address(struct frame *frame, enum frame_to to,
					  const struct eth_wire *eth)
{
	frame->to = to;
	__builtin_memcpy(frame->to_mac, eth->dst, MAC_LEN);
}

static __always_inline void frame_ignore(struct frame *frame, enum counter reason)
{
	frame->kind = FRAME_IGNORED;
	frame->reason = reason;
}

#endif /* GARPD_FRAME_FRAME_H */
