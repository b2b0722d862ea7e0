# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Trunk guests: a guest tags its frames, and each VLAN is in a bridge of its own, by a VLAN device on the
# guest's tap or veth. The bridge sees no tags; garpd is on the VLAN device.

# trunk_port PORT: VLAN 10 of it becomes a port of br0, PORT.10, in its place.
trunk_port() {
	in_hv ip link set "$1" nomaster up
	in_hv ip link add link "$1" name "$1.10" type vlan id 10 || t_skip "this kernel has no VLAN devices"
	in_hv ip link set "$1.10" master br0 up
}

case_trunk_guest() {
	trunk_port v-new
	lab_start_garpd
	assert_equals "role of v-new.10" guest "$(port_field v-new.10 role)"
	lab_capture lan router lan0 -Q in
	lab_capture guest new eth0
	lab_winguest new -v 10 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 2 lan kind=announce-request "src=$MAC_NEW" "spa=$SERVICE" vlan=-
	assert_frames_count 2 lan kind=announce-reply "src=$MAC_NEW" "spa=$SERVICE" vlan=-
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_frames_count 0 guest 'kind=announce-.*'
	(($(frames_count guest kind=request "dst=$MAC_NEW" "tpa=$SERVICE" vlan=10:0) >= 1)) ||
		t_fail "not asked in its VLAN"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new.10
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" port v-new.10
}

case_trunk_guest_on_a_tap() {
	local mac=00:00:5e:00:53:0d
	lab_tapguest tap0 -v 10 -w "$LAB_DIR/tap0.pcap" -k 3000 tap0 "$mac" "$SERVICE"
	trunk_port tap0
	in_hv ip link set tap0 alias web
	lab_start_garpd
	assert_equals "role of tap0.10" guest "$(port_field tap0.10 role)"
	assert_equals "guest of tap0.10" web "$(port_field tap0.10 guest)"
	lab_capture lan router lan0 -Q in
	lab_tap_go tap0
	assert_await_frames lan 4 8 "kind=announce-.* src=$mac .*vlan=-"
	assert_router_mac "$SERVICE" "$mac"
	wait "$LAB_TAP_PID"
	"$LAB_BIN/frames" -r "$LAB_DIR/tap0.pcap" >"$LAB_DIR/tap.frames"
	assert_frames_count 0 tap "sha=$mac"
}

# At the first probe, by the kernel half alone.
case_trunk_guest_immediate() {
	trunk_port v-new
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	lab_stop_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest new -v 10 -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 'kind=announce-'
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 kind=announce-request
	assert_host_mac "$SERVICE" "$MAC_NEW"
}

case_trunk_guest_ipv6() {
	trunk_port v-new
	ipv6_start
	lab_winguest new -v 10 -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 8 'kind=announce-na'
	assert_announced6 1
	assert_router_mac "$SERVICE6" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new.10
}

# The owner, another trunk guest, defends the address.
case_trunk_guest_conflict() {
	trunk_port v-new
	trunk_port v-old
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest old -v 10 -n 0 -i -k 30000 eth0 "$MAC_OLD" "$SERVICE"
	lab_winguest new -v 10 -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state conflict || t_fail "no conflict: $(lab_claims)"
	protocol_time 4
	assert_frames_count 0 lan 'kind=announce-.*' "sha=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_OLD"
}

# The untagged frames of the guest are in a bridge that garpd follows, too: its tagged ones never reach that.
case_trunk_guest_of_two_bridges() {
	in_hv ip link add br1 type bridge forward_delay 0
	in_hv ip link set br1 up
	trunk_port v-new
	in_hv ip link set v-new master br1
	lab_start_garpd --bridge br1
	lab_capture lan router lan0 -Q in
	lab_winguest new -v 10 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	protocol_time 3
	assert_frames_count 4 lan 'kind=announce-.*'
	assert_claim "$SERVICE" port v-new.10
	assert_claim "$SERVICE" bridge br0
	lab_winguest new -n 1 -q eth0 "$MAC_NEW" 192.0.2.30
	lab_wait 5 claim_is 192.0.2.30 bridge br1 || t_fail "its untagged frames are not heard: $(lab_claims)"
}

# A VLAN device of a followed bridge leads to other guests of this host, which are heard at their ports.
case_trunk_of_a_bridge_is_an_uplink() {
	in_hv ip link add br10 type bridge forward_delay 0
	in_hv ip link set br10 up
	in_hv ip link add link br0 name br0.10 type vlan id 10 || t_skip "this kernel has no VLAN devices"
	in_hv ip link set br0.10 master br10 up
	lab_start_garpd --bridge br10
	assert_equals "role of br0.10" uplink "$(port_field br0.10 role)"
}

# A VLAN device of 802.1ad takes frames with such a tag alone: the guest's VLAN 10 of 802.1Q is the bridge's.
case_trunk_guest_of_802_1ad() {
	in_hv ip link add link v-new name v-new.10 type vlan proto 802.1ad id 10 || t_skip "this kernel has no VLAN devices"
	in_hv ip link add br1 up type bridge forward_delay 0
	in_hv ip link set v-new.10 master br1 up
	lab_start_garpd --bridge br1
	lab_capture lan router lan0 -Q in
	lab_winguest new -v 10 -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest new -v 0x88a8:10:0 -k 20000 eth0 "$MAC_NEW" 192.0.2.12
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE"
	assert_frames_count 2 lan kind=announce-request "src=$MAC_NEW" "spa=$SERVICE" vlan=10:0
	assert_claim "$SERVICE" port v-new
	assert_claim "$SERVICE" vlan 10
	lab_wait 5 claim_is 192.0.2.12 announcements 2 || t_fail "not announced: $(lab_claims)"
	assert_claim 192.0.2.12 port v-new.10
	assert_frames_count 0 lan 'kind=announce-.*' spa=192.0.2.12
}
