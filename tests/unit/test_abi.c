// SPDX-License-Identifier: GPL-2.0-or-later
/* abi.h: what is pinned in maps, printed by tools and written by older daemons must not drift. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

#include "bpf/abi/abi.h"

TestSuite(abi);

#define COUNTER_NAME(name, what)   #name,
#define COUNTER_HELP(name, what)   what,
#define COUNTER_OFFSET(name, what) offsetof(struct counters, name),

static const char *const names[] = {COUNTERS(COUNTER_NAME)};
static const char *const help[] = {COUNTERS(COUNTER_HELP)};
static const size_t offsets[] = {COUNTERS(COUNTER_OFFSET)};

Test(abi, sizes_of_what_is_pinned)
{
	cr_assert_eq(GARPD_ABI, 10, "a new layout: pin its sizes here");
	cr_assert_eq(sizeof(struct addr), 16);
	cr_assert_eq(sizeof(struct claim_key), 24);
	cr_assert_eq(sizeof(struct tags), 8);
	cr_assert_eq(sizeof(struct field_name), 48);
	cr_assert_eq(sizeof(struct field_place), 8);
	cr_assert_eq(sizeof(struct claim), 368);
	cr_assert_eq(sizeof(struct listener_key), 28);
	cr_assert_eq(sizeof(struct listener), 48);
	cr_assert_eq(sizeof(struct asked_key), 12);
	cr_assert_eq(sizeof(struct prefix), 20);
	cr_assert_eq(sizeof(struct address), 392);
	cr_assert_eq(sizeof(struct settings), 232);
	cr_assert_eq(sizeof(struct port), 68);
	cr_assert_eq(sizeof(struct port_name), 16);
	cr_assert_eq(sizeof(struct segment), 32);
	cr_assert_eq(sizeof(struct claimed_key), 24);
	cr_assert_eq(sizeof(struct claimed), 4);
	cr_assert_eq(sizeof(struct echo_key), 8);
	cr_assert_eq(sizeof(struct echo), 32);
	cr_assert_eq(sizeof(struct histogram), 264);
	cr_assert_eq(sizeof(struct limit), 72);
	cr_assert_eq(sizeof(struct lane_limit), 16);
	cr_assert_eq(sizeof(struct subnet), 28);
	cr_assert_eq(sizeof(struct asker), 24);
	cr_assert_eq(sizeof(struct asked), 96);
	cr_assert_eq(sizeof(struct rule_address), 24);
	cr_assert_eq(sizeof(struct rule_mac), 12);
	cr_assert_eq(sizeof(struct port_vlans), 512);
	cr_assert_eq(sizeof(struct vlan_way), 8704);
	cr_assert_eq(sizeof(struct daemon_info), 256);
	cr_assert_eq(offsetof(struct daemon_info, ovsdb_lost_ns), 248);
	cr_assert_eq(sizeof(struct event), 88);
	cr_assert_eq(sizeof(struct speak_call), 40);
	cr_assert_eq(sizeof(struct speak_frame), 60);
	cr_assert_eq(offsetof(struct speak_frame, call), SPEAK_CALL_OFFSET);
	cr_assert_eq(offsetof(struct speak_frame, mac), SPEAK_MAC_OFFSET);
}

/* The last field of each ends where the struct does, and 64-bit ones are aligned: no holes. */
Test(abi, structs_end_with_their_last_field)
{
	cr_assert_eq(offsetof(struct claim, key), 8);
	cr_assert_eq(offsetof(struct claim, window_end_ns) % 8, 0);
	cr_assert_eq(offsetof(struct claim, came_through_ns) + 8, sizeof(struct claim));
	cr_assert_eq(offsetof(struct event, took_ns) + 8, sizeof(struct event));
	cr_assert_eq(offsetof(struct event, listener), 64);
	cr_assert_eq(offsetof(struct listener, answered_ns) + 8, sizeof(struct listener));
	cr_assert_eq(offsetof(struct settings, echo_ns) + 8, sizeof(struct settings));
	cr_assert_eq(offsetof(struct port, drops_returned) + 4, sizeof(struct port));
	cr_assert_eq(offsetof(struct claim_key, addr), 8);
	cr_assert_eq(offsetof(struct prefix, addr), 4);
}

Test(abi, defaults_of_the_settings)
{
	struct settings settings = SETTINGS_DEFAULTS;

	cr_assert_eq(settings.abi, GARPD_ABI);
	cr_assert_eq(settings.form, FORM_BOTH);
	cr_assert_eq(settings.min_probes, 3);
	cr_assert_eq(settings.announce_num, 2);
	cr_assert_eq(settings.max_moves, 5);
	cr_assert_eq(settings.link_local, 0);
	cr_assert_eq(settings.probes_per_second, 200);
	cr_assert_eq(settings.probes_burst, 4000);
	cr_assert_eq(settings.claims_per_port, 2048);
	cr_assert_eq(settings.announcements_per_second, 200);
	cr_assert_eq(settings.announcements_burst, 4000);
	cr_assert_eq(settings.all_announcements_per_second, 10000);
	cr_assert_eq(settings.xdp_drop, 0);
	cr_assert_eq(settings.duplicate_ns, 50000000ull);
	cr_assert_eq(settings.window_ns, 2000000000ull);
	cr_assert_eq(settings.grace_ns, 300000000ull);
	cr_assert_eq(settings.steady_window_ns, 1000000000ull);
	cr_assert_eq(settings.steady_grace_ns, 50000000ull);
	cr_assert_eq(settings.steady_gap_ns, 1000000000ull);
	cr_assert_eq(settings.steady_tolerance_ns, 100000000ull);
	cr_assert_eq(settings.dad_window_ns, 1000000000ull);
	cr_assert_eq(settings.dad_grace_ns, 50000000ull);
	cr_assert_eq(settings.first_interval_ns, 1100000000ull);
	cr_assert_eq(settings.announce_interval_ns, 2000000000ull);
	cr_assert_eq(settings.nudge, NUDGE_AUTO);
	cr_assert_eq(settings.nudge_num, 3);
	cr_assert_eq(settings.nudge_interval_ns, 1000000000ull);
	cr_assert_eq(settings.refresh_ns, 0);
	cr_assert_eq(settings.retry_ns, 10000000ull);
	cr_assert_eq(settings.moves_ns, 180000000000ull);
	cr_assert_eq(settings.thaw_ns, 300000000000ull);
	cr_assert_eq(settings.max_age_ns, 86400000000000ull);
	cr_assert_eq(settings.echo_ns, 200000000ull);
}

Test(abi, forms_are_bits)
{
	cr_assert_eq(FORM_REQUEST, 1);
	cr_assert_eq(FORM_REPLY, 2);
	cr_assert_eq(FORM_BOTH, 3);
}

Test(abi, counter_names_are_unique)
{
	int i, j;

	cr_assert_eq(sizeof(names) / sizeof(*names), COUNTER_MAX);
	for (i = 0; i < COUNTER_MAX; i++)
		for (j = 0; j < i; j++) {
			cr_assert_str_neq(names[i], names[j]);
			cr_assert_str_neq(help[i], help[j]);
		}
}

Test(abi, counters_stand_in_the_order_of_the_enum)
{
	int i;

	for (i = 0; i < COUNTER_MAX; i++)
		cr_assert_eq(offsets[i], i * sizeof(__u64), "%s", names[i]);
	cr_assert_eq(sizeof(struct counters), COUNTER_MAX * sizeof(__u64));
}

/* policy.denied and claim.reason tell "nothing" by 0, so no refusal may be the first counter. */
Test(abi, no_refusal_is_zero)
{
	cr_assert_neq(COUNTER_denied_never, 0);
	cr_assert_neq(COUNTER_denied_owner, 0);
	cr_assert_neq(COUNTER_denied_host, 0);
	cr_assert_neq(COUNTER_denied_next_hop, 0);
	cr_assert_lt(COUNTER_MAX, 256);
}

Test(abi, states_and_modes_keep_their_numbers)
{
	cr_assert_eq(CLAIM_NONE, 0);
	cr_assert_eq(CLAIM_PROBING, 1);
	cr_assert_eq(CLAIM_ANNOUNCING, 2);
	cr_assert_eq(CLAIM_OWNED, 3);
	cr_assert_eq(CLAIM_CONFLICT, 4);
	cr_assert_eq(CLAIM_DENIED, 5);
	cr_assert_eq(CLAIM_FROZEN, 6);
	cr_assert_eq(ANNOUNCE_AFTER_PROBE, 0);
	cr_assert_eq(ANNOUNCE_IMMEDIATE, 1);
	cr_assert_eq(ANNOUNCE_NEVER, 2);
	cr_assert_eq(NUDGE_NEVER, 0);
	cr_assert_eq(NUDGE_AUTO, 1);
	cr_assert_eq(NUDGE_ALWAYS, 2);
	cr_assert_eq(MODE_AUTO, 0);
	cr_assert_eq(MODE_TCX, 1);
	cr_assert_eq(MODE_TC, 2);
	cr_assert_eq(MODE_XDP, 3);
	cr_assert_eq(MODE_XDP_GENERIC, 4);
	cr_assert_eq(HOST_OWN, 1);
	cr_assert_eq(HOST_NEXT_HOP, 2);
	cr_assert_eq(ROLE_GUEST, 0);
	cr_assert_eq(ROLE_UPLINK, 1);
	cr_assert_eq(ROLE_ROUTER, 2);
	cr_assert_eq(ROLE_HOST, 3);
}
