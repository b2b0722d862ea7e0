// SPDX-License-Identifier: GPL-2.0-or-later
#include "bpf/abi/abi.h"
#include <stdio.h>
#include <string.h>

#include "event_text.h"
#include "loader/base/text.h"

#define INFO(counter, text)		[COUNTER_##counter] = {text, LOG_LEVEL_INFO, false}
#define WARNING(counter, text)		[COUNTER_##counter] = {text, LOG_LEVEL_WARNING, false}
#define REPEATED_INFO(counter, text)	[COUNTER_##counter] = {text, LOG_LEVEL_INFO, true}
#define REPEATED_WARNING(counter, text) [COUNTER_##counter] = {text, LOG_LEVEL_WARNING, true}

static const struct event_text texts[COUNTER_MAX] = {
	REPEATED_INFO(window_opened, "probe received; window opened"),
	REPEATED_INFO(window_continued, "probe received; window continues"),
	INFO(window_ended, "window passed quietly"),
	REPEATED_INFO(asking, "window passed quietly; asking the guest"),
	REPEATED_INFO(asking_again, "asking the guest before the next announcement"),
	INFO(asking_by_hand, "by hand; asking the guest first"),
	INFO(answered, "the guest answered"),
	REPEATED_INFO(came_through, "its frames pass the filters of the bridge"),
	REPEATED_WARNING(unanswered, "not announced yet: the guest does not answer"),
	REPEATED_INFO(ask_heard, "heard again; asking it at once"),
	REPEATED_WARNING(ask_gave_way,
			 "forgotten: it never answered, and its port's quota is used up"),
	REPEATED_WARNING(ask_given_up, "not announced: no answer for 10 minutes"),
	REPEATED_INFO(port_filling, "its port has used 7/8 of its quota of claims"),
	REPEATED_INFO(made_room, "forgotten: the quota of its port is nearly used up"),
	INFO(observed, "observe: yes; nothing sent"),
	REPEATED_INFO(window_used, "guest already uses the address"),
	INFO(immediate, "first probe of a declared address"),
	INFO(announce_deferred, "deferred announcement"),
	INFO(announce_next, "further announcement"),
	INFO(announce_done, "last announcement sent"),
	INFO(announce_by_hand, "by hand"),
	REPEATED_INFO(announce_link, "an uplink came back"),
	REPEATED_INFO(asking_link, "an uplink came back; asking the guest first"),
	WARNING(announce_failed, "not announced yet: the kernel did not queue the frame; retrying"),
	WARNING(announce_lost, "not announced: its port is down, gone or not forwarding"),
	INFO(announce_superseded, "not announced: another host was heard meanwhile"),
	REPEATED_INFO(answered_once, "answered; asked again: another host named the address"),
	REPEATED_INFO(answered_again, "answered; no announcement is due"),
	REPEATED_INFO(announce_doubted, "not announced: another host named the address"),
	INFO(self_announced, "announced itself; nothing to add"),
	INFO(fabric_moved, "owns the address according to EVPN"),
	REPEATED_WARNING(uplink_reflects,
			 "came back from this uplink; immediate IPv6 addresses wait for their "
			 "windows"),
	REPEATED_INFO(lapsed, "ignored: too few probes and no traffic from the address"),
	REPEATED_INFO(rival_probe, "also probes; takes over the window"),
	REPEATED_WARNING(conflict_probe, "conflict: also probes for the address; not announced"),
	REPEATED_INFO(conflict_reprobed, "probes again after a conflict"),
	REPEATED_WARNING(conflict_asserted, "conflict: uses the address; not announced"),
	REPEATED_WARNING(conflict_objected, "conflict: objects to the address; not announced"),
	REPEATED_WARNING(conflict_elsewhere,
			 "conflict: uses the address on another port as well; not announced"),
	REPEATED_WARNING(defended, "conflict: defends a declared address"),
	WARNING(frozen, "frozen: too many moves"),
	REPEATED_INFO(frozen_probe, "frozen: probe ignored"),
	INFO(thawed, "thawed after a quiet time"),
	INFO(thaw_by_hand, "thawed by hand"),
	INFO(claim_by_hand, "claimed by hand"),
	REPEATED_INFO(port_gone, "forgotten: its port is gone"),
	REPEATED_WARNING(announce_over_limit, "rate-limited; queued"),
	REPEATED_INFO(aged, "forgotten: no frame from the guest for max_age"),
	INFO(announce_refresh, "refresh"),
	INFO(confirmed, "confirmed"),
	WARNING(unconfirmed, "announced, but a listener did not reply; garpd explain names it"),
	REPEATED_WARNING(denied_never, "denied: configured announce: never"),
	REPEATED_WARNING(denied_owner, "denied: not in the address's list of owners"),
	REPEATED_WARNING(denied_host, "denied: the address is configured on this host"),
	REPEATED_WARNING(denied_next_hop,
			 "denied: a gateway of the host or of gateways:; declare it with owners"),
	REPEATED_WARNING(denied_undeclared, "denied: only declared addresses are announced there"),
	REPEATED_WARNING(denied_foreign,
			 "denied: in no subnet of the segment; declare it or set \"foreign: yes\""),
	REPEATED_WARNING(denied_unheard,
			 "denied: an objection may pass garpd by; see garpd show ports"),
	REPEATED_WARNING(denied_port_address, "denied: the address is not in the port's list"),
	REPEATED_WARNING(denied_port_mac, "denied: the MAC is not in the port's list"),
};

const struct event_text *event_text_find(unsigned int reason)
{
	static const struct event_text unnamed = {.level = LOG_LEVEL_INFO};

	return reason < COUNTER_MAX && texts[reason].sentence ? &texts[reason] : &unnamed;
}

const char *claim_reason_text(const struct claim *claim, char text[CLAIM_REASON_LEN])
{
	const char *state = claim_state_name(claim->state);
	const char *sentence = event_text_find(claim->reason)->sentence;
	char mac[MAC_TEXT_LEN];

	if (claim->state == CLAIM_CONFLICT && !mac_is_zero(claim->rival))
		snprintf(text, CLAIM_REASON_LEN, "conflict with %s", mac_text(claim->rival, mac));
	else if (sentence && !strncmp(sentence, state, strlen(state)))
		snprintf(text, CLAIM_REASON_LEN, "%s", sentence);
	else
		snprintf(text, CLAIM_REASON_LEN, "%s: %s", state,
			 sentence ? sentence : counter_help(claim->reason));
	return text;
}
