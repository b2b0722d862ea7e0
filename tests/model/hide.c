// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What no decision reads is hidden, so that states which only differ there are one: of the claim
 * and the world. Which field is read when is what this file knows; option -g puts anything there
 * instead and expects the same answers.
 */
#include <string.h>

#include "parts.h"

static uint64_t *seed; /* NULL: not garbling */

int hide_is_garbling(void)
{
	return seed != NULL;
}

/* xorshift64, Marsaglia 2003 */
uint64_t hide_random(uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (*seed >> 11) % below;
}

void hide_number(__u32 *number)
{
	*number = seed ? hide_random(1000) : 0;
}

void hide_byte(__u8 *byte)
{
	*byte = seed ? hide_random(256) : 0;
}

void hide_time(__u64 *at_ns)
{
	*at_ns = seed && hide_random(3) ? NOW_NS - hide_random(800) * TICK_NS : 0;
}

void hide_bytes(void *bytes, size_t len)
{
	memset(bytes, seed ? (int)hide_random(256) : 0, len);
}

void hide_beyond(__u32 *number, __u32 max)
{
	if (*number >= max)
		*number = seed ? max + hide_random(50) : max;
}

void hide_past(__u64 *at_ns, int ticks)
{
	__u64 floor_ns = NOW_NS - ticks * TICK_NS;

	if (*at_ns && *at_ns <= floor_ns)
		*at_ns = seed ? floor_ns - hide_random(300) * TICK_NS : floor_ns;
}

void hide_sent(__u64 *at_ns, int ticks)
{
	if (bounds->echo > ticks)
		ticks = bounds->echo;
	if (ticks)
		hide_past(at_ns, ticks + bounds->behind);
	else
		hide_time(at_ns);
}

#define MARK (1ull << 63) /* it has its new value */

void hide_ranked(__u64 **at_ns, int count, int ticks)
{
	__u64 floor_ns = NOW_NS - ticks * TICK_NS, to_ns = floor_ns, below_ns = ~0ull, latest_ns;
	int i;

	for (;;) {
		latest_ns = 0;
		for (i = 0; i < count; i++)
			if (*at_ns[i] && *at_ns[i] <= floor_ns &&
			    *at_ns[i]<below_ns && * at_ns[i]> latest_ns)
				latest_ns = *at_ns[i];
		if (!latest_ns)
			break;
		if (seed)
			to_ns -= hide_random(20) * TICK_NS;
		for (i = 0; i < count; i++)
			if (*at_ns[i] == latest_ns)
				*at_ns[i] = to_ns | MARK;
		to_ns -= TICK_NS;
		below_ns = latest_ns;
	}
	for (i = 0; i < count; i++)
		*at_ns[i] &= ~MARK;
}

static void hide_mac(__u8 *mac)
{
	memset(mac, 0, MAC_LEN);
	if (!seed || !hide_random(4))
		return;
	mac[0] = 2;
	mac[MAC_LEN - 1] = model_macs[hide_random(MACS)];
}

/* ---- the claim ---- */

int hide_conflict_ticks(void)
{
	return (bounds->window > bounds->dad ? bounds->window : bounds->dad) + 1 + bounds->behind;
}

/* While a window is open another prober may take it over: of this one counts when it was there. */
int hide_probe_ticks(int probing)
{
	int gap = bounds->gap + bounds->tolerance + 1 + bounds->behind;

	if (bounds->ask)
		return hide_ask_ticks();
	if (!probing)
		return bounds->duplicate + bounds->behind;
	return gap > hide_conflict_ticks() ? gap : hide_conflict_ticks();
}

int hide_age_ticks(void)
{
	return bounds->age > bounds->denied ? bounds->age : bounds->denied;
}

static void hide_statistics(struct claim *claim)
{
	hide_byte(&claim->reason);
	hide_bytes(&claim->tags, sizeof(claim->tags));
	hide_bytes(&claim->owner_tags, sizeof(claim->owner_tags));
	hide_bytes(&claim->rival_tags, sizeof(claim->rival_tags));
	hide_bytes(&claim->confirmed_by, sizeof(claim->confirmed_by));
	hide_number(&claim->announcements);
	hide_number(&claim->self_announced);
	hide_number(&claim->conflicts);
	hide_number(&claim->moves);
	hide_number(&claim->refreshed);
	hide_number(&claim->nudges);
	hide_number(&claim->unconfirmed);
	hide_number(&claim->confirmations);
	hide_number(&claim->asked);
	hide_byte(&claim->is_timed);
	hide_time(&claim->confirmed_ns);
	hide_time(&claim->changed_ns);
	hide_sent(&claim->nudged_ns, 0);
}

/* In a conflict with no sign of another host since the guest's first probe. */
static int is_alone(const struct claim *claim)
{
	return claim->state == CLAIM_CONFLICT && claim_is_alone(claim);
}

/* Does a probe, or the end of a window, still read what the window's probes were? */
int hide_has_window(const struct claim *claim)
{
	return claim->state == CLAIM_PROBING || claim_is_new(claim) || is_alone(claim);
}

/* Of the first probe only matters whether it came after the last sign of another host. */
static void hide_conflict(struct claim *claim)
{
	int alone = is_alone(claim);

	if (claim->state == CLAIM_CONFLICT)
		hide_past(&claim->last_conflict_ns, hide_conflict_ticks());
	else
		claim->last_conflict_ns = 0;
	claim->first_probe_ns = claim->last_conflict_ns + alone;
}

/* The flags of a window are of no use after it. */
static void hide_flags(struct claim *claim)
{
	__u8 keep = CLAIM_F_DEFERRED | CLAIM_F_DEFENDER;

	if (bounds->by_hand || bounds->link || bounds->refresh)
		keep |= CLAIM_F_DOUBTED;
	if (hide_has_window(claim))
		keep |= CLAIM_F_DECLARED | CLAIM_F_IMMEDIATE | CLAIM_F_UNSTEADY | CLAIM_F_USED;
	else if (claim->state == CLAIM_ANNOUNCING)
		keep |= CLAIM_F_IMMEDIATE;
	if (bounds->ask && hide_has_window(claim))
		keep |= CLAIM_F_DOUBTED;
	claim->flags = (claim->flags & keep) |
		       (seed ? hide_random(256) & ~(keep | CLAIM_F_OBSERVED) : 0);
}

static void hide_window(struct claim *claim)
{
	int probing = hide_has_window(claim);

	hide_beyond(&claim->probes, 1);
	if (probing)
		hide_beyond(&claim->window_probes,
			    bounds->min_probes > PROBE_NUM ? bounds->min_probes : PROBE_NUM);
	else
		hide_number(&claim->window_probes);
	if (claim->state != CLAIM_ANNOUNCING)
		hide_number(&claim->window_announcements);
	if (probing || claim->state == CLAIM_CONFLICT)
		hide_past(&claim->window_end_ns, 1 + bounds->behind);
	else
		hide_time(&claim->window_end_ns);
	hide_last_probe(claim, hide_probe_ticks(probing));
	if (claim_is_open(claim->state))
		hide_past(&claim->rival_probe_ns, hide_conflict_ticks());
	else if (claim->state == CLAIM_CONFLICT || claim->state == CLAIM_UNANSWERED)
		claim->rival_probe_ns = 0; /* when it ends, too long ago */
	else
		hide_time(&claim->rival_probe_ns);
}

static void hide_hosts(struct claim *claim)
{
	int defends = claim->flags & CLAIM_F_DEFENDER;

	if (!bounds->sweep)
		hide_number(&claim->quota_port);
	/* In a conflict only a defender that is to be announced matters, else who probes on. */
	if (!defends && (!claim_is_open(claim->state) ||
			 claim->rival_probe_ns <= NOW_NS - hide_conflict_ticks() * TICK_NS))
		hide_mac(claim->rival);
	if (!defends)
		hide_number(&claim->rival_port);
	if (mac_is_zero(claim->owner)) {
		hide_number(&claim->owner_port);
		hide_byte(&claim->owner_role);
	}
}

static void hide_old_times(struct claim *claim)
{
	int behind = bounds->behind;
	/* A denied claim is forgotten after a minute, which only with ask is a few ticks. */
	int may_deny = bounds->ask && bounds->rules & (bounds->rules - 1);

	hide_sent(&claim->announce_start_ns, bounds->xdp ? bounds->duplicate : 0);
	if (bounds->refresh)
		hide_past(&claim->last_announcement_ns, bounds->refresh + 1 + behind);
	else
		hide_time(&claim->last_announcement_ns);
	if (!bounds->refresh && !bounds->aging && !may_deny)
		hide_sent(&claim->last_seen_ns, 0);
	else if (!bounds->refresh)
		hide_past(&claim->last_seen_ns, hide_age_ticks() + 1 + behind);
	if (bounds->max_moves >= NO_FREEZING)
		claim->recent_moves = 0;
	if (claim->recent_moves)
		hide_past(&claim->recent_since_ns, bounds->moves + 1 + behind);
	else
		hide_time(&claim->recent_since_ns);
}

static void hide_clocks(struct claim *claim)
{
	int deferred = claim->flags & CLAIM_F_DEFERRED, ticks = 1 + bounds->behind;

	if (deferred)
		hide_past(&claim->deferred_ns, ticks);
	else
		hide_time(&claim->deferred_ns);
	hide_past(&claim->due_ns, ticks);
	hide_past(&claim->nudge_ns, ticks);
	hide_past(&claim->deadline_ns, ticks);
	if (seed) {
		if (deferred)
			claim->deferred_ns = claim->due_ns;
		claim_set_deadline(claim);
	}
	if (bounds->aging || claim->due_ns <= NOW_NS + FAR_NS / 2)
		return;
	claim->due_ns = NOW_NS + FAR_NS; /* never */
	if (claim->deadline_ns > NOW_NS + FAR_NS / 2)
		claim->deadline_ns = NOW_NS + FAR_NS;
}

static void hide_claim(void)
{
	struct claim *claim = model_claim();

	if (claim->state == CLAIM_NONE)
		return;
	hide_statistics(claim);
	hide_conflict(claim);
	hide_flags(claim);
	hide_window(claim);
	hide_hosts(claim);
	hide_old_times(claim);
	hide_questions(claim);
	hide_clocks(claim);
}

/* ---- the world ---- */

/* Replies are compared with nudges, and both with the announcement. */
static void hide_listeners(void)
{
	__u64 *group[2 + 4 * WORLD_LISTENERS];
	int i, count = 0;

	group[count++] = &model_claim()->announced_since_ns;
	group[count++] = &model.judge.nudging.since_ns;
	for (i = 0; i < bounds->listeners; i++) {
		group[count++] = &model.world.listener[i].answered_ns;
		group[count++] = &model.world.listener[i].nudged_ns;
		group[count++] = &model.judge.listener[i].answered_ns;
		group[count++] = &model.judge.listener[i].nudged_ns;
	}
	hide_ranked(group, count, 1 + bounds->behind);
}

/* Both say when the owner was last seen. */
static void hide_seen(void)
{
	int ticks = bounds->aging && bounds->age > bounds->refresh ? bounds->age : bounds->refresh;
	__u64 *group[] = {&model_claim()->last_seen_ns, &model.judge.seen_ns};

	if (bounds->refresh)
		hide_ranked(group, 2, ticks + 1 + bounds->behind);
}

/* A bucket that is full. */
static void hide_tat(__u64 *tat_ns)
{
	if (*tat_ns <= NOW_NS - bounds->behind * TICK_NS)
		*tat_ns = 0;
}

static void hide_limits(void)
{
	struct limit *limit;
	int i;

	for (i = 0; i < 4; i++) {
		limit = &model.world.limits[model_ports[i]];
		hide_tat(&limit->rounds_tat_ns);
		hide_tat(&limit->questions_tat_ns);
	}
	for (i = 0; i < LANE_MAX; i++)
		hide_tat(&model.world.lanes[i].rounds_tat_ns);
}

static void hide_monitors(void)
{
	int window = bounds->window > bounds->dad ? bounds->window : bounds->dad;
	struct monitors *monitors = &model.monitors;
	int i;

	hide_past(&monitors->denied_ns, hide_age_ticks() + 1 + bounds->behind);
	if (!bounds->monitor)
		*monitors = (struct monitors){.denied_ns = monitors->denied_ns};
	for (i = 0; i < STATIONS; i++)
		hide_past(&monitors->probed_ns[i], window + 2 + bounds->behind);
}

static void hide_all(void)
{
	hide_claim();
	hide_judge();
	hide_listeners();
	hide_seen();
	hide_limits();
	hide_monitors();
	hide_truth();
}

void model_hide(void)
{
	model_shift(model.world.now_ns - NOW_NS);
	hide_all();
}

void model_garble(uint64_t *with)
{
	seed = with;
	hide_all();
	model_shift(-(hide_random(400) * TICK_NS)); /* and at another time */
	seed = NULL;
}
