// SPDX-License-Identifier: GPL-2.0-or-later
/* answers.c - does it announce itself? The sentence, the rows, and the hosts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/base/text.h"
#include "loader/maps/event_text.h"
#include "parts.h"

#define WHAT_LEN	    192
#define NAME_OF(NAME, name) [REPLAY_##NAME] = (name),

const char *replay_verdict_name(unsigned int verdict)
{
	static const char *const names[] = {REPLAY_VERDICTS(NAME_OF)};

	return verdict < REPLAY_VERDICT_MAX ? names[verdict] : "unknown";
}

/* ---- in their order ---- */

static int compare_answers(const void *a, const void *b)
{
	const struct replay_answer *x = a, *y = b;

	if (x->worst.verdict != y->worst.verdict)
		return x->worst.verdict < y->worst.verdict ? -1 : 1;
	/* Every host has one of its own, and they are seldom what is asked for. */
	if (addr_is_link_local(&x->key.addr) != addr_is_link_local(&y->key.addr))
		return addr_is_link_local(&x->key.addr) ? 1 : -1;
	if (x->worst.began_ns != y->worst.began_ns)
		return x->worst.began_ns < y->worst.began_ns ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key)) ?: memcmp(x->mac, y->mac, MAC_LEN);
}

void replay_sort_answers(struct replay *replay)
{
	const struct contenders *contenders = &replay->contenders;

	replay->answers = calloc(contenders->count + 1, sizeof(*replay->answers));
	if (!replay->answers) {
		replay->summary.answers_left += contenders->count;
		return;
	}
	for (__u32 i = 0; i < contenders->count; i++) {
		replay->answers[i] = contenders->at[i].answer;
		replay->answers[i].is_asked = replay->settings.ask;
		replay->answers[i].min_probes = replay->settings.min_probes;
		replay->answers[i].ended_ns = replay->summary.end_ns - contenders->set_ns;
	}
	replay->answer_count = contenders->count;
	qsort(replay->answers, replay->answer_count, sizeof(*replay->answers), compare_answers);
}

const struct replay_answer *replay_answers(const struct replay *replay, size_t *count)
{
	*count = replay->answer_count;
	return replay->answers;
}

/* ---- the sentence ---- */

static double after_s(const struct replay_attempt *attempt, long long wall_ns)
{
	return (double)(wall_ns - attempt->began_ns) / NSEC_PER_SEC;
}

/* "probed 3 times, 1.00 s apart" */
static const char *probed_text(const struct replay_answer *answer, char text[WHAT_LEN])
{
	const struct replay_attempt *worst = &answer->worst;
	double apart_s = after_s(worst, worst->last_ns) /
			 (worst->probes > 1 ? worst->probes - 1 : 1);

	if (answer->attempts > 1)
		snprintf(text, WHAT_LEN, "probed %u times in %u attempts", answer->probes,
			 answer->attempts);
	else if (worst->probes == 1)
		snprintf(text, WHAT_LEN, "probed once");
	else
		snprintf(text, WHAT_LEN, "probed %u times, %s%.2f s apart", worst->probes,
			 worst->is_steady ? "" : "about ", apart_s);
	return text;
}

/* Behind "probed 3 times, and": what the host did, or what became of it. */
static const char *what_text(const struct replay_answer *answer, char text[WHAT_LEN])
{
	const struct replay_attempt *worst = &answer->worst;
	char other[MAC_TEXT_LEN];

	mac_text(worst->other, other);
	switch ((enum replay_verdict)worst->verdict) {
	case REPLAY_SILENT:
		snprintf(text, WHAT_LEN, "%sdid not announce itself",
			 worst->used_ns ? "used the address, but " : "");
		break;
	case REPLAY_CONFLICT:
		if (mac_is_zero(worst->other) || mac_equal(worst->other, answer->mac))
			snprintf(text, WHAT_LEN, "met a conflict");
		else
			snprintf(text, WHAT_LEN, "met a conflict with %s", other);
		break;
	case REPLAY_GAVE_WAY:
		snprintf(text, WHAT_LEN, "gave way to %s, which probed for it, too", other);
		break;
	case REPLAY_ANNOUNCED:
	case REPLAY_LATE:
		snprintf(text, WHAT_LEN, "announced itself");
		break;
	case REPLAY_CUT:
		snprintf(text, WHAT_LEN, "was cut off by the end of the capture");
		break;
	case REPLAY_LAPSED:
	case REPLAY_FROZEN:
	case REPLAY_DENIED:
	case REPLAY_IGNORED:
	case REPLAY_UNPROBED:
	case REPLAY_VERDICT_MAX:
		snprintf(text, WHAT_LEN, "did not announce itself");
		break;
	}
	return text;
}

static const char *ignored_text(const struct replay_answer *answer)
{
	if (answer->is_uplink)
		return "it is behind the uplink: the garpd on its own machine would ask it";
	if (addr_is_link_local(&answer->key.addr))
		return "garpd leaves link-local addresses alone";
	return "garpd does not count these probes";
}

/* What garpd would have done; "": nothing is to be said. */
static const char *then_text(const struct replay_answer *answer, char text[WHAT_LEN])
{
	const struct replay_attempt *worst = &answer->worst;
	const char *deed = answer->is_asked ? "asked" : "announced";
	double asked_s = after_s(worst, worst->asked_ns);

	text[0] = '\0';
	if (worst->is_immediate) {
		snprintf(text, WHAT_LEN,
			 "garpd would have announced it at +%.2f s, at its first probe", asked_s);
		return text;
	}
	switch ((enum replay_verdict)worst->verdict) {
	case REPLAY_SILENT:
	case REPLAY_LATE:
		snprintf(text, WHAT_LEN, "garpd would have %s it at +%.2f s", deed, asked_s);
		break;
	case REPLAY_CUT:
		if (worst->asked_ns)
			snprintf(text, WHAT_LEN,
				 "garpd would %s it at +%.2f s, if it has not announced itself "
				 "by then",
				 answer->is_asked ? "ask" : "announce", asked_s);
		else
			snprintf(text, WHAT_LEN, "garpd wants %u probes", answer->min_probes);
		break;
	case REPLAY_LAPSED:
		snprintf(text, WHAT_LEN, "garpd would have stayed silent: it wants %u probes",
			 answer->min_probes);
		break;
	case REPLAY_CONFLICT:
		snprintf(text, WHAT_LEN, "garpd would not have announced it");
		break;
	case REPLAY_FROZEN:
	case REPLAY_DENIED:
		snprintf(text, WHAT_LEN, "garpd would not have announced it: %s",
			 event_text_find(worst->reason)->sentence ?: counter_name(worst->reason));
		break;
	case REPLAY_IGNORED:
		snprintf(text, WHAT_LEN, "%s", ignored_text(answer));
		break;
	case REPLAY_GAVE_WAY:
	case REPLAY_ANNOUNCED:
	case REPLAY_UNPROBED:
	case REPLAY_VERDICT_MAX:
		break;
	}
	return text;
}

/* When it happened, of one attempt: " at +3.00 s". */
static const char *when_text(const struct replay_answer *answer, char text[WHAT_LEN])
{
	const struct replay_attempt *worst = &answer->worst;

	text[0] = '\0';
	if (worst->verdict == REPLAY_ANNOUNCED || worst->verdict == REPLAY_LATE)
		snprintf(text, WHAT_LEN, " at +%.2f s", after_s(worst, worst->announced_ns));
	else if (worst->verdict == REPLAY_CUT)
		snprintf(text, WHAT_LEN, " at +%.2f s", after_s(worst, answer->ended_ns));
	return text;
}

/* Of several attempts: " each time", " in 2 of them". */
static const char *often_text(const struct replay_answer *answer, char text[WHAT_LEN])
{
	__u32 often = answer->verdicts[answer->worst.verdict];

	if (often == answer->attempts)
		return " each time";
	snprintf(text, WHAT_LEN, " in %u of them", often);
	return text;
}

const char *replay_address_text(const struct claim_key *key, char text[CLAIM_TEXT_LEN])
{
	char address[ADDR_TEXT_LEN], vlans[VLANS_TEXT_LEN];

	vlans_text(key, vlans);
	snprintf(text, CLAIM_TEXT_LEN, "%s%s%s", addr_text(&key->addr, address),
		 vlans[0] ? " in VLAN " : "", vlans);
	return text;
}

const char *replay_answer_text(const struct replay_answer *answer, char text[REPLAY_ANSWER_LEN])
{
	char address[CLAIM_TEXT_LEN], mac[MAC_TEXT_LEN], probed[WHAT_LEN], what[WHAT_LEN],
		when[WHAT_LEN], then[WHAT_LEN], first[TIME_TEXT_LEN + 24] = "", time[TIME_TEXT_LEN];
	bool once = answer->attempts == 1;

	replay_address_text(&answer->key, address);
	mac_text(answer->mac, mac);
	if (answer->worst.verdict == REPLAY_UNPROBED) {
		snprintf(text, REPLAY_ANSWER_LEN, "%s: %s announced itself%s, and did not probe",
			 address, mac, answer->announcements > 1 ? " several times" : "");
		return text;
	}
	then_text(answer, then);
	if (!once && then[0])
		snprintf(first, sizeof(first), "the first time, at %s, ",
			 time_wall_local_text(answer->worst.wall_ns, time));
	snprintf(text, REPLAY_ANSWER_LEN, "%s: %s %s, and %s%s%s%s%s", address, mac,
		 probed_text(answer, probed), what_text(answer, what),
		 once ? when_text(answer, when) : often_text(answer, when), then[0] ? "; " : "",
		 first, then);
	return text;
}
