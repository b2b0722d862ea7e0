// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "random.h"

#define EVENTS_MAX 256
#define CALM_NS	   (130 * NSEC_PER_SEC) /* two of the last questions, once a minute */

enum has {
	HAS_NOT,
	IN_DAD,
	HAS_IT,
	IS_DEAD,  /* it sends and answers nothing more */
	IS_MOVED, /* it has the address, at another place */
};

struct host {
	const struct station *station;
	const struct station *moved_to;
	enum has has;
	int scanner; /* it probes, and never takes the address */
	int deaf;    /* garpd does not hear its port */
	unsigned int probes, attempt;
	__u64 gap_ns, wait_ns; /* between its probes, and from the last one to taking the address */
	__u64 had_ns, moved_had_ns; /* when it last had the address on its port; and where it is
				       moved to */
	__u64 named_ns;		    /* when garpd last heard it name the address, or probe for it */
	int disturbed;		    /* since its detection began, another host was heard */
};

enum happens {
	BEGINS,
	PROBES,
	TAKES,
	DIES,
	MOVES,
	LEAVES,
	OBJECTS,
	USES,
	DAEMON_STOPS,
	DAEMON_STARTS,
	FAILS,
	BLOCKS,
	FORWARDS
};

struct happening {
	__u64 at_ns;
	enum happens what;
	int who;
	unsigned int attempt; /* of the host: one of an earlier detection is void */
};

/* Above the bridge: a macvlan, or a VLAN device that is a port of another bridge. */
static const struct station above = {"above", {0x02, 0, 0, 0, 0, 0xd}, 2, ROLE_UPLINK};

enum { A, B, C, BEHIND_THE_UPLINK, ABOVE, HOSTS };

static struct {
	struct world world;
	struct host host[HOSTS];
	struct happening queue[EVENTS_MAX];
	unsigned int queued;
	__u64 random;
	int ipv6, lossy;
	unsigned long announced, happened;
	FILE *trace;
	const char *broken;
	jmp_buf over;
} play_;

static struct world *const w = &play_.world;

static __u64 rnd(__u64 below)
{
	return random_below(&play_.random, below);
}

static int in_100(unsigned int percent)
{
	return rnd(100) < percent;
}

static const char *address(void)
{
	return play_.ipv6 ? ADDRESS6 : ADDRESS;
}

static void must(int holds, const char *broken)
{
	if (holds)
		return;
	play_.broken = broken;
	longjmp(play_.over, 1);
}

static void note(const char *who, const char *does)
{
	if (play_.trace)
		fprintf(play_.trace, "%11.6f s  %s %s\n", (w->now_ns - WORLD_START_NS) / 1e9, who,
			does);
}

static void put(__u64 at_ns, enum happens what, int who)
{
	unsigned int attempt = who < HOSTS ? play_.host[who].attempt : 0;

	if (play_.queued < EVENTS_MAX)
		play_.queue[play_.queued++] = (struct happening){at_ns, what, who, attempt};
}

/* ---- the hosts ---- */

static const char *const has_names[] = {"gives the address up", "probes", "has the address", "dies",
					"moves to another machine"};

static const struct station *place_of(const struct host *host)
{
	return host->has == IS_MOVED ? host->moved_to : host->station;
}

static void set_has(struct host *host, enum has has)
{
	if (host->has == HAS_IT)
		host->had_ns = w->now_ns;
	if (host->has == IS_MOVED)
		host->moved_had_ns = w->now_ns;
	host->has = has;
	if (has == HAS_IT)
		world_unmute(w, host->station);
	else
		world_mute(w, host->station);
	note(host->station->name, has_names[has]);
}

/* Has another host named the address since? What was answered before that is not good any more. */
static int is_doubted_since(const struct host *host, __u64 since_ns)
{
	const struct host *other;

	for (other = play_.host; other < play_.host + HOSTS; other++)
		if (other != host && other->named_ns > since_ns)
			return 1;
	return 0;
}

/* Does garpd hear a frame of it now? What the policy denies changes nothing. */
static int is_heard(struct host *host, int is_probe)
{
	int denied = is_probe && port_has_guests(host->station->role) &&
		     world_policy(w, address(), host->station).denied;

	if (host->deaf)
		return 0;
	if (!denied)
		host->named_ns = w->now_ns;
	return 1;
}

/* A broadcast of `from` reaches every other host: who is in DAD gives up, who has it objects. */
static void meet(struct host *from, int is_probe)
{
	struct host *host;

	for (host = play_.host; host < play_.host + HOSTS; host++) {
		if (host == from || host->has == HAS_NOT || host->has == IS_DEAD)
			continue;
		host->disturbed = from->disturbed = 1;
		if (host->has == IN_DAD)
			set_has(host, HAS_NOT);
		else if (is_probe)
			put(w->now_ns + rnd(50) * NSEC_PER_MSEC, OBJECTS, host - play_.host);
	}
}

static void probe(struct host *host)
{
	note(host->station->name, "probes");
	if (is_heard(host, 1) && play_.ipv6)
		world_solicit(w, address(), host->station, 0, w->now_ns);
	else if (!host->deaf)
		world_probe(w, address(), host->station, w->now_ns);
	meet(host, 1);
	if (host->has != IN_DAD)
		return;
	if (--host->probes)
		put(w->now_ns + host->gap_ns, PROBES, host - play_.host);
	else if (host->scanner)
		set_has(host, HAS_NOT);
	else
		put(w->now_ns + host->wait_ns, TAKES, host - play_.host);
}

/* Windows; dhcpcd and networkd; a slow one. In IPv6 one solicitation and RetransTimer. */
static void begin_detection(struct host *host)
{
	static const struct {
		unsigned int probes, gap_ms, jitter_ms, wait_ms;
	} kinds[] = {
		{3, 998, 16, 1000},
		{3, 1200, 800, 2000},
		{4, 1000, 1000, 2000},
	};
	unsigned int kind = rnd(3);

	host->attempt++;
	host->disturbed = 0;
	host->scanner = in_100(10);
	host->probes = play_.ipv6 ? 1 : kinds[kind].probes;
	host->gap_ns = (kinds[kind].gap_ms + rnd(kinds[kind].jitter_ms)) * NSEC_PER_MSEC;
	host->wait_ns = (play_.ipv6 ? 1000 : kinds[kind].wait_ms) * NSEC_PER_MSEC;
	set_has(host, IN_DAD);
	put(w->now_ns, PROBES, host - play_.host);
}

/* The guest in DAD hears it; garpd may not. */
static void object(struct host *host)
{
	note(place_of(host)->name, "objects");
	if (!in_100(play_.lossy) && is_heard(host, 0))
		world_use(w, address(), place_of(host), w->now_ns);
	meet(host, 0);
}

static void use(struct host *host)
{
	note(place_of(host)->name, "uses the address");
	if (is_heard(host, 0))
		world_use(w, address(), place_of(host), w->now_ns);
	meet(host, 0);
}

static void happen(const struct happening *next)
{
	struct host *host = next->who < HOSTS ? &play_.host[next->who] : NULL;
	int has = host && (host->has == HAS_IT || host->has == IS_MOVED);

	switch (next->what) {
	case BEGINS:
		if (host->has == HAS_NOT || host->has == IS_DEAD)
			begin_detection(host);
		break;
	case PROBES:
		if (host->has == IN_DAD && next->attempt == host->attempt)
			probe(host);
		break;
	case TAKES:
		if (host->has == IN_DAD && next->attempt == host->attempt)
			set_has(host, HAS_IT);
		break;
	case DIES:
		set_has(host, IS_DEAD);
		break;
	case MOVES:
		if (host->has != HAS_IT || host->station != GUEST_A)
			break;
		host->moved_to = in_100(50) ? A_UPLINK : A_MOVED;
		set_has(host, IS_MOVED);
		break;
	case LEAVES:
		if (host->has != IS_DEAD)
			set_has(host, HAS_NOT);
		break;
	case OBJECTS:
		if (has)
			object(host);
		break;
	case USES:
		if (has)
			use(host);
		break;
	case DAEMON_STOPS:
	case DAEMON_STARTS:
		w->daemon_stopped = next->what == DAEMON_STOPS;
		break;
	case FAILS:
		w->fail = 1 + rnd(3);
		break;
	case BLOCKS:
		w->deaf_ports |= 1u << host->station->port;
		break;
	case FORWARDS:
		w->deaf_ports = 0;
		break;
	}
}

/* ---- the rules ---- */

static struct host *host_with(const __u8 *mac, __u32 port)
{
	struct host *host;

	for (host = play_.host; host < play_.host + HOSTS; host++)
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

	if ((host->has == HAS_IT || host->has == IS_MOVED) && place_of(host)->port == port)
		return 1;
	return had_ns && w->now_ns <= had_ns + w->settings.answer_ns &&
	       !is_doubted_since(host, had_ns);
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

	for (; question < w->asked.list + w->asked.count; question++) {
		host = host_with(question->mac, question->port);
		must(question->from != ASKER_ZERO || !host || host->has != IN_DAD,
		     "a question from 0.0.0.0 reached a guest during its detection");
	}
	w->asked.count = 0;
}

static void watch(struct world *world, const struct claim_step *step,
		  const struct announcement *announcement)
{
	const struct claim *claim = world_claim(world, address());
	struct host *host;

	w->announced.count = 0;
	check_questions();
	if (play_.trace)
		note("\t\t\t\t", play_reason_name(step->reason));
	must(world->wakeups < 20000, "the daemon loops");
	if (announcement->became == ANNOUNCEMENT_SENT) {
		play_.announced++;
		host = host_with(announcement->mac, announcement->port);
		note(host ? host->station->name : "a stranger", "IS ANNOUNCED");
		must(host && (is_there(host, announcement->port) || is_first_of_immediate(claim)),
		     step->announce == ANNOUNCE_DEFENDER
			     ? "announced a defender that has not the address"
			     : "announced a guest that would not answer");
	}
	/* The last round only counts replies. */
	if (step->nudge && !step->announce && claim && !claim_nudge_is_last(claim, &w->settings)) {
		host = host_with(claim->mac, claim->port);
		must(host && is_there(host, claim->port),
		     "nudged for a guest that would not answer");
	}
}

/* After the calm: a guest that met nobody is announced. */
static void check_announced(const struct host *host)
{
	const struct claim *claim = world_claim(w, address());

	if (host->has != HAS_IT || host->disturbed || host->deaf || !host->attempt ||
	    host->station->role == ROLE_UPLINK || world_policy(w, address(), host->station).denied)
		return;
	must(claim && claim->state == CLAIM_OWNED && mac_equal(claim->mac, host->station->mac) &&
		     claim->announcements,
	     "a guest that has the address and answers was not announced");
}

/* ---- a whole seed ---- */

static void begin_host(int i, const struct station *station)
{
	play_.host[i].station = station;
	world_mute(w, station);
}

/* Who has the address to begin with; one behind a port that garpd does not hear, some time. */
static void put_owner(void)
{
	struct host *owner = &play_.host[rnd(HOSTS)];

	if (in_100(20))
		return;
	owner->deaf = owner->station != GUEST_A && in_100(30);
	set_has(owner, HAS_IT);
	if (!owner->deaf && in_100(50))
		world_announce(w, address(), owner->station, w->now_ns);
}

/* A failover, at least as it is meant: the former owner goes, another host probes. */
static void put_failover(__u64 at_ns)
{
	static const enum happens goes[] = {DIES, LEAVES, LEAVES, MOVES};
	int i, to = rnd(HOSTS);

	for (i = 0; i < HOSTS; i++)
		if (i != to && in_100(85))
			put(at_ns, goes[rnd(4)], i);
	put(at_ns + rnd(2000) * NSEC_PER_MSEC, BEGINS, to);
	if (in_100(25))
		put(at_ns + rnd(6000) * NSEC_PER_MSEC, BEGINS, rnd(HOSTS));
	if (in_100(30))
		put(at_ns + rnd(9000) * NSEC_PER_MSEC, in_100(50) ? DIES : MOVES, to);
	if (in_100(20))
		put(at_ns + rnd(9000) * NSEC_PER_MSEC, USES, rnd(HOSTS));
}

/* The new owner dies, too, perhaps when it was just announced; a host elsewhere has the address. */
static void put_failover_elsewhere(__u64 at_ns)
{
	int to = BEHIND_THE_UPLINK + rnd(2);

	at_ns += (1000 + rnd(6000)) * NSEC_PER_MSEC;
	put(at_ns, DIES, A + rnd(3));
	put(at_ns + rnd(600) * NSEC_PER_MSEC, BEGINS, to);
}

static void put_faults(__u64 until_ns)
{
	__u64 at_ns = WORLD_START_NS + rnd(until_ns - WORLD_START_NS);

	if (in_100(20)) {
		put(at_ns, DAEMON_STOPS, HOSTS);
		put(at_ns + rnd(60000) * NSEC_PER_MSEC, DAEMON_STARTS, HOSTS);
	}
	if (in_100(15))
		put(at_ns, FAILS, HOSTS);
	if (in_100(10)) {
		put(at_ns, BLOCKS, A + rnd(3));
		put(at_ns + rnd(30000) * NSEC_PER_MSEC, FORWARDS, HOSTS);
	}
}

static void begin(__u64 seed)
{
	static const struct station *const stations[HOSTS] = {GUEST_A, GUEST_B, GUEST_C, REMOTE,
							      &above};
	__u64 at_ns;
	int i;

	world_init(w);
	memset(play_.host, 0, sizeof(play_.host));
	play_.queued = 0;
	play_.announced = play_.happened = 0;
	play_.random = random_begin(seed);
	rnd(2);
	w->watch = watch;
	w->settings.ask = 1;
	w->settings.max_moves = 1000; /* a frozen claim is another matter: schedule.h */
	w->xdp = in_100(25);
	w->settings.refresh_ns = in_100(30) ? 30 * NSEC_PER_SEC : 0;
	w->listeners = rnd(3);
	w->asker = in_100(80) ? ASKER_HOST : ASKER_LINK_LOCAL;
	play_.ipv6 = in_100(35);
	play_.lossy = in_100(50) ? 0 : 30;
	for (i = 0; i < HOSTS; i++)
		begin_host(i, stations[i]);
	if (!play_.ipv6 && in_100(20))
		w->zero_only = rnd(1 << 16);
	if (in_100(25))
		world_declare(w, address(), ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	put_owner();
	at_ns = WORLD_START_NS + NSEC_PER_SEC;
	for (i = 1 + rnd(4); i; i--) {
		put_failover(at_ns);
		if (in_100(20))
			put_failover_elsewhere(at_ns);
		at_ns += (2000 + rnd(in_100(50) ? 10000 : 90000)) * NSEC_PER_MSEC;
	}
	put_faults(at_ns);
}

/* The earliest one is taken out; equal times keep their order. */
static int take_next(struct happening *next)
{
	unsigned int i, first = 0;

	if (!play_.queued)
		return 0;
	for (i = 1; i < play_.queued; i++)
		if (play_.queue[i].at_ns < play_.queue[first].at_ns)
			first = i;
	*next = play_.queue[first];
	play_.queued--;
	memmove(&play_.queue[first], &play_.queue[first + 1],
		(play_.queued - first) * sizeof(*next));
	return 1;
}

static void play_events(void)
{
	struct happening next;

	while (take_next(&next)) {
		if (next.at_ns > w->now_ns)
			world_run_until(w, next.at_ns);
		check_questions();
		happen(&next);
		play_.happened++;
	}
}

const char *hosts_play(__u64 seed, struct tally *tally, FILE *trace)
{
	int i;

	play_.trace = trace;
	play_.broken = NULL;
	if (setjmp(play_.over)) {
		if (trace)
			fprintf(trace, "BROKEN: %s\n", play_.broken);
		return play_.broken;
	}
	begin(seed);
	play_events();
	w->daemon_stopped = w->fail = w->deaf_ports = 0;
	world_run_until(w, w->now_ns);
	world_run_until(w, w->now_ns + CALM_NS);
	check_questions();
	for (i = 0; i < HOSTS; i++)
		check_announced(&play_.host[i]);
	tally->schedules++;
	tally->events += play_.happened;
	tally->announced += play_.announced;
	for (i = 0; i < COUNTER_MAX; i++)
		tally->counted[i] += w->counted[i];
	return NULL;
}
