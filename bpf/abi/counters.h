/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counters.h - the counters of the programs, with their help. Part of abi.h.
 */
#ifndef GARPD_ABI_COUNTERS_H
#define GARPD_ABI_COUNTERS_H

#include <linux/types.h>

/*
 * Every exit of the programs, and every edge of the claim machine. The names are printed by
 * `garpd show counters` and bpftool, so they are a contract. Each help text stands alone: it is
 * also the HELP line of a metric. X(name, help).
 */
#define COUNTERS(X)                                                                                \
	/* frames that are ignored */                                                              \
	X(other_port, "frames on a port that the daemon has not described yet")                    \
	X(own_frame, "garpd's own announcements, seen again on another port or hook")              \
	X(too_many_tags, "frames with more than two VLAN tags")                                    \
	X(other_protocol, "tagged frames that are neither ARP nor ND")                             \
	X(truncated, "ARP or ND frames that are cut short")                                        \
	X(malformed,                                                                               \
	  "ARP frames that are not Ethernet/IPv4, not request or reply, or not from a host")       \
	X(nd_extension,                                                                            \
	  "ICMPv6 frames behind extension headers, ignored: not ND, or fragments (RFC 6980)")      \
	X(nd_malformed,                                                                            \
	  "ND frames that receivers must ignore (RFC 4861 7.1): code, length, options")            \
	X(nd_hop_limit, "ND frames with a hop limit below 255: routed, so ignored")                \
	X(nd_checksum, "ND frames with a wrong checksum")                                          \
	X(not_forwarding, "ARP or ND frames on a port that does not forward (STP, link down)")     \
	X(vlan_not_member, "ARP or ND frames in a VLAN that is not allowed on the port")           \
	X(no_claim, "ARP or ND frames about an address without a claim")                           \
	/* probes that do not count */                                                             \
	X(probe_unicast, "probes ignored: sent to one host (device tracking)")                     \
	X(probe_reply, "ARP replies from 0.0.0.0, ignored")                                        \
	X(probe_spoofed, "probes ignored: SHA differs from the Ethernet source")                   \
	X(probe_tha, "probes ignored: THA is neither all zeros nor all ones")                      \
	X(probe_target, "probes ignored: the target is not a unicast address")                     \
	X(probe_link_local, "probes ignored: the target is in 169.254/16 or fe80::/10")            \
	X(probe_looped,                                                                            \
	  "Neighbor Solicitations that were the guest's own, looped back (nonce, RFC 7527)")       \
	X(probe_uplink,                                                                            \
	  "probes from an uplink or above the bridge, for an address without a claim")             \
	X(probe_duplicate, "probes ignored: less than 50 ms after the last one (mirrored)")        \
	X(probe_no_room, "probes ignored: the claims map is full")                                 \
	X(probe_many_vlans,                                                                        \
	  "probes whose objections may be missed, as eight other VLANs have the address")          \
	X(probe_forgotten, "probes ignored: their claim was being deleted")                        \
	X(probe_over_limit, "probes ignored: beyond limits.probes_per_second of their port")       \
	X(probe_over_quota,                                                                        \
	  "probes ignored: their port has limits.claims_per_port claims already")                  \
	/* edges of the claim machine */                                                           \
	X(window_continued, "probes that continued an open window")                                \
	X(window_opened, "windows opened by a first probe")                                        \
	X(window_ended, "windows that passed quietly")                                             \
	X(window_used, "windows in which the guest already used the address")                      \
	X(immediate, "declared addresses announced at their first probe")                          \
	X(immediate_waits,                                                                         \
	  "IPv6 probes with immediate, not announced at once: the announcement might come back")   \
	X(announced, "announcement rounds sent")                                                   \
	X(relayed, "announcement rounds of router ports that were also sent on the wire")          \
	X(announce_failed, "announcements that the kernel could not queue; retried")               \
	X(announce_lost, "announcements given up after all retries failed")                        \
	X(announce_superseded, "announcements not sent because the claim had changed meanwhile")   \
	X(announce_over_limit,                                                                     \
	  "announcements deferred: beyond the rate limit of their port or of all ports")           \
	X(announce_deferred, "deferred announcements whose time came (XDP, retry, rate limit)")    \
	X(announce_next, "second and later announcement slots of a claim, except the last")        \
	X(announce_done, "last announcement slots of a claim")                                     \
	X(announce_by_hand, "announcements requested by an operator")                              \
	X(announce_link,                                                                           \
	  "announcements because an uplink came back, or changed its active member")               \
	X(announce_refused,                                                                        \
	  "announcement requests refused: the claim is not settled, or its port not usable")       \
	X(announce_doubted,                                                                        \
	  "announcements left out, also by hand: the address or its owner may have moved")         \
	X(self_announced, "guests that announced themselves")                                      \
	X(lapsed, "windows that ended with too few probes and no traffic from the address")        \
	X(rival_probe, "windows taken over by a probe from another MAC")                           \
	X(conflict_probe, "conflicts: two hosts probe for one address")                            \
	X(conflict_asserted, "conflicts: another host uses the address")                           \
	X(conflict_reprobed,                                                                       \
	  "probes of a guest in conflict: with nobody else heard for a window, it is announced")   \
	X(conflict_objected,                                                                       \
	  "conflicts: another host objects in a form that no cache takes (group MAC, long ND)")    \
	X(conflict_elsewhere, "conflicts: the prober's MAC uses the address on another port")      \
	X(defended, "owners announced again after they defended a declared address")               \
	X(moved, "addresses that changed their owner")                                             \
	X(frozen, "claims frozen after too many moves")                                            \
	X(frozen_probe, "probes for a frozen claim")                                               \
	X(thawed, "claims thawed after a quiet time")                                              \
	X(thaw_by_hand, "claims thawed by an operator")                                            \
	X(claim_by_hand, "claims made by an operator for guests that were not heard")              \
	X(claim_refused,                                                                           \
	  "claims by an operator refused: the address is probed for, in conflict or frozen")       \
	X(claim_no_port,                                                                           \
	  "claims by an operator refused: the port is no guest or router port, or is closed")      \
	X(thaw_refused, "thaw requests refused: the claim is not frozen")                          \
	X(port_gone, "claims deleted because their port is gone")                                  \
	X(port_inherited, "claims of a port that is gone, kept for the guest's new port")          \
	X(segment_moved, "claims taken to another segment, as bridges were joined or parted")      \
	X(segment_merged,                                                                          \
	  "claims dropped when bridges were joined: the address had a later one there")            \
	X(aged, "claims deleted after max_age without a frame from the guest")                     \
	X(denied_never, "claims denied: configured announce: never")                               \
	X(denied_owner, "claims denied: the MAC is not in the address's list of owners")           \
	X(denied_host, "claims denied: the address is configured on the host itself")              \
	X(denied_next_hop,                                                                         \
	  "claims denied: the address is a next hop of the host or in gateways:, without owners")  \
	X(denied_undeclared,                                                                       \
	  "claims denied: only declared addresses may be announced on the segment")                \
	X(denied_foreign, "claims denied: the address is in no subnet of the segment")             \
	X(denied_port_address, "claims denied: the address is not in the port's list")             \
	X(denied_port_mac, "claims denied: the MAC is not in the port's list")                     \
	X(denied_unheard,                                                                          \
	  "claims denied: an objection may pass garpd by on a port of the segment")                \
	X(seen, "ARP or ND frames of an owner about its address")                                  \
	X(own_objection,                                                                           \
	  "frames of a guest about its own address in a form that no cache takes, ignored")        \
	X(seen_elsewhere, "frames with an owner's MAC from another guest's port, ignored")         \
	X(came_back, "frames of guests, or for them, that came back from an uplink, ignored")      \
	X(uplink_reflects,                                                                         \
	  "uplinks that were found to send frames of guests back (counted in each VLAN)")          \
	X(other_seen, "frames of another host about an address that has an owner")                 \
	X(other_doubted,                                                                           \
	  "frames of another host that the guest may not have heard: it is asked twice")           \
	X(other_ruled_out,                                                                         \
	  "objections ignored: the rule of the sender's port (ports:) forbids it the address")     \
	X(came_through,                                                                            \
	  "announced guests whose frames have come through the bridge's filters to the host")      \
	/* the guest is asked for the address before it is announced */                            \
	X(asking, "windows that passed quietly: the guest is asked for the address")               \
	X(asking_again, "settled claims whose guest is asked before a further announcement")       \
	X(asking_by_hand, "announcements requested by an operator: the guest is asked first")      \
	X(asking_link, "guests asked because an uplink came back, or changed its active member")   \
	X(ask_repeated, "questions repeated because the last one was not answered")                \
	X(answered, "claims whose guest answered: it is announced")                                \
	X(answered_once, "answers of guests in doubt: they are asked once more, a second later")   \
	X(answered_again, "answers of settled guests with no announcement due")                    \
	X(unanswered, "claims whose guest has not answered for 1.6 s")                             \
	X(ask_given_up, "announcements of settled claims dropped: no answer for 10 minutes")       \
	X(ask_heard, "guests asked at once, because a frame of theirs was heard")                  \
	X(ask_gave_way, "unanswered claims forgotten for a new one, at the quota of their port")   \
	X(port_filling,                                                                            \
	  "new claims at a port that has used 7/8 of its quota: quiet ones give way")              \
	X(made_room, "owners forgotten, because the quota of their port is nearly used up")        \
	X(ask_no_port, "questions put off: the port is gone or does not forward")                  \
	X(ask_no_sender, "questions left out: no address to ask from in the segment")              \
	X(asked, "questions sent to guests")                                                       \
	X(ask_over_limit, "questions deferred: beyond the rate limit of their port")               \
	X(ask_failed, "questions that the kernel could not send")                                  \
	X(answered_host, "answers to questions from an address of the host")                       \
	X(answered_link_local, "answers to questions from a link-local address made by garpd")     \
	X(answered_zero, "answers to questions from 0.0.0.0")                                      \
	X(observed, "announcements left out because garpd only observes")                          \
	/* did the listeners follow? */                                                            \
	X(listener_learned,                                                                        \
	  "listeners learned: hosts that asked for an address or answered its owner")              \
	X(listener_spoofed,                                                                        \
	  "frames that teach no listener: the sender is not who it claims to be")                  \
	X(nudge_round, "rounds of nudges to the listeners of an address")                          \
	X(nudged, "nudges sent")                                                                   \
	X(nudge_over_limit, "nudges left for the next round: beyond the rate limit of their port") \
	X(nudge_failed, "nudges that the kernel could not queue")                                  \
	X(confirmed, "listeners that answered an announced guest, so they have its new MAC")       \
	X(answer_seen, "answers of listeners that prove nothing new")                              \
	X(unconfirmed, "announced addresses with a listener that answered no nudge")               \
	X(announce_refresh, "announcements repeated by refresh")                                   \
	X(refresh_silent, "refreshes left out: no frame from the owner since the last one")        \
	X(refresh_doubted, "refreshes left out: the address or its owner may have moved")          \
	/* the ring buffer, and the host's own neighbour table */                                  \
	X(event_lost, "events lost because the ring buffer was full")                              \
	X(event_over_limit,                                                                        \
	  "events kept from the daemon: beyond the rate limit of their port, with no deadline")    \
	X(not_due, "calls of garpd_speak before the deadline")                                     \
	X(host_refreshed, "announcements after which the host's own neighbour entry was right")    \
	X(host_not_refreshed, "announcements that the host's own neighbour entry did not follow")  \
	X(host_permanent, "host neighbour entries left alone: permanent")                          \
	X(host_extern_learned,                                                                     \
	  "host neighbour entries left alone: learned by EVPN (extern_learn)")                     \
	X(host_evpn_written, "host neighbour entries written for EVPN to originate a route")       \
	X(host_evpn_failed, "host neighbour entries for EVPN that the kernel refused")             \
	/* moves learned from EVPN */                                                              \
	X(fabric_announced, "moves learned from EVPN and announced on the local bridge")           \
	X(fabric_failed, "moves learned from EVPN that the kernel could not announce")             \
	X(fabric_no_port,                                                                          \
	  "moves learned from EVPN through a port that is not on the bridge or does not forward")  \
	X(fabric_link_local, "moves learned from EVPN and ignored: link-local addresses")          \
	X(fabric_contradicted,                                                                     \
	  "moves learned from EVPN and ignored: a local claim is open or in conflict")             \
	X(fabric_moved, "claims whose address moved to another owner according to EVPN")

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
