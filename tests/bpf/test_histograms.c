// SPDX-License-Identifier: GPL-2.0-or-later
/* What the programs note in the histograms: each failover once, in the bucket of its time. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "says.h"

#define ADDRESS "192.0.2.7"

static const __u8 router[MAC_LEN] = {0x52, 0x54, 0x00, 0x0d, 0x0e, 0x0f};

static struct settings settings;

static void setup(void)
{
	rig_setup_short(&settings);
	settings.first_interval_ns = 20 * NSEC_PER_MSEC;
	rig_settings(&settings);
}

TestSuite(bpf_histograms, .init = setup, .timeout = 60);

static struct histogram noted(__u32 of)
{
	int cpus = libbpf_num_possible_cpus();
	struct histogram *all = calloc(cpus, sizeof(*all)), sum = {};

	cr_assert_eq(bpf_map_lookup_elem(rig.histograms, &of, all), 0);
	for (int cpu = 0; cpu < cpus; cpu++) {
		for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
			sum.bucket[i] += all[cpu].bucket[i];
		sum.sum_ns += all[cpu].sum_ns;
	}
	free(all);
	return sum;
}

/* One duration is in it, this one, or none if it is 0. */
static void expect_noted(__u32 of, __u64 took_ns)
{
	struct histogram sum = noted(of);

	cr_expect_eq(sum.sum_ns, took_ns, "%llu, not %llu", sum.sum_ns, took_ns);
	for (__u32 i = 0; i < HISTOGRAM_BUCKETS; i++)
		cr_expect_eq(sum.bucket[i], took_ns && i == histogram_bucket(took_ns), "bucket %u",
			     i);
}

static void client_replies_to(const __u8 *dst)
{
	struct bytes frame = says_from(dst, router, &untagged);

	put_arp(&frame, ARP_REPLY, router, CLIENT, dst, SERVICE);
	rig_hear(PORT_UPLINK, &frame);
}

Test(bpf_histograms, from_the_end_of_the_window_to_the_announcement)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct claim claim;

	says_probes(&untagged);
	expect_noted(HISTOGRAM_window_to_announcement, 0);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	claim = rig_claim_now(&key);
	cr_assert_gt(claim.last_announcement_ns, claim.window_end_ns);
	expect_noted(HISTOGRAM_window_to_announcement,
		     claim.last_announcement_ns - claim.window_end_ns);
	/* The second announcement changes nothing. */
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_done);
	expect_noted(HISTOGRAM_window_to_announcement,
		     claim.last_announcement_ns - claim.window_end_ns);
}

/* With the answer's own frame, in the other program. */
Test(bpf_histograms, the_guest_s_answer_is_part_of_it)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes answer = says_from(rig_asker_mac, guest, &untagged);
	struct claim claim;

	settings.ask = 1;
	rig_settings(&settings);
	rig_asker("192.0.2.1", 0, ASKER_HOST);
	put_arp(&answer, ARP_REPLY, guest, SERVICE, rig_asker_mac, "\xc0\x00\x02\x01");
	says_probes(&untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	expect_noted(HISTOGRAM_window_to_announcement, 0);
	rig_hear(PORT_A, &answer);
	claim = rig_claim_now(&key);
	cr_assert_eq(claim.announcements, 1);
	expect_noted(HISTOGRAM_window_to_announcement,
		     claim.last_announcement_ns - claim.window_end_ns);
}

Test(bpf_histograms, what_cannot_be_announced_is_not_in_it)
{
	struct port port = {.segment = rig.bridge, .role = ROLE_GUEST};
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct claim claim;

	says_probes(&untagged);
	rig_port(PORT_A, &port);
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_failed);
	expect_noted(HISTOGRAM_window_to_announcement, 0);
	port.forwarding = 1;
	rig_port(PORT_A, &port);
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_deferred);
	claim = rig_claim_now(&key);
	expect_noted(HISTOGRAM_window_to_announcement,
		     claim.last_announcement_ns - claim.window_end_ns);
}

Test(bpf_histograms, from_the_announcement_to_each_listener_s_answer)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct claim claim;

	says_probes(&untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	client_replies_to(other);
	expect_noted(HISTOGRAM_announcement_to_confirmation, 0);
	client_replies_to(guest);
	claim = rig_claim_now(&key);
	cr_assert_eq(claim.confirmations, 1);
	expect_noted(HISTOGRAM_announcement_to_confirmation,
		     claim.confirmed_ns - claim.announced_since_ns);
	client_replies_to(guest);
	expect_noted(HISTOGRAM_announcement_to_confirmation,
		     claim.confirmed_ns - claim.announced_since_ns);
}
