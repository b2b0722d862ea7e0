/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * maps.h - the maps. All but new_claim (and outcomes, in outcome.h; speak_list, in call.h) are
 * pinned by name under GARPD_PIN_DIR: they are what `garpd show`, `garpd watch`, bpftool and a new
 * daemon read.
 */
#ifndef GARPD_MAPS_H
#define GARPD_MAPS_H

#include <bpf/bpf_helpers.h>

#include "bpf/abi/abi.h"

/*
 * The claims. Written only by the programs (claim.h, under the element's lock), and by a daemon
 * that takes those of another version over; read by every tool. Full: a probe for a new address is
 * counted as probe_no_room and nothing is announced for it; existing claims go on.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_CLAIMS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct claim_key);
	__type(value, struct claim);
} claims SEC(".maps");

/* What a claim looks like, for a daemon of another version. Written by the one that makes it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_FIELDS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct field_name);
	__type(value, struct field_place);
} layout SEC(".maps");

/*
 * The interfaces where a program is attached, by ifindex. Written by the daemon as links come and
 * go; read by the programs. Full: the daemon logs it and does not attach; a frame from a port that
 * is not in here is passed and counted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct port);
} ports SEC(".maps");

/*
 * The VLANs of the ports of VLAN-aware bridges, by ifindex. Written and read as `ports` is. A port
 * that is missing is a member of no VLAN.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct port_vlans);
} port_vlans SEC(".maps");

/*
 * What becomes of VLANs beyond an inner bridge that is VLAN-aware, by the port's ifindex. Written
 * and read as `ports` is; a port that needs one and has none is heard in no VLAN.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct vlan_way);
} vlan_ways SEC(".maps");

/* Which daemon was started last. Written by it; read by `garpd status`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct daemon_info);
} daemon SEC(".maps");

/*
 * How many ports and uplinks each segment has, by its ifindex. Written by the daemon together with
 * `ports`; read by the programs. A segment that is missing has uplinks that may send frames back.
 * Never full: a segment has a port.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct segment);
} segments SEC(".maps");

/*
 * Whether the uplinks send frames of guests back, in each VLAN of a segment. Written by the
 * programs, a field at a time; read by them. Full: the VLAN that was silent for longest is evicted,
 * and its IPv6 addresses with `immediate` wait for the end of their windows, until it is heard
 * again.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GARPD_MAX_ECHOES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct echo_key);
	__type(value, struct echo);
} echoes SEC(".maps");

/*
 * What each port has used of its limits, by ifindex. The daemon makes an element before it attaches
 * the port, with the claims that already count against the port; the programs write it, under the
 * element's lock. A port that is missing has no limit.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct limit);
} port_limits SEC(".maps");

/*
 * The names of ports, also of those that are gone and are still spoken of. Written by the daemon;
 * read by every tool, not by the programs. Full: the port that was attached first is forgotten, and
 * is spoken of by its ifindex.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GARPD_MAX_PORT_NAMES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct port_name);
} port_names SEC(".maps");

/*
 * What all ports together have used of the limit of announcements, one element per enum lane.
 * Written by the programs, under the element's lock.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LANE_MAX);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct lane_limit);
} lanes SEC(".maps");

/*
 * The prefixes that the configuration names; the longest match wins. Written by the daemon when
 * it reads its configuration, an element at a time, each replaced whole; read by the programs.
 * Never full: room for the old configuration and the new one beside it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 2 * GARPD_MAX_DECLARED);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct prefix);
	__type(value, struct address);
} addresses SEC(".maps");

/*
 * The host's own addresses, its next hops and the gateways of the configuration (enum
 * host_address), in any segment. Written by the daemon; read by the programs. Full: the daemon logs
 * it; what is in here is guarded.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_HOST);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct addr);
	__type(value, __u32);
} host SEC(".maps");

/*
 * Hosts that probably have an address in their cache. Written by the programs, an element whole or
 * one of its times; read by garpd_speak, which nudges them, and by every tool. Full: the listener
 * that was silent for longest is evicted, and not nudged.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GARPD_MAX_LISTENERS);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct listener_key);
	__type(value, struct listener);
} listeners SEC(".maps");

/*
 * The gateways of each segment, heard on uplinks: guests can neither add nor evict gateways.
 * Written by the programs, an element whole; read by garpd_speak, which adds them to the listeners
 * of each address, and by every tool. Full: the gateway that was silent for longest is evicted,
 * until it is heard again.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GARPD_MAX_HEARD_GATEWAYS);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct listener_key);
	__type(value, struct listener);
} gateways_heard SEC(".maps");

/* Listeners of every address: `gateways` of the configuration, then ::. Written by the daemon. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GARPD_MAX_GATEWAYS);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct addr);
} gateways SEC(".maps");

/*
 * The host's subnets, by its addresses and routes, in each segment (enum subnet_kind). Written by
 * the daemon from rtnetlink; read by the programs. Full: the daemon logs it, and no address of that
 * segment is treated as foreign.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, GARPD_MAX_SUBNETS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct subnet);
	__type(value, __u32);
} subnets SEC(".maps");

/*
 * Who asks guests for their addresses, in each segment: an address of its L3 interface in each of
 * the subnets there, one for all others (SUBNET_FAMILY_BITS), and one for VLANs where the host has
 * no interface (ASKER_ANY_VLAN). Written by the daemon from rtnetlink; read by garpd_speak. Full:
 * the daemon logs it, and a guest without an asker is not asked, so not announced.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, GARPD_MAX_SUBNETS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct subnet);
	__type(value, struct asker);
} askers SEC(".maps");

/*
 * The claims whose guests are asked, by their segments and MACs: a guest that is heard is asked at
 * once. Written by garpd_speak with each question; read by the programs at each ARP and ND frame.
 * Full: the MAC that was asked or heard longest ago is evicted, and its guest is asked when its
 * next question is due, but no sooner.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GARPD_MAX_ASKED);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct asked_key);
	__type(value, struct asked);
} asked SEC(".maps");

/*
 * The VLANs in which an address may have claims, in segments where objections come in without a
 * known one (struct port, `any`). Written by the programs with each probe, an element whole; read
 * by them. Full: the address that was probed for longest ago is evicted. Until its next probe, an
 * objection without a VLAN raises no doubt about its owner, which is asked all the same.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GARPD_MAX_CLAIMED);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct claimed_key);
	__type(value, struct claimed);
} claimed SEC(".maps");

/*
 * What the configuration allows each port, by the number of its rule. Written by the daemon when it
 * reads its configuration, under numbers that no port uses yet; read by the programs. Never full:
 * room for a new configuration beside the two that ports can have after a start that failed.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, GARPD_MAX_RULE_ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct rule_address);
	__type(value, __u32);
} rule_addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARPD_MAX_RULE_ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct rule_mac);
	__type(value, __u32);
} rule_macs SEC(".maps");

/*
 * Timing and form: of the configuration, and of segments (settings_index()). Written by the daemon,
 * an element whole; read by the programs.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SETTINGS_COUNT);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct settings);
} settings SEC(".maps");

/* One element per CPU, one field per counter. Written by the programs; read by every tool. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

/*
 * How long the steps of a failover took, one element per enum histogram_of and CPU. Written by the
 * programs; read by every tool.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, HISTOGRAM_MAX);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct histogram);
} histograms SEC(".maps");

/*
 * struct event, for the daemon alone. Written by the programs at every change of a claim. Full:
 * counted as event_lost, and the daemon reads all claims again; no claim depends on events.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, GARPD_EVENTS_BYTES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} events SEC(".maps");

/*
 * Scratch space for a new claim, which is too large for the stack: of a frame, and of garpd_speak,
 * which a frame may interrupt; BY_HAND is empty but for what identifies a claim, as that of a
 * frame. One element per CPU; nothing is kept from one frame to the next. Sizes without types: its
 * lock is never taken, and the kernel allows no lock in a per-CPU map. Not pinned.
 */
enum new_claim_of {
	NEW_CLAIM_OF_FRAME,
	NEW_CLAIM_OF_SPEAK,
	NEW_CLAIM_BY_HAND,
	NEW_CLAIM_OF_MAX,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NEW_CLAIM_OF_MAX);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct claim));
} new_claim SEC(".maps");

/* `index` is that of a port. Never NULL, but the verifier needs the check. */
static __always_inline const struct settings *settings_at(__u32 index)
{
	return bpf_map_lookup_elem(&settings, &index);
}

static __always_inline const struct settings *settings_now(void)
{
	return settings_at(SETTINGS_OF_ALL);
}

/* Atomic: a frame may interrupt garpd_speak on the same CPU. */
static __always_inline void count(__u32 counter)
{
	__u32 zero = 0;
	__u64 *values = bpf_map_lookup_elem(&counters, &zero);

	barrier_var(counter); /* keeps the compared value in use, for the verifier */
	if (values && counter < COUNTER_MAX)
		__sync_fetch_and_add(&values[counter], 1);
}

/*
 * Notes a duration, of enum histogram_of, or HISTOGRAM_NOTHING. Atomic, as count(). A global
 * function, so that the verifier walks it once. Returns 0.
 */
__noinline int histogram_note(__u32 of, __u64 took_ns)
{
	struct histogram *histogram = bpf_map_lookup_elem(&histograms, &of);
	__u32 bucket = histogram_bucket(took_ns);

	barrier_var(bucket); /* as in count() */
	if (took_ns == HISTOGRAM_NOTHING || !histogram || bucket >= HISTOGRAM_BUCKETS)
		return 0;
	__sync_fetch_and_add(&histogram->bucket[bucket], 1);
	__sync_fetch_and_add(&histogram->sum_ns, took_ns);
	return 0;
}

#endif /* GARPD_MAPS_H */
