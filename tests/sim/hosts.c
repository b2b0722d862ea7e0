// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules, and whole seeds. */
#include <stdlib.h>
#include <string.h>

#include "hosts_parts.h"
#include "random.h"

#define CALM_NS (130 * NSEC_PER_SEC) /* two of the last questions, once a minute */

/* Above the bridge: a macvlan, or a VLAN device that is a port of another bridge. */
static const struct station above = {"above", {0x02, 0, 0, 0, 0, 0xd}, 2, ROLE_UPLINK};

/* ---- the rules ---- */

static struct host *host_with(const __u8 *mac, __u32 port)
{
	struct host *host;

	for (host = playing.host; host < playing.host + HOSTS; host++)
		if (mac_equal(host->station->mac, mac) &&
		    (host->station->port == port ||
		     (host->moved_to && host->moved_to->port == port)))
			return host;
	return NULL;
}

/* Would it answer on that port, or would it have within answer_ns? */
static int is_there(const struct host *host, __u32 port)
{
	__u64 had_ns = port == host->station->port ? host->had_ns : host->moved_had_ns;

	if ((host->has == HAS_IT || host->has == IS_MOVED) && hosts_place_of(host)->port == port)
		return 1;
	return had_ns && w->now_ns <= had_ns + w->settings.answer_ns &&
	       !hosts_is_doubted_since(host, had_ns);
}

/* World.answers: it answers where it is, not where garpd asks for it. */
static int has_address(const struct world *world, const __u8 *mac, __u32 port)
{
	const struct host *host = host_with(mac, port);

	return host && host->has == HAS_IT && host->station->port == port;
}

/* Silence is consent, then. */
static int needs_no_answer(void)
{
	return !w->settings.ask;
}

/* Deferred by a hook that cannot send, or by a limit: the window is open still. */
static int is_first_of_immediate(const struct claim *claim)
{
	return claim->flags & CLAIM_F_IMMEDIATE && claim->state == CLAIM_PROBING;
}

static void check_questions(void)
{
	const struct question *question = w->asked.list;
	const struct host *host;

	hosts_must(w->settings.ask || !w->asked.count, "a guest was asked with `ask: no`");
	for (; question < w->asked.list + w->asked.count; question++) {
		host = host_with(question->mac, question->port);
		hosts_must(question->from != ASKER_ZERO || !host || host->has != IN_DAD,
			   "a question from 0.0.0.0 reached a guest during its detection");
	}
	w->asked.count = 0;
}

static void watch(struct world *world, const struct claim_step *step,
		  const struct announcement *announcement)
{
	const struct claim *claim = world_claim(world, hosts_address());
	struct host *host;

	w->announced.count = 0;
	check_questions();
	if (playing.trace)
		hosts_note("\t\t\t\t", play_reason_name(step->reason));
	hosts_must(world->wakeups < 20000, "the daemon loops");
	if (announcement->became == ANNOUNCEMENT_SENT) {
		playing.announced++;
		host = host_with(announcement->mac, announcement->port);
		hosts_note(host ? host->station->name : "a stranger", "IS ANNOUNCED");
		hosts_must(host && (is_there(host, announcement->port) ||
				    is_first_of_immediate(claim) || needs_no_answer()),
			   step->announce == ANNOUNCE_DEFENDER
				   ? "announced a defender that does not have the address"
				   : "announced a guest that would not answer");
	}
	/* The last round only counts replies. */
	if (step->nudge && !step->announce && claim && !claim_nudge_is_last(claim, &w->settings)) {
		host = host_with(claim->mac, claim->port);
		hosts_must(host && (is_there(host, claim->port) || needs_no_answer()),
			   "nudged for a guest that would not answer");
	}
}

/* After the calm: a guest that met nobody is announced. */
static void check_announced(const struct host *host)
{
	const struct claim *claim = world_claim(w, hosts_address());

	if (needs_no_answer() || host->has != HAS_IT || host->disturbed || host->deaf ||
	    !(host->attempt || host->named) || host->station->role == ROLE_UPLINK ||
	    world_policy(w, hosts_address(), host->station).denied)
		return;
	hosts_must(claim && claim->state == CLAIM_OWNED &&
			   mac_equal(claim->mac, host->station->mac) && claim->announcements,
		   "a guest that has the address and answers was not announced");
}

/* ---- a whole seed ---- */

/* Who has the address to begin with; one behind a port that garpd does not hear, some time. */
static void put_owner(void)
{
	struct host *owner = &playing.host[hosts_random(HOSTS)];

	if (hosts_in_100(20))
		return;
	owner->deaf = owner->station != GUEST_A && hosts_in_100(30);
	hosts_set_has(owner, HAS_IT);
	if (!owner->deaf && hosts_in_100(50))
		world_announce(w, hosts_address(), owner->station, w->now_ns);
}

/* A failover, at least as it is meant: the former owner goes, another host probes. */
static void put_failover(__u64 at_ns)
{
	static const enum happens goes[] = {DIES, LEAVES, LEAVES, MOVES};
	int i, who, to = hosts_random(HOSTS);
	enum happens what;

	for (i = 0; i < HOSTS; i++)
		if (i != to && hosts_in_100(85))
			hosts_put(at_ns, goes[hosts_random(4)], i);
	hosts_put(at_ns + hosts_random(2000) * NSEC_PER_MSEC, BEGINS, to);
	if (hosts_in_100(25)) {
		who = hosts_random(HOSTS);
		hosts_put(at_ns + hosts_random(6000) * NSEC_PER_MSEC, BEGINS, who);
	}
	if (hosts_in_100(30)) {
		what = hosts_in_100(50) ? DIES : MOVES;
		hosts_put(at_ns + hosts_random(9000) * NSEC_PER_MSEC, what, to);
	}
	if (hosts_in_100(20)) {
		who = hosts_random(HOSTS);
		hosts_put(at_ns + hosts_random(9000) * NSEC_PER_MSEC, USES, who);
	}
	if (hosts_in_100(25)) {
		who = A + hosts_random(3);
		hosts_put(at_ns + hosts_random(20000) * NSEC_PER_MSEC, IS_NAMED, who);
	}
}

/* The new owner dies, too, perhaps when it was just announced; a host elsewhere has the address. */
static void put_failover_elsewhere(__u64 at_ns)
{
	int to = BEHIND_THE_UPLINK + hosts_random(2);

	at_ns += (1000 + hosts_random(6000)) * NSEC_PER_MSEC;
	hosts_put(at_ns, DIES, A + hosts_random(3));
	hosts_put(at_ns + hosts_random(600) * NSEC_PER_MSEC, BEGINS, to);
	if (hosts_in_100(50))
		hosts_put(at_ns + hosts_random(6000) * NSEC_PER_MSEC, IS_TOLD_OF,
			  BEHIND_THE_UPLINK);
}

static void put_faults(__u64 until_ns)
{
	__u64 at_ns = WORLD_START_NS + hosts_random(until_ns - WORLD_START_NS);

	if (hosts_in_100(20)) {
		hosts_put(at_ns, DAEMON_STOPS, HOSTS);
		hosts_put(at_ns + hosts_random(60000) * NSEC_PER_MSEC, DAEMON_STARTS, HOSTS);
	}
	if (hosts_in_100(15))
		hosts_put(at_ns, FAILS, HOSTS);
	if (hosts_in_100(10)) {
		hosts_put(at_ns, BLOCKS, A + hosts_random(3));
		hosts_put(at_ns + hosts_random(30000) * NSEC_PER_MSEC, FORWARDS, HOSTS);
	}
}

static void begin(__u64 seed)
{
	static const struct station *const stations[HOSTS] = {GUEST_A, GUEST_B, GUEST_C, REMOTE,
							      &above};
	__u64 at_ns;
	int i;

	world_init(w);
	memset(playing.host, 0, sizeof(playing.host));
	playing.queued = 0;
	playing.announced = playing.happened = 0;
	playing.random = random_begin(seed);
	hosts_random(2);
	w->watch = watch;
	w->answers = has_address;
	w->settings.ask = hosts_in_100(85);
	w->settings.max_moves = 1000; /* a frozen claim is another matter: schedule.h */
	w->xdp = hosts_in_100(25);
	w->settings.refresh_ns = hosts_in_100(30) ? 30 * NSEC_PER_SEC : 0;
	w->listeners = hosts_random(3);
	w->asker = hosts_in_100(80) ? ASKER_HOST : ASKER_LINK_LOCAL;
	playing.ipv6 = hosts_in_100(35);
	playing.lossy = hosts_in_100(50) ? 0 : 30;
	for (i = 0; i < HOSTS; i++)
		playing.host[i].station = stations[i];
	if (!playing.ipv6 && hosts_in_100(20))
		w->zero_only = hosts_random(1 << 16);
	if (hosts_in_100(25))
		world_declare(w, hosts_address(), ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	put_owner();
	at_ns = WORLD_START_NS + NSEC_PER_SEC;
	for (i = 1 + hosts_random(4); i; i--) {
		put_failover(at_ns);
		if (hosts_in_100(20))
			put_failover_elsewhere(at_ns);
		at_ns += (2000 + hosts_random(hosts_in_100(50) ? 10000 : 90000)) * NSEC_PER_MSEC;
	}
	put_faults(at_ns);
}

/* The earliest one is taken out; equal times keep their order. */
static int take_next(struct happening *next)
{
	unsigned int i, first = 0;

	if (!playing.queued)
		return 0;
	for (i = 1; i < playing.queued; i++)
		if (playing.queue[i].at_ns < playing.queue[first].at_ns)
			first = i;
	*next = playing.queue[first];
	playing.queued--;
	memmove(&playing.queue[first], &playing.queue[first + 1],
		(playing.queued - first) * sizeof(*next));
	return 1;
}

static void play_events(void)
{
	struct happening next;

	while (take_next(&next)) {
		if (next.at_ns > w->now_ns)
			world_run_until(w, next.at_ns);
		check_questions();
		hosts_happen(&next);
		playing.happened++;
	}
}

const char *hosts_play(__u64 seed, struct tally *tally, FILE *trace)
{
	int i;

	playing.trace = trace;
	playing.broken = NULL;
	if (setjmp(playing.over)) {
		if (trace)
			fprintf(trace, "BROKEN: %s\n", playing.broken);
		return playing.broken;
	}
	begin(seed);
	play_events();
	w->daemon_stopped = w->fail = w->deaf_ports = 0;
	world_run_until(w, w->now_ns);
	world_run_until(w, w->now_ns + CALM_NS);
	check_questions();
	for (i = 0; i < HOSTS; i++)
		check_announced(&playing.host[i]);
	tally->schedules++;
	tally->events += playing.happened;
	tally->announced += playing.announced;
	for (i = 0; i < COUNTER_MAX; i++)
		tally->counted[i] += w->counted[i];
	return NULL;
}
