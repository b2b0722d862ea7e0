// SPDX-License-Identifier: GPL-2.0-or-later
/* The hosts and configurations of the model, and the state in which a world begins. */
#include <string.h>

#include "parts.h"

/* Another MAC on the port of guest_a. */
static const struct station beside = {
	"guest_b on guest_a's port", {0x02, 0, 0, 0, 0, 0xb}, 11, ROLE_GUEST};

const struct station *const model_stations[STATIONS] = {GUEST_A, GUEST_B, A_UPLINK, REMOTE,
							A_MOVED, GUEST_C, &beside};
const uint8_t model_macs[MACS] = {0xa, 0xb, 0xc, 0xe};
const uint8_t model_ports[4] = {11, 12, 13, 14};

struct rules model_rules[RULES] = {
	{.name = "nothing is declared", .mode = ANNOUNCE_AFTER_PROBE},
	{.name = "immediate for a and b", .mode = ANNOUNCE_IMMEDIATE, .owner = {GUEST_A, GUEST_B}},
	{.name = "never", .mode = ANNOUNCE_NEVER},
	{.name = "after its probes, for a", .mode = ANNOUNCE_AFTER_PROBE, .owner = {GUEST_A}},
	{.name = "immediate for a", .mode = ANNOUNCE_IMMEDIATE, .owner = {GUEST_A}},
	{.name = "a next hop", .mode = ANNOUNCE_AFTER_PROBE, .host = HOST_NEXT_HOP},
	{.name = "immediate for a, b and c",
	 .mode = ANNOUNCE_IMMEDIATE,
	 .owner = {GUEST_A, GUEST_B, GUEST_C}},
};

void model_configure(unsigned int which)
{
	const struct rules *rules = &model_rules[which];

	model.rules = which;
	model.world.sites[0].declared = rules->declared;
	model.world.sites[0].host = rules->host;
	memcpy(model.judge.policy, rules->policy, sizeof(model.judge.policy));
}

static void set_durations(struct settings *set)
{
	set->duplicate_ns = bounds->duplicate * TICK_NS;
	set->window_ns = bounds->window * TICK_NS;
	set->grace_ns = bounds->grace * TICK_NS;
	set->steady_window_ns = bounds->steady * TICK_NS;
	set->steady_grace_ns = bounds->steady_grace * TICK_NS;
	set->steady_gap_ns = bounds->gap * TICK_NS;
	set->steady_tolerance_ns = bounds->tolerance * TICK_NS;
	set->dad_window_ns = bounds->dad * TICK_NS;
	set->dad_grace_ns = bounds->dad_grace * TICK_NS;
	set->first_interval_ns = bounds->first * TICK_NS;
	set->announce_interval_ns = bounds->interval * TICK_NS;
	set->nudge_interval_ns = bounds->nudge_gap * TICK_NS;
	set->refresh_ns = bounds->refresh * TICK_NS;
	set->retry_ns = bounds->retry * TICK_NS;
	set->moves_ns = bounds->moves * TICK_NS;
	set->thaw_ns = bounds->thaws * TICK_NS;
	set->max_age_ns = bounds->aging ? bounds->age * TICK_NS : FAR_NS;
	set->answer_ns = bounds->answer * TICK_NS;
	set->ask_give_up_ns = bounds->give_up * TICK_NS;
	set->echo_ns = bounds->echo * TICK_NS;
}

static void set_numbers(struct settings *set)
{
	set->min_probes = bounds->min_probes;
	set->announce_num = bounds->announce_num;
	set->max_moves = bounds->max_moves;
	set->nudge = NUDGE_AUTO;
	set->nudge_num = bounds->nudge_num;
	set->ask = bounds->ask;
	set->announcements_per_second = bounds->per_second;
	set->announcements_burst = 1;
	set->all_announcements_per_second = 2 * bounds->per_second;
}

/* Of a second depend CLAIM_DENIED_NS, the rates, and the later questions. */
static unsigned long long second_ns(void)
{
	if (bounds->per_second)
		return TICK_NS;
	if (bounds->aging || bounds->ask)
		return bounds->denied * TICK_NS / 60;
	return FAR_NS / 60;
}

static void derive_rules(void)
{
	struct rules *rules;
	int i, k;

	for (i = 0; i < RULES; i++) {
		rules = &model_rules[i];
		world_declare(&model.world, model_address(), rules->mode, rules->owner[0],
			      rules->owner[1], rules->owner[2], NULL);
		world_set_host(&model.world, model_address(), rules->host);
		rules->declared = model.world.sites[0].declared;
		for (k = 0; k < STATIONS; k++)
			rules->policy[model_stations[k]->mac[MAC_LEN - 1] % JUDGE_MACS] =
				world_policy(&model.world, model_address(), model_stations[k]);
	}
}

void model_init(const struct bounds *world)
{
	struct world *w = &model.world;

	bounds = world;
	memset(&model, 0, sizeof(model));
	world_init(w);
	model_second_ns = second_ns();
	set_durations(&w->settings);
	set_numbers(&w->settings);
	w->now_ns = NOW_NS;
	w->xdp = bounds->xdp;
	w->daemon_stopped = 1;
	w->listeners = bounds->listeners;
	if (bounds->ask)
		w->answers = truth_answers;
	model_watch();
	judge_init(&model.judge, &w->settings, bounds->ipv6, bounds->xdp);
	model.judge.listeners = bounds->listeners;
	derive_rules();
	model_configure(__builtin_ctz(bounds->rules));
	events_make();
}
