// SPDX-License-Identifier: GPL-2.0-or-later
/* One event happens, as in tests/sim/play.c, before the judge and the model's own rules. */
#include <setjmp.h>
#include <string.h>

#include "parts.h"

enum { WAKEUPS = 64 }; /* beyond that the daemon loops */

unsigned long long model_second_ns = TICK_NS, model_msec_ns = TICK_NS / 800;
const struct bounds *bounds;
struct model model;
FILE *story;
int judge_alone;

static jmp_buf condemned;
static const char *broken;
static const struct act *racing; /* what another CPU has still to hear in this step */
static int raced;
static int retried; /* a deferred announcement was tried in this step */

void judge_condemn(const char *what)
{
	broken = what;
	longjmp(condemned, 1);
}

void model_must(int holds, const char *what)
{
	if (judge_alone)
		return;
	judge_consult(what);
	if (!holds)
		judge_condemn(what);
}

/* ---- frames ---- */

static void hear(const struct act *act);

/* Who has the address objects to a probe for it. */
static void defend(const struct act *probe)
{
	struct act objection = {.kind = ACT_HEAR, .what = HEARD_USE};
	int who;

	for (who = 0; probe->what == HEARD_PROBE && who < STATIONS; who++) {
		objection.who = who;
		if (bounds->defends >> who & 1 && model.truth.has[who] && who != probe->who)
			hear(&objection);
	}
}

static void hear(const struct act *act)
{
	const struct station *from = model_stations[act->who];
	struct world *w = &model.world;
	__u64 at_ns = w->now_ns, behind_ns = w->behind_ns;

	w->behind_ns = act->behind * TICK_NS;
	monitors_hear(act, at_ns - w->behind_ns);
	if (bounds->ask)
		truth_hear(act, at_ns - w->behind_ns);
	else
		judge_hear(&model.judge, act->what, from, act->nonce, at_ns - w->behind_ns);
	switch ((enum heard_kind)act->what) {
	case HEARD_PROBE:
		world_solicit(w, model_address(), from, act->nonce, at_ns);
		break;
	case HEARD_ANNOUNCEMENT:
		world_announce(w, model_address(), from, at_ns);
		break;
	case HEARD_USE:
		world_use(w, model_address(), from, at_ns);
		break;
	case HEARD_RELAY:
		world_relay(w, model_address(), from, at_ns);
		break;
	case HEARD_OTHER:
		world_send_other(w, from, at_ns);
		break;
	case HEARD_OBJECTION:
		world_object(w, model_address(), from, at_ns);
		break;
	case HEARD_REPLY:
		world_reply_to(w, model_address(), from, GUEST_C, at_ns);
		break;
	}
	w->behind_ns = behind_ns;
	defend(act);
}

/* Another CPU hears a frame after the claim's lock was released, before anything is sent. */
static void race(void)
{
	const struct act *act = racing;
	struct judge *judge = &model.judge;
	int stopped = model.world.daemon_stopped, request = judge->request, early = judge->early;

	if (!act)
		return;
	racing = NULL;
	raced = 1;
	model.world.daemon_stopped = 1; /* there is one daemon, and it may be running this step */
	judge->request = judge->early = 0;
	hear(act);
	judge->request = request;
	judge->early = early;
	model.world.daemon_stopped = stopped;
}

/* Generic XDP hears the announcement that is being sent. */
static void echo(const struct announcement *announcement)
{
	struct act met = {.kind = ACT_HEAR, .what = HEARD_ANNOUNCEMENT};
	int stopped = model.world.daemon_stopped;

	if (!model.world.xdp || announcement->became != ANNOUNCEMENT_SENT)
		return;
	while (met.who < STATIONS && (model_stations[met.who]->port != announcement->port ||
				      !mac_equal(model_stations[met.who]->mac, announcement->mac)))
		met.who++;
	if (met.who == STATIONS)
		return;
	model.world.daemon_stopped = 1;
	hear(&met);
	model.world.daemon_stopped = stopped;
}

static void watch(struct world *w, const struct claim_step *step,
		  const struct announcement *announcement)
{
	model.requested |= step->reason == COUNTER_announce_by_hand ||
			   step->reason == COUNTER_announce_link;
	retried |= step->reason == COUNTER_announce_deferred;
	model_note_step(step, announcement);
	tell_step(step, announcement);
	if (w->wakeups > WAKEUPS)
		judge_condemn("the daemon loops");
	monitors_note_denial(w->now_ns);
	rules_check_step(step);
	monitors_announce(step, announcement, w->now_ns);
	if (bounds->ask)
		truth_check_step(step, announcement);
	else
		judge_step(&model.judge, step, announcement, w->now_ns);
	w->announced.count = 0;
	if (!step->announce)
		return;
	race();
	echo(announcement);
	if (!bounds->ask)
		judge_record(&model.judge, step, announcement, w->now_ns);
}

/* ---- events ---- */

static void serve_early(void)
{
	model.judge.early = 1;
	world_wake(&model.world, model_address(), model.world.now_ns);
	model.judge.early = 0;
}

/* The daemon's CPU read the clock before frames that the claim has heard since. */

static void serve_behind(void)
{
	struct world *w = &model.world;

	w->now_ns -= TICK_NS;
	w->daemon_stopped = 0;
	world_run_until(w, w->now_ns);
	w->daemon_stopped = 1;
	w->now_ns += TICK_NS;
}

static void serve(void)
{
	struct world *w = &model.world;

	w->daemon_stopped = 0;
	world_run_until(w, w->now_ns);
	w->daemon_stopped = 1;
	if (!bounds->ask)
		judge_check_overdue(&model.judge, w->now_ns);
	model_must(!model_claim()->deadline_ns || model_claim()->deadline_ns > w->now_ns,
		   "the daemon came, and something is still due");
	monitors_check_denial(w->now_ns);
	if (bounds->ask)
		truth_check_waiting();
}

static void request(enum act_kind kind)
{
	if (kind == ACT_LINK)
		world_announce_link(&model.world, model_address(), model.world.now_ns);
	else
		world_announce_by_hand(&model.world, model_address(), model.world.now_ns);
}

/* An uplink asks for nothing that is announced soon anyway. */
static int is_soon(enum act_kind kind)
{
	const struct claim *claim = model_claim();

	return kind == ACT_LINK && (claim->flags & CLAIM_F_DEFERRED || claim_is_asked(claim));
}

/* With ask: a request is honoured if the owner answers. No listener is nudged for an uplink. */
static void announce_if_answered(enum act_kind kind)
{
	const struct claim *claim = model_claim();
	int may = claim_is_certain(claim->state) && claim->role == ROLE_GUEST &&
		  !model_is_gone(claim->port) && !(model.world.deaf_ports >> claim->port & 1) &&
		  !model_denies(claim->mac) && !model.world.fail && !model.world.xdp &&
		  truth_would_answer(claim->mac, claim->port) && !is_soon(kind);
	__u64 since_ns = claim->announced_since_ns;

	request(kind);
	model_must(!may || outcome.announced, "a request is not honoured");
	model_must(kind != ACT_LINK || claim->announced_since_ns == since_ns,
		   "listeners are to reply because an uplink came back");
}

/* A request is honoured if the address has an owner that is in no doubt. */
static void announce_requested(enum act_kind kind)
{
	struct judge *judge = &model.judge;
	int may = (judge->state == CLAIM_ANNOUNCING || judge->state == CLAIM_OWNED) &&
		  judge->port != REMOTE->port && !model_is_gone(judge->port) && !judge->doubted &&
		  !bounds->refresh && !judge->policy[judge->mac & 15].denied && !is_soon(kind);

	model.monitors.sent = 0;
	model.requested = 0;
	judge->request = kind == ACT_LINK ? JUDGE_LINK : JUDGE_BY_HAND;
	request(kind);
	judge->request = JUDGE_NO_REQUEST;
	model_must(!may || model.requested, "a request is refused without a reason");
}

/* An operator claims the address for a guest: guarded as its probe would be. */
static void claim_for(const struct act *act)
{
	const struct station *guest = model_stations[act->who];
	__u64 now_ns = model.world.now_ns;
	int reason, wanted = -1;

	if (!bounds->ask)
		wanted = judge_claim(&model.judge, guest, now_ns);
	reason = world_claim_by_hand(&model.world, model_address(), guest, now_ns);
	model_must(!model_denies(guest->mac) ||
			   reason ==
				   model.judge.policy[guest->mac[MAC_LEN - 1] % JUDGE_MACS].denied,
		   "an operator's claim passes a guard");
	model_must(wanted < 0 || reason == wanted,
		   "an operator's claim is accepted or refused against the rules");
	if (bounds->ask && reason == COUNTER_claim_by_hand)
		truth_claim(act->who);
}

static void reply(const struct act *act)
{
	const struct station *to = model_stations[act->who];
	enum counter reason;

	reason = world_reply(&model.world, model_address(), act->arg, to, model.world.now_ns);
	if (!bounds->ask)
		judge_hear_reply(&model.judge, act->arg, to, reason, model.world.now_ns);
	model_note(reason);
}

static void sweep(void)
{
	model.judge.sweeping = 1;
	world_sweep(&model.world, model_address(), model.world.now_ns);
	model.judge.sweeping = 0;
	if (!bounds->ask)
		judge_check_sweep(&model.judge);
}

static void remove_port(const struct station *from)
{
	if (!bounds->ask)
		judge_remove_port(&model.judge, from);
	truth_change();
	world_remove_port(&model.world, from, model.world.now_ns);
}

static void thaw(void)
{
	model.judge.thawing = 1;
	world_thaw(&model.world, model_address(), model.world.now_ns);
	model.judge.thawing = 0;
}

static void announce_on_demand(enum act_kind kind)
{
	if (bounds->ask)
		announce_if_answered(kind);
	else
		announce_requested(kind);
}

static void happen(const struct act *act)
{
	struct world *w = &model.world;

	switch ((enum act_kind)act->kind) {
	case ACT_TICK:
		w->now_ns += TICK_NS;
		break;
	case ACT_SERVE:
		serve();
		break;
	case ACT_OLD_CLOCK:
		serve_behind();
		break;
	case ACT_EARLY:
		serve_early();
		break;
	case ACT_BY_HAND:
	case ACT_LINK:
		announce_on_demand(act->kind);
		break;
	case ACT_CLAIM:
		claim_for(act);
		break;
	case ACT_THAW:
		thaw();
		break;
	case ACT_HEAR:
		hear(act);
		break;
	case ACT_POLICY:
		model_configure(act->arg);
		truth_change();
		break;
	case ACT_FAIL:
		w->fail = 1;
		break;
	case ACT_REPLY:
		reply(act);
		break;
	case ACT_PORT_GONE:
		remove_port(model_stations[act->who]);
		break;
	case ACT_SWEEP:
		sweep();
		break;
	case ACT_BUSY:
		world_queue_others(w, model_stations[act->who], 1, w->now_ns);
		break;
	case ACT_GET:
	case ACT_LOSE:
	case ACT_TELL:
		truth_live(act);
		break;
	case ACT_FORWARDING:
		w->deaf_ports ^= 1u << model_stations[act->who]->port;
		truth_change();
		break;
	}
}

/* A queue of at most two. */
static int has_short_queue(int who)
{
	const struct world *w = &model.world;
	__u64 latest_ns = w->now_ns + TICK_NS;

	return w->limits[model_stations[who]->port].rounds_tat_ns <= latest_ns &&
	       w->lanes[LANE_QUIET].rounds_tat_ns <= latest_ns &&
	       w->lanes[LANE_BUSY].rounds_tat_ns <= latest_ns;
}

/*
 * Each announcement takes a turn, and nothing ends the queue: without a limit, turns would be ever
 * further ahead.
 */
int model_is_beyond(void)
{
	const struct world *w = &model.world;
	__u64 latest_ns = NOW_NS + bounds->queue * TICK_NS;
	int i, beyond = 0;

	for (i = 0; i < 4; i++)
		beyond |= w->limits[model_ports[i]].rounds_tat_ns > latest_ns;
	for (i = 0; i < LANE_MAX; i++)
		beyond |= w->lanes[i].rounds_tat_ns > latest_ns;
	return bounds->queue && beyond;
}

int model_can_happen(int event)
{
	const struct act *act = &events[event].act;

	if (bounds->ask && !truth_can_happen(act))
		return 0;
	switch ((enum act_kind)act->kind) {
	case ACT_FAIL:
		return !model.world.fail;
	case ACT_POLICY:
		return act->arg != model.rules;
	case ACT_PORT_GONE:
		return !model_is_gone(model_stations[act->who]->port);
	case ACT_CLAIM: /* on a port that is gone, or closed, the programs refuse it */
		return truth_forwards(act->who);
	case ACT_SWEEP:
		return model.world.gone_ports != 0;
	case ACT_BUSY:
		return has_short_queue(act->who);
	case ACT_REPLY:
	case ACT_THAW:
	case ACT_BY_HAND:
	case ACT_LINK:
		return model_claim()->state != CLAIM_NONE;
	case ACT_EARLY:
		return model_claim()->deadline_ns > model.world.now_ns;
	default:
		return 1;
	}
}

const char *model_step(int event, int *idle)
{
	const struct happening *of = &events[event];
	unsigned int lost = model.world.counted[COUNTER_announce_lost];

	broken = NULL;
	memset(&outcome, 0, sizeof(outcome));
	model.world.wakeups = model.world.announced.count = model.world.asked.count = 0;
	racing = of->has_race ? &of->race : NULL;
	raced = retried = 0;
	if (setjmp(condemned)) {
		if (story)
			fprintf(story, "BROKEN: %s\n", broken);
		return broken;
	}
	if (!bounds->late && of->act.kind != ACT_SERVE)
		serve();
	happen(&of->act);
	*idle = of->has_race && !raced;
	model_must(retried || model.world.counted[COUNTER_announce_lost] == lost,
		   "an announcement is given up at its first failure");
	rules_check_claim();
	model_note_claim();
	return NULL;
}

void model_watch(void)
{
	model.world.watch = watch;
}
