/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counters.h - what the programs count, and in what words. Part of abi.h.
 */
#ifndef GARPD_ABI_COUNTERS_H
#define GARPD_ABI_COUNTERS_H

#include <linux/types.h>

/*
 * Every way out of the program, and every edge of the claim machine. The names are what
 * `garpd show counters` and bpftool print, so they are a contract; the sentences are the help that
 * goes with them. X(name, sentence).
 */
#define COUNTERS(X)                                                                               \
	/* frames that say nothing to us */                                                       \
	X(other_port, "frames on a port that the daemon has not described")                       \
	X(own_frame, "our own announcements, met again on their way")                             \
	X(too_many_tags, "frames behind more than two VLAN tags")                                 \
	X(other_protocol, "tagged frames that turned out to be neither ARP nor ND")               \
	X(truncated, "ARP or ND cut short")                                                       \
	X(malformed, "ARP that is not Ethernet/IPv4, neither request nor reply, or from no host") \
	X(nd_extension, "ICMPv6 behind extension headers (MLD, fragments)")                       \
	X(nd_malformed, "ND that receivers must ignore (RFC 4861 7.1): code, length, options")    \
	X(nd_hop_limit, "ND with a hop limit below 255: it came through a router")                \
	X(nd_checksum, "ND with a wrong checksum")                                                \
	X(nd_too_long, "ND with more options than garpd reads")                                   \
	X(not_forwarding, "ARP or ND on a port that the bridge takes none from (STP, down)")      \
	X(vlan_not_member, "ARP or ND in a VLAN that the bridge does not take on that port")      \
	X(no_claim, "ARP or ND about an address that nobody claims")                              \
	/* probes that do not count */                                                            \
	X(probe_unicast, "probes to one host (device tracking)")                                  \
	X(probe_reply, "ARP replies from 0.0.0.0")                                                \
	X(probe_spoofed, "probes whose SHA is not their Ethernet source")                         \
	X(probe_tha, "probes with a THA neither all zero nor all ones")                           \
	X(probe_target, "probes for no unicast address")                                          \
	X(probe_link_local, "probes for 169.254/16 or fe80::/10")                                 \
	X(probe_looped, "Neighbor Solicitations that came back, by their nonce (RFC 7527)")       \
	X(probe_uplink, "probes heard on an uplink")                                              \
	X(probe_duplicate, "probes again within 50 ms (mirrored)")                                \
	X(probe_no_room, "probes while the claims map was full")                                  \
	X(probe_forgotten, "probes that came while their claim was being forgotten")              \
	X(probe_over_limit, "probes beyond limits.probes_per_second of their port")               \
	X(probe_over_quota, "probes of a port that has all the claims it may have")               \
	/* edges of the claim machine */                                                          \
	X(window_continued, "probes that continued a window")                                     \
	X(window_opened, "windows opened")                                                        \
	X(window_ended, "windows that ended quietly")                                             \
	X(window_used, "windows in which the guest used the address already")                     \
	X(immediate, "declared addresses announced at their first probe")                         \
	X(announced, "announcement rounds sent")                                                  \
	X(relayed, "announcement rounds of router ports that went on the wire, too")              \
	X(announce_failed, "announcements that the kernel could not queue")                       \
	X(announce_lost, "announcements given up after retries")                                  \
	X(announce_void, "announcements that were not sent, and that nobody wants any more")      \
	X(announce_queued, "announcements that wait: their port, or all together, say too much")  \
	X(announce_owed, "announcements made up for: XDP cannot send, a retry, a turn")           \
	X(announce_next, "further announcement slots of a claim")                                 \
	X(announce_done, "last announcement slots of a claim")                                    \
	X(announce_asked, "announcements that an operator asked for")                             \
	X(announce_refused, "the same, where the state of the claim or of its port forbids it")   \
	X(announce_doubted, "the same: the address, or its owner, may be elsewhere now")          \
	X(self_announced, "guests that announced themselves")                                     \
	X(lapsed, "windows that ended with too few probes and no sign of use")                    \
	X(rival_probe, "windows taken over by another prober")                                    \
	X(conflict_probe, "conflicts: two hosts probe for one address")                           \
	X(conflict_asserted, "conflicts: another host says it has the address")                   \
	X(conflict_elsewhere, "conflicts: the prober's MAC has the address on another port")      \
	X(defended, "owners announced again after they defended a declared address")              \
	X(moved, "addresses that changed their owner")                                            \
	X(frozen, "claims frozen after too many moves")                                           \
	X(frozen_probe, "probes for a frozen claim")                                              \
	X(thawed, "claims thawed after a quiet time")                                             \
	X(thaw_asked, "claims thawed because an operator asked")                                  \
	X(thaw_refused, "the same, where the claim is not frozen")                                \
	X(left, "claims forgotten because their port has left")                                   \
	X(left_to_other, "claims of a port that has left, which another port's guest has")        \
	X(aged, "claims forgotten after max_age without a sign of life")                          \
	X(denied_never, "claims denied: the address is marked never")                             \
	X(denied_owner, "claims denied: the MAC is not on the address's list")                    \
	X(denied_host, "claims denied: the address is the host's own")                            \
	X(denied_next_hop, "claims denied: a next hop of the host, not declared with owners")     \
	X(denied_undeclared, "claims denied: only what is declared may be announced there")       \
	X(denied_foreign, "claims denied: the address is of no subnet of that segment")           \
	X(denied_port_address, "claims denied: the port's list has not the address")              \
	X(denied_port_mac, "claims denied: the port's list has not the MAC")                      \
	X(seen, "ARP or ND of an owner about its address")                                        \
	X(seen_elsewhere, "the same from another guest's port: no word of the owner's")           \
	X(other_seen, "ARP or ND of another host about an address that has its owner")            \
	/* did the listeners follow? */                                                           \
	X(listener_learned,                                                                       \
	  "hosts that asked for an address or answered its owner: its listeners")                 \
	X(listener_doubted,                                                                       \
	  "senders not taken for a listener: a guest that speaks as somebody else")               \
	X(nudge_round, "rounds of nudges to an address's listeners, behind its announcement")     \
	X(nudged, "nudges sent")                                                                  \
	X(nudge_over_limit, "nudges beyond what their port may announce, left to the next round") \
	X(nudge_failed, "nudges that the kernel could not queue")                                 \
	X(confirmed, "listeners that answered an announced guest: they have followed")            \
	X(answer_seen, "answers to guests that prove nothing new")                                \
	X(unconfirmed, "announced addresses that a listener has not confirmed after every nudge") \
	X(announce_refresh, "announcements repeated because the owner is still there (refresh)")  \
	X(refresh_silent, "the same, left out: the owner was not heard of since the last")        \
	X(refresh_doubted, "the same, left out: the address, or its owner, may be elsewhere now") \
	/* around it */                                                                           \
	X(event_lost, "events that found the ring buffer full")                                   \
	X(not_due, "calls of garpd_speak before the deadline")                                    \
	X(host_refreshed, "announcements after which the host's own neighbour entry was right")   \
	X(host_not_refreshed, "announcements that the host's own neighbour entry did not follow") \
	X(host_permanent, "host neighbour entries left alone because they are permanent")         \
	X(host_extern_learned, "host neighbour entries left alone because they are EVPN's")       \
	X(host_repaired, "host neighbour entries that were replaced, and are right now")          \
	X(host_repair_failed, "host neighbour entries that could not be replaced")                \
	X(host_evpn_written, "host neighbour entries written for EVPN to tell the fabric")        \
	X(host_evpn_verifying, "the same, when the kernel was told to verify the guest")          \
	X(host_evpn_failed, "the same, where the kernel refused the entry")                       \
	/* what the fabric has learned, announced on the local bridge */                          \
	X(fabric_announced, "moves that EVPN told of, announced to the local bridge")             \
	X(fabric_failed, "the same, where the kernel could not queue the announcement")           \
	X(fabric_no_port, "the same, where the port is none of the bridge's, or takes no frames") \
	X(fabric_link_local, "the same, left out: link-local addresses")                          \
	X(fabric_contradicted, "the same, left out: a local claim is in doubt or in the making")  \
	X(fabric_moved, "claims whose address has another owner, EVPN says")

#define COUNTER_ENUM(name, what) COUNTER_##name,
enum counter { COUNTERS(COUNTER_ENUM) COUNTER_MAX };
_Static_assert(COUNTER_MAX < 256, "claim.reason is a byte");

/* The one element of the per-CPU map `counters`: the enum's names, as fields. */
#define COUNTER_FIELD(name, what) __u64 name;
struct counters {
	COUNTERS(COUNTER_FIELD)
};
_Static_assert(sizeof(struct counters) == COUNTER_MAX * sizeof(__u64), "one field a counter");

#endif /* GARPD_ABI_COUNTERS_H */
