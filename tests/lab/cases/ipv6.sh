# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job in IPv6: one Neighbor Solicitation, and garpd sends the missing advertisement.

case_ipv6_probe_only_announced() {
	ipv6_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-'
	protocol_time 2.5 # a third one would come two seconds later
	assert_announced6 2
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
	assert_frame_after_ms 1100 lan 1 kind=announce-na 2 kind=announce-na
	assert_all_follow6
	assert_claim "$SERVICE6" state owned
	assert_claim "$SERVICE6" port v-new
	assert_claim "$SERVICE6" mac "$MAC_NEW"
	assert_claim "$SERVICE6" probes 1
	assert_claim "$SERVICE6" announcements 2
	assert_claim "$SERVICE6" self_announced 0
}

# The solicitations of other kernels: with a nonce they are as long as the advertisement.
case_ipv6_nonce() {
	ipv6_start
	lab_winguest new -N 0102030405aa -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-'
	assert_frames_count 1 lan kind=probe nonce=0102030405aa
	assert_announced6 2
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
	assert_all_follow6
}

case_ipv6_self_announcing_left_alone() {
	ipv6_start
	lab_capture guest new eth0 -Q out
	lab_winguest new -a -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 8 'kind=announce-na'
	protocol_time 3
	assert_frames_count 1 guest 'kind=announce-.*'
	assert_none_added lan guest
	assert_all_follow6
	assert_claim "$SERVICE6" state owned
	assert_claim "$SERVICE6" self_announced 1
	assert_claim "$SERVICE6" announcements 0
}

# It uses the address before its DAD is over (RFC 4429), without announcing it.
case_ipv6_use_inside_window() {
	ipv6_start
	lab_winguest new -u 300 -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-'
	# It solicits the router, which becomes a listener and is nudged later.
	assert_frames_count 1 lan kind=ns dst=33:33:ff:00:00:fe "src6=$SERVICE6" "slla=$MAC_NEW"
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
	assert_announced6 2
	assert_all_follow6
}

case_ipv6_three_solicitations() {
	ipv6_start
	lab_winguest new -n 3 -N 0102030405aa -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-'
	assert_frames_count 3 lan kind=probe
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-na
	assert_claim "$SERVICE6" probes 3
}

case_ipv6_same_mac_other_port() {
	lab_ipv6
	# Its kernel must not use the MAC meanwhile (MLD): the guest here is winguest.
	lab_set new ipv6/conf/all/disable_ipv6=1
	lab_stale "$SERVICE6" "$MAC_NEW"
	lab_winguest other -n 0 -u 0 -q eth0 "$MAC_NEW" "$SERVICE6"
	wait "$LAB_LAST"
	assert_fdb_port "$MAC_NEW" v-other
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 5000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 8 'kind=announce-'
	assert_fdb_port "$MAC_NEW" v-new
}

case_ipv6_several_addresses_at_once() {
	local address
	ipv6_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 2001:db8:10::11 2001:db8:10::12 2001:db8:10::13
	assert_await_frames lan 6 8 'kind=announce-'
	protocol_time 2.5
	assert_frames_count 6 lan 'kind=announce-.*'
	for address in 2001:db8:10::11 2001:db8:10::12 2001:db8:10::13; do
		assert_frames_count 2 lan 'kind=announce-.*' "target=$address" csum=ok
	done
}

case_ipv6_beside_ipv4() {
	ipv6_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 6 10 'kind=announce-'
	assert_frames_count 2 lan kind=announce-na csum=ok "target=$SERVICE6"
	assert_frames_count 2 lan kind=announce-request "spa=$SERVICE"
	assert_frames_count 2 lan kind=announce-reply "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_router_mac "$SERVICE6" "$MAC_NEW"
}

# ---- tags and taps ------------------------------------------------------------------------------

# assert_announced6_with_tags VLANS GUEST_TAGS...: the same tags and priorities come back on the wire.
assert_announced6_with_tags() {
	ipv6_start
	lab_winguest new "${@:2}" -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 "kind=announce-"
	assert_frames_count 1 lan kind=probe "vlan=$1"
	assert_announced6 2 "$SERVICE6" "$MAC_NEW" "$1"
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
}

case_ipv6_tagged() {
	assert_announced6_with_tags 100:5 -v 100:5
	assert_claim "$SERVICE6" vlan 100
}

case_ipv6_tagged_twice() {
	assert_announced6_with_tags ad:100:5,200:3 -v 0x88a8:100:5 -v 200:3
}

# The same address in another VLAN is another claim: its owner there is not a conflict here.
case_ipv6_tagged_is_another_segment() {
	lab_ipv6
	lab_own6 other eth0 "$SERVICE6/64"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest other -n 0 -u 0 -q eth0 "$MAC_OTHER" "$SERVICE6"
	lab_winguest new -v 100 -k 5000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 8 "kind=announce-na src=$MAC_NEW .* vlan=100:0"
	# the owner outside the VLAN has sent to the router, which keeps its entry
	assert_router_mac "$SERVICE6" "$MAC_OTHER"
}

case_ipv6_probing_guest_never_hears_itself() {
	ipv6_start
	lab_capture guest new eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-'
	assert_frames_count 0 guest "tlla=$MAC_NEW"
	assert_frames_count 0 guest 'kind=probe'
}

# apart ipv6_tap
case_ipv6_tap() {
	local mac=00:00:5e:00:53:0d
	lab_ipv6
	lab_tapguest tap0 -w "$LAB_DIR/tap0.pcap" -k 3000 tap0 "$mac" "$SERVICE6"
	lab_start_garpd
	lab_capture lan router lan0
	lab_tap_go tap0
	assert_await_frames lan 2 8 "kind=announce-.* src=$mac"
	assert_announced6 2 "$SERVICE6" "$mac"
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
	assert_router_mac "$SERVICE6" "$mac"
	assert_host_mac "$SERVICE6" "$mac"
	assert_fdb_port "$mac" tap0
	# a neighbour requests it, which proves that the capture records what reaches the guest
	lab_winguest other -n 0 -u 0 -t "$SERVICE6" -q eth0 "$MAC_OTHER" 2001:db8:10::c
	wait "$LAB_TAP_PID"
	"$LAB_BIN/frames" -r "$LAB_DIR/tap0.pcap" >"$LAB_DIR/tap.frames"
	assert_frames_count 1 tap kind=ns "slla=$MAC_OTHER"
	assert_frames_count 0 tap "tlla=$mac"
	assert_frames_count 0 tap kind=probe
}

# ---- declared addresses: the kernel alone -------------------------------------------------------

# assert_immediate6 GUEST_ARGS...: announced at the first probe.
assert_immediate6() {
	ipv6_start --declare "$SERVICE6=$MAC_NEW"
	no_echo
	lab_capture guest new eth0
	lab_winguest new -A -i "$@" -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_announced6_at_first_probe
	assert_announced6 1
	assert_probe_unchanged
}

# apart ipv6_immediate
case_ipv6_immediate() {
	assert_immediate6
	# and again when the window ends, 1.1 s later once more
	assert_await_frames lan 3 8 'kind=announce-'
	assert_frame_after_ms 1050 lan 1 kind=probe 2 kind=announce-na
	assert_frame_after_ms 1100 lan 2 kind=announce-na 3 kind=announce-na
}

# apart ipv6_immediate_nonce
case_ipv6_immediate_nonce() {
	assert_immediate6 -N 0102030405aa
	assert_frames_count 1 lan kind=probe nonce=0102030405aa csum=ok
}

case_ipv6_immediate_daemon_killed() {
	lab_ipv6
	lab_start_garpd --declare "$SERVICE6=$MAC_NEW"
	lab_kill9_garpd
	lab_capture lan router lan0
	no_echo
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_announced6_at_first_probe
	assert_announced6 1
}

case_ipv6_immediate_keeps_tags() {
	ipv6_start --declare "$SERVICE6=$MAC_NEW"
	kill -STOP "$GARPD_PID"
	no_echo -v 100 -v 7
	lab_winguest new -v 100:6 -v 7:2 -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 3 "kind=announce-.* vlan=100:6,7:2 "
	assert_announced6 1 "$SERVICE6" "$MAC_NEW" 100:6,7:2
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 kind=announce-na
	assert_frames_count 1 lan kind=probe vlan=100:6,7:2 csum=ok
}

case_ipv6_declared_for_another_mac() {
	ipv6_start --declare "$SERVICE6=$MAC_OTHER"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 5 'kind=probe'
	protocol_time 2.5
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_router_mac "$SERVICE6" "$MAC_OLD"
}

# The kernel announced too early: the owner, a real Linux, defends and is announced again on its port.
case_ipv6_defender_announced_again() {
	lab_ipv6
	lab_own6 other eth0 "$SERVICE6/64"
	lab_stale "$SERVICE6" "$MAC_OTHER"
	lab_start_garpd --declare "$SERVICE6=$MAC_NEW,$MAC_OTHER"
	lab_capture lan router lan0
	no_echo
	lab_winguest new eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 3 "kind=announce-na src=$MAC_NEW"
	assert_await_frames lan 2 3 "kind=announce-na src=$MAC_OTHER" # one by the owner, one by garpd
	protocol_time 3
	assert_router_mac "$SERVICE6" "$MAC_OTHER"
	assert_host_mac "$SERVICE6" "$MAC_OTHER"
	assert_fdb_port "$MAC_OTHER" v-other
	assert_claim "$SERVICE6" state conflict
}

# ---- the outage -------------------------------------------------------------------------

# assert_outage6 MAX_MS WINGUEST_ARGS...: outage of the client's stream, from the dying guest to the new one.
assert_outage6() {
	local receiver ms
	lab_own6 old eth0 "$SERVICE6/64"
	lab_spawn "$LAB_DIR/recv" "$LAB_BIN/outage" recv -6 -d 15 \
		-n "old=/proc/${LAB_PID[old]}/ns/net" -n "new=/proc/${LAB_PID[new]}/ns/net" \
		"$SERVICE_PORT"
	receiver=$LAB_LAST
	lab_await "$LAB_DIR/recv" 5 '^listening$' 1 "$receiver" || t_fail "no receiver"
	lab_spawn "$LAB_DIR/send" in_ns_exec client "$LAB_BIN/outage" send "$SERVICE6" \
		"$SERVICE_PORT" 20
	lab_await "$LAB_DIR/recv" 5 '^receiving' 1 "$receiver" || t_fail "nothing reaches old"
	in_ns old ip link set eth0 down
	protocol_time 0.2
	lab_winguest new -A "${@:2}" -k 20000 eth0 "$MAC_NEW" "$SERVICE6"
	wait "$receiver" || t_fail "the outage did not end: $(<"$LAB_DIR/recv")"
	ms=$(sed -nE 's/^outage ms=([0-9]+).*/\1/p' "$LAB_DIR/recv")
	((ms < $1 + T_LATE_MS)) || t_fail "an outage of $ms ms"
}

# apart ipv6_traffic_returns
case_ipv6_traffic_returns() {
	lab_ipv6
	lab_start_garpd
	assert_outage6 1300
}

# apart ipv6_traffic_returns_at_once
case_ipv6_traffic_returns_at_once() {
	lab_ipv6
	lab_start_garpd --declare "$SERVICE6=$MAC_NEW"
	lab_capture lan router lan0
	no_echo
	assert_outage6 250 -i
}
