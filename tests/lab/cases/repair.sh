# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The host's own entry follows the guest's answer, also where the host ignores announcements. What the
# administrator or EVPN has written is left.

# assert_host_follows MACHINE IFACE ADDRESS
assert_host_follows() {
	lab_wait 8 counter_is host_refreshed 2 || t_fail "host_refreshed: $(lab_counter host_refreshed)"
	assert_equals "entry of $1 for $3" "$MAC_NEW" "$(lab_mac_in "$1" "$2" "$3")"
	[[ $(in_ns "$1" ip neigh show "$3" dev "$2") == *REACHABLE* ]] ||
		t_fail "not confirmed: $(in_ns "$1" ip neigh show "$3" dev "$2")"
	assert_claim "$3" host_refreshed 2
	assert_equals "written by garpd" 0 "$(lab_counter host_repaired)"
}

case_repair_on_the_bridge() {
	lab_set hv ipv4/conf/br0/drop_gratuitous_arp=1
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_host_follows hv br0 "$SERVICE"
}

case_repair_ipv6() {
	lab_ipv6
	lab_set hv ipv6/conf/br0/drop_unsolicited_na=1
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_host_follows hv br0 "$SERVICE6"
}

case_repair_on_a_router_port() {
	lab_set router ipv4/conf/lan0/drop_gratuitous_arp=1
	lab_start_garpd_at router --router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_host_follows router lan0 "$SERVICE"
}

# Without an entry there is nothing to repair, and none is made.
case_repair_makes_no_entry() {
	lab_set hv ipv4/conf/br0/drop_gratuitous_arp=1
	in_hv ip neigh del "$SERVICE" dev br0
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 8 '2 of 2' || t_fail "not announced"
	protocol_time 0.3
	assert_equals "entry" none "$(lab_host_mac_of "$SERVICE")"
	assert_equals "repaired" 0 "$(lab_counter host_repaired)"
	assert_equals "failed" 0 "$(lab_counter host_repair_failed)"
}

# The administrator's entry is not changed, and logged once, with the remedy.
case_repair_leaves_permanent() {
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud permanent
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 counter_is host_permanent 2 || t_fail "host_permanent is not 2"
	assert_host_mac "$SERVICE" "$MAC_OLD"
	assert_equals "warnings" 1 \
		"$(grep -c "permanent.*$MAC_OLD.*$MAC_NEW.*ip neigh del $SERVICE dev br0" "$GARPD_LOG")"
	assert_equals "repaired" 0 "$(lab_counter host_repaired)"
}

# EVPN's, although garpd sees no fabric: not changed, and counted separately.
case_repair_leaves_extern_learn() {
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud noarp extern_learn
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 counter_is host_extern_learned 2 || t_fail "host_extern_learned is not 2"
	assert_host_mac "$SERVICE" "$MAC_OLD"
	assert_equals "repaired" 0 "$(lab_counter host_repaired)"
}
