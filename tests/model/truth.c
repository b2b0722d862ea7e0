// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Worlds with ask: which hosts have the address, and what may be said for them. A host gets and
 * loses it at any time; whether it probed before, and who objected, makes no difference to that.
 */
#include <string.h>

#include "parts.h"

static struct truth *const truth = &model.truth;

/* The station with that MAC on that port, or -1. */
static int find(const __u8 *mac, __u32 port)
{
	int i;

	for (i = 0; i < STATIONS; i++)
		if (model_stations[i]->port == port && mac_equal(model_stations[i]->mac, mac))
			return i;
	return -1;
}

static int has_guests(int who)
{
	return model_stations[who]->role == ROLE_GUEST;
}

int truth_forwards(int who)
{
	__u32 port = model_stations[who]->port;

	return !model_is_gone(port) && !(model.world.deaf_ports >> port & 1);
}

/* A guest names the address only while it has it, and does not probe for it then. */
int truth_can_happen(const struct act *act)
{
	int names = act->what == HEARD_USE || act->what == HEARD_ANNOUNCEMENT ||
		    act->what == HEARD_REPLY || act->what == HEARD_OBJECTION;

	if (act->kind == ACT_GET)
		return !truth->has[act->who];
	if (act->kind == ACT_LOSE)
		return truth->has[act->who];
	if (act->kind != ACT_HEAR || !(has_guests(act->who) || bounds->lives >> act->who & 1))
		return 1;
	if (act->what == HEARD_PROBE)
		return !truth->has[act->who];
	return !names || truth->has[act->who];
}

/* ---- which host waits to be announced ---- */

static unsigned int probes_needed(void)
{
	return bounds->ipv6 ? DUP_ADDR_DETECT_TRANSMITS : (unsigned int)bounds->min_probes;
}

/* So long after its last probe it may get the address, and is asked often enough. */
static __u64 patience_ns(void)
{
	return (bounds->window + bounds->grace + 1) * TICK_NS;
}

/*
 * The longest window, the longest time between two questions in the first minute of a series, and
 * the tick in which the daemon comes.
 */
static __u64 bound_ns(void)
{
	return (bounds->window + bounds->grace + bounds->denied + 1) * TICK_NS;
}

static int is_announced(int who)
{
	const struct claim *claim = model_claim();
	int known = claim_is_certain(claim->state) || claim->state == CLAIM_FROZEN;

	return known && mac_equal(claim->mac, model_stations[who]->mac) &&
	       claim->port == model_stations[who]->port;
}

static void wait_no_more(void)
{
	truth->unhindered = truth->claimed = 0;
	truth->wanted_ns = 0;
}

/* The address was named. That hinders another host. */
static void name(int who, __u64 at_ns)
{
	if (truth->waiting != who)
		wait_no_more();
	if (at_ns > truth->named_ns)
		truth->named_ns = at_ns;
}

/* Two hosts that have it at once object to each other. */
static int another_has_it(int who)
{
	int i;

	for (i = 0; i < STATIONS; i++)
		if (i != who && truth->has[i])
			return 1;
	return 0;
}

static void begin_to_wait(void)
{
	int who = truth->waiting;

	if (truth->wanted_ns || another_has_it(who) || truth->unhindered < probes_needed() ||
	    !truth->has[who] || !truth_forwards(who) ||
	    model.world.now_ns > truth->probed_ns[who] + patience_ns())
		return;
	truth->wanted_ns = model.world.now_ns;
}

static void count_probe(int who, __u64 at_ns)
{
	const struct settings *settings = &model.world.settings;
	__u64 before_ns = truth->probed_ns[who];
	int same = truth->unhindered && truth->waiting == who;

	if (before_ns && at_ns < before_ns + settings->duplicate_ns) {
		/* Not known as a copy if an operator has claimed it for another one since. */
		if (truth->claimed && truth->waiting != who)
			wait_no_more();
		return;
	}
	/* What it probes by itself is an attempt of its own. */
	if (!same || truth->claimed ||
	    at_ns >= before_ns + settings->window_ns + settings->grace_ns)
		truth->unhindered = truth->claimed = 0;
	if (truth->waiting != who && truth->probed_ns[truth->waiting] > truth->named_ns)
		truth->named_ns = truth->probed_ns[truth->waiting];
	truth->waiting = who;
	truth->probed_ns[who] = at_ns;
	truth->wanted_ns = 0;
	/* Which of two at one time was first is not known. */
	if (at_ns > truth->named_ns && truth->unhindered < PROBE_NUM)
		truth->unhindered++;
}

int truth_would_answer(const __u8 *mac, __u32 port)
{
	int who = find(mac, port);

	return who >= 0 && truth->has[who];
}

int truth_answers(const struct world *w, const __u8 *mac, __u32 port)
{
	if (!truth_would_answer(mac, port))
		return 0;
	name(find(mac, port), w->now_ns);
	return 1;
}

void truth_hear(const struct act *act, __u64 at_ns)
{
	int i;

	if (act->what == HEARD_OTHER)
		return;
	if (act->what == HEARD_PROBE && has_guests(act->who) &&
	    model_denies(model_stations[act->who]->mac)) {
		if (truth->waiting == act->who)
			wait_no_more();
		truth->probed_ns[act->who] = at_ns;
		return;
	}
	for (i = 0; i < STATIONS; i++)
		if (!mac_equal(model_stations[i]->mac, model_stations[act->who]->mac))
			truth->lost_ns[i] = 0;
	if (act->what == HEARD_PROBE && has_guests(act->who))
		count_probe(act->who, at_ns);
	else
		name(act->who, at_ns);
}

/* What EVPN says. Of an owner, whether or not it is still being announced, it is a move. */
static void tell(const struct act *act)
{
	const struct station *to = model_stations[act->who];
	int moves = claim_is_certain(model_claim()->state) && !model_denies(to->mac);

	truth_hear(act, model.world.now_ns);
	world_tell(&model.world, model_address(), to, model.world.now_ns);
	model_must(!moves || (model_claim()->state == CLAIM_OWNED &&
			      mac_equal(model_claim()->mac, to->mac)),
		   "what EVPN says of an owner is no move");
}

void truth_live(const struct act *act)
{
	int who = act->who;

	if (act->kind == ACT_TELL)
		return tell(act);
	truth->has[who] = act->kind == ACT_GET;
	if (act->kind == ACT_LOSE) {
		truth->lost_ns[who] = truth->defended_ns[who] = model.world.now_ns;
		if (truth->waiting == who)
			wait_no_more();
	} else {
		truth->lost_ns[who] = truth->defended_ns[who] = 0;
	}
	if (another_has_it(truth->waiting))
		wait_no_more();
	begin_to_wait();
}

/* As if it had probed for long enough: it is asked from now on, and nobody else is. */
void truth_claim(int who)
{
	name(who, model.world.now_ns);
	truth->waiting = who;
	truth->probed_ns[who] = model.world.now_ns;
	truth->unhindered = PROBE_NUM;
	truth->claimed = 1;
	truth->wanted_ns = 0;
	begin_to_wait();
}

void truth_change(void)
{
	wait_no_more();
}

/* ---- the rules ---- */

/* Its answer is good for answer_ns, if no other host has named the address since. */
static int is_able(int who, const __u64 *lost_ns)
{
	return truth->has[who] ||
	       (lost_ns[who] &&
		model.world.now_ns <= lost_ns[who] + model.world.settings.answer_ns);
}

static int is_first_of_immediate(void)
{
	const struct claim *claim = model_claim();

	return claim->flags & CLAIM_F_IMMEDIATE && claim->state == CLAIM_PROBING;
}

static int is_left_out(enum counter reason)
{
	return reason == COUNTER_refresh_doubted || reason == COUNTER_refresh_silent;
}

void truth_check_step(const struct claim_step *step, const struct announcement *announcement)
{
	const struct claim *claim = model_claim();
	int owner = find(claim->mac, claim->port), who;

	if (announcement->became == ANNOUNCEMENT_SENT) {
		who = find(announcement->mac, announcement->port);
		if (step->announce == ANNOUNCE_DEFENDER)
			model_must(who >= 0 && is_able(who, truth->defended_ns),
				   "a defender is announced that has not got the address");
		else
			model_must(who >= 0 && (is_able(who, truth->lost_ns) ||
						is_first_of_immediate()),
				   "a guest is announced that would not answer");
	}
	if (step->nudge && !step->announce && !claim_nudge_is_last(claim, &model.world.settings))
		model_must(owner >= 0 && is_able(owner, truth->lost_ns),
			   "listeners are nudged for a guest that would not answer");
	model_must(!is_left_out(step->reason) || owner < 0 || !truth->has[owner] ||
			   !has_guests(owner) || !truth_forwards(owner),
		   "an owner that answers is not refreshed");
}

void truth_check_waiting(void)
{
	if (truth->wanted_ns && is_announced(truth->waiting))
		wait_no_more();
	begin_to_wait();
	model_must(bounds->late || !truth->wanted_ns ||
			   model.world.now_ns < truth->wanted_ns + bound_ns(),
		   "a guest that has the address and answers is not announced");
}
