// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "schedule.h"

const struct station *const schedule_stations[SCHEDULE_STATIONS] = {GUEST_A,  GUEST_B, GUEST_C,
								    A_UPLINK, REMOTE,  A_MOVED};
enum { A, B, C, A_FROM_UPLINK, FAR, A_ELSEWHERE };

const struct rules schedule_rules[SCHEDULE_RULES] = {
	{"nothing is declared", ANNOUNCE_AFTER_PROBE, "", 0},
	{"nothing is declared (again)", ANNOUNCE_AFTER_PROBE, "", 0},
	{"immediate for a and b", ANNOUNCE_IMMEDIATE, "ab", 0},
	{"immediate for a, b and c", ANNOUNCE_IMMEDIATE, "abc", 0},
	{"after their probes, for a and c", ANNOUNCE_AFTER_PROBE, "ac", 0},
	{"a next hop, immediate for a and b", ANNOUNCE_IMMEDIATE, "ab", HOST_NEXT_HOP},
	{"a next hop that is not declared", ANNOUNCE_AFTER_PROBE, "", HOST_NEXT_HOP},
	{"never", ANNOUNCE_NEVER, "", 0},
};

/* How hosts probe. A gap is at most `jitter_ms` longer than gap_ms. */
struct sender {
	unsigned int probes, gap_ms, jitter_ms;
	unsigned int announces_ms; /* after the last probe, if it announces itself */
};

static const struct sender senders[] = {
	{3, 998, 16, 1000},   /* Windows */
	{3, 998, 16, 1000},   /* Windows again, to be the most frequent */
	{3, 1200, 800, 2000}, /* dhcpcd, systemd-networkd */
	{3, 50, 600, 600},    /* NetworkManager */
	{4, 200, 2, 2000},    /* ODVA ACD */
	{1, 0, 0, 0},	      /* udhcpc -a */
	{2, 1000, 10, 0},     /* DAD given up */
	{6, 900, 1100, 1000}, /* a slow one */
};

static const struct sender senders6[] = {
	{1, 0, 0, 1000},     /* Windows, Linux */
	{3, 1000, 20, 1020}, /* dad_transmits 3 */
	{2, 1030, 40, 1000},
};

struct maker {
	struct schedule *schedule;
	__u64 state;	      /* of the generator */
	unsigned int lossy;   /* in 100 */
	unsigned int doubled; /* in 100 */
	unsigned int delayed; /* in 100 */
	unsigned int nonces;
};

/*
 * At most one in an expression whose order C leaves open: a seed means the same schedule with every
 * compiler, and on every machine.
 */
static __u64 rnd(struct maker *maker, __u64 below)
{
	return random_below(&maker->state, below);
}

static int in_100(struct maker *maker, unsigned int percent)
{
	return rnd(maker, 100) < percent;
}

static void put_event(struct maker *maker, struct event_at event)
{
	struct schedule *schedule = maker->schedule;

	event.races = in_100(maker, 10);
	if (schedule->count < SCHEDULE_MAX)
		schedule->event[schedule->count++] = event;
}

/* A frame may be lost, late (and so out of order) or doubled. */
static void put_frame(struct maker *maker, enum event_kind what, int who, __u64 at_ns)
{
	struct event_at event = {.at_ns = at_ns, .what = what, .who = who};

	if (maker->schedule->ipv6 && what == EVENT_PROBE)
		event.nonce = rnd(maker, 4) ? 1 + maker->nonces++ % 250 : 0;
	if (in_100(maker, 4))
		event.behind_us = 1 + rnd(maker, in_100(maker, 80) ? 20 : 4000);
	if (in_100(maker, maker->lossy))
		return;
	if (in_100(maker, maker->delayed))
		event.at_ns += rnd(maker, in_100(maker, 20) ? 3000 : 120) * NSEC_PER_MSEC;
	put_event(maker, event);
	if (!in_100(maker, maker->doubled))
		return;
	if (in_100(maker, 10)) /* the copy read the clock first and got the lock last */
		event.behind_us = 1 + rnd(maker, 100);
	event.at_ns += rnd(maker, 20) ? 1 + rnd(maker, 20 * NSEC_PER_USEC)
				      : rnd(maker, 70 * NSEC_PER_MSEC);
	/* A loop in the fabric: back from the uplink, or with another MAC on it. */
	if (who == A && in_100(maker, 20))
		event.who = A_FROM_UPLINK;
	else if (event.nonce && in_100(maker, 20))
		event.who = rnd(maker, SCHEDULE_STATIONS);
	put_event(maker, event);
}

/* One host's duplicate address detection. Returns the time of its last probe. */
static __u64 put_attempt(struct maker *maker, int who, __u64 at_ns)
{
	int six = maker->schedule->ipv6;
	const struct sender *sender =
		six ? &senders6[rnd(maker, sizeof(senders6) / sizeof(*senders6))]
		    : &senders[rnd(maker, sizeof(senders) / sizeof(*senders))];
	unsigned int i;

	for (i = 0; i < sender->probes; i++) {
		put_frame(maker, EVENT_PROBE, who, at_ns);
		if (in_100(maker, 6))
			put_frame(maker, EVENT_USE, who, at_ns + rnd(maker, 900) * NSEC_PER_MSEC);
		if (i + 1 < sender->probes)
			at_ns += (sender->gap_ms + rnd(maker, sender->jitter_ms + 1)) *
				 NSEC_PER_MSEC;
	}
	if (sender->announces_ms && in_100(maker, 35))
		put_frame(maker, EVENT_ANNOUNCEMENT, who,
			  at_ns + (sender->announces_ms + rnd(maker, 30)) * NSEC_PER_MSEC);
	return at_ns;
}

/* The owner hears the probe and defends the address: soon, late, or never. */
static void put_defence(struct maker *maker, int who, __u64 at_ns)
{
	static const enum event_kind how[] = {EVENT_USE, EVENT_USE, EVENT_ANNOUNCEMENT,
					      EVENT_RELAY};
	__u64 late_ns = in_100(maker, 70) ? rnd(maker, 50) : rnd(maker, 4000);

	put_frame(maker, how[rnd(maker, 4)], who, at_ns + late_ns * NSEC_PER_MSEC);
}

/* The address moves from one host to another, and others may object. */
static __u64 put_move(struct maker *maker, int from, int to, __u64 at_ns)
{
	__u64 end_ns = put_attempt(maker, to, at_ns);
	__u64 span_ns = end_ns - at_ns + 3 * NSEC_PER_SEC;
	unsigned int count;
	int who;

	if (in_100(maker, 15))
		put_defence(maker, from, at_ns + rnd(maker, span_ns));
	if (in_100(maker, 12)) {
		who = rnd(maker, SCHEDULE_STATIONS);
		put_attempt(maker, who, at_ns + rnd(maker, span_ns));
	}
	if (in_100(maker, 6)) {
		count = in_100(maker, 50);
		put_event(maker, (struct event_at){.at_ns = at_ns + rnd(maker, 2 * span_ns),
						   .what = EVENT_BY_HAND,
						   .count = count});
	}
	return end_ns;
}

/*
 * The address moves to another machine without an announcement; its former owner goes on
 * sending.
 */
static void put_quiet_move(struct maker *maker, int from, __u64 at_ns)
{
	__u64 refresh_ns = maker->schedule->refresh_s * NSEC_PER_SEC;
	__u64 end_ns = at_ns + 2 * refresh_ns;
	enum event_kind what;
	int i;

	at_ns += rnd(maker, refresh_ns);
	for (i = rnd(maker, 4); i > 0; i--)
		put_frame(maker, EVENT_PROBE, FAR, at_ns += NSEC_PER_SEC);
	if (in_100(maker, 60))
		put_frame(maker, EVENT_USE, FAR, at_ns + rnd(maker, refresh_ns));
	for (i = 0; i < 6; i++) {
		if (from == A && in_100(maker, 20))
			from = A_ELSEWHERE;
		what = in_100(maker, 10) ? EVENT_USE : EVENT_OTHER;
		put_frame(maker, what, from, end_ns - rnd(maker, 2 * refresh_ns));
	}
}

static void put_faults(struct maker *maker, __u64 until_ns)
{
	__u64 at_ns = WORLD_START_NS + rnd(maker, until_ns - WORLD_START_NS);

	if (in_100(maker, 15)) {
		put_event(maker, (struct event_at){.at_ns = at_ns, .what = EVENT_DAEMON_STOP});
		at_ns += rnd(maker, in_100(maker, 50) ? 200 : 9000) * NSEC_PER_MSEC;
		put_event(maker, (struct event_at){.at_ns = at_ns, .what = EVENT_DAEMON_START});
	}
	at_ns = WORLD_START_NS + rnd(maker, until_ns - WORLD_START_NS);
	if (in_100(maker, 15))
		put_event(maker, (struct event_at){.at_ns = at_ns, .what = EVENT_DAEMON_EARLY});
	at_ns = WORLD_START_NS + rnd(maker, until_ns - WORLD_START_NS);
	if (in_100(maker, 12))
		put_event(maker, (struct event_at){.at_ns = at_ns,
						   .what = EVENT_FAILURES,
						   .count = 1 + rnd(maker, 6)});
}

/* A time soon after another event. */
static __u64 soon_ns(struct maker *maker)
{
	const struct schedule *schedule = maker->schedule;
	__u64 at_ns = schedule->count ? schedule->event[rnd(maker, schedule->count)].at_ns
				      : WORLD_START_NS;

	return at_ns + rnd(maker, 2000) * NSEC_PER_MSEC;
}

/* The configuration is reloaded. */
static void put_policies(struct maker *maker)
{
	unsigned int rules;
	int i;

	if (!in_100(maker, 20))
		return;
	for (i = 1 + rnd(maker, 3); i > 0; i--) {
		rules = rnd(maker, SCHEDULE_RULES);
		put_event(maker, (struct event_at){.at_ns = soon_ns(maker),
						   .what = EVENT_POLICY,
						   .count = rules});
	}
}

/* Announcements are rate-limited, by their port or by all ports together. */
static void put_queues(struct maker *maker)
{
	unsigned int count;
	int i, who;

	if (!in_100(maker, 20))
		return;
	maker->schedule->per_second = 1 + rnd(maker, 3);
	for (i = rnd(maker, 4); i > 0; i--) {
		who = rnd(maker, SCHEDULE_STATIONS);
		count = 1 + rnd(maker, 8);
		put_event(maker, (struct event_at){.at_ns = soon_ns(maker),
						   .what = EVENT_BUSY,
						   .who = who,
						   .count = count});
	}
}

/* An operator thaws the claim, whether or not it is frozen. */
static void put_thaws(struct maker *maker)
{
	int i;

	if (!in_100(maker, 20))
		return;
	for (i = 1 + rnd(maker, 3); i > 0; i--)
		put_event(maker, (struct event_at){.at_ns = soon_ns(maker), .what = EVENT_THAW});
}

/* A port goes, and the daemon sweeps 10 s later, or sooner for another port. */
static void put_departures(struct maker *maker)
{
	__u64 at_ns;
	int i;

	if (!in_100(maker, 20))
		return;
	for (i = 1 + rnd(maker, 3); i > 0; i--) {
		at_ns = soon_ns(maker);
		put_event(maker, (struct event_at){.at_ns = at_ns,
						   .what = EVENT_PORT_GONE,
						   .who = rnd(maker, 8) ? (int)rnd(maker, 3)
									: A_ELSEWHERE});
		at_ns += in_100(maker, 50) ? 10 * NSEC_PER_SEC : rnd(maker, 10 * NSEC_PER_SEC);
		put_event(maker, (struct event_at){.at_ns = at_ns, .what = EVENT_SWEEP});
	}
}

/* An operator claims the address for a guest, on a guest's port. */
static void put_claims(struct maker *maker)
{
	static const int guests[] = {A, B, C, A_ELSEWHERE};
	int i, who;

	if (!in_100(maker, 20))
		return;
	for (i = 1 + rnd(maker, 3); i > 0; i--) {
		who = guests[rnd(maker, 4)];
		put_event(maker, (struct event_at){
					 .at_ns = soon_ns(maker), .what = EVENT_CLAIM, .who = who});
	}
}

static void put_answer(struct maker *maker, __u64 at_ns, int who, unsigned int which)
{
	put_event(maker, (struct event_at){
				 .at_ns = at_ns, .what = EVENT_REPLY, .who = who, .count = which});
}

/*
 * Replies of the listeners, and of hosts that were never nudged; of many, as if a guest made
 * them up.
 */
static void put_answers(struct maker *maker)
{
	unsigned int listeners = maker->schedule->listeners, which;
	__u64 at_ns;
	int i, who;

	for (i = in_100(maker, 50) ? rnd(maker, 12) : 0; i > 0; i--) {
		at_ns = soon_ns(maker);
		at_ns += rnd(maker, 3000) * NSEC_PER_MSEC;
		who = rnd(maker, rnd(maker, 4) ? 2 : 3);
		put_answer(maker, at_ns, who, rnd(maker, listeners + 1));
	}
	if (!in_100(maker, 4))
		return;
	at_ns = soon_ns(maker);
	at_ns += rnd(maker, 3000) * NSEC_PER_MSEC;
	for (i = 0; i < 2 * LISTENERS; i++) {
		which = rnd(maker, 8) ? listeners : rnd(maker, listeners + 1);
		put_answer(maker, at_ns + rnd(maker, 2000) * NSEC_PER_MSEC, A, which);
	}
}

/* Keeps the order of equal times, which qsort(3) of one C library does and that of another does
 * not. */
static void sort_by_time(struct schedule *schedule)
{
	struct event_at *const events = schedule->event, event;
	unsigned int i, place;

	for (i = 1; i < schedule->count; i++) {
		event = events[i];
		for (place = i; place && events[place - 1].at_ns > event.at_ns; place--)
			events[place] = events[place - 1];
		events[place] = event;
	}
}

/* Failovers, mostly between two hosts; sometimes a third one joins in. */
static void put_failovers(struct maker *maker)
{
	__u64 at_ns = WORLD_START_NS + rnd(maker, 1000) * NSEC_PER_MSEC;
	unsigned int moves = 1 + (in_100(maker, 60) ? rnd(maker, 3) : rnd(maker, 10));
	int from = rnd(maker, 3), to;

	if (in_100(maker, 30))
		put_frame(maker, EVENT_ANNOUNCEMENT, from, at_ns);
	while (moves--) {
		to = in_100(maker, 85) ? !from : (int)rnd(maker, SCHEDULE_STATIONS);
		at_ns = put_move(maker, from, to, at_ns);
		if (maker->schedule->refresh_s && in_100(maker, 40))
			put_quiet_move(maker, to, at_ns + 5 * NSEC_PER_SEC);
		at_ns += (rnd(maker, 4) ? 2000 + rnd(maker, 3000) : rnd(maker, 400000)) *
			 NSEC_PER_MSEC;
		from = to;
	}
	put_faults(maker, at_ns);
}

/* Any frame from any host at any time. */
static void put_chaos(struct maker *maker)
{
	__u64 at_ns = WORLD_START_NS;
	int i, who = 0;

	for (i = 0; i < 60; i++) {
		at_ns += in_100(maker, 60) ? (980 + rnd(maker, 40)) * NSEC_PER_MSEC
					   : rnd(maker, (__u64)1 << (10 + rnd(maker, 29)));
		if (!rnd(maker, 5))
			who = rnd(maker, SCHEDULE_STATIONS);
		put_frame(maker,
			  in_100(maker, 75) ? EVENT_PROBE : EVENT_ANNOUNCEMENT + rnd(maker, 4), who,
			  at_ns);
		if (!rnd(maker, 20))
			put_faults(maker, at_ns + NSEC_PER_SEC);
	}
}

void schedule_make(struct schedule *schedule, __u64 seed)
{
	struct maker maker = {
		.schedule = schedule,
		.state = random_begin(seed),
	};

	schedule->seed = seed;
	schedule->count = schedule->per_second = 0;
	rnd(&maker, 2);
	schedule->rules = &schedule_rules[rnd(&maker, SCHEDULE_RULES)];
	schedule->ipv6 = in_100(&maker, 35);
	schedule->xdp = in_100(&maker, 25);
	schedule->announce_num = 1 + rnd(&maker, 4);
	schedule->thaw_s = in_100(&maker, 50) ? 300 : 20;
	schedule->max_moves = in_100(&maker, 50) ? 5 : 1 + rnd(&maker, 3);
	schedule->refresh_s = in_100(&maker, 20) ? 300 : 0;
	schedule->listeners = rnd(&maker, 3);
	maker.lossy = in_100(&maker, 50) ? 0 : rnd(&maker, 20);
	maker.doubled = in_100(&maker, 50) ? 0 : rnd(&maker, 60);
	maker.delayed = in_100(&maker, 50) ? 0 : rnd(&maker, 20);
	if (in_100(&maker, 90))
		put_failovers(&maker);
	else
		put_chaos(&maker);
	put_policies(&maker);
	put_queues(&maker);
	put_thaws(&maker);
	put_answers(&maker);
	put_departures(&maker);
	put_claims(&maker);
	sort_by_time(schedule);
}
