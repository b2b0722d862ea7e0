# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The host's own neighbour table: the guest's answer refreshes it, through the host's own filters. Where
# they keep the guest's frames from it, it does not follow, and garpd says so.

# assert_refreshed MACHINE IFACE ADDRESS: right after the first announcement, and after the second.
assert_refreshed() {
	lab_wait 12 counter_is host_refreshed 2 ||
		t_fail "refreshed: $(lab_counter host_refreshed), not 2"
	assert_equals "entry of $1 for $3" "$MAC_NEW" "$(lab_mac_in "$1" "$2" "$3")"
	assert_equals "did not follow" 0 "$(lab_counter host_not_refreshed)"
	assert_claim "$3" host_refreshed 2
}

# assert_left_at_old ADDRESS: it did not follow, which is logged once, and explained.
assert_left_at_old() {
	lab_wait 12 counter_is host_not_refreshed 2 ||
		t_fail "not refreshed: $(lab_counter host_not_refreshed), not 2"
	assert_host_mac "$1" "$MAC_OLD"
	assert_equals "refreshed" 0 "$(lab_counter host_refreshed)"
	assert_equals "warnings" 1 \
		"$(grep -c "br0: $1: .* still has $MAC_OLD, announced was $MAC_NEW; why: garpd explain $1" \
			"$GARPD_LOG")"
}

# This host ignores gratuitous ARP, of every form.
case_host_table_by_the_answer() {
	lab_set hv ipv4/conf/br0/drop_gratuitous_arp=1
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_refreshed hv br0 "$SERVICE"
}

case_host_table_ipv6() {
	lab_ipv6
	lab_set hv ipv6/conf/br0/drop_unsolicited_na=1
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_refreshed hv br0 "$SERVICE6"
}

case_host_table_of_a_router_port() {
	lab_set router ipv4/conf/lan0/drop_gratuitous_arp=1
	lab_start_garpd_at router --router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_refreshed router lan0 "$SERVICE"
}

# Without an entry none is made.
case_host_table_makes_no_entry() {
	in_hv ip neigh del "$SERVICE" dev br0
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 8 '2 of 2' || t_fail "not announced"
	protocol_time 0.3
	assert_equals "entry" none "$(lab_host_mac_of "$SERVICE")"
	assert_equals "refreshed" 0 "$(lab_counter host_refreshed)"
}

# The bridge's input filter keeps the guest's ARP from the host: its table does not move.
case_host_table_behind_an_input_filter() {
	drop_in_bridge input iifname v-new ether type arp
	lab_capture lan router lan0
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 12 "kind=announce-.* src=$MAC_NEW"
	assert_left_at_old "$SERVICE"
	assert_explained "$SERVICE" "this host still has $SERVICE at $MAC_OLD on br0"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# A guest that the host's filter holds to its own address forges a listener's answer: no way past it.
case_host_table_forged_confirmation() {
	drop_in_bridge prerouting iifname v-new ether type arp arp saddr ip "$SERVICE"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 12 claim_is "$SERVICE" state announcing || t_fail "$(lab_claims)"
	lab_spawn "$LAB_DIR/hostile" in_ns_exec other "$LAB_BIN/hostile" eth0 20 2 followers \
		"$MAC_OTHER" "$SERVICE" "$MAC_NEW"
	lab_wait 5 is_confirmed || t_fail "the forged answer does not look like one"
	assert_left_at_old "$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_frames_count 0 lan "spa=$SERVICE" 'kind=announce-.*'
}

is_confirmed() {
	(($(lab_counter confirmed) >= 1))
}

# The administrator's entry is not changed, and logged once, with the remedy.
case_host_table_leaves_permanent() {
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud permanent
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 counter_is host_permanent 2 || t_fail "host_permanent is not 2"
	assert_host_mac "$SERVICE" "$MAC_OLD"
	assert_equals "warnings" 1 \
		"$(grep -c "permanent.*$MAC_OLD.*$MAC_NEW.*ip neigh del $SERVICE dev br0" "$GARPD_LOG")"
}

# EVPN's, although garpd sees no fabric: not changed, and counted separately.
case_host_table_leaves_extern_learn() {
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud noarp extern_learn
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 counter_is host_extern_learned 2 || t_fail "host_extern_learned is not 2"
	assert_host_mac "$SERVICE" "$MAC_OLD"
}
