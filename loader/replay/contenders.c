// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * contenders.c - who wants, or has, which address, and what became of each attempt. Probes and
 * announcements are counted as they are heard; the verdict is the program's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define BUCKETS (2 * REPLAY_ANSWERS_MAX)

/* So long after its last probe a host's announcement is still that of the attempt. */
#define LATE_NS (10 * (long long)NSEC_PER_SEC)

/* ---- the table ---- */

int contenders_open(struct contenders *contenders)
{
	*contenders = (struct contenders){
		.at = calloc(REPLAY_ANSWERS_MAX, sizeof(*contenders->at)),
		.bucket = calloc(BUCKETS, sizeof(*contenders->bucket)),
	};
	return contenders->at && contenders->bucket ? 0 : -ENOMEM;
}

void contenders_close(struct contenders *contenders)
{
	free(contenders->at);
	free(contenders->bucket);
	*contenders = (struct contenders){};
}

static __u32 *bucket_of(const struct contenders *contenders, const struct claim_key *key,
			const __u8 mac[MAC_LEN])
{
	const __u32 *word = (const __u32 *)key;
	__u64 hash = 0;

	memcpy(&hash, mac, MAC_LEN);
	for (size_t i = 0; i < sizeof(*key) / sizeof(*word); i++) {
		hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 29;
	}
	return &contenders->bucket[(hash >> 16) & (BUCKETS - 1)];
}

struct contender *contenders_find(struct contenders *contenders, const struct claim_key *key,
				  const __u8 mac[MAC_LEN], bool add)
{
	__u32 *bucket = bucket_of(contenders, key, mac), link = *bucket;
	struct contender *contender;

	for (; link; link = contenders->at[link - 1].next) {
		contender = &contenders->at[link - 1];
		if (mac_equal(contender->answer.mac, mac) &&
		    !memcmp(&contender->answer.key, key, sizeof(*key)))
			return contender;
	}
	if (!add)
		return NULL;
	if (contenders->count == REPLAY_ANSWERS_MAX) {
		contenders->left++;
		return NULL;
	}
	contender = &contenders->at[contenders->count++];
	contender->answer.key = *key;
	memcpy(contender->answer.mac, mac, MAC_LEN);
	contender->next = *bucket;
	*bucket = contenders->count;
	return contender;
}

/* ---- attempts ---- */

/* The attempt is over: it is counted, and kept if it is the worst. */
static void attempt_end(struct contender *contender)
{
	struct replay_answer *answer = &contender->answer;
	struct replay_attempt *now = &contender->now;

	if (now->probes) {
		answer->verdicts[now->verdict]++;
		answer->attempts++;
		if (answer->attempts == 1 || now->verdict < answer->worst.verdict)
			answer->worst = *now;
	}
	*now = (struct replay_attempt){};
	contender->is_open = false;
}

static void attempt_begin(struct contender *contender, bool is_uplink, long long now_ns)
{
	attempt_end(contender);
	contender->now = (struct replay_attempt){
		.began_ns = now_ns,
		.last_ns = now_ns,
		/* Unless the program says something of it. */
		.verdict = REPLAY_IGNORED,
		.is_steady = true,
	};
	contender->is_open = true;
	contender->answer.is_uplink = is_uplink;
}

static void attempt_probe(struct contender *contender, bool is_uplink,
			  const struct settings *settings, long long now_ns)
{
	long long quiet_ns = (long long)(settings->window_ns + settings->grace_ns);
	struct replay_attempt *now = &contender->now;
	long long gap_ns = now_ns - now->last_ns, first_ns;

	/* A copy, as claim_probe_is_copy() has it. */
	if (now->probes && gap_ns < (long long)settings->duplicate_ns)
		return;
	if (!contender->is_open || gap_ns > quiet_ns)
		attempt_begin(contender, is_uplink, now_ns);
	contender->answer.probes++;
	if (now->probes > 1) {
		first_ns = (now->last_ns - now->began_ns) / (now->probes - 1);
		gap_ns = now_ns - now->last_ns - first_ns;
		if (gap_ns > first_ns / 10 || gap_ns < -first_ns / 10)
			now->is_steady = false;
	}
	now->probes++;
	now->last_ns = now_ns;
}

static void attempt_announce(struct contender *contender, bool is_uplink, long long now_ns)
{
	struct replay_attempt *now = &contender->now;

	if (!contender->answer.announcements++ && !contender->answer.probes)
		contender->answer.is_uplink = is_uplink;
	if (!now->probes || now->announced_ns || now_ns > now->last_ns + LATE_NS)
		return;
	now->announced_ns = now_ns;
	now->verdict = now->asked_ns ? REPLAY_LATE : REPLAY_ANNOUNCED;
	contender->is_open = false;
}

void contenders_hear(struct contenders *contenders, const struct claim_key *key,
		     const struct frame *frame, bool is_uplink, const struct settings *settings,
		     long long wall_ns)
{
	long long now_ns = wall_ns - contenders->set_ns;
	struct contender *contender;

	if ((frame->kind != FRAME_PROBE && frame->kind != FRAME_ANNOUNCEMENT) || frame->relayed)
		return;
	contender = contenders_find(contenders, key, frame->mac, true);
	if (!contender)
		return;
	if (frame->kind == FRAME_PROBE)
		attempt_probe(contender, is_uplink, settings, now_ns);
	else
		attempt_announce(contender, is_uplink, now_ns);
	if (contender->now.began_ns == now_ns)
		contender->now.wall_ns = wall_ns;
}

/* ---- what the program says ---- */

static void tell(struct contenders *contenders, const struct event *event, const __u8 mac[MAC_LEN],
		 enum replay_verdict verdict, const __u8 *other, bool is_over)
{
	struct contender *contender = contenders_find(contenders, &event->key, mac, false);
	struct replay_attempt *now = contender ? &contender->now : NULL;

	if (!now || !now->probes)
		return;
	now->verdict = verdict;
	now->reason = event->reason;
	if (other)
		memcpy(now->other, other, MAC_LEN);
	contender->is_open = contender->is_open && !is_over;
}

/* Its window has passed: of the guest that probed last. */
static void tell_asked(struct contenders *contenders, const struct event *event, bool is_after,
		       long long now_ns)
{
	struct contender *contender = contenders_find(contenders, &event->key, event->mac, false);

	if (!contender || contender->now.announced_ns)
		return;
	tell(contenders, event, event->mac, is_after ? REPLAY_CUT : REPLAY_SILENT, NULL, true);
	if (!contender->now.is_immediate)
		contender->now.asked_ns = now_ns;
}

static void tell_used(struct contenders *contenders, const struct event *event, long long now_ns)
{
	struct contender *contender = contenders_find(contenders, &event->key, event->mac, false);

	if (contender && !contender->now.used_ns)
		contender->now.used_ns = now_ns;
}

static void tell_probed(struct contenders *contenders, const struct event *event, struct slot *slot)
{
	if (event->reason == COUNTER_rival_probe && !mac_equal(slot->prober, event->mac))
		tell(contenders, event, slot->prober, REPLAY_GAVE_WAY, event->mac, true);
	memcpy(slot->prober, event->mac, MAC_LEN);
	tell(contenders, event, event->mac, REPLAY_CUT, NULL, false);
}

/* At the first probe of a declared address the kernel half announces, and asks later. */
static void tell_immediate(struct contenders *contenders, const struct event *event,
			   long long now_ns)
{
	struct contender *contender = contenders_find(contenders, &event->key, event->mac, false);

	if (!contender || contender->now.asked_ns)
		return;
	contender->now.asked_ns = now_ns;
	contender->now.is_immediate = true;
}

void contenders_tell(struct contenders *contenders, const struct event *event,
		     const struct claim *claim, struct slot *slot, bool is_after, long long wall_ns)
{
	long long now_ns = wall_ns - contenders->set_ns;

	switch (event->reason) {
	case COUNTER_window_opened:
	case COUNTER_window_continued:
	case COUNTER_conflict_reprobed:
	case COUNTER_rival_probe:
		if (slot)
			tell_probed(contenders, event, slot);
		break;
	case COUNTER_immediate:
		if (slot)
			tell_probed(contenders, event, slot);
		tell_immediate(contenders, event, now_ns);
		break;
	case COUNTER_window_used:
		tell_used(contenders, event, now_ns);
		break;
	case COUNTER_observed:
		tell_asked(contenders, event, is_after, now_ns);
		break;
	case COUNTER_lapsed:
		/* One that falls back to its owner is about that by now. */
		if (event->old_state == CLAIM_PROBING)
			tell(contenders, event, slot ? slot->prober : event->mac,
			     is_after ? REPLAY_CUT : REPLAY_LAPSED, NULL, true);
		/* The guest probed on, and no host got the address. */
		else if (event->old_state == CLAIM_CONFLICT)
			tell(contenders, event, slot ? slot->prober : event->mac, REPLAY_CONFLICT,
			     NULL, true);
		break;
	case COUNTER_frozen:
	case COUNTER_frozen_probe:
		tell(contenders, event, event->mac, REPLAY_FROZEN, NULL, true);
		break;
	case COUNTER_conflict_probe:
	case COUNTER_conflict_asserted:
	case COUNTER_conflict_objected:
	case COUNTER_conflict_elsewhere:
	case COUNTER_defended:
		if (claim)
			tell(contenders, event, claim->mac, REPLAY_CONFLICT, claim->rival, false);
		break;
	default:
		if (event->state == CLAIM_DENIED)
			tell(contenders, event, event->mac, REPLAY_DENIED, NULL, false);
		break;
	}
}

void contenders_end(struct contenders *contenders)
{
	for (__u32 i = 0; i < contenders->count; i++) {
		struct replay_answer *answer = &contenders->at[i].answer;

		attempt_end(&contenders->at[i]);
		if (!answer->attempts)
			answer->worst.verdict = REPLAY_UNPROBED;
	}
}
