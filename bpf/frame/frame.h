/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - a parsed ARP or ND frame, and predicates on addresses and MACs. parse.h fills a
 * struct frame from bytes, with arp.h and nd.h. All four are pure: no helper is called, and
 * every read is checked against `data_end`. Compiled into the BPF programs, the unit tests and
 * the fuzzers.
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

/* Swaps the byte order; both compilers fold it for a constant. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define frame_be16(x) ((__u16)__builtin_bswap16(x))
#else
#define frame_be16(x) ((__u16)(x))
#endif

#define FRAME_TAGS 2 /* the most that we look behind */

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
	FRAME_IGNORED,	    /* ignored; `reason` says why */
	FRAME_PROBE,	    /* its sender probes for the address */
	FRAME_ANNOUNCEMENT, /* its sender announces that it has the address */
	FRAME_ASSERTION,    /* its sender has the address: any other ARP or ND */
	/*
	 * Its sender objects to anybody else's having the address, as receivers in duplicate
	 * address detection heed it; but no cache, or not every one, takes it for the owner.
	 */
	FRAME_OBJECTION,
};

/* The receiver of an assertion, which has or gets the sender's MAC. */
enum frame_to {
	FRAME_UNADDRESSED, /* an announcement, or the receiver is not known */
	FRAME_REQUEST,	   /* a request or Neighbor Solicitation for `target` */
	FRAME_REPLY,	   /* a reply or solicited Neighbor Advertisement to `target` */
};

/*
 * Offsets of the ND options. Kept in the frame, which the programs keep in a map: in a register
 * the verifier would follow every possible length of every option.
 */
struct nd_options {
	__u8 lladdr; /* unit where the wanted link-layer option begins; 0: absent */
	__u8 nonce;  /* unit where the nonce option begins; 0: absent */
	__u8 wanted; /* ND_OPTION_SOURCE, ND_OPTION_TARGET */
	__u8 next;   /* unit where the next option, or extension header, begins */
};

struct frame {
	__u8 kind;    /* enum frame_kind */
	__u8 reason;  /* enum counter, of a FRAME_IGNORED */
	__u8 relayed; /* 1: the Ethernet source differs from `mac` */
	__u8 offset;  /* bytes from the Ethernet header to the ARP or IPv6, inline tags included */
	__u8 to;      /* enum frame_to */
	__u8 tentative;	      /* 1: NA with O=0: anycast, proxied, or optimistic */
	__u8 to_mac[MAC_LEN]; /* the Ethernet destination */
	struct tags tags;
	__u8 mac[MAC_LEN]; /* SHA, or the link-layer address option of ND, else the Ethernet source;
			      of a FRAME_OBJECTION always the latter */
	__u8 nonce[NONCE_LEN]; /* of a Neighbor Solicitation; zero: none */
	struct addr addr;      /* TPA of a probe, else SPA; in ND the target */
	struct addr target;    /* if `to` is not FRAME_UNADDRESSED */
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

/* A MAC that a host can have: unicast, not zero. */
static __always_inline int mac_is_host(const __u8 *mac)
{
	return !(mac[0] & 1) && !mac_is_zero(mac);
}

/* Can a host with this MAC have heard the frame? Others see a unicast frame only when flooded. */
static __always_inline int frame_reaches(const struct frame *frame, const __u8 *mac)
{
	return frame->to_mac[0] & 1 || mac_equal(frame->to_mac, mac);
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

/* ::, the unspecified address */
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

static __always_inline void frame_ignore(struct frame *frame, enum counter reason)
{
	frame->kind = FRAME_IGNORED;
	frame->reason = reason;
}

#endif /* GARPD_FRAME_FRAME_H */
