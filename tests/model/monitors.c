// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules about what was on the wire, with as little memory as they need: less than the judge knows,
 * so that a mistake that the judge shares with the claim machine is noticed here.
 */
#include <string.h>

#include "parts.h"

enum { COUNT = 3, USED = 4 }; /* of monitors.clean */

static int mac_of(int who)
{
	return model_stations[who]->mac[MAC_LEN - 1];
}

static int has_guests(int who)
{
	return model_stations[who]->role == ROLE_GUEST;
}

/* A frame of another host makes the probes before it worthless. */
static void contradict(const struct act *act)
{
	int i, same_mac;

	for (i = 0; i < STATIONS; i++) {
		same_mac = mac_of(i) == mac_of(act->who);
		if (i == act->who ||
		    (same_mac && (!has_guests(act->who) || act->what != HEARD_PROBE)))
			continue;
		model.monitors.clean[i] = 0;
	}
}

static void count_probe(int who, __u64 at_ns)
{
	struct monitors *monitors = &model.monitors;

	if (at_ns > monitors->probed_ns[who])
		monitors->probed_ns[who] = at_ns;
	if ((monitors->clean[who] & COUNT) < COUNT)
		monitors->clean[who]++;
}

static void note_use(int who)
{
	int i;

	for (i = 0; i < STATIONS; i++)
		if (mac_of(i) == mac_of(who) && model.monitors.clean[i])
			model.monitors.clean[i] |= USED;
}

void monitors_hear(const struct act *act, __u64 at_ns)
{
	const struct station *from = model_stations[act->who];
	struct monitors *monitors = &model.monitors;
	int probe = act->what == HEARD_PROBE, denied, copy;

	if (!bounds->monitor || act->what == HEARD_OTHER)
		return;
	monitors->sent = 0;
	denied = has_guests(act->who) && model_denies(from->mac);
	copy = probe && monitors->probed_ns[act->who] &&
	       at_ns < monitors->probed_ns[act->who] + model.world.settings.duplicate_ns;
	if (copy && has_guests(act->who) && !monitors->clean[act->who] && !denied)
		monitors->clean[act->who] = 1; /* of a window that it may have had before */
	if (probe && (copy || denied || act->nonce))
		return;
	contradict(act);
	if (probe)
		count_probe(act->who, at_ns);
	else if (act->what != HEARD_RELAY)
		note_use(act->who);
}

static void check_window(const struct announcement *announcement, __u64 at_ns)
{
	const struct settings *settings = &model.world.settings;
	int immediate = model_claim()->flags & CLAIM_F_IMMEDIATE;
	int i, probes = 0, used = 0, needed;
	__u64 last_ns = 0;

	for (i = 0; i < STATIONS; i++) {
		if (!mac_equal(model_stations[i]->mac, announcement->mac) || !has_guests(i))
			continue;
		if ((model.monitors.clean[i] & COUNT) > probes)
			probes = model.monitors.clean[i] & COUNT;
		used |= model.monitors.clean[i] & USED;
		if (model.monitors.probed_ns[i] > last_ns)
			last_ns = model.monitors.probed_ns[i];
	}
	needed = used || immediate || bounds->ipv6 ? 1 : (int)settings->min_probes;
	model_must(probes >= needed,
		   "announced, and another host objected since it began to probe");
	model_must(at_ns >= last_ns + (bounds->ipv6 ? settings->dad_window_ns
						    : settings->steady_window_ns),
		   "announced before another host could have objected");
}

void monitors_announce(const struct claim_step *step, const struct announcement *announcement,
		       __u64 at_ns)
{
	if (!bounds->monitor || !step->announce)
		return;
	if (step->reason == COUNTER_window_ended)
		check_window(announcement, at_ns);
	if (announcement->became == ANNOUNCEMENT_SENT && step->reason != COUNTER_announce_refresh)
		model.monitors.sent++;
	model_must(model.monitors.sent <= 1 + model.world.settings.announce_num,
		   "announces on and on though no host says a word");
}

/* ---- a refusal is forgotten ---- */

void monitors_note_denial(__u64 at_ns)
{
	if (model_claim()->state != CLAIM_DENIED || !bounds->aging)
		model.monitors.denied_ns = 0;
	else if (!model.monitors.denied_ns)
		model.monitors.denied_ns = at_ns;
}

/* After the daemon came. */
void monitors_check_denial(__u64 at_ns)
{
	__u64 from_ns = model.monitors.denied_ns > model.judge.seen_ns ? model.monitors.denied_ns
								       : model.judge.seen_ns;
	int ticks = bounds->denied < bounds->age ? bounds->denied : bounds->age;

	model_must(model.judge.state != CLAIM_DENIED || !bounds->aging ||
			   at_ns < from_ns + ticks * TICK_NS,
		   "a refusal is remembered for too long");
}
