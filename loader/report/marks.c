// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "parts.h"
#include "loader/base/text.h"

static const unsigned int marks[COUNTER_MAX] = {
	[COUNTER_window_opened] = MARK_PROBE,
	[COUNTER_window_continued] = MARK_PROBE,
	[COUNTER_immediate] = MARK_PROBE,
	[COUNTER_rival_probe] = MARK_PROBE,
	[COUNTER_conflict_reprobed] = MARK_PROBE,
	[COUNTER_frozen_probe] = MARK_PROBE,
	[COUNTER_claim_by_hand] = MARK_OTHER,
	[COUNTER_asking] = MARK_QUESTION,
	[COUNTER_asking_again] = MARK_QUESTION,
	[COUNTER_asking_by_hand] = MARK_QUESTION,
	[COUNTER_asking_link] = MARK_QUESTION,
	[COUNTER_ask_heard] = MARK_QUESTION,
	[COUNTER_unanswered] = MARK_QUESTION | MARK_FAILED,
	[COUNTER_ask_given_up] = MARK_FAILED,
	[COUNTER_ask_gave_way] = MARK_FAILED,
	[COUNTER_answered] = MARK_ANSWER,
	[COUNTER_answered_once] = MARK_ANSWER,
	[COUNTER_self_announced] = MARK_SELF_ANNOUNCED,
	[COUNTER_confirmed] = MARK_CONFIRMATION,
	[COUNTER_unconfirmed] = MARK_UNCONFIRMED,
	[COUNTER_conflict_probe] = MARK_CONFLICT,
	[COUNTER_conflict_asserted] = MARK_CONFLICT,
	[COUNTER_conflict_objected] = MARK_CONFLICT,
	[COUNTER_conflict_elsewhere] = MARK_CONFLICT,
	[COUNTER_defended] = MARK_CONFLICT,
	[COUNTER_frozen] = MARK_CONFLICT,
	[COUNTER_denied_never] = MARK_DENIED,
	[COUNTER_denied_owner] = MARK_DENIED,
	[COUNTER_denied_host] = MARK_DENIED,
	[COUNTER_denied_next_hop] = MARK_DENIED,
	[COUNTER_denied_undeclared] = MARK_DENIED,
	[COUNTER_denied_foreign] = MARK_DENIED,
	[COUNTER_denied_unheard] = MARK_DENIED,
	[COUNTER_denied_port_address] = MARK_DENIED,
	[COUNTER_denied_port_mac] = MARK_DENIED,
	[COUNTER_announce_failed] = MARK_FAILED,
	[COUNTER_announce_lost] = MARK_FAILED,
	[COUNTER_announce_superseded] = MARK_FAILED,
	[COUNTER_announce_over_limit] = MARK_FAILED,
};

static unsigned int reason_of(const char *event)
{
	unsigned int reason = 0;

	while (reason < COUNTER_MAX && strcmp(counter_name(reason), event) != 0)
		reason++;
	return reason;
}

unsigned int marks_of(const char *event, bool sent)
{
	unsigned int reason = reason_of(event);
	unsigned int found = reason < COUNTER_MAX ? marks[reason] : 0;

	if (sent)
		found |= MARK_ANNOUNCEMENT;
	return found ?: MARK_OTHER;
}

const char *mark_name(enum mark_place place)
{
#define MARK_NAME(NAME, name) [MARK_PLACE_##NAME] = name,
	static const char *const names[] = {MARKS(MARK_NAME)};

	return names[place];
}
