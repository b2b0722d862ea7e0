// SPDX-License-Identifier: GPL-2.0-or-later
/* Many calls of garpd_speak in one go, as the daemon makes them (loader/maps/speak.c). */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>

#include "says.h"
#include "loader/maps/speak.h"
#include "tests/unit/nd_bytes.h"

#define ADDRESS6 "2001:db8::7"

static struct settings settings;
static struct speak_call *list;
static struct pins pins;

static void setup(void)
{
	rig_setup_short(&settings);
	settings.min_probes = 1;
	rig_settings(&settings);
	list = speak_list_open(bpf_object__find_map_fd_by_name(rig.object, "speak_list"));
	cr_assert(list, "%s", strerror(errno));
	pins = (struct pins){.speak = rig.garpd_speak, .speak_lock = open("/", O_RDONLY)};
}

TestSuite(bpf_speak_list, .init = setup, .timeout = 60);

static struct claim_key probed(__u8 last)
{
	char text[sizeof("192.0.2.255")];

	says_probe_for(last, &untagged);
	snprintf(text, sizeof(text), "192.0.2.%u", last);
	return rig_key(text, 0, 0);
}

static struct claim_key probed6(void)
{
	struct bytes frame = says_from(NODE_MAC, guest, &untagged), none = {0};

	put_nd(&frame, ND_SOLICITATION, 0, NOBODY6, NODE6, &none);
	rig_hear(PORT_A, &frame);
	return rig_key(ADDRESS6, 0, 0);
}

static void call(__u32 place, const struct claim_key *key)
{
	list[place] = (struct speak_call){.key = *key, .op = SPEAK_DUE};
}

static void expect(__u32 place, enum counter result)
{
	struct claim claim;

	cr_assert_eq(list[place].op, SPEAK_DONE);
	cr_assert_eq(list[place].result, result);
	if (!rig_claim(&list[place].key, &claim))
		cr_assert_eq(list[place].deadline_ns, claim.deadline_ns);
}

/* The next frame at the uplink, without its bytes behind the last one of that length. */
static void expect_arp(__u16 op, __u8 last)
{
	static const __u8 padding[18];
	char address[4] = {192, 0, 2, last};
	struct bytes frame = says_from(ones, guest, &untagged);

	put_arp(&frame, op, guest, address, op == ARP_REPLY ? guest : zeroes, address);
	put(&frame, padding, sizeof(padding));
	rig_expect(PORT_UPLINK, &frame, "ARP");
}

static void expect_advertisement(void)
{
	struct bytes frame = says_from(ALL_NODES_MAC, guest, &untagged), options = {0};

	put(&options, "\x02\x01", 2);
	put(&options, guest, MAC_LEN);
	put_nd(&frame, ND_ADVERTISEMENT, 0x20, TARGET6, ALL_NODES6, &options);
	rig_expect(PORT_UPLINK, &frame, "advertisement");
}

/* Each as a call of its own would be; IPv4 first, in the order of the list. */
Test(bpf_speak_list, both_families_in_any_order)
{
	struct claim_key keys[] = {probed(7), probed6(), probed(9)};
	int i;

	for (i = 0; i < 3; i++)
		rig_wait_until(rig_claim_now(&keys[i]).deadline_ns);
	for (i = 0; i < 3; i++)
		call(i, &keys[i]);
	cr_assert_eq(speak_run_list(&pins, list, 3), 0);
	for (i = 0; i < 3; i++)
		expect(i, COUNTER_window_ended);
	for (i = 7; i <= 9; i += 2) {
		expect_arp(ARP_REQUEST, i);
		expect_arp(ARP_REPLY, i);
	}
	expect_advertisement();
	rig_expect_silence(PORT_UPLINK);
}

Test(bpf_speak_list, each_is_answered_for_itself)
{
	struct claim_key due = probed(7), later, none = rig_key("192.0.2.9", 0, 0);

	rig_wait_until(rig_claim_now(&due).deadline_ns);
	settings.window_ns = 60 * NSEC_PER_SEC;
	rig_settings(&settings);
	later = probed(8);
	call(0, &later);
	call(1, &none);
	call(2, &due);
	cr_assert_eq(speak_run_list(&pins, list, 3), 0);
	expect(0, COUNTER_not_due);
	expect(1, COUNTER_no_claim);
	expect(2, COUNTER_window_ended);
	cr_assert_eq(list[1].deadline_ns, 0);
}

Test(bpf_speak_list, only_the_first_ones)
{
	struct claim_key keys[] = {probed(7), probed(8)};

	rig_wait_until(rig_claim_now(&keys[1]).deadline_ns);
	call(0, &keys[0]);
	call(1, &keys[1]);
	cr_assert_eq(speak_run_list(&pins, list, 1), 0);
	cr_assert_eq(list[1].op, SPEAK_DUE);
	cr_assert_eq(rig_claim_now(&keys[1]).state, CLAIM_PROBING);
}

Test(bpf_speak_list, a_whole_list)
{
	struct claim_key key = probed(7);
	__u32 i;

	for (i = 0; i < SPEAK_LIST_MAX; i++)
		call(i, &key);
	rig_wait_until(rig_claim_now(&key).deadline_ns);
	rig_counted();
	cr_assert_eq(speak_run_list(&pins, list, SPEAK_LIST_MAX), 0);
	expect(0, COUNTER_window_ended);
	for (i = 1; i < SPEAK_LIST_MAX; i++)
		expect(i, COUNTER_not_due);
	cr_assert_eq(rig_counted().announced, 1);
}

/* A single BPF_PROG_RUN of the list, of IPv4. Returns how many calls were made. */
static __u32 run_once(__u32 count)
{
	struct speak_frame frame = {.call = {.op = SPEAK_LISTED, .port = count}};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &frame, .data_size_in = sizeof(frame));
	__u32 done = 0;

	memcpy(frame.ethernet + SPEAK_CALL_OFFSET - 2, "\x08\x06", 2);
	cr_assert_eq(bpf_prog_test_run_opts(rig.garpd_speak, &run), 0);
	cr_assert_eq(run.retval, 0);
	for (__u32 i = 0; i < count; i++)
		done += list[i].op == SPEAK_DONE;
	return done;
}

/* What the kernel queues is limited: two frames for each port of a segment are too many soon. */
Test(bpf_speak_list, not_more_in_one_go_than_the_kernel_queues)
{
	struct claim_key key = probed(7);
	__u32 i;

	rig_segment(&(struct segment){.since_ns = 1, .ports = SPEAK_FRAMES_MAX / 8});
	for (i = 0; i < SPEAK_LIST_MAX; i++)
		call(i, &key);
	cr_assert_eq(run_once(SPEAK_LIST_MAX), 4);
	cr_assert_eq(run_once(SPEAK_LIST_MAX), 8);
	rig_segment(&(struct segment){.since_ns = 1, .ports = SPEAK_FRAMES_MAX});
	cr_assert_eq(run_once(SPEAK_LIST_MAX), 9);
	cr_assert_eq(speak_run_list(&pins, list, SPEAK_LIST_MAX), 0);
	cr_assert_eq(run_once(SPEAK_LIST_MAX), SPEAK_LIST_MAX);
}

/* The bridge floods ports that garpd could not be attached to, too. */
Test(bpf_speak_list, ports_that_are_missing_count)
{
	struct claim_key key = probed(7);
	__u32 i;

	rig_segment(&(struct segment){
		.since_ns = 1, .ports = SPEAK_FRAMES_MAX / 16, .missing = SPEAK_FRAMES_MAX / 16});
	for (i = 0; i < SPEAK_LIST_MAX; i++)
		call(i, &key);
	cr_assert_eq(run_once(SPEAK_LIST_MAX), 4);
}

/* Whose MAC is the broadcast address, is nudged at every port. */
Test(bpf_speak_list, nudges_count)
{
	struct claim_key key = probed(7);
	struct listener_key place = {.claim = key};
	struct listener listener = {.heard_ns = rig_now_ns()};

	addr_from_ipv4(&listener.addr, (const __u8 *)CLIENT);
	memcpy(listener.mac, ones, MAC_LEN);
	bpf_map_update_elem(rig.listeners, &place, &listener, BPF_ANY);
	rig_segment(&(struct segment){.since_ns = 1, .ports = SPEAK_FRAMES_MAX / 3});
	rig_wait_until(rig_claim_now(&key).deadline_ns);
	call(0, &key);
	call(1, &key);
	cr_assert_eq(run_once(2), 1);
	cr_assert_eq(rig_claim_now(&key).nudges, 1);
	cr_assert_eq(run_once(2), 2);
}

/* The last port of a segment has left, and one could not be attached. */
Test(bpf_speak_list, call_in_a_segment_without_ports_is_answered)
{
	struct claim_key key = probed(7);

	rig_segment(&(struct segment){.since_ns = 1});
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_not_due);
	cr_assert_eq(rig_speak_key(SPEAK_REFRESHED, &key).result, COUNTER_no_claim);
	call(0, &key);
	cr_assert_eq(speak_run_list(&pins, list, 1), 0);
}

/* No call of it is lost, or made twice, when the program did not run. */
Test(bpf_speak_list, without_the_program_none_is_done)
{
	struct claim_key key = probed(7);

	rig_wait_until(rig_claim_now(&key).deadline_ns);
	call(0, &key);
	pins.speak = -1;
	cr_assert_eq(speak_run_list(&pins, list, 1), -EBADF);
	cr_assert_eq(list[0].op, SPEAK_DUE);
	pins.speak = rig.garpd_speak;
	cr_assert_eq(speak_run_list(&pins, list, 1), 0);
	expect(0, COUNTER_window_ended);
	cr_assert_eq(speak_run_list(&pins, list, 1), 0);
	expect(0, COUNTER_window_ended); /* what is done is done */
	cr_assert_eq(rig_claim_now(&key).announcements, 1);
}
