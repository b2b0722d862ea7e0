# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How bridges and receivers treat an advertisement: docs/receivers.md.

ipv6_announced_once() {
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 8 "kind=announce-na src=$MAC_NEW"
}

# enable_snooping: the bridge is its own MLD querier, and relies on the reports 0.1 s later.
enable_snooping() {
	in_hv ip link set br0 type bridge mcast_query_response_interval 10 2>/dev/null || return 1
	in_hv ip link set br0 type bridge mcast_snooping 1
	in_hv ip link set br0 type bridge mcast_querier 1
	protocol_time 0.5
}

# A bridge with MLD snooping keeps the solicitation from the router, which has not joined its group;
# ff02::1 is always flooded (RFC 4541 3).
case_ipv6_mld_snooping() {
	ipv6_start
	enable_snooping || t_skip "this kernel's bridges do not snoop"
	ipv6_announced_once
	assert_frames_count 0 lan kind=probe
	assert_announced6 1
	assert_all_follow6
}

# neigh_suppress on the uplink (EVPN, Proxmox SDN): the advertisement does not reach the router, but all
# others.
case_ipv6_neigh_suppress() {
	ipv6_start
	in_hv bridge link set dev up0 neigh_suppress on || t_skip "this kernel has no neigh_suppress"
	lab_capture side other eth0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames side 2 8 "kind=announce-na src=$MAC_NEW"
	protocol_time 0.2
	assert_frames_count 0 lan
	assert_router_mac "$SERVICE6" "$MAC_OLD"
	assert_host_mac "$SERVICE6" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
}

# On the guest's own port it has no effect: only on ports where frames leave.
case_ipv6_neigh_suppress_on_the_guests_port() {
	ipv6_start
	in_hv bridge link set dev v-new neigh_suppress on || t_skip "this kernel has no neigh_suppress"
	ipv6_announced_once
	assert_all_follow6
}

# A host need not make an entry for an address that it has not resolved (RFC 4861 7.2.5).
case_ipv6_absent_entry_stays_absent() {
	ipv6_start
	in_ns router ip neigh del "$SERVICE6" dev lan0
	ipv6_announced_once
	protocol_time 0.2
	assert_router_mac "$SERVICE6" none
	assert_host_mac "$SERVICE6" "$MAC_NEW"
}

# Nor does Linux change an entry that has FAILED: only a solicitation does.
case_ipv6_failed_entry_stays_failed() {
	ipv6_start
	in_ns router ip neigh replace "$SERVICE6" dev lan0 nud failed
	ipv6_announced_once
	protocol_time 0.2
	assert_equals "router's entry" FAILED "$(in_ns router ip -j neigh show "$SERVICE6" \
		dev lan0 nud all | jq -r '.[0].state[0]')"
}

# A router may make one (RFC 9131), if so configured.
case_ipv6_accept_untracked_na() {
	t_need_setting router ipv6/conf/lan0/accept_untracked_na
	ipv6_start
	lab_set router ipv6/conf/lan0/accept_untracked_na=1
	in_ns router ip neigh del "$SERVICE6" dev lan0
	ipv6_announced_once
	lab_wait 2 router_has_new || t_fail "the router has not made an entry"
}

router_has_new() {
	[[ $(lab_router_mac_of "$SERVICE6") == "$MAC_NEW" ]]
}

case_ipv6_drop_unsolicited_na() {
	t_need_setting router ipv6/conf/lan0/drop_unsolicited_na
	ipv6_start
	lab_set router ipv6/conf/lan0/drop_unsolicited_na=1
	ipv6_announced_once
	protocol_time 0.2
	assert_router_mac "$SERVICE6" "$MAC_OLD"
	assert_host_mac "$SERVICE6" "$MAC_NEW"
}

case_ipv6_host_entry_is_looked_at() {
	ipv6_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-'
	lab_wait 5 claim_is "$SERVICE6" host_refreshed 2 || t_fail "refreshed: $(claim_field "$SERVICE6" host_refreshed), not 2"
}

# The administrator's entry is not changed, and counted.
case_ipv6_host_entry_permanent_is_left() {
	ipv6_start
	in_hv ip neigh replace "$SERVICE6" lladdr "$MAC_OLD" dev br0 nud permanent
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-'
	lab_wait 5 counter_is host_permanent 2 || t_fail "host_permanent is $(lab_counter host_permanent)"
	assert_host_mac "$SERVICE6" "$MAC_OLD"
}
