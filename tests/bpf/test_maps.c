// SPDX-License-Identifier: GPL-2.0-or-later
/* What the maps make of frames: policy, VLANs, a full table, a full ring; and their BTF. */
#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "says.h"

TestSuite(bpf_policy, .init = rig_setup, .timeout = 60);
TestSuite(bpf_vlan, .init = rig_setup, .timeout = 60);
TestSuite(bpf_events, .init = rig_setup, .timeout = 60);
TestSuite(bpf_full, .timeout = 60);
TestSuite(bpf_btf, .init = rig_setup, .timeout = 60);

/* The guest probes for 192.0.2.last on port A. */
static void probe(__u8 last, const struct tags *tags)
{
	char tpa[4] = {192, 0, 2, last};
	struct bytes frame = says_from(ones, guest, tags);

	put_arp(&frame, ARP_REQUEST, guest, NOBODY, zeroes, tpa);
	rig_hear(PORT_A, &frame);
}

/* ---- policy ---- */

static void denied(enum counter why)
{
	rig_counted();
	probe(7, &untagged);
	rig_counted_only(why);
	cr_assert_eq(rig_state("192.0.2.7"), CLAIM_DENIED);
	rig_expect_silence(PORT_B);
}

Test(bpf_policy, address_of_the_host)
{
	const __u8 *const owner[] = {guest};

	rig_host("192.0.2.7", HOST_OWN);
	rig_declare("192.0.2.7", ANNOUNCE_IMMEDIATE, owner, 1);
	denied(COUNTER_denied_host);
}

Test(bpf_policy, next_hop_that_is_not_declared)
{
	rig_host("192.0.2.7", HOST_NEXT_HOP);
	denied(COUNTER_denied_next_hop);
}

Test(bpf_policy, next_hop_that_is_declared_with_its_owner)
{
	const __u8 *const owner[] = {guest};

	rig_host("192.0.2.7", HOST_NEXT_HOP);
	rig_declare("192.0.2.7", ANNOUNCE_AFTER_PROBE, owner, 1);
	probe(7, &untagged);
	rig_counted_only(COUNTER_window_opened);
}

Test(bpf_policy, never)
{
	rig_declare("192.0.2.7", ANNOUNCE_NEVER, NULL, 0);
	denied(COUNTER_denied_never);
}

Test(bpf_policy, mac_that_is_not_on_the_list)
{
	const __u8 *const owner[] = {other};

	rig_declare("192.0.2.7", ANNOUNCE_IMMEDIATE, owner, 1);
	denied(COUNTER_denied_owner);
}

static void declare_prefix(__u32 bits, enum announce_mode mode)
{
	struct prefix prefix = {.len = ADDR_V4_BITS + bits};
	struct address address = {.announce = mode};

	addr_from_ipv4(&prefix.addr, (const __u8 *)"\xc0\x00\x02\x00");
	cr_assert_eq(bpf_map_update_elem(rig.addresses, &prefix, &address, BPF_ANY), 0);
}

Test(bpf_policy, longest_prefix_decides)
{
	declare_prefix(24, ANNOUNCE_NEVER);
	denied(COUNTER_denied_never);
	declare_prefix(29, ANNOUNCE_AFTER_PROBE);
	probe(6, &untagged);
	rig_counted_only(COUNTER_window_opened);
	probe(8, &untagged);
	rig_counted_only(COUNTER_denied_never);
}

/* ---- what a port and its segment add ---- */

static void guard_port(__u8 guards, __u32 rule)
{
	rig_port(PORT_A, &(struct port){
				 .segment = rig.bridge,
				 .role = ROLE_GUEST,
				 .forwarding = 1,
				 .guards = guards,
				 .rule = rule,
			 });
}

/* The host's subnet of the segment; bits 0: all of the family. */
static void subnet(__u16 vlan, __u16 family, const void *bytes, __u32 bits, __u32 what)
{
	struct subnet key = {
		.len = SUBNET_FAMILY_BITS + bits,
		.segment = rig.bridge,
		.vlan = vlan,
		.family = family,
	};

	memcpy(key.addr.bytes, bytes, bits / 8);
	cr_assert_eq(bpf_map_update_elem(rig.subnets, &key, &what, BPF_ANY), 0);
}

static const __u8 net[16] = {[10] = 0xff, 0xff, 192, 0, 2};
static const __u8 other_net[16] = {[10] = 0xff, 0xff, 198, 51, 100};

Test(bpf_policy, foreign_address)
{
	guard_port(GUARD_FOREIGN, 0);
	probe(6, &untagged);
	rig_counted_only(COUNTER_window_opened); /* the host has no address there */
	subnet(0, 4, other_net, ADDR_V4_BITS + 24, SUBNET_LOCAL);
	subnet(0, 4, other_net, 0, SUBNET_FOREIGN);
	denied(COUNTER_denied_foreign);
	subnet(0, 4, net, ADDR_V4_BITS + 24, SUBNET_LOCAL);
	probe(8, &untagged);
	rig_counted_only(COUNTER_window_opened);
}

Test(bpf_policy, foreign_address_where_that_is_allowed_or_declared)
{
	guard_port(GUARD_FOREIGN, 0);
	subnet(0, 4, other_net, 0, SUBNET_FOREIGN);
	rig_declare("192.0.2.7", ANNOUNCE_AFTER_PROBE, NULL, 0);
	probe(7, &untagged);
	rig_counted_only(COUNTER_window_opened);
	guard_port(0, 0);
	probe(8, &untagged);
	rig_counted_only(COUNTER_window_opened);
}

/* Of another family, of another VLAN, behind a second tag: not the same link. */
Test(bpf_policy, foreign_elsewhere)
{
	static const struct tags vlan = {.proto = ETH_P_8021Q, .tci = 10};
	static const struct tags inner = {
		.proto = ETH_P_8021Q, .tci = 10, .inner_proto = ETH_P_8021Q, .inner_tci = 20};

	guard_port(GUARD_FOREIGN, 0);
	subnet(0, 6, other_net, 0, SUBNET_FOREIGN);
	probe(7, &untagged);
	rig_counted_only(COUNTER_window_opened);
	subnet(10, 4, other_net, 0, SUBNET_FOREIGN);
	probe(8, &untagged);
	rig_counted_only(COUNTER_window_opened);
	probe(8, &vlan);
	rig_counted_only(COUNTER_denied_foreign);
	probe(8, &inner);
	rig_counted_only(COUNTER_window_opened);
}

Test(bpf_policy, only_what_is_declared)
{
	guard_port(GUARD_ONLY_DECLARED, 0);
	denied(COUNTER_denied_undeclared);
	rig_declare("192.0.2.8", ANNOUNCE_AFTER_PROBE, NULL, 0);
	probe(8, &untagged);
	rig_counted_only(COUNTER_window_opened);
}

Test(bpf_policy, only_what_the_port_s_rule_has)
{
	struct rule_address address = {.len = RULE_BITS + ADDR_V4_BITS + 29, .rule = 5};
	struct rule_mac mac = {.rule = 5};
	__u32 allowed = 1;

	memcpy(address.addr.bytes, net, sizeof(net)); /* 192.0.2.0/29 */
	memcpy(mac.mac, guest, MAC_LEN);
	cr_assert_eq(bpf_map_update_elem(rig.rule_addresses, &address, &allowed, BPF_ANY), 0);
	cr_assert_eq(bpf_map_update_elem(rig.rule_macs, &mac, &allowed, BPF_ANY), 0);
	guard_port(GUARD_ADDRESSES, 5);
	probe(6, &untagged);
	rig_counted_only(COUNTER_window_opened);
	probe(8, &untagged);
	rig_counted_only(COUNTER_denied_port_address);
	guard_port(GUARD_ADDRESSES, 6); /* another rule, which has nothing */
	denied(COUNTER_denied_port_address);
	guard_port(GUARD_MACS, 5);
	probe(9, &untagged);
	rig_counted_only(COUNTER_window_opened);
	guard_port(GUARD_MACS, 6);
	probe(10, &untagged);
	rig_counted_only(COUNTER_denied_port_mac);
}

/* What comes to be forbidden while a window is open is not announced at its end. */
Test(bpf_policy, window_whose_port_is_restricted)
{
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	struct settings settings = SETTINGS_DEFAULTS;

	settings.min_probes = 1;
	settings.window_ns = settings.grace_ns = 10 * NSEC_PER_MSEC;
	rig_settings(&settings);
	probe(7, &untagged);
	guard_port(GUARD_ONLY_DECLARED, 0);
	cr_assert_eq(rig_due(&key).result, COUNTER_denied_undeclared);
	rig_expect_silence(PORT_B);
}

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

	probe(7, tags);
	rig_counted_only(COUNTER_window_opened);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(memcmp(&claim.tags, tags, sizeof(*tags)), 0);
}

static void dropped(const struct tags *tags)
{
	probe(7, tags);
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
	claimed_in(&(struct tags){.proto = ETH_P_8021AD, .tci = 20}, 10, 20);
}

Test(bpf_vlan, bridge_that_looks_at_no_tags_takes_them_all)
{
	claimed_in(&(struct tags){.proto = ETH_P_8021Q, .tci = 0x0ffe}, 0xffe, 0);
	claimed_in(&(struct tags){.proto = ETH_P_8021AD, .tci = 7}, 7, 0);
	claimed_in(&(struct tags){ETH_P_8021AD, 7, ETH_P_8021Q, 8}, 7, 8);
}

/* ---- events ---- */

Test(bpf_events, tell_what_changed)
{
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	const struct event *event = rig.event;
	__u64 before_ns = rig_now_ns();

	probe(7, &untagged);
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
	probe(7, &untagged);
	rig_events();
	cr_assert_eq(rig.events, 1);
	cr_assert_eq(rig.event[0].reason, COUNTER_immediate);
	cr_assert_eq(rig.event[0].sent, 1);
	cr_assert_eq(rig.event[0].announcements, 1);
}

Test(bpf_events, tell_who_contradicted)
{
	struct bytes answer;

	probe(7, &untagged);
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
	probe(7, &untagged);
	probe(7, &untagged); /* within 50 ms, or a minute later if this machine sleeps: then it
				counts */
	rig_events();
	cr_assert_eq(rig.events, 1 + rig_counted().window_continued);
}

/* ---- no room ---- */

Test(bpf_full, claims_that_exist_go_on)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct limit none = {};
	int i;

	settings.duplicate_ns = 0;
	rig_setup_with(4, 0);
	rig_settings(&settings);
	for (i = 1; i <= 4; i++) {
		probe(i, &untagged);
		rig_counted_only(COUNTER_window_opened);
	}
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[PORT_A], &none, BPF_ANY), 0);
	probe(5, &untagged);
	rig_counted_only(COUNTER_probe_no_room);
	cr_assert_eq(bpf_map_lookup_elem(rig.port_limits, &rig.ifindex[PORT_A], &none), 0);
	cr_assert_eq(none.claims, 0); /* nothing was added, nothing is taken */
	cr_assert_eq(rig_state("192.0.2.5"), CLAIM_NONE);
	probe(4, &untagged);
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
		probe(i, &untagged);
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
	probe(201, &untagged);
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
}

/* The tool itself, where it is installed. */
Test(bpf_btf, bpftool_prints_them)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char command[80], text[8192];
	FILE *dump;

	probe(7, &untagged);
	cr_assert_eq(bpf_obj_get_info_by_fd(rig.claims, &info, &len), 0);
	snprintf(command, sizeof(command), "bpftool map dump id %u 2>&1", info.id);
	dump = popen(command, "r");
	cr_assert(dump);
	text[fread(text, 1, sizeof(text) - 1, dump)] = 0;
	cr_assert_eq(pclose(dump), 0, "bpftool: %s", text);
	cr_assert(strstr(text, "\"state\": 1"), "%s", text);
	cr_assert(strstr(text, "\"window_probes\": 1"), "%s", text);
}
