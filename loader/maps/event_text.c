// SPDX-License-Identifier: GPL-2.0-or-later
#include "bpf/abi/abi.h"
#include "event_text.h"

static const struct event_text texts[COUNTER_MAX] = {
	[COUNTER_window_opened] = {"probe received; window opened", LOG_LEVEL_INFO},
	[COUNTER_window_continued] = {"probe received; window continues", LOG_LEVEL_INFO},
	[COUNTER_window_ended] = {"window passed quietly", LOG_LEVEL_INFO},
	[COUNTER_asking] = {"window passed quietly; asking the guest", LOG_LEVEL_INFO},
	[COUNTER_asking_again] = {"asking the guest before the next announcement", LOG_LEVEL_INFO},
	[COUNTER_asking_by_hand] = {"by hand; asking the guest first", LOG_LEVEL_INFO},
	[COUNTER_answered] = {"the guest answered", LOG_LEVEL_INFO},
	[COUNTER_unanswered] = {"not announced yet: the guest does not answer", LOG_LEVEL_WARNING},
	[COUNTER_ask_given_up] = {"not announced: no answer for 10 minutes", LOG_LEVEL_WARNING},
	[COUNTER_observed] = {"not announced: garpd only observes", LOG_LEVEL_INFO},
	[COUNTER_window_used] = {"guest already uses the address", LOG_LEVEL_INFO},
	[COUNTER_immediate] = {"first probe of a declared address", LOG_LEVEL_INFO},
	[COUNTER_announce_deferred] = {"deferred announcement", LOG_LEVEL_INFO},
	[COUNTER_announce_next] = {"further announcement", LOG_LEVEL_INFO},
	[COUNTER_announce_done] = {"last announcement sent", LOG_LEVEL_INFO},
	[COUNTER_announce_by_hand] = {"by hand", LOG_LEVEL_INFO},
	[COUNTER_announce_failed] =
		{"not announced yet: the kernel did not queue the frame; retrying",
		 LOG_LEVEL_WARNING},
	[COUNTER_announce_lost] = {"not announced: its port is down, gone or not forwarding",
				   LOG_LEVEL_WARNING},
	[COUNTER_announce_superseded] = {"not announced: another host was heard meanwhile",
					 LOG_LEVEL_INFO},
	[COUNTER_self_announced] = {"announced itself; nothing to add", LOG_LEVEL_INFO},
	[COUNTER_fabric_moved] = {"owns the address according to EVPN", LOG_LEVEL_INFO},
	[COUNTER_lapsed] = {"ignored: too few probes and no traffic from the address",
			    LOG_LEVEL_INFO},
	[COUNTER_rival_probe] = {"also probes; takes over the window", LOG_LEVEL_INFO, true},
	[COUNTER_conflict_probe] = {"conflict: also probes for the address; not announced",
				    LOG_LEVEL_WARNING, true},
	[COUNTER_conflict_asserted] = {"conflict: uses the address; not announced",
				       LOG_LEVEL_WARNING, true},
	[COUNTER_conflict_elsewhere] =
		{"conflict: uses the address on another port as well; not announced",
		 LOG_LEVEL_WARNING, true},
	[COUNTER_defended] = {"conflict: defends a declared address", LOG_LEVEL_WARNING, true},
	[COUNTER_frozen] = {"frozen: too many moves", LOG_LEVEL_WARNING},
	[COUNTER_frozen_probe] = {"frozen: probe ignored", LOG_LEVEL_INFO, true},
	[COUNTER_thawed] = {"thawed after a quiet time", LOG_LEVEL_INFO},
	[COUNTER_thaw_by_hand] = {"thawed by hand", LOG_LEVEL_INFO},
	[COUNTER_port_gone] = {"forgotten: its port is gone", LOG_LEVEL_INFO},
	[COUNTER_announce_over_limit] = {"rate-limited; queued", LOG_LEVEL_WARNING, true},
	[COUNTER_aged] = {"forgotten: no frame from the guest for max_age", LOG_LEVEL_INFO},
	[COUNTER_announce_refresh] = {"refresh", LOG_LEVEL_INFO},
	[COUNTER_confirmed] = {"confirmed", LOG_LEVEL_INFO},
	[COUNTER_unconfirmed] = {"announced, but a listener did not reply; garpd explain names it",
				 LOG_LEVEL_WARNING},
	[COUNTER_denied_never] = {"denied: configured announce: never", LOG_LEVEL_WARNING, true},
	[COUNTER_denied_owner] = {"denied: not in the address's list of owners", LOG_LEVEL_WARNING,
				  true},
	[COUNTER_denied_host] = {"denied: the address is configured on this host",
				 LOG_LEVEL_WARNING, true},
	[COUNTER_denied_next_hop] =
		{"denied: a next hop of this host; if it may move, declare it with owners",
		 LOG_LEVEL_WARNING, true},
	[COUNTER_denied_undeclared] = {"denied: only declared addresses are announced there",
				       LOG_LEVEL_WARNING, true},
	[COUNTER_denied_foreign] =
		{"denied: in no subnet of the segment; declare it or set \"foreign: yes\"",
		 LOG_LEVEL_WARNING, true},
	[COUNTER_denied_port_address] = {"denied: the address is not in the port's list",
					 LOG_LEVEL_WARNING, true},
	[COUNTER_denied_port_mac] = {"denied: the MAC is not in the port's list", LOG_LEVEL_WARNING,
				     true},
};

const struct event_text *event_text_find(unsigned int reason)
{
	static const struct event_text unnamed = {.level = LOG_LEVEL_INFO};

	return reason < COUNTER_MAX && texts[reason].sentence ? &texts[reason] : &unnamed;
}
