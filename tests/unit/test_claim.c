// SPDX-License-Identifier: GPL-2.0-or-later
/* Windows: when a guest that probes is announced, and when it is not. */
#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_window, .init = setup);

Test(claim_window, constants_are_those_of_rfc5227_1_1)
{
	cr_assert_eq(PROBE_NUM, 3);
	cr_assert_eq(PROBE_MAX_NS, 2000000000ull);
	cr_assert_eq(ANNOUNCE_WAIT_NS, 2000000000ull);
	cr_assert_eq(ANNOUNCE_NUM, 2);
	cr_assert_eq(ANNOUNCE_INTERVAL_NS, 2000000000ull);
}

Test(claim_window, windows_guest_is_announced_1050_ms_after_its_third_probe)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(3050) - 1);
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	world_run_until(&w, at_ms(3050));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3050)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	cr_assert_eq(w.counted[COUNTER_window_opened], 1);
	cr_assert_eq(w.counted[COUNTER_window_continued], 2);
	cr_assert_eq(w.counted[COUNTER_window_ended], 1);
}

Test(claim_window, windows_gaps_of_998_to_1014_ms_are_steady)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(998));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2012));
	world_run_until(&w, at_ms(3500));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3062)));
}

Test(claim_window, gaps_at_the_tolerance_are_steady_and_beyond_it_not)
{
	world_probes(&w, "192.0.2.1", GUEST_A, at_ms(0), 3, 1100 * NSEC_PER_MSEC);
	world_run_until(&w, at_ms(3250));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3250)));
	world_probes(&w, "192.0.2.2", GUEST_B, at_ms(10000), 3, 900 * NSEC_PER_MSEC);
	world_run_until(&w, at_ms(12850));
	cr_assert(world_has_announced(&w, 2, GUEST_B, at_ms(12850)));
	world_probes(&w, "192.0.2.3", GUEST_C, at_ms(20000), 3, 1101 * NSEC_PER_MSEC);
	world_run_until(&w, at_ms(25000));
	cr_assert(world_has_announced(&w, 4, GUEST_C, at_ms(20000 + 2202 + 2300)));
	world_probes(&w, "192.0.2.4", GUEST_C, at_ms(30000), 3, 899 * NSEC_PER_MSEC);
	world_run_until(&w, at_ms(35000));
	cr_assert(world_has_announced(&w, 6, GUEST_C, at_ms(30000 + 1798 + 2300)));
}

Test(claim_window, dhcpcd_guest_is_announced_2300_ms_after_its_last_probe)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1700));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(3000));
	world_run_until(&w, at_ms(5300) - 1);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(5300));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(5300)));
}

/* One odd gap is enough: the sender jitters, as RFC 5227 asks it to. */
Test(claim_window, one_odd_gap_makes_the_window_long)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1500));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2500));
	world_run_until(&w, at_ms(6000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(4800)));
}

Test(claim_window, fast_probes_of_apple_are_announced_2300_ms_after_the_last)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, 320 * NSEC_PER_MSEC);
	world_run_until(&w, at_ms(4000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(640 + 2300)));
}

Test(claim_window, fourth_probe_moves_the_end)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 4, NSEC_PER_SEC);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(4100));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(4050)));
}

Test(claim_window, declared_address_has_no_grace)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_A, NULL);
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(3000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3000)));
	cr_assert(world_claim(&w, ADDRESS)->flags & CLAIM_F_DECLARED);
	world_run_until(&w, at_ms(9000));
	world_probes(&w, ADDRESS, GUEST_A, at_ms(10000), 3, 1500 * NSEC_PER_MSEC);
	world_run_until(&w, at_ms(15000));
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(15000)));
}

/* Before min_probes the grace stays, or the 2 s between two probes (PROBE_MAX) would end it. */
Test(claim_window, declared_guest_may_take_probe_max_between_probes)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_A, NULL);
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, PROBE_MAX_NS);
	cr_assert_eq(w.counted[COUNTER_lapsed], 0);
	world_run_until(&w, at_ms(6000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(6000)));
}

Test(claim_window, lone_probe_lapses_in_silence)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(2300) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	world_run_until(&w, at_ms(2300));
	cr_assert_null(world_claim(&w, ADDRESS));
	cr_assert_eq(w.counted[COUNTER_lapsed], 1);
	world_run_until(&w, at_ms(100000));
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_window, aborted_dad_of_two_probes_lapses)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 2, NSEC_PER_SEC);
	world_run_until(&w, at_ms(3300) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	world_run_until(&w, at_ms(3300));
	cr_assert_null(world_claim(&w, ADDRESS));
	cr_assert_eq(w.announced.count, 0);
}

/* Rockwell: one probe in about 125 s, for ever. */
Test(claim_window, periodic_lone_probes_never_add_up)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 20, 125 * NSEC_PER_SEC);
	world_run_until(&w, at_ms(3000000));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(w.counted[COUNTER_lapsed], 20);
}

Test(claim_window, lapse_falls_back_to_the_owner)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(20000));
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->mac, guest_b.mac, MAC_LEN);
	world_run_until(&w, at_ms(22300));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->mac, guest_a.mac, MAC_LEN);
	cr_assert_eq(world_claim(&w, ADDRESS)->port, guest_a.port);
	cr_assert_eq(w.counted[COUNTER_moved], 0);
	world_use(&w, ADDRESS, GUEST_A, at_ms(29000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(30000)), COUNTER_announce_by_hand);
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(30000)));
}

Test(claim_window, min_probes_of_one_announces_udhcpc)
{
	w.settings.min_probes = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(3000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(2300)));
}

Test(claim_window, min_probes_of_four_needs_four)
{
	w.settings.min_probes = 4;
	world_probes(&w, "192.0.2.1", GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 0);
	world_probes(&w, "192.0.2.1", GUEST_A, at_ms(20000), 4, NSEC_PER_SEC);
	world_run_until(&w, at_ms(24050));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(24050)));
}

/* A mirror port sends copies 1-20 us apart. */
Test(claim_window, duplicates_within_50_ms_do_not_count)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_A, at_us(1));
	world_probe(&w, ADDRESS, GUEST_A, at_us(20));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(50) - 1);
	cr_assert_eq(w.counted[COUNTER_probe_duplicate], 3);
	cr_assert_eq(world_claim(&w, ADDRESS)->window_probes, 1);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(50));
	cr_assert_eq(world_claim(&w, ADDRESS)->window_probes, 2);
	cr_assert_eq(world_claim(&w, ADDRESS)->probes, 2);
}

Test(claim_window, mirrored_windows_guest_is_announced_on_time)
{
	int i;

	for (i = 0; i < 3; i++) {
		world_probe(&w, ADDRESS, GUEST_A, at_ms(i * 1000));
		world_probe(&w, ADDRESS, GUEST_A, at_us(i * 1000000 + 15));
	}
	world_run_until(&w, at_ms(4000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3050)));
}

/* Its copy, on another CPU, was first to read the clock and second to get the claim's lock. */
Test(claim_window, mirrored_copy_that_read_the_clock_before_is_a_copy)
{
	int i;

	for (i = 0; i < 2; i++) {
		world_probe(&w, ADDRESS, GUEST_A, at_ms(i * 1000));
		w.behind_ns = 2 * NSEC_PER_USEC;
		world_probe(&w, ADDRESS, GUEST_A, at_us(i * 1000000 + 1));
		w.behind_ns = 0;
		cr_assert_eq(w.step.reason, COUNTER_probe_duplicate);
	}
	cr_assert_eq(world_claim(&w, ADDRESS)->window_probes, 2);
	cr_assert_eq(world_claim(&w, ADDRESS)->flags & CLAIM_F_UNSTEADY, 0);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 0);
}

/* A rival's probe has the earlier time: the window is not its own, and gets no shorter. */
Test(claim_window, last_probe_never_goes_back)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(100));
	w.behind_ns = 60 * NSEC_PER_MSEC; /* and so it is no copy */
	world_probe(&w, ADDRESS, GUEST_B, at_ms(100));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	cr_assert_eq(world_claim(&w, ADDRESS)->last_probe_ns, at_ms(100));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(100));
	cr_assert_eq(w.step.reason, COUNTER_probe_duplicate);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

Test(claim_window, probes_of_one_guest_for_many_addresses_are_many_claims)
{
	world_probes(&w, "192.0.2.1", GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_probes(&w, "192.0.2.2", GUEST_A, at_ms(2000), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 4);
	cr_assert_eq(world_state(&w, "192.0.2.1"), CLAIM_OWNED);
	cr_assert_eq(world_state(&w, "192.0.2.2"), CLAIM_OWNED);
}

Test(claim_window, probe_on_an_uplink_makes_no_claim)
{
	world_probes(&w, ADDRESS, REMOTE, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(10000));
	cr_assert_null(world_claim(&w, ADDRESS));
	cr_assert_eq(w.announced.count, 0);
}

/* ---- the guest speaks for itself ---- */

Test(claim_window, guest_that_announces_itself_is_left_alone)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(3000));
	cr_assert_eq(w.step.reason, COUNTER_self_announced);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(world_claim(&w, ADDRESS)->self_announced, 1);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_window, networkd_announces_itself_within_the_grace)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, 1300 * NSEC_PER_MSEC);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(2600 + 2250));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_window, self_announcement_stops_the_announcing)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, GUEST_A, at_ms(3500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 1);
}

Test(claim_window, self_announcement_of_an_owner_is_counted)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_announce(&w, ADDRESS, GUEST_A, at_ms(20000));
	cr_assert_eq(w.step.reason, COUNTER_seen);
	cr_assert_eq(world_claim(&w, ADDRESS)->self_announced, 1);
	cr_assert_eq(world_claim(&w, ADDRESS)->last_seen_ns, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_window, echo_of_the_guest_from_the_uplink_proves_nothing)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, A_UPLINK, at_ms(2500));
	world_use(&w, ADDRESS, A_UPLINK, at_ms(2600));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	world_run_until(&w, at_ms(3050));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3050)));
}

Test(claim_window, relayed_arp_of_the_guest_proves_nothing)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_relay(&w, ADDRESS, GUEST_A, at_ms(500));
	cr_assert_eq(w.step.reason, COUNTER_seen);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

/* Windows 7 with a static address answers for it inside the window (4 real captures). */
Test(claim_window, use_of_the_address_makes_up_for_missing_probes)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(300));
	cr_assert_eq(w.step.reason, COUNTER_window_used);
	world_use(&w, ADDRESS, GUEST_A, at_ms(301));
	cr_assert_eq(w.step.reason, COUNTER_seen);
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(2300)));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(3400)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

/* Windows 7 after DHCP: it probes, uses the address between probes, and announces itself. */
Test(claim_window, use_of_the_address_does_not_forestall_its_own_announcement)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(600));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(2500));
	world_announce(&w, ADDRESS, GUEST_A, at_ms(3000));
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_window, use_in_one_window_is_no_excuse_in_the_next)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(300));
	world_run_until(&w, at_ms(10000));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(20000));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_eq(w.counted[COUNTER_lapsed], 1);
}

Test(claim_window, guest_that_probes_again_while_announced_begins_anew)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probes(&w, ADDRESS, GUEST_A, at_ms(3500), 3, NSEC_PER_SEC);
	cr_assert_eq(w.announced.count, 1);
	world_run_until(&w, at_ms(6550));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(6550)));
	cr_assert_eq(w.counted[COUNTER_moved], 0);
}

/* The announcement goes out in the guest's own VLAN; a lapse gives the owner's tags back. */
Test(claim_window, tags_follow_the_guest)
{
	struct frame old = {.kind = FRAME_PROBE, .mac = {2, 0, 0, 0, 0, 1}, .tags = {1, 2, 3, 4}};
	struct frame new = {.kind = FRAME_PROBE, .mac = {2, 0, 0, 0, 0, 2}, .tags = {5, 6, 7, 8}};
	struct heard heard = {.frame = &old, .port = 11, .role = ROLE_GUEST};
	struct claim claim = {.key.addr = {{[10] = 0xff, 0xff, 192, 0, 2, 7}}};
	const struct claim_next any = {};

	w.settings.min_probes = 1;
	claim_hear_probe(&claim, &heard, &w.settings, at_ms(0));
	cr_assert_eq(memcmp(&claim.tags, &old.tags, sizeof(old.tags)), 0);
	claim_run_deadline(&claim, &any, &w.settings, at_ms(2300));
	cr_assert_eq(memcmp(&claim.owner_tags, &old.tags, sizeof(old.tags)), 0);
	w.settings.min_probes = 2;
	heard.frame = &new;
	claim_hear_probe(&claim, &heard, &w.settings, at_ms(10000));
	cr_assert_eq(memcmp(&claim.tags, &new.tags, sizeof(new.tags)), 0);
	claim_run_deadline(&claim, &any, &w.settings, at_ms(12300));
	cr_assert_eq(claim.state, CLAIM_OWNED);
	cr_assert_eq(memcmp(&claim.tags, &old.tags, sizeof(old.tags)), 0);
}

/* Neither the jitter of the last window nor its slots have a say in the next one. */
Test(claim_window, new_window_remembers_nothing_of_the_last)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, 1500 * NSEC_PER_MSEC);
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 2);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(20000));
	cr_assert_eq(world_claim(&w, ADDRESS)->window_announcements, 0);
	cr_assert_eq(world_claim(&w, ADDRESS)->flags, 0);
	world_probes(&w, ADDRESS, GUEST_A, at_ms(21000), 2, NSEC_PER_SEC);
	world_run_until(&w, at_ms(24000));
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(23050)));
}
