// SPDX-License-Identifier: GPL-2.0-or-later
/* What the maps make of frames: VLANs, a full table, a full ring; and their BTF. */
#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "says.h"

TestSuite(bpf_vlan, .init = rig_setup, .timeout = 60);
TestSuite(bpf_events, .init = rig_setup, .timeout = 60);
TestSuite(bpf_full, .timeout = 60);
TestSuite(bpf_btf, .init = rig_setup, .timeout = 60);

/* ---- VLANs of the bridge ---- */

static void aware_port(__u16 pvid, const __u16 *vids, int count)
{
	struct port_vlans vlans = {};
	int i;

	for (i = 0; i < count; i++)
		vlans.member[vids[i] / 64] |= 1ull << vids[i] % 64;
	rig_port(PORT_A, &(struct port){
				 .segment = rig.bridge,
				 .role = ROLE_GUEST,
				 .forwarding = 1,
				 .vlan_proto = ETH_P_8021Q,
				 .pvid = pvid,
			 });
	cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &rig.ifindex[PORT_A], &vlans, BPF_ANY), 0);
}

static void claimed_in(const struct tags *tags, __u16 vlan, __u16 inner_vlan)
{
	struct claim_key key = rig_key("192.0.2.7", vlan, inner_vlan);
	struct claim claim;

	says_probe_for(7, tags);
	rig_counted_only(COUNTER_window_opened);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(memcmp(&claim.tags, tags, sizeof(*tags)), 0);
}

static void dropped(const struct tags *tags)
{
	says_probe_for(7, tags);
	rig_counted_only(COUNTER_vlan_not_member);
}

Test(bpf_vlan, untagged_frame_is_in_the_pvid)
{
	aware_port(10, (const __u16[]){10, 20}, 2);
	claimed_in(&untagged, 10, 0);
}

Test(bpf_vlan, priority_tag_is_in_the_pvid)
{
	aware_port(10, (const __u16[]){10, 20}, 2);
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 0xe000}, 10, 0);
}

Test(bpf_vlan, tag_of_a_vlan_that_the_port_is_in)
{
	aware_port(10, (const __u16[]){10, 20, 4094}, 3);
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 0x6014}, 20, 0);
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 4094}, 4094, 0);
}

Test(bpf_vlan, tag_of_a_vlan_that_the_port_is_not_in)
{
	aware_port(10, (const __u16[]){10, 20}, 2);
	dropped(&(struct tags){.proto = ETH_P_8021Q, .tci = 30});
	dropped(&(struct tags){.proto = ETH_P_8021Q, .tci = 10 + 64});
}

Test(bpf_vlan, untagged_frame_without_a_pvid)
{
	aware_port(0, (const __u16[]){20}, 1);
	dropped(&untagged);
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 20}, 20, 0);
}

/* Of Open vSwitch: VLAN 0 has frames without a tag, and an access port takes no tag in. */
Test(bpf_vlan, trunk_that_is_in_vlan_0)
{
	aware_port(0, (const __u16[]){0, 20}, 2);
	claimed_in(&untagged, 0, 0);
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 20}, 20, 0);
	dropped(&(struct tags){.proto = ETH_P_8021Q, .tci = 10});
}

Test(bpf_vlan, access_port_that_takes_no_tag_in)
{
	aware_port(10, NULL, 0);
	claimed_in(&untagged, 10, 0);
	dropped(&(struct tags){.proto = ETH_P_8021Q, .tci = 10});
}

Test(bpf_vlan, port_whose_vlans_nobody_knows)
{
	aware_port(10, (const __u16[]){10}, 1);
	bpf_map_delete_elem(rig.port_vlans, &rig.ifindex[PORT_A]);
	dropped(&untagged);
}

Test(bpf_vlan, inner_tag_is_another_claim)
{
	aware_port(10, (const __u16[]){10, 20}, 2);
	claimed_in(&(struct tags){ETH_P_8021Q, 20, ETH_P_8021Q, 5}, 20, 5);
	claimed_in(&(struct tags){ETH_P_8021Q, 20, ETH_P_8021Q, 6}, 20, 6);
}

/* To a bridge of 802.1Q an 802.1ad tag is payload: the frame is in the PVID. */
Test(bpf_vlan, tag_of_another_protocol_is_payload)
{
	aware_port(10, (const __u16[]){10, 20}, 2);
	claimed_in(&(struct tags){.proto = ETH_P_8021AD, .tci = 20}, 10, 20 | VLAN_AD);
	claimed_in(&(struct tags){ETH_P_8021Q, 10, ETH_P_8021Q, 20}, 10, 20);
}

/* And the reverse: its VLANs are VIDs of 802.1ad. */
Test(bpf_vlan, bridge_of_802_1ad_has_the_vlans_of_its_own_tags)
{
	struct port port = {
		.segment = rig.bridge,
		.role = ROLE_GUEST,
		.forwarding = 1,
		.vlan_proto = ETH_P_8021AD,
		.pvid = 10,
	};

	aware_port(10, (const __u16[]){10, 20}, 2); /* writes the members */
	rig_port(PORT_A, &port);
	claimed_in(&(struct tags){.proto = ETH_P_8021AD, .tci = 20}, 20, 0);
	claimed_in(&(struct tags){ETH_P_8021AD, 20, ETH_P_8021Q, 30}, 20, 30);
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 20}, 10, 20);
	dropped(&(struct tags){.proto = ETH_P_8021AD, .tci = 30});
}

Test(bpf_vlan, bridge_that_looks_at_no_tags_takes_them_all)
{
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 0x0ffe}, 0xffe, 0);
	claimed_in(&(struct tags){.proto = ETH_P_8021AD, .tci = 7}, 7 | VLAN_AD, 0);
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 7}, 7, 0);
	claimed_in(&(struct tags){ETH_P_8021AD, 7, ETH_P_8021Q, 8}, 7 | VLAN_AD, 8);
	claimed_in(&(struct tags){ETH_P_8021AD, 7, ETH_P_8021AD, 8}, 7 | VLAN_AD, 8 | VLAN_AD);
	claimed_in(&(struct tags){.proto = ETH_P_8021AD, .tci = 0}, 0, 0); /* a priority tag */
}

/* ---- events ---- */

Test(bpf_events, tell_what_changed)
{
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	const struct event *event = rig.event;
	__u64 before_ns = rig_now_ns();

	says_probe_for(7, &untagged);
	rig_events();
	cr_assert_eq(rig.events, 1);
	cr_assert_eq(event->reason, COUNTER_window_opened);
	cr_assert_eq(event->old_state, CLAIM_NONE);
	cr_assert_eq(event->state, CLAIM_PROBING);
	cr_assert_eq(event->port, rig.ifindex[PORT_A]);
	cr_assert_eq(event->window_probes, 1);
	cr_assert_eq(event->sent, 0);
	cr_assert_eq(event->announcements, 0);
	cr_assert_arr_eq(event->mac, guest, MAC_LEN);
	cr_assert_eq(memcmp(&event->key, &key, sizeof(key)), 0);
	cr_assert(event->time_ns >= before_ns && event->time_ns <= rig_now_ns());
	cr_assert_eq(event->deadline_ns, event->time_ns + 2300 * NSEC_PER_MSEC);
}

Test(bpf_events, tell_that_an_announcement_went_out)
{
	const __u8 *const owner[] = {guest};

	rig_declare("192.0.2.7", ANNOUNCE_IMMEDIATE, owner, 1);
	says_probe_for(7, &untagged);
	rig_events();
	cr_assert_eq(rig.events, 1);
	cr_assert_eq(rig.event[0].reason, COUNTER_immediate);
	cr_assert_eq(rig.event[0].sent, 1);
	cr_assert_eq(rig.event[0].announcements, 1);
}

Test(bpf_events, tell_who_contradicted)
{
	struct bytes answer;

	says_probe_for(7, &untagged);
	put_ethernet(&answer, guest, other);
	put_arp(&answer, ARP_REPLY, other, SERVICE, guest, NOBODY);
	rig_hear(PORT_B, &answer);
	rig_events();
	cr_assert_eq(rig.events, 2);
	cr_assert_eq(rig.event[1].reason, COUNTER_conflict_asserted);
	cr_assert_eq(rig.event[1].old_state, CLAIM_PROBING);
	cr_assert_eq(rig.event[1].state, CLAIM_CONFLICT);
	cr_assert_eq(rig.event[1].port, rig.ifindex[PORT_B]);
	cr_assert_arr_eq(rig.event[1].mac, other, MAC_LEN);
}

Test(bpf_events, frame_that_changes_nothing_is_none)
{
	says_probe_for(7, &untagged);
	says_probe_for(7, &untagged); /* within 50 ms, or a minute later if this machine sleeps:
				then it counts */
	rig_events();
	cr_assert_eq(rig.events, 1 + rig_counted().window_continued);
}

/* ---- no room ---- */

Test(bpf_full, claims_that_exist_go_on)
{
	struct settings settings = rig_defaults();
	struct limit none = {};
	int i;

	settings.duplicate_ns = 0;
	rig_setup_with(4, 0);
	rig_settings(&settings);
	for (i = 1; i <= 4; i++) {
		says_probe_for(i, &untagged);
		rig_counted_only(COUNTER_window_opened);
	}
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[PORT_A], &none, BPF_ANY), 0);
	says_probe_for(5, &untagged);
	rig_counted_only(COUNTER_probe_no_room);
	cr_assert_eq(bpf_map_lookup_elem(rig.port_limits, &rig.ifindex[PORT_A], &none), 0);
	cr_assert_eq(none.claims, 0); /* nothing was added, nothing is taken */
	cr_assert_eq(rig_state("192.0.2.5"), -ENOENT);
	says_probe_for(4, &untagged);
	rig_counted_only(COUNTER_window_continued);
	cr_assert_eq(rig_speak(SPEAK_DUE, "192.0.2.1").result, COUNTER_not_due);
}

Test(bpf_full, lost_events_are_counted_and_the_claims_are_right)
{
	unsigned int i, lost, wanted = 200;
	struct counters gained;
	char text[16];

	rig_setup_with(0, 4096);
	for (i = 1; i <= wanted; i++)
		says_probe_for(i, &untagged);
	gained = rig_counted();
	lost = gained.event_lost;
	cr_assert_eq(gained.window_opened, wanted);
	cr_assert_gt(lost, 0);
	rig_events();
	cr_assert_eq(rig.events + lost, wanted);
	for (i = 1; i <= wanted; i++) {
		snprintf(text, sizeof(text), "192.0.2.%u", i);
		cr_assert_eq(rig_state(text), CLAIM_PROBING, "%s", text);
	}
	says_probe_for(201, &untagged);
	rig_events();
	cr_assert_eq(rig.events + lost, wanted + 1);
}

/* ---- what `bpftool map dump` prints with ---- */

static const struct btf_type *value_type(int map, struct btf **btf)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	cr_assert_eq(bpf_obj_get_info_by_fd(map, &info, &len), 0);
	*btf = btf__load_from_kernel_by_id(info.btf_id);
	cr_assert(*btf, "the map has no BTF");
	return btf__type_by_id(*btf, info.btf_value_type_id);
}

static int has_field(const struct btf *btf, const struct btf_type *type, const char *name)
{
	const struct btf_member *member = btf_members(type);
	int i;

	for (i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, member[i].name_off), name))
			return 1;
	return 0;
}

static void named(int map, const char *of, const char *const *fields, int count)
{
	struct btf *btf;
	const struct btf_type *type = value_type(map, &btf);
	int i;

	cr_assert(btf_is_struct(type));
	cr_assert_str_eq(btf__name_by_offset(btf, type->name_off), of);
	for (i = 0; i < count; i++)
		cr_assert(has_field(btf, type, fields[i]), "%s has no %s", of, fields[i]);
	btf__free(btf);
}

#define NAMED(map, of, ...)                                \
	named(map, of, (const char *const[]){__VA_ARGS__}, \
	      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define FIELD_NAME(name, what) #name,

Test(bpf_btf, maps_have_named_fields)
{
	NAMED(rig.claims, "claim", "lock", "state", "mac", "port", "probes", "announcements",
	      "self_announced", "conflicts", "moves", "deadline_ns", "last_announcement_ns");
	NAMED(rig.ports, "port", "segment", "role", "mode", "forwarding", "pvid");
	NAMED(rig.settings, "settings", "abi", "form", "window_ns");
	NAMED(rig.addresses, "address", "announce", "owner_count", "owners");
	NAMED(rig.counters, "counters", COUNTERS(FIELD_NAME));
	NAMED(rig.histograms, "histogram", "bucket", "sum_ns");
}

/* The tool itself, where it is installed. */
Test(bpf_btf, bpftool_prints_them)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char command[80], text[8192];
	FILE *dump;

	says_probe_for(7, &untagged);
	cr_assert_eq(bpf_obj_get_info_by_fd(rig.claims, &info, &len), 0);
	snprintf(command, sizeof(command), "bpftool map dump id %u 2>&1", info.id);
	dump = popen(command, "r");
	cr_assert(dump);
	text[fread(text, 1, sizeof(text) - 1, dump)] = 0;
	cr_assert_eq(pclose(dump), 0, "bpftool: %s", text);
	cr_assert(strstr(text, "\"state\": 1"), "%s", text);
	cr_assert(strstr(text, "\"window_probes\": 1"), "%s", text);
}
