// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd_speak for a port that takes no frames: refused, tried again, given up, and told. */
#include <criterion/criterion.h>

#include "says.h"

#define ADDRESS "192.0.2.7"

static struct settings settings;

static void setup(void)
{
	rig_setup_short(&settings);
}

TestSuite(bpf_failed, .init = setup, .timeout = 60);

/* The window ends, three retries fail as well, and the next slot is waited for. */
static void given_up(void)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct speak_call call = rig_due(&key);
	struct counters gained;
	__u64 now_ns;
	int i;

	cr_assert_eq(call.result, COUNTER_announce_failed);
	for (i = 0; i < 3; i++) {
		now_ns = rig_now_ns();
		cr_assert_leq(call.deadline_ns, now_ns + settings.retry_ns);
		call = rig_due(&key);
		cr_assert_eq(call.result, i < 2 ? COUNTER_announce_failed : COUNTER_announce_lost);
	}
	gained = rig_counted();
	cr_assert_eq(gained.announced, 0);
	cr_assert_eq(gained.announce_failed, 3);
	cr_assert_eq(gained.announce_lost, 1);
	cr_assert_eq(rig_claim_now(&key).announcements, 0);
	rig_expect_silence(PORT_B);
	rig_expect_silence(PORT_UPLINK);
}

/* The daemon hears of each failure when to come again, and that it is over. */
Test(bpf_failed, failures_are_told)
{
	__u64 deadline_ns;
	unsigned int i;

	settings.nudge = NUDGE_NEVER; /* a round would end the wait for the next slot */
	rig_settings(&settings);
	says_probes(&untagged);
	bpf_map_delete_elem(rig.ports, &rig.ifindex[PORT_A]);
	rig_events();
	rig.events = 0;
	given_up();
	rig_events();
	cr_assert_eq(rig.events, 4);
	for (i = 0; i < 4; i++) {
		cr_assert_eq(rig.event[i].reason,
			     i < 3 ? COUNTER_announce_failed : COUNTER_announce_lost);
		cr_assert_eq(rig.event[i].sent, 0);
		deadline_ns = rig.event[i].time_ns +
			      (i < 3 ? settings.retry_ns : settings.first_interval_ns);
		cr_assert_eq(rig.event[i].deadline_ns, deadline_ns);
	}
}

/* Whoever asked is not the daemon that has to try again. */
Test(bpf_failed, failure_of_what_an_operator_asked_for_is_told)
{
	says_probes(&untagged);
	says_has(PORT_A, guest, ARP_REQUEST, ones);
	rig_port(PORT_A, &(struct port){.segment = rig.bridge, .role = ROLE_GUEST});
	rig_events();
	rig.events = 0;
	cr_assert_eq(rig_speak(SPEAK_NOW, ADDRESS).result, COUNTER_announce_failed);
	rig_events();
	cr_assert_eq(rig.events, 1);
	cr_assert_eq(rig.event[0].reason, COUNTER_announce_failed);
	cr_assert_eq(rig.event[0].deadline_ns, rig.event[0].time_ns + settings.retry_ns);
}

/* There is nothing to try again. */
Test(bpf_failed, operator_is_refused_where_the_port_has_left)
{
	says_probes(&untagged);
	says_has(PORT_A, guest, ARP_REQUEST, ones);
	bpf_map_delete_elem(rig.ports, &rig.ifindex[PORT_A]);
	rig_events();
	rig.events = 0;
	cr_assert_eq(rig_speak(SPEAK_NOW, ADDRESS).result, COUNTER_announce_refused);
	rig_events();
	cr_assert_eq(rig.events, 0);
}

Test(bpf_failed, port_that_is_no_longer_described)
{
	says_probes(&untagged);
	bpf_map_delete_elem(rig.ports, &rig.ifindex[PORT_A]);
	given_up();
}

Test(bpf_failed, port_that_is_an_uplink_now)
{
	says_probes(&untagged);
	rig_port(PORT_A, &(struct port){
				 .segment = rig.bridge,
				 .role = ROLE_UPLINK,
				 .forwarding = 1,
			 });
	given_up();
}

Test(bpf_failed, port_that_no_longer_forwards)
{
	says_probes(&untagged);
	rig_port(PORT_A, &(struct port){.segment = rig.bridge, .role = ROLE_GUEST});
	given_up();
}

Test(bpf_failed, port_of_another_bridge_now)
{
	says_probes(&untagged);
	rig_port(PORT_A, &(struct port){
				 .segment = rig.bridge + 1,
				 .role = ROLE_GUEST,
				 .forwarding = 1,
			 });
	given_up();
}

Test(bpf_failed, interface_that_vanished_before_the_daemon_heard_of_it)
{
	says_probes(&untagged);
	rig_remove(PORT_A);
	given_up();
}

Test(bpf_failed, port_that_comes_back_gets_what_is_deferred)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	rig_port(PORT_A, &(struct port){.segment = rig.bridge, .role = ROLE_GUEST});
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_failed);
	rig_port(PORT_A, &(struct port){
				 .segment = rig.bridge,
				 .role = ROLE_GUEST,
				 .forwarding = 1,
			 });
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_deferred);
	says_expect_guest(&untagged);
}
