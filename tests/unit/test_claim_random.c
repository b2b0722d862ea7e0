// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A long random life of four addresses with different policies. What must never happen is judged
 * from what was heard and said, as a listener on the wire would know it, not from the claim.
 * GARPD_SEED=n in the environment repeats a run.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define EVENTS 100000

static struct world w;
static __u64 seed, prng;

static const char *const sites[WORLD_CLAIMS] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"};
static const struct station *const stations[] = {&guest_a, &guest_b, &guest_c, &remote_a,
						 &remote_b};

/* What the wire knows of one MAC and one address. */
struct known {
	__u64 probed_ns;       /* the last probe that counts */
	unsigned int probes;   /* since it was contradicted */
	unsigned int used;     /* the same: ARP of its own from the address */
	unsigned int silenced; /* contradicted since it was first announced in this window */
};

static struct known known[WORLD_CLAIMS][256]; /* by the last byte of the MAC */
static __u64 slot_ns[WORLD_CLAIMS];	      /* the last slot of this window; 0: none yet */
static int failed[WORLD_CLAIMS];	      /* the last announcement could not be sent */
static unsigned int seen[COUNTER_MAX];

/* xorshift64*, Vigna 2016 */
static __u64 rnd(__u64 below)
{
	prng ^= prng >> 12;
	prng ^= prng << 25;
	prng ^= prng >> 27;
	return (prng * 2685821657736338717ull >> 33) % below;
}

#define never(bad, what) \
	cr_assert(!(bad), "%s (GARPD_SEED=%llu, %llu ns)", what, seed, w.now_ns - WORLD_START_NS)

/* The wire hears; before the claim does. */
static void know(int site, const struct station *from, int probe, __u64 at_ns)
{
	struct known *own = &known[site][from->mac[5]];
	int i;

	if (probe && from->role == ROLE_GUEST) {
		if (at_ns - own->probed_ns < w.settings.duplicate_ns)
			return;
		own->probes++;
		own->probed_ns = at_ns;
		return;
	}
	for (i = 0; i < 256; i++) {
		if (i == from->mac[5])
			continue;
		known[site][i].silenced |= !probe;
		known[site][i].probes = known[site][i].used = 0;
	}
	own->used |= from->role == ROLE_GUEST && own->probes;
}

static int is_slot(int reason)
{
	return reason == COUNTER_window_ended || reason == COUNTER_announce_next ||
	       reason == COUNTER_announce_done;
}

static void judge_announcement(int site, const struct claim *claim, const struct claim_step *step)
{
	struct known *guest = &known[site][claim->mac[5]];
	__u64 wait_ns = guest->probed_ns + w.settings.steady_window_ns;
	int vouched = guest->used || claim->flags & CLAIM_F_IMMEDIATE;

	if (step->reason == COUNTER_window_ended) {
		never(guest->probes < (vouched ? 1 : w.settings.min_probes),
		      "announced a guest that was contradicted in its window");
		never(w.now_ns < wait_ns, "announced before the window ended");
		guest->silenced = 0;
	} else if (step->old_state == CLAIM_ANNOUNCING && is_slot(step->reason)) {
		never(guest->silenced, "went on announcing a guest that was contradicted");
	}
}

/* A slot is said once: again only where it failed, or after the interval. */
static void judge_slot(int site, const struct claim *claim, const struct claim_step *step)
{
	if (is_slot(step->reason) && claim->state != CLAIM_PROBING) {
		never(!failed[site] && slot_ns[site] &&
			      w.now_ns - slot_ns[site] < w.settings.first_interval_ns,
		      "announced twice in one slot");
		slot_ns[site] = w.now_ns;
	}
	failed[site] = w.fail > 0;
}

static void watch(struct world *world, int site, const struct claim_step *step,
		  const struct heard *heard)
{
	const struct claim *claim = &world->sites[site].claim;
	int waits = claim->state == CLAIM_PROBING || claim->state == CLAIM_ANNOUNCING;

	seen[step->reason]++;
	never(waits && !claim->deadline_ns, "a pending claim has no deadline");
	never(step->old_state && !claim->state && !step->forget, "an empty claim was kept");
	never(claim->state >= CLAIM_STATE_MAX, "no such state");
	never(claim->window_announcements > world->settings.announce_num, "too many slots");
	never(step->announce && claim->state == CLAIM_FROZEN, "a frozen claim speaks");
	never(step->announce && claim->state == CLAIM_DENIED, "a denied claim speaks");
	never(step->announce == ANNOUNCE_GUEST && claim->state == CLAIM_CONFLICT,
	      "a guest in conflict speaks");
	never(step->announce && heard && heard->policy.denied, "a forbidden MAC speaks");
	never(step->announce && heard && heard->frame->relayed, "a relay speaks");
	never(step->announce && !heard && step->announce == ANNOUNCE_DEFENDER &&
		      claim->state != CLAIM_CONFLICT,
	      "a defender of nothing speaks");
	never(step->announce && heard && heard->role != ROLE_GUEST &&
		      step->announce == ANNOUNCE_GUEST,
	      "an uplink speaks");
	if (step->reason == COUNTER_window_opened || step->reason == COUNTER_rival_probe ||
	    step->reason == COUNTER_immediate)
		slot_ns[site] = 0;
	if (step->announce == ANNOUNCE_GUEST) {
		judge_announcement(site, claim, step);
		judge_slot(site, claim, step);
	}
	world->announced.count = 0;
}

/* The next moment: a burst, a second that is nearly one, some seconds, sometimes minutes or days.
 */
static __u64 later(void)
{
	switch (rnd(16)) {
	case 0:
		return rnd(100) * NSEC_PER_USEC;
	case 1:
	case 2:
		return rnd(100) * NSEC_PER_MSEC;
	case 3:
	case 4:
		return rnd(3000) * NSEC_PER_MSEC;
	case 5:
		return rnd(400) * NSEC_PER_SEC / (1 + rnd(20));
	case 6:
		return rnd(200) ? 0 : rnd(2) * 25 * 3600 * NSEC_PER_SEC;
	}
	return (980 + rnd(40)) * NSEC_PER_MSEC;
}

static void one_event(void)
{
	static int site, from;
	__u64 at_ns = w.now_ns + later();
	unsigned int what = rnd(32);

	/* Guests are persistent, or no window would ever come to its end. */
	if (!rnd(4))
		site = rnd(WORLD_CLAIMS);
	if (!rnd(6))
		from = rnd(5);
	w.daemon_sleeps = rnd(50) ? w.daemon_sleeps : !w.daemon_sleeps;
	world_run_until(&w, at_ns);
	w.fail = rnd(40) ? w.fail : (int)rnd(6);
	if (what < 24) {
		know(site, stations[from], 1, at_ns);
		world_probe(&w, sites[site], stations[from], at_ns);
	} else if (what < 26) {
		know(site, stations[from], 0, at_ns);
		world_announces(&w, sites[site], stations[from], at_ns);
	} else if (what < 29) {
		know(site, stations[from], 0, at_ns);
		world_uses(&w, sites[site], stations[from], at_ns);
	} else if (what < 30) {
		know(site, stations[from], 0, at_ns);
		world_relays(&w, sites[site], stations[from], at_ns);
	} else if (what < 31) {
		world_ask(&w, sites[site], at_ns);
	}
}

static void live(__u64 with_seed)
{
	int i;

	seed = with_seed;
	prng = seed * 0x9e3779b97f4a7c15ull | 1;
	memset(known, 0, sizeof(known));
	memset(slot_ns, 0, sizeof(slot_ns));
	world_init(&w);
	w.watch = watch;
	w.xdp = seed % 2;
	w.settings.announce_num = 1 + seed % 5;
	world_declare(&w, sites[0], ANNOUNCE_AFTER_PROBE, NULL);
	world_declare(&w, sites[1], ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_declare(&w, sites[2], ANNOUNCE_AFTER_PROBE, GUEST_A, GUEST_C, NULL);
	world_declare(&w, sites[3], ANNOUNCE_IMMEDIATE, NULL);
	world_host_has(&w, sites[2], HOST_NEXT_HOP);
	for (i = 0; i < EVENTS; i++)
		one_event();
}

/* Every edge was walked, or the invariants were not put to the test. */
static void walked_every_edge(void)
{
	static const int edges[] = {
		COUNTER_own_frame,
		COUNTER_probe_uplink,
		COUNTER_probe_duplicate,
		COUNTER_window_continued,
		COUNTER_window_opened,
		COUNTER_window_ended,
		COUNTER_window_used,
		COUNTER_immediate,
		COUNTER_announce_next,
		COUNTER_announce_done,
		COUNTER_announce_owed,
		COUNTER_announce_asked,
		COUNTER_announce_refused,
		COUNTER_self_announced,
		COUNTER_lapsed,
		COUNTER_rival_probe,
		COUNTER_conflict_probe,
		COUNTER_conflict_asserted,
		COUNTER_defended,
		COUNTER_frozen,
		COUNTER_frozen_probe,
		COUNTER_thawed,
		COUNTER_aged,
		COUNTER_denied_owner,
		COUNTER_seen,
		COUNTER_other_seen,
	};
	unsigned int i;

	for (i = 0; i < sizeof(edges) / sizeof(*edges); i++)
		cr_assert(seen[edges[i]], "counter %d never seen in the random runs", edges[i]);
}

Test(claim_random, a_long_life_breaks_no_rule, .timeout = 120)
{
	const char *given = getenv("GARPD_SEED");
	__u64 i;

	if (given)
		return live(strtoull(given, NULL, 0));
	for (i = 1; i <= 5; i++)
		live(i);
	walked_every_edge();
}
