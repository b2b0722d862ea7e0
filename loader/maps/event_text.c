// SPDX-License-Identifier: GPL-2.0-or-later
#include "bpf/abi/abi.h"
#include "event_text.h"

static const struct event_text texts[COUNTER_MAX] = {
	[COUNTER_window_opened] = {"probes", LOG_LEVEL_INFO},
	[COUNTER_window_continued] = {"probes again", LOG_LEVEL_INFO},
	[COUNTER_window_ended] = {"announced: its window passed quietly", LOG_LEVEL_INFO},
	[COUNTER_window_used] = {"uses the address already", LOG_LEVEL_INFO},
	[COUNTER_immediate] = {"is announced at its first probe: declared", LOG_LEVEL_INFO},
	[COUNTER_announce_deferred] = {"announced: it was owed", LOG_LEVEL_INFO},
	[COUNTER_announce_next] = {"announced again", LOG_LEVEL_INFO},
	[COUNTER_announce_done] = {"announced for the last time", LOG_LEVEL_INFO},
	[COUNTER_announce_by_hand] = {"announced: asked for", LOG_LEVEL_INFO},
	[COUNTER_announce_failed] = {"not announced yet: the kernel took no frame",
				     LOG_LEVEL_WARNING},
	[COUNTER_announce_lost] = {"not announced: its port is down, gone, or takes no frames",
				   LOG_LEVEL_WARNING},
	[COUNTER_announce_superseded] = {"not announced: somebody else was heard meanwhile",
					 LOG_LEVEL_INFO},
	[COUNTER_self_announced] = {"announced itself: nothing to add", LOG_LEVEL_INFO},
	[COUNTER_fabric_moved] = {"has the address now, says EVPN", LOG_LEVEL_INFO},
	[COUNTER_lapsed] = {"is left: too few probes and no sign of use, nothing said",
			    LOG_LEVEL_INFO},
	[COUNTER_rival_probe] = {"probes too: the newer goes on, the older is dropped",
				 LOG_LEVEL_INFO, true},
	[COUNTER_conflict_probe] = {"probes too: conflict, nobody is announced", LOG_LEVEL_WARNING,
				    true},
	[COUNTER_conflict_asserted] = {"has the address: conflict, nobody is announced",
				       LOG_LEVEL_WARNING, true},
	[COUNTER_conflict_elsewhere] = {"has the address on two ports: conflict, nobody is "
					"announced",
					LOG_LEVEL_WARNING, true},
	[COUNTER_defended] = {"defends a declared address: conflict, it is announced again",
			      LOG_LEVEL_WARNING, true},
	[COUNTER_frozen] = {"took the address once too often: frozen until it is quiet",
			    LOG_LEVEL_WARNING},
	[COUNTER_frozen_probe] = {"probes for a frozen address: nothing said", LOG_LEVEL_INFO,
				  true},
	[COUNTER_thawed] = {"thawed: it was quiet long enough", LOG_LEVEL_INFO},
	[COUNTER_thaw_by_hand] = {"thawed: asked for", LOG_LEVEL_INFO},
	[COUNTER_port_gone] = {"forgotten: its port has left", LOG_LEVEL_INFO},
	[COUNTER_announce_over_limit] =
		{"not announced yet: its port, or all together, say too much", LOG_LEVEL_WARNING,
		 true},
	[COUNTER_aged] = {"forgotten: no sign of life", LOG_LEVEL_INFO},
	[COUNTER_announce_refresh] = {"announced again: it is still there", LOG_LEVEL_INFO},
	[COUNTER_confirmed] = {"is followed", LOG_LEVEL_INFO},
	[COUNTER_unconfirmed] = {"announced, but a listener does not answer it; garpd explain "
				 "tells which",
				 LOG_LEVEL_WARNING},
	[COUNTER_denied_never] = {"denied: the address is marked never", LOG_LEVEL_WARNING, true},
	[COUNTER_denied_owner] = {"denied: not on the address's list of owners", LOG_LEVEL_WARNING,
				  true},
	[COUNTER_denied_host] = {"denied: the address is this host's own", LOG_LEVEL_WARNING, true},
	[COUNTER_denied_next_hop] = {"denied: a next hop of this host; declare it with its owners "
				     "if it may move",
				     LOG_LEVEL_WARNING, true},
	[COUNTER_denied_undeclared] = {"denied: only declared addresses may be announced there",
				       LOG_LEVEL_WARNING, true},
	[COUNTER_denied_foreign] = {"denied: of no subnet that this host has there; declare it, or "
				    "allow it with \"foreign: yes\"",
				    LOG_LEVEL_WARNING, true},
	[COUNTER_denied_port_address] = {"denied: the port's list has not the address",
					 LOG_LEVEL_WARNING, true},
	[COUNTER_denied_port_mac] = {"denied: the port's list has not the MAC", LOG_LEVEL_WARNING,
				     true},
};

const struct event_text *event_text_find(unsigned int reason)
{
	static const struct event_text unnamed = {.level = LOG_LEVEL_INFO};

	return reason < COUNTER_MAX && texts[reason].sentence ? &texts[reason] : &unnamed;
}
