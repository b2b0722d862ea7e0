/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The script of a guest that takes an address over, as Windows does it: probes, silence until its
 * duplicate address detection is over (one gap after the last probe), then perhaps its
 * announcement. From then on it replies to requests for the address. An objection before that makes
 * it give the address up for good. winguest plays it on a network interface, tapguest behind a tap
 * device; they differ only in the hooks below. The frames of each step are ARP, or Neighbor
 * Discovery for IPv6 addresses.
 */
#ifndef LAB_GUEST_H
#define LAB_GUEST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define GUEST_MAX_ADDRS 1024
#define GUEST_MAX_TAGS	2
#define GUEST_MAC_LEN	6
#define GUEST_FRAME_MAX 2048
#define GUEST_NONCE_LEN 6
#define NSEC_PER_MSEC	1000000LL
#define NSEC_PER_SEC	1000000000LL

struct guest_tag {
	uint16_t tpid;
	uint16_t tci;
};

/* Its family is that of the guest's protocol. */
union guest_addr {
	struct in_addr v4;
	struct in6_addr v6;
};

struct guest_protocol;

/* Forms in which hosts object to a probe; those in words are of Neighbor Discovery. */
enum guest_objection {
	OBJECT_PLAIN,
	OBJECT_GROUP,	  /* the MAC is a group, as of NLB and CLUSTERIP */
	OBJECT_BARE,	  /* no link-layer address */
	OBJECT_HOP,	  /* behind a hop-by-hop header */
	OBJECT_LONG,	  /* with 288 bytes of options */
	OBJECT_SOLICITED, /* flag S */
};

/* All times are in milliseconds from the first probe; -1: no such step. */
struct guest {
	int fd;
	uint8_t mac[GUEST_MAC_LEN];
	const struct guest_protocol *protocol;
	union guest_addr addrs[GUEST_MAX_ADDRS];
	unsigned int addr_count;
	struct guest_tag tags[GUEST_MAX_TAGS];
	unsigned int tag_count;
	int probes; /* -1: as many as Windows sends */
	int gap_ms;
	uint8_t probe_tha; /* every byte of the probe's target hardware address: 0x00 or 0xff */
	int use_ms;
	const char *use_target; /* NULL: the lab's router */
	int hold_ms;		/* how long it lives after the last step of the script */
	bool has_nonce;
	uint8_t nonce[GUEST_NONCE_LEN];
	bool announces;
	bool quiet;	   /* never has the address, and never replies */
	bool dies;	   /* with its last probe */
	bool takes_anyway; /* whoever objects */
	bool gratuitous;   /* replies to a probe with a gratuitous request, as Cisco IOS does */
	enum guest_objection objection; /* how it replies to a probe otherwise */
	bool kernel_replies;		/* in place of this program */
	bool owns_at_once;
	bool owns_network; /* has every address of the first one's /24 or /64 */
	bool detecting;	   /* duplicates are looked for: from the first probe until owning */
	bool owning;	   /* the addresses are in use: replies for them */
	bool lost[GUEST_MAX_ADDRS]; /* a duplicate was found */
	int64_t start_ns;

	/* Called when the guest begins to use its addresses; may be NULL. */
	int (*on_own)(struct guest *guest);
	/* Reads one frame with its tags, as read(2) does. */
	ssize_t (*receive)(const struct guest *guest, uint8_t *frame, size_t size);
	/* Called with every frame that reaches the guest; may be NULL. */
	void (*on_frame)(struct guest *guest, const uint8_t *frame, size_t len);
	void *ctx;
};

/* The options that both guests share; a program's own options follow in its getopt string. */
#define GUEST_OPTIONS "v:an:g:T:N:u:t:qdfceio:k:"
#define GUEST_USAGE                                                                       \
	"[-v [TPID:]VID[:PCP]]... [-a] [-n PROBES] [-g GAP_MS] [-T zero|ff] [-N NONCE]\n" \
	"\t[-u USE_MS] [-t USE_TARGET] [-q | -d | -f | -i] [-c | -o FORM] [-e] [-k HOLD_MS]"
#define GUEST_HELP                                                                                \
	"  It probes, has the address GAP_MS after its last probe unless another host objects,\n" \
	"  and replies for it until HOLD_MS after the script.\n"                                  \
	"  -v  tag its frames, twice for outer and inner   -a  announce after the window\n"       \
	"  -N  twelve hexadecimal digits: the nonce of its solicitations (RFC 7527)\n"            \
	"  -u  send an ordinary request from the address at USE_MS after the first probe,\n"      \
	"      and have it from then on\n"                                                        \
	"  -q  only probe, as a scanner: never have the address, never reply\n"                   \
	"  -d  die with the last probe   -f  have the address whoever objects\n"                  \
	"  -i  have the address from the start\n"                                                 \
	"  -c  reply to probes with a gratuitous request, as Cisco does\n"                        \
	"  -o  reply to probes in this form: group (a group MAC), and in IPv6 bare (no MAC),\n"   \
	"      hop (behind a hop-by-hop header), long (288 bytes of options), solicited\n"        \
	"  -e  reply for every address of the first one's /24, or /64\n"

void guest_init(struct guest *guest);

/* Takes one option of GUEST_OPTIONS. 0, or -EINVAL for a bad value. */
int guest_option(struct guest *guest, int opt, const char *value);

/* Takes "MAC ADDR [ADDR...]", all of one family. 0 or -EINVAL. */
int guest_identity(struct guest *guest, int argc, char **argv);

/* Plays the script from start_ns (0: now) to its end. 0 or -errno. */
int guest_run(struct guest *guest);

int guest_parse_mac(uint8_t mac[GUEST_MAC_LEN], const char *text);
int64_t guest_now_ns(void);

#endif
