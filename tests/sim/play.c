// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <string.h>

#include "play.h"

#define PLAY_WAKEUPS 20000 /* more than that, and the daemon runs in a circle */
#define PLAY_A_DAY   (26 * 3600 * NSEC_PER_SEC)

struct player {
	struct world world;
	struct judge judge;
	const struct schedule *schedule;
	unsigned int next; /* event */
	unsigned long announced;
	FILE *story;
};

static struct player player;
static jmp_buf condemned;
static const char *broken;

void judge_condemns(const char *what)
{
	broken = what;
	longjmp(condemned, 1);
}

static const char *address(void)
{
	return player.schedule->ipv6 ? ADDRESS6 : ADDRESS;
}

/* ---- the story ---- */

#define COUNTER_NAME(name, what)     #name,
#define STATE_NAME(NAME, name, what) #name,

static const char *const counter_names[] = {COUNTERS(COUNTER_NAME)};
static const char *const state_names[] = {CLAIM_STATES(STATE_NAME)};

static void tell_time(__u64 at_ns)
{
	fprintf(player.story, "%11.6f s  ", (at_ns - WORLD_START_NS) / 1e9);
}

static void tell_event(const struct event_at *event, __u64 at_ns)
{
	static const char *const does[] = {
		"probes",
		"announces itself",
		"uses the address",
		"is spoken of by a relay",
		"speaks of something else",
		"an operator asks",
		"is answered by listener",
		"an operator thaws it",
		"the daemon dies",
		"the daemon lives again",
		"the daemon comes early",
		"the next announcements cannot be sent",
		"others are announced first",
		"its port leaves",
		"the daemon looks for ports that left",
		"the configuration changes",
	};
	const struct station *who = schedule_stations[event->who];

	if (!player.story)
		return;
	tell_time(at_ns);
	if (event->what <= HAPPENS_ELSE || event->what == HAPPENS_LEAVES ||
	    event->what == HAPPENS_ANSWER)
		fprintf(player.story, "%s %s", who->name, does[event->what]);
	else
		fprintf(player.story, "-- %s", does[event->what]);
	if (event->what == HAPPENS_FAILURES || event->what == HAPPENS_BUSY ||
	    event->what == HAPPENS_ANSWER)
		fprintf(player.story, ": %d", event->count);
	if (event->what == HAPPENS_POLICY)
		fprintf(player.story, ": %s", schedule_rules[event->count].name);
	if (event->nonce && event->what == HAPPENS_PROBE)
		fprintf(player.story, " (nonce %d)", event->nonce);
	if (event->behind_us)
		fprintf(player.story, " (%u us before)", event->behind_us);
	fprintf(player.story, "%s\n", event->races ? ", on another CPU" : "");
}

static const char *whose(const __u8 *mac)
{
	unsigned int i;

	for (i = 0; i < SCHEDULE_STATIONS; i++)
		if (mac_equal(schedule_stations[i]->mac, mac))
			return schedule_stations[i]->name;
	return "a stranger";
}

static void tell_step(const struct claim_step *step, const struct announcement *said)
{
	static const char *const became[] = {"", "ANNOUNCES", "fails to announce", "owes",
					     "queues"};

	if (!player.story)
		return;
	tell_time(player.world.now_ns);
	fprintf(player.story, "\t\t\t\t%s: %s", state_names[world_state(&player.world, address())],
		counter_names[step->reason]);
	if (said->became)
		fprintf(player.story, ": %s %s on port %u", became[said->became], whose(said->mac),
			said->port);
	fprintf(player.story, "%s\n", step->nudge ? ", nudges" : "");
}

/* ---- what happens ---- */

static enum heard_kind heard_kind(const struct event_at *event)
{
	static const enum heard_kind kinds[] = {
		[HAPPENS_PROBE] = HEARD_PROBE, [HAPPENS_ANNOUNCEMENT] = HEARD_ANNOUNCEMENT,
		[HAPPENS_USE] = HEARD_USE,     [HAPPENS_RELAY] = HEARD_RELAY,
		[HAPPENS_ELSE] = HEARD_ELSE,
	};

	return kinds[event->what];
}

static void hear(const struct event_at *event, __u64 at_ns)
{
	const struct station *from = schedule_stations[event->who];
	struct world *w = &player.world;

	judge_hears(&player.judge, heard_kind(event), from, event->nonce, at_ns - w->behind_ns);
	switch (heard_kind(event)) {
	case HEARD_PROBE:
		return world_solicits(w, address(), from, event->nonce, at_ns);
	case HEARD_ANNOUNCEMENT:
		return world_announces(w, address(), from, at_ns);
	case HEARD_USE:
		return world_uses(w, address(), from, at_ns);
	case HEARD_RELAY:
		return world_relays(w, address(), from, at_ns);
	case HEARD_ELSE:
		return world_seen(w, from, at_ns);
	}
}

/* The clock was read before the claim's lock was had. */
static void hear_behind(const struct event_at *event, __u64 at_ns)
{
	__u64 behind_ns = player.world.behind_ns;

	player.world.behind_ns = event->behind_us * NSEC_PER_USEC;
	hear(event, at_ns);
	player.world.behind_ns = behind_ns;
}

static void answer(const struct event_at *event, __u64 at_ns)
{
	const struct station *to = schedule_stations[event->who];
	enum counter reason = world_answers(&player.world, address(), event->count, to, at_ns);

	judge_answers(&player.judge, event->count, to, reason, at_ns);
}

static void sweep(__u64 at_ns)
{
	struct world *w = &player.world;

	if (w->daemon_sleeps)
		return;
	player.judge.sweeps = 1;
	world_sweep(w, address(), at_ns);
	player.judge.sweeps = 0;
	judge_swept(&player.judge);
}

/* The world and the judge go by these rules from now on. */
static void configure(const struct rules *rules)
{
	const struct station *const guests[] = {GUEST_A, GUEST_B, GUEST_C};
	const struct station *owners[4] = {};
	struct world *w = &player.world;
	unsigned int i;

	for (i = 0; rules->owners[i]; i++)
		owners[i] = guests[rules->owners[i] - 'a'];
	world_declare(w, address(), rules->announce, owners[0], owners[1], owners[2], NULL);
	world_host_has(w, address(), rules->host);
	for (i = 0; i < SCHEDULE_STATIONS; i++)
		player.judge.policy[schedule_stations[i]->mac[5] % JUDGE_MACS] = world_policy(
			w, address(), schedule_stations[i]);
}

static void happen(const struct event_at *event, __u64 at_ns)
{
	struct world *w = &player.world;

	tell_event(event, at_ns);
	switch (event->what) {
	case HAPPENS_ASK:
		player.judge.asked = 1;
		world_ask(w, address(), at_ns);
		player.judge.asked = 0;
		break;
	case HAPPENS_ANSWER:
		answer(event, at_ns);
		break;
	case HAPPENS_THAW:
		player.judge.thaws = 1;
		world_thaw(w, address(), at_ns);
		player.judge.thaws = 0;
		break;
	case HAPPENS_DAEMON_DIES:
		w->daemon_sleeps = 1;
		break;
	case HAPPENS_DAEMON_LIVES:
		w->daemon_sleeps = 0;
		break;
	case HAPPENS_DAEMON_EARLY:
		player.judge.comes = 1;
		world_wake(w, address(), at_ns);
		player.judge.comes = 0;
		break;
	case HAPPENS_FAILURES:
		w->fail = event->count;
		break;
	case HAPPENS_BUSY:
		world_is_busy(w, schedule_stations[event->who], event->count, at_ns);
		break;
	case HAPPENS_LEAVES:
		judge_leaves(&player.judge, schedule_stations[event->who]);
		world_leaves(w, schedule_stations[event->who], at_ns);
		break;
	case HAPPENS_SWEEP:
		sweep(at_ns);
		break;
	case HAPPENS_POLICY:
		configure(&schedule_rules[event->count]);
		break;
	default:
		hear_behind(event, at_ns);
	}
}

static void wait_until(__u64 at_ns)
{
	world_run_until(&player.world, at_ns);
	if (!player.world.daemon_sleeps)
		judge_waits(&player.judge, at_ns);
}

/* Another CPU hears something after the claim's lock was let go and before all is said. */
static void race(struct world *w)
{
	const struct event_at *event = &player.schedule->event[player.next];
	int sleeps = w->daemon_sleeps, asked = player.judge.asked, comes = player.judge.comes;

	if (player.next >= player.schedule->count || !event->races || event->what > HAPPENS_ELSE)
		return;
	player.next++;
	w->daemon_sleeps = 1; /* there is one daemon, and it may be at it */
	player.judge.asked = player.judge.comes = 0;
	tell_event(event, w->now_ns);
	hear_behind(event, w->now_ns);
	player.judge.asked = asked;
	player.judge.comes = comes;
	w->daemon_sleeps = sleeps;
}

/* Generic XDP meets what is being sent, at once or not: RPS, or a queue, may come between. */
static void echo(struct world *w, const struct announcement *said)
{
	struct event_at met = {.what = HAPPENS_ANNOUNCEMENT};
	int sleeps = w->daemon_sleeps;

	if (!w->xdp || said->became != ANNOUNCEMENT_SENT)
		return;
	while (met.who < SCHEDULE_STATIONS &&
	       (schedule_stations[met.who]->port != said->port ||
		!mac_equal(schedule_stations[met.who]->mac, said->mac)))
		met.who++;
	if (met.who == SCHEDULE_STATIONS)
		return;
	w->daemon_sleeps = 1;
	hear(&met, w->now_ns);
	w->daemon_sleeps = sleeps;
}

static void watch(struct world *w, const struct claim_step *step, const struct announcement *said)
{
	tell_step(step, said);
	if (w->wakeups > PLAY_WAKEUPS)
		judge_condemns("the daemon runs in a circle");
	judge_steps(&player.judge, step, said, w->now_ns);
	player.announced += w->announced.count;
	w->announced.count = 0;
	if (!step->announce)
		return;
	race(w);
	echo(w, said);
	judge_records(&player.judge, step, said, w->now_ns);
}

/* ---- from the first to the last ---- */

static void begin(const struct schedule *schedule, FILE *story)
{
	struct world *w = &player.world;

	player.schedule = schedule;
	player.story = story;
	player.next = player.announced = 0;
	world_init(w);
	w->watch = watch;
	w->xdp = schedule->xdp;
	w->settings.announce_num = schedule->announce_num;
	w->settings.max_moves = schedule->max_moves;
	w->settings.refresh_ns = schedule->refresh_s * NSEC_PER_SEC;
	w->listeners = schedule->listeners;
	w->settings.thaw_ns = schedule->thaw_s * NSEC_PER_SEC;
	if (schedule->per_second) {
		w->settings.announcements_per_second = schedule->per_second;
		w->settings.announcements_burst = 2;
		w->settings.all_announcements_per_second = 2 * schedule->per_second;
	}
	judge_init(&player.judge, &w->settings, schedule->ipv6, schedule->xdp);
	player.judge.listeners = schedule->listeners;
	configure(schedule->rules);
	if (story)
		fprintf(story,
			"schedule %llu: IPv%d, %s, %s; %u announcements, frozen after %u moves for %u s\n",
			schedule->seed, schedule->ipv6 ? 6 : 4, schedule->xdp ? "XDP" : "tc",
			schedule->rules->name, schedule->announce_num, schedule->max_moves,
			schedule->thaw_s);
}

static void play_events(void)
{
	const struct schedule *schedule = player.schedule;
	const struct event_at *event;

	while (player.next < schedule->count) {
		event = &schedule->event[player.next++];
		wait_until(event->at_ns > player.world.now_ns ? event->at_ns : player.world.now_ns);
		happen(event, player.world.now_ns);
	}
}

/* A day later nothing is left, whatever it was. */
static void end(void)
{
	player.world.daemon_sleeps = player.world.fail = 0;
	wait_until(player.world.now_ns);
	wait_until(player.world.now_ns + PLAY_A_DAY);
	if (world_claim(&player.world, address()))
		judge_condemns("a claim is kept for ever");
}

const char *play(const struct schedule *schedule, struct tally *tally, FILE *story)
{
	unsigned int i;

	begin(schedule, story);
	if (setjmp(condemned)) {
		if (story)
			fprintf(story, "BROKEN: %s\n", broken);
		return broken;
	}
	play_events();
	end();
	tally->schedules++;
	tally->events += schedule->count;
	tally->announced += player.announced + player.world.announced.count;
	for (i = 0; i < COUNTER_MAX; i++)
		tally->counted[i] += player.world.counted[i];
	return NULL;
}
