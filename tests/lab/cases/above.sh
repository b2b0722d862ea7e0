# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who has the address is above the bridge: a macvlan on it, a VLAN device of it that is a port of another
# bridge, the host itself. What they say crosses no port's ingress, only the egress of the bridge's device.
# The guests of these cases keep the address whoever objects (-f) and are not asked (the default), so that
# the objection alone keeps garpd silent.

MAC_ABOVE=00:00:5e:00:53:0d

# above_macvlan [LINE...]: adds the machine `above` on a macvlan of br0; lines for its ip.
above_macvlan() {
	lab_machine above
	in_hv ip link add mv0 link br0 address "$MAC_ABOVE" netns "${LAB_PID[above]}" type macvlan mode bridge ||
		t_skip "this kernel has no macvlan"
	in_ns_ip above < <(printf '%s\n' "link set mv0 name eth0" "link set eth0 up" "$@")
}

# above_ipv6: IPv6 in the whole lab, and SERVICE6 above the bridge.
above_ipv6() {
	lab_ipv6
	above_macvlan
	lab_ipv6_on above lo eth0
	lab_own6 above eth0 "$SERVICE6/64"
}

# assert_objection_heard ADDRESS: it is a conflict, and the guest is not announced.
assert_objection_heard() {
	lab_wait 5 claim_is "$1" state conflict || t_fail "state: $(claim_field "$1" state)"
	assert_claim "$1" rival "$MAC_ABOVE"
	protocol_time "$2"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
	assert_claim "$1" state conflict
}

case_above_macvlan() {
	above_macvlan "addr add $SERVICE/24 dev eth0"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_objection_heard "$SERVICE" 5
	assert_router_mac "$SERVICE" "$MAC_OLD"
}

case_above_macvlan_ipv6() {
	above_ipv6
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_objection_heard "$SERVICE6" 3
}

# XDP on the ports: the bridge has tcx or tc all the same.
case_above_macvlan_xdp() {
	above_macvlan "addr add $SERVICE/24 dev eth0"
	lab_start_garpd --mode xdp-generic
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_objection_heard "$SERVICE" 5
	assert_equals "mode of v-new" xdp-generic "$(port_field v-new mode)"
	[[ $(port_field br0 mode) == tc* ]] || t_fail "br0: $(port_field br0 mode)"
}

case_above_macvlan_tc() {
	above_macvlan "addr add $SERVICE/24 dev eth0"
	lab_start_garpd --mode tc
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_objection_heard "$SERVICE" 5
	lab_stop_garpd
	in_hv "$GARPD" detach
	assert_equals "qdiscs of br0" "" "$(in_hv tc qdisc show dev br0 clsact)"
}

# assert_defended ADDRESS: the guest was announced at its first probe; the defender is, right after.
assert_defended() {
	assert_await_frames lan 1 3 "kind=announce-.* src=$MAC_NEW"
	assert_await_frames lan 2 3 "kind=announce-.* src=$MAC_ABOVE"
	protocol_time 4
	assert_router_mac "$1" "$MAC_ABOVE"
	assert_claim "$1" state conflict
	assert_claim "$1" rival "$MAC_ABOVE"
}

# It is announced by the bridge's own device, so to every port; and it does not take its own MAC for another
# host's.
case_above_macvlan_defends() {
	above_macvlan "addr add $SERVICE/24 dev eth0"
	lab_stale "$SERVICE" "$MAC_ABOVE"
	lab_start_garpd --declare "$SERVICE=$MAC_NEW,$MAC_ABOVE"
	lab_capture lan router lan0
	lab_winguest new eth0 "$MAC_NEW" "$SERVICE"
	assert_defended "$SERVICE"
}

case_above_macvlan_defends_ipv6() {
	above_ipv6
	lab_start_garpd --declare "$SERVICE6=$MAC_NEW,$MAC_ABOVE"
	lab_capture lan router lan0
	no_echo
	lab_winguest new eth0 "$MAC_NEW" "$SERVICE6"
	assert_defended "$SERVICE6"
}

# above_vlan LINE...: br1 with the machine `above`, and br0.10, a port of it; garpd knows br0 alone.
above_vlan() {
	lab_machine above
	in_hv ip link add link br0 name br0.10 type vlan id 10 || t_skip "this kernel has no VLAN devices"
	in_ns_ip hv <<-LINES
		link add br1 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add v-above type veth peer name eth0 address $MAC_ABOVE netns ${LAB_PID[above]}
		link set v-above master br1 up
		link set br0.10 master br1 up
		link set br1 up
	LINES
	in_ns_ip above < <(printf '%s\n' "link set eth0 up" "$@")
}

# A Proxmox SDN zone: VLAN 10 of br0 is a bridge of its own.
case_above_vlan_device() {
	above_vlan "addr add $SERVICE/24 dev eth0"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -v 10:0 -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_objection_heard "$SERVICE" 5
	assert_claim "$SERVICE" vlan 10
}

case_above_vlan_device_defends() {
	above_vlan "addr add $SERVICE/24 dev eth0"
	lab_start_garpd --declare "$SERVICE=$MAC_NEW,$MAC_ABOVE"
	lab_capture lan router lan0
	lab_winguest new -v 10:0 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 3 "kind=announce-request src=$MAC_NEW .*vlan=10:0 "
	assert_await_frames lan 1 3 "kind=announce-request src=$MAC_ABOVE .*vlan=10:0 "
}

# ---- the host itself ----

case_above_host() {
	in_hv ip addr add "$SERVICE/24" dev br0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 "kind=probe src=$MAC_NEW"
	protocol_time 3.5
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
	assert_claim "$SERVICE" state denied
}

# It advertises the address for another host (proxy_ndp), within 0.8 s.
case_above_host_proxy_ndp() {
	lab_ipv6
	t_need_setting hv ipv6/conf/br0/proxy_ndp
	lab_set hv ipv6/conf/br0/proxy_ndp=1 ipv6/conf/all/forwarding=1 ipv6/neigh/br0/proxy_delay=0
	in_hv ip neigh add proxy "$SERVICE6" dev br0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	MAC_ABOVE=$MAC_HOST
	assert_objection_heard "$SERVICE6" 3
}
