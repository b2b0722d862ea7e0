// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <string.h>

#include "play.h"

#define PLAY_WAKEUPS 20000 /* beyond that the daemon loops */
#define PLAY_A_DAY   (26 * 3600 * NSEC_PER_SEC)

struct player {
	struct world world;
	struct judge judge;
	const struct schedule *schedule;
	unsigned int next; /* next event */
	unsigned long announced;
	FILE *trace;
};

static struct player player;
static jmp_buf condemned;
static const char *broken;

void judge_consult(const char *rule)
{
	(void)rule; /* tests/model counts them */
}

void judge_condemn(const char *what)
{
	broken = what;
	longjmp(condemned, 1);
}

static const char *address(void)
{
	return player.schedule->ipv6 ? ADDRESS6 : ADDRESS;
}

/* ---- the trace ---- */

#define COUNTER_NAME(name, what)     #name,
#define STATE_NAME(NAME, name, what) #name,

static const char *const counter_names[] = {COUNTERS(COUNTER_NAME)};
static const char *const state_names[] = {CLAIM_STATES(STATE_NAME)};

const char *play_reason_name(enum counter reason)
{
	return counter_names[reason];
}

static void print_time(__u64 at_ns)
{
	fprintf(player.trace, "%11.6f s  ", (at_ns - WORLD_START_NS) / 1e9);
}

static void print_event(const struct event_at *event, __u64 at_ns)
{
	static const char *const does[] = {
		"probes",
		"announces itself",
		"uses the address",
		"is named by a relay",
		"sends other ARP",
		"announce by hand",
		"claim by hand, for",
		"gets a reply of listener",
		"thaw by hand",
		"the daemon stops",
		"the daemon starts",
		"the daemon runs the claim early",
		"the next announcements fail",
		"other addresses are announced first",
		"port disappears",
		"the daemon sweeps",
		"the configuration changes",
	};
	const struct station *who = schedule_stations[event->who];

	if (!player.trace)
		return;
	print_time(at_ns);
	if (event->what <= EVENT_OTHER || event->what == EVENT_PORT_GONE ||
	    event->what == EVENT_REPLY)
		fprintf(player.trace, "%s %s", who->name, does[event->what]);
	else
		fprintf(player.trace, "-- %s", does[event->what]);
	if (event->what == EVENT_FAILURES || event->what == EVENT_BUSY ||
	    event->what == EVENT_REPLY)
		fprintf(player.trace, ": %d", event->count);
	if (event->what == EVENT_CLAIM)
		fprintf(player.trace, " %s", who->name);
	if (event->what == EVENT_POLICY)
		fprintf(player.trace, ": %s", schedule_rules[event->count].name);
	if (event->nonce && event->what == EVENT_PROBE)
		fprintf(player.trace, " (nonce %d)", event->nonce);
	if (event->behind_us)
		fprintf(player.trace, " (%u us before)", event->behind_us);
	fprintf(player.trace, "%s\n", event->races ? ", on another CPU" : "");
}

static const char *name_of(const __u8 *mac)
{
	unsigned int i;

	for (i = 0; i < SCHEDULE_STATIONS; i++)
		if (mac_equal(schedule_stations[i]->mac, mac))
			return schedule_stations[i]->name;
	return "a stranger";
}

static void print_step(const struct claim_step *step, const struct announcement *announcement)
{
	static const char *const became[] = {"", "ANNOUNCES", "fails to announce", "defers",
					     "queues"};

	if (!player.trace)
		return;
	print_time(player.world.now_ns);
	fprintf(player.trace, "\t\t\t\t%s: %s", state_names[world_state(&player.world, address())],
		counter_names[step->reason]);
	if (announcement->became)
		fprintf(player.trace, ": %s %s on port %u", became[announcement->became],
			name_of(announcement->mac), announcement->port);
	fprintf(player.trace, "%s\n", step->nudge ? ", nudges" : "");
}

/* ---- events ---- */

static enum heard_kind heard_kind(const struct event_at *event)
{
	static const enum heard_kind kinds[] = {
		[EVENT_PROBE] = HEARD_PROBE, [EVENT_ANNOUNCEMENT] = HEARD_ANNOUNCEMENT,
		[EVENT_USE] = HEARD_USE,     [EVENT_RELAY] = HEARD_RELAY,
		[EVENT_OTHER] = HEARD_OTHER,
	};

	return kinds[event->what];
}

static void hear(const struct event_at *event, __u64 at_ns)
{
	const struct station *from = schedule_stations[event->who];
	struct world *w = &player.world;

	judge_hear(&player.judge, heard_kind(event), from, event->nonce, at_ns - w->behind_ns);
	switch (heard_kind(event)) {
	case HEARD_PROBE:
		return world_solicit(w, address(), from, event->nonce, at_ns);
	case HEARD_ANNOUNCEMENT:
		return world_announce(w, address(), from, at_ns);
	case HEARD_USE:
		return world_use(w, address(), from, at_ns);
	case HEARD_RELAY:
		return world_relay(w, address(), from, at_ns);
	case HEARD_OBJECTION:
		return world_object(w, address(), from, at_ns);
	case HEARD_REPLY:
		return world_reply_to(w, address(), from, GUEST_C, at_ns);
	case HEARD_OTHER:
		return world_send_other(w, from, at_ns);
	}
}

/* The CPU read the clock before it got the claim's lock. */
static void hear_behind(const struct event_at *event, __u64 at_ns)
{
	__u64 behind_ns = player.world.behind_ns;

	player.world.behind_ns = event->behind_us * NSEC_PER_USEC;
	hear(event, at_ns);
	player.world.behind_ns = behind_ns;
}

static void reply(const struct event_at *event, __u64 at_ns)
{
	const struct station *to = schedule_stations[event->who];
	enum counter reason = world_reply(&player.world, address(), event->count, to, at_ns);

	judge_hear_reply(&player.judge, event->count, to, reason, at_ns);
}

/* On a port that is gone the programs refuse it. */
static void claim(const struct station *guest, __u64 at_ns)
{
	struct world *w = &player.world;
	enum counter reason;

	if (player.judge.gone_ports >> guest->port & 1)
		return;
	reason = judge_claim(&player.judge, guest, at_ns);
	if (world_claim_by_hand(w, address(), guest, at_ns) != (int)reason)
		judge_condemn("a claim by hand is accepted or refused against the rules");
}

static void sweep(__u64 at_ns)
{
	struct world *w = &player.world;

	if (w->daemon_stopped)
		return;
	player.judge.sweeping = 1;
	world_sweep(w, address(), at_ns);
	player.judge.sweeping = 0;
	judge_check_sweep(&player.judge);
}

/* Applies a configuration to the world and the judge. */
static void configure(const struct rules *rules)
{
	const struct station *const guests[] = {GUEST_A, GUEST_B, GUEST_C};
	const struct station *owners[4] = {};
	struct world *w = &player.world;
	unsigned int i;

	for (i = 0; rules->owners[i]; i++)
		owners[i] = guests[rules->owners[i] - 'a'];
	world_declare(w, address(), rules->announce, owners[0], owners[1], owners[2], NULL);
	world_set_host(w, address(), rules->host);
	for (i = 0; i < SCHEDULE_STATIONS; i++)
		player.judge.policy[schedule_stations[i]->mac[5] % JUDGE_MACS] = world_policy(
			w, address(), schedule_stations[i]);
}

static void run_event(const struct event_at *event, __u64 at_ns)
{
	struct world *w = &player.world;

	print_event(event, at_ns);
	switch (event->what) {
	case EVENT_BY_HAND:
		player.judge.request = event->count == 1 ? JUDGE_LINK : JUDGE_BY_HAND;
		if (event->count == 1)
			world_announce_link(w, address(), at_ns);
		else
			world_announce_by_hand(w, address(), at_ns);
		player.judge.request = JUDGE_NO_REQUEST;
		break;
	case EVENT_REPLY:
		reply(event, at_ns);
		break;
	case EVENT_CLAIM:
		claim(schedule_stations[event->who], at_ns);
		break;
	case EVENT_THAW:
		player.judge.thawing = 1;
		world_thaw(w, address(), at_ns);
		player.judge.thawing = 0;
		break;
	case EVENT_DAEMON_STOP:
		w->daemon_stopped = 1;
		break;
	case EVENT_DAEMON_START:
		w->daemon_stopped = 0;
		break;
	case EVENT_DAEMON_EARLY:
		player.judge.early = 1;
		world_wake(w, address(), at_ns);
		player.judge.early = 0;
		break;
	case EVENT_FAILURES:
		w->fail = event->count;
		break;
	case EVENT_BUSY:
		world_queue_others(w, schedule_stations[event->who], event->count, at_ns);
		break;
	case EVENT_PORT_GONE:
		judge_remove_port(&player.judge, schedule_stations[event->who]);
		world_remove_port(w, schedule_stations[event->who], at_ns);
		break;
	case EVENT_SWEEP:
		sweep(at_ns);
		break;
	case EVENT_POLICY:
		configure(&schedule_rules[event->count]);
		break;
	default:
		hear_behind(event, at_ns);
	}
}

static void wait_until(__u64 at_ns)
{
	world_run_until(&player.world, at_ns);
	if (!player.world.daemon_stopped)
		judge_check_overdue(&player.judge, at_ns);
}

/*
 * Another CPU hears a frame after the claim's lock was released and before the announcement is
 * sent.
 */
static void race(struct world *w)
{
	const struct event_at *event = &player.schedule->event[player.next];
	int sleeps = w->daemon_stopped, request = player.judge.request, early = player.judge.early;

	if (player.next >= player.schedule->count || !event->races || event->what > EVENT_OTHER)
		return;
	player.next++;
	w->daemon_stopped = 1; /* there is one daemon, and it may be running this step */
	player.judge.request = player.judge.early = 0;
	print_event(event, w->now_ns);
	hear_behind(event, w->now_ns);
	player.judge.request = request;
	player.judge.early = early;
	w->daemon_stopped = sleeps;
}

/*
 * Generic XDP sees the announcement that is being sent, at once or later: RPS or a queue may
 * delay it.
 */
static void echo(struct world *w, const struct announcement *announcement)
{
	struct event_at met = {.what = EVENT_ANNOUNCEMENT};
	int sleeps = w->daemon_stopped;

	if (!w->xdp || announcement->became != ANNOUNCEMENT_SENT)
		return;
	while (met.who < SCHEDULE_STATIONS &&
	       (schedule_stations[met.who]->port != announcement->port ||
		!mac_equal(schedule_stations[met.who]->mac, announcement->mac)))
		met.who++;
	if (met.who == SCHEDULE_STATIONS)
		return;
	w->daemon_stopped = 1;
	hear(&met, w->now_ns);
	w->daemon_stopped = sleeps;
}

static void watch(struct world *w, const struct claim_step *step,
		  const struct announcement *announcement)
{
	print_step(step, announcement);
	if (w->wakeups > PLAY_WAKEUPS)
		judge_condemn("the daemon loops");
	judge_step(&player.judge, step, announcement, w->now_ns);
	player.announced += w->announced.count;
	w->announced.count = 0;
	if (!step->announce)
		return;
	race(w);
	echo(w, announcement);
	judge_record(&player.judge, step, announcement, w->now_ns);
}

/* ---- a whole schedule ---- */

static void begin(const struct schedule *schedule, FILE *trace)
{
	struct world *w = &player.world;

	player.schedule = schedule;
	player.trace = trace;
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
	if (trace)
		fprintf(trace,
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
		run_event(event, player.world.now_ns);
	}
}

/* A day later no claim is left. */
static void end(void)
{
	player.world.daemon_stopped = player.world.fail = 0;
	wait_until(player.world.now_ns);
	wait_until(player.world.now_ns + PLAY_A_DAY);
	if (world_claim(&player.world, address()))
		judge_condemn("a claim was not deleted after a day");
}

const char *play(const struct schedule *schedule, struct tally *tally, FILE *trace)
{
	unsigned int i;

	begin(schedule, trace);
	if (setjmp(condemned)) {
		if (trace)
			fprintf(trace, "BROKEN: %s\n", broken);
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
