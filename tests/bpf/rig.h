/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rig.h - the real object in a network namespace of its own: a bridge with three veth ports, two
 * for guests and one uplink, and a raw socket on the far end of each. Nothing is pinned. A test
 * process has one rig; it goes with the process.
 */
#ifndef GARPD_TEST_RIG_H
#define GARPD_TEST_RIG_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tests/unit/bytes.h"

enum rig_port { PORT_A, PORT_B, PORT_UPLINK, PORT_MAX };

#define RIG_EVENTS 512

struct rig {
	struct bpf_object *object;
	int garpd_tc, garpd_speak;
	int garpd_xdp, garpd_host_out, garpd_host_in; /* of rig_program_of() */
	int claims, ports, port_vlans, vlan_ways, port_limits, addresses, subnets, askers,
		rule_addresses, rule_macs;
	int segments, echoes, listeners, gateways, gateways_heard, host, settings, counters,
		histograms;
	__u32 bridge;
	__u32 ifindex[PORT_MAX]; /* of the bridge's ports */
	int wire[PORT_MAX];	 /* raw sockets on their far ends, where a guest would be */
	struct ring_buffer *ring;
	struct event event[RIG_EVENTS];
	unsigned int events;
	__u64 counted[COUNTER_MAX]; /* when rig_counted() was last called */
};

extern struct rig rig;

/* The defaults, but without the question: no guest here answers by itself. */
struct settings rig_defaults(void);

/*
 * The fd of a program that few tests run: it is verified when a test first asks for it, which takes
 * a quarter of a second. *fd is 0 until then.
 */
int rig_program_of(int *fd, const char *name);

/* The file that is tested: $GARPD_BPF, or the one that is in build/garpd. */
const char *rig_object_path(void);

/* Criterion's .init: the maps as a daemon would fill them at its defaults. */
void rig_setup(void);
/* The same with fewer claims or a smaller ring; 0: as in the object. */
void rig_setup_with(__u32 max_claims, __u32 events_bytes);

/* The same with windows of 50 ms, short enough to wait for; every probe counts. */
void rig_setup_short(struct settings *settings);

void rig_settings(const struct settings *settings);

/* The segment observes, in place of what `settings` say: seen by this port alone. */
void rig_observe(enum rig_port at, __u32 role, const struct settings *settings);
void rig_port(enum rig_port at, const struct port *port);
void rig_host_port(const struct port *port); /* the bridge itself, in its own segment */
/* As many uplinks of the bridge forward, since then. */
void rig_segment(const struct segment *segment);
/* No frame of a guest in that VLAN comes back from the uplink, as is known by now. */
void rig_rule_out_echo(__u16 vlan, __u16 inner_vlan);
void rig_declare(const char *text, enum announce_mode mode, const __u8 *const *owners, int count);
void rig_host(const char *text, __u32 what);
/* Who asks in that VLAN for addresses of the family of `text`, which is its own. */
void rig_asker(const char *text, __u16 vlan, enum asker_kind kind);
extern const __u8 rig_asker_mac[MAC_LEN];

/*
 * The frame comes in at the port, through BPF_PROG_RUN: asserts that the program passes it on and
 * gives it back unchanged, with its mark and priority.
 */
void rig_hear(enum rig_port at, const struct bytes *frame);
int rig_hear_marked(enum rig_port at, const struct bytes *frame, __u32 mark);

/* The same at the bridge's own device: what leaves the host there, and what comes out to it. */
void rig_host_out(const struct bytes *frame, __u32 mark);
void rig_host_in(const struct bytes *frame, __u32 mark);

/* The same through garpd_xdp; returns its verdict. */
int rig_hear_xdp(enum rig_port at, const struct bytes *frame);

/* The program on the port's real ingress, and a frame of the guest on its wire. */
void rig_attach(enum rig_port at);
void rig_send(enum rig_port at, const struct bytes *frame);

/* The interface vanishes; the maps do not know yet. */
void rig_remove(enum rig_port at);

/* The next frame that arrives at the guest of the port; 0: none within ms. Its tags are inline. */
int rig_receive(enum rig_port at, struct bytes *frame, int ms);
/* Asserts that this very frame is the next one there; or that none comes. */
void rig_expect(enum rig_port at, const struct bytes *frame, const char *what);
void rig_expect_silence(enum rig_port at);

/* garpd_speak on the claim of the segment's address, untagged; the whole answer. */
struct speak_call rig_speak(enum speak_op op, const char *text);
struct speak_call rig_speak_key(enum speak_op op, const struct claim_key *key);

/* The same for what EVPN has learned of a MAC, which is behind that port. */
struct speak_call rig_speak_for(enum speak_op op, const struct claim_key *key, __u32 ifindex,
				const __u8 *mac);
struct speak_call rig_speak_fabric(const struct claim_key *key, __u32 ifindex, const __u8 *mac);

struct claim_key rig_key(const char *text, __u16 vlan, __u16 inner_vlan);
int rig_claim(const struct claim_key *key, struct claim *claim); /* 0: there is one */
struct claim rig_claim_now(const struct claim_key *key);
int rig_state(const char *text); /* enum claim_state, or -ENOENT: no claim at all */

/* Waits for the claim's deadline and runs garpd_speak for it. */
struct speak_call rig_due(const struct claim_key *key);

/* What the counters gained since the last call of this function. */
struct counters rig_counted(void);
/* Asserts that exactly this one counter gained, and by one. */
void rig_counted_only(enum counter counter);

/* Reads what is in the ring buffer: rig.events of them. */
void rig_events(void);

__u64 rig_now_ns(void);
void rig_wait_until(__u64 at_ns); /* less than a second */

#endif /* GARPD_TEST_RIG_H */
