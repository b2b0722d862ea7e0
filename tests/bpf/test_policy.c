// SPDX-License-Identifier: GPL-2.0-or-later
/* What the configuration, the host and the guest's port make of a probe. */
#include <criterion/criterion.h>

#include "says.h"

TestSuite(bpf_policy, .init = rig_setup, .timeout = 60);

static void denied(enum counter why)
{
	rig_counted();
	says_probe_for(7, &untagged);
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
	says_probe_for(7, &untagged);
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
	says_probe_for(6, &untagged);
	rig_counted_only(COUNTER_window_opened);
	says_probe_for(8, &untagged);
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
	says_probe_for(6, &untagged);
	rig_counted_only(COUNTER_window_opened); /* the host has no address there */
	subnet(0, 4, other_net, ADDR_V4_BITS + 24, SUBNET_LOCAL);
	subnet(0, 4, other_net, 0, SUBNET_FOREIGN);
	denied(COUNTER_denied_foreign);
	subnet(0, 4, net, ADDR_V4_BITS + 24, SUBNET_LOCAL);
	says_probe_for(8, &untagged);
	rig_counted_only(COUNTER_window_opened);
}

Test(bpf_policy, foreign_address_where_that_is_allowed_or_declared)
{
	guard_port(GUARD_FOREIGN, 0);
	subnet(0, 4, other_net, 0, SUBNET_FOREIGN);
	rig_declare("192.0.2.7", ANNOUNCE_AFTER_PROBE, NULL, 0);
	says_probe_for(7, &untagged);
	rig_counted_only(COUNTER_window_opened);
	guard_port(0, 0);
	says_probe_for(8, &untagged);
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
	says_probe_for(7, &untagged);
	rig_counted_only(COUNTER_window_opened);
	subnet(10, 4, other_net, 0, SUBNET_FOREIGN);
	says_probe_for(8, &untagged);
	rig_counted_only(COUNTER_window_opened);
	says_probe_for(8, &vlan);
	rig_counted_only(COUNTER_denied_foreign);
	says_probe_for(8, &inner);
	rig_counted_only(COUNTER_window_opened);
}

Test(bpf_policy, only_what_is_declared)
{
	guard_port(GUARD_ONLY_DECLARED, 0);
	denied(COUNTER_denied_undeclared);
	rig_declare("192.0.2.8", ANNOUNCE_AFTER_PROBE, NULL, 0);
	says_probe_for(8, &untagged);
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
	says_probe_for(6, &untagged);
	rig_counted_only(COUNTER_window_opened);
	says_probe_for(8, &untagged);
	rig_counted_only(COUNTER_denied_port_address);
	guard_port(GUARD_ADDRESSES, 6); /* another rule, which has nothing */
	denied(COUNTER_denied_port_address);
	guard_port(GUARD_MACS, 5);
	says_probe_for(9, &untagged);
	rig_counted_only(COUNTER_window_opened);
	guard_port(GUARD_MACS, 6);
	says_probe_for(10, &untagged);
	rig_counted_only(COUNTER_denied_port_mac);
}

/* Another guest that may not have the address objects to its move. */
Test(bpf_policy, objection_of_a_guest_that_its_rule_forbids_the_address)
{
	const struct port port = {.segment = rig.bridge,
				  .role = ROLE_GUEST,
				  .forwarding = 1,
				  .guards = GUARD_ADDRESSES,
				  .rule = 6};
	struct bytes objection = says_from(ones, other, &untagged);

	put_arp(&objection, ARP_REQUEST, other, SERVICE, zeroes, SERVICE);
	rig_port(PORT_B, &port);
	says_probe_for(7, &untagged);
	rig_counted_only(COUNTER_window_opened);
	rig_hear(PORT_B, &objection);
	rig_counted_only(COUNTER_other_ruled_out);
	cr_assert_eq(rig_state("192.0.2.7"), CLAIM_PROBING);
}

/* What comes to be forbidden while a window is open is not announced at its end. */
Test(bpf_policy, window_whose_port_is_restricted)
{
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	struct settings settings = rig_defaults();

	settings.min_probes = 1;
	settings.window_ns = settings.grace_ns = 10 * NSEC_PER_MSEC;
	rig_settings(&settings);
	says_probe_for(7, &untagged);
	guard_port(GUARD_ONLY_DECLARED, 0);
	cr_assert_eq(rig_due(&key).result, COUNTER_denied_undeclared);
	rig_expect_silence(PORT_B);
}
