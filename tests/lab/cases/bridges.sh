# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A second bridge between a guest and the others, as Proxmox makes one for a guest with the firewall on, and
# OpenStack for one with a hybrid plug. Both are one segment, which has the name of the outer bridge:
#
#	v-new |fwbr1| fwln1 === fwpr1 |br0| up0 --- router

# shellcheck source=tests/lab/joints.sh
source "$LAB_ROOT/tests/lab/joints.sh"

# One claim, announced once, at the guest's own port; and all receivers follow.
case_firewall_bridge_is_announced() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd
	assert_equals "role of v-new" guest "$(port_field v-new role)"
	assert_equals "segment of v-new" br0 "$(port_field v-new bridge)"
	assert_equals "ports that are joints" "" "$(port_field fwln1 role)$(port_field fwpr1 role)"
	assert_equals "programs on joints" "" "$(attached_programs | grep -E 'fwln|fwpr' || true)"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	protocol_time 1
	assert_frames_count 2 lan kind=announce-request "spa=$SERVICE"
	assert_frames_count 2 lan kind=announce-reply "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" fwpr1
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	assert_explained "$SERVICE" 'v-new: right'
}

# Configurations for which each firewall bridge was a segment of its own work unchanged.
case_firewall_bridge_may_be_named() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd --bridge 'fwbr*'
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
}

# The guest's own firewall forbids the address: the announcement does not bypass it, wherever in fwbr1 the
# rule is: at the guest's port, or, as Proxmox's ipfilter, where frames are forwarded.
firewall_bridge_stops() {
	firewall_bridge 1 new "$MAC_NEW"
	drop_in_bridge "$1" iifname v-new ether type arp arp saddr ip "$SERVICE"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11
	assert_await_frames lan 4 8 "kind=announce-.* spa=192.0.2.11 "
	assert_frames_count 3 lan kind=probe "tpa=$SERVICE"
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_host_mac "$SERVICE" "$MAC_OLD"
}

case_firewall_bridge_stops_the_forbidden_address() {
	firewall_bridge_stops prerouting
}

case_firewall_bridge_ipfilter_stops_the_forbidden_address() {
	firewall_bridge_stops forward
}

# The host's own address and one of another subnet are denied, as on br0.
case_firewall_bridge_guards_as_its_outer_one() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$HOST" 203.0.113.7 192.0.2.11
	assert_await_frames lan 4 8 "kind=announce-.* spa=192.0.2.11 "
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$HOST"
	assert_frames_count 0 lan 'kind=announce-.*' "spa=203.0.113.7"
	assert_claim "$HOST" reason denied_host
	assert_claim 203.0.113.7 reason denied_foreign
}

# Both guests have a firewall bridge: there is one owner before the failover, and one after it.
case_firewall_bridge_failover_has_one_owner() {
	firewall_bridge 1 new "$MAC_NEW"
	firewall_bridge 2 old "$MAC_OLD"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest old -k 5000 eth0 "$MAC_OLD" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_OLD"
	assert_one_claim "$SERVICE" "$MAC_OLD" v-old
	wait "$LAB_LAST" || true
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	assert_claim "$SERVICE" moves 1
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# The owner behind another firewall bridge defends the address.
case_firewall_bridge_conflict_between_two() {
	firewall_bridge 1 new "$MAC_NEW"
	firewall_bridge 2 old "$MAC_OLD"
	in_ns old ip addr add "$SERVICE/24" dev eth0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 kind=probe
	protocol_time 4
	assert_frames_count 0 lan 'kind=announce-.*' "sha=$MAC_NEW"
	assert_claim "$SERVICE" state conflict
	assert_claim "$SERVICE" rival "$MAC_OLD"
}

# The administrator's entry is one of br0, where the guest's firewall bridge has none.
case_firewall_bridge_permanent_is_reported() {
	firewall_bridge 1 new "$MAC_NEW"
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud permanent
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 8 "permanent.*$MAC_OLD.*$MAC_NEW.*ip neigh del $SERVICE dev br0" ||
		t_fail "not reported"
}

# A guest replies to a client by way of the joint: it is no gateway for that.
case_firewall_bridge_guest_is_no_gateway() {
	firewall_bridge 1 new "$MAC_NEW"
	in_ns new ip addr add 192.0.2.20/24 dev eth0
	in_ns other ip addr add 192.0.2.30/24 dev eth0
	lab_start_garpd
	in_ns other ping -q -c 1 -W 2 192.0.2.20 >/dev/null || t_fail "no way to the guest"
	in_ns other ping -q -c 1 -W 2 "$ROUTER" >/dev/null || t_fail "no way to the router"
	lab_wait 5 firewall_gateway_is 254 fe || t_fail "the router is not heard"
	! firewall_gateway_is 20 14 || t_fail "the guest is a gateway"
}

# firewall_gateway_is DECIMAL HEX: the last byte of its address.
firewall_gateway_is() {
	in_hv bpftool map dump pinned /sys/fs/bpf/garpd/gateways_heard |
		grep -iE "c0 00 02 $2|192,0,2,$1([^0-9]|\$)" >/dev/null
}

# What is above the inner bridge, here a macvlan, objects by that bridge's own device.
case_firewall_bridge_macvlan_above_it_objects() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_machine above
	in_hv ip link add link fwbr1 name mv0 address 00:00:5e:00:53:0d netns "${LAB_PID[above]}" type macvlan mode bridge ||
		t_skip "this kernel has no macvlan"
	in_ns above ip addr add "$SERVICE/32" dev mv0
	in_ns above ip link set mv0 up
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 kind=probe
	protocol_time 4
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE" state conflict
	assert_claim "$SERVICE" rival 00:00:5e:00:53:0d
}

# Three bridges in a row are one segment, too.
case_firewall_bridge_three_in_a_row() {
	in_hv ip link add fwbr2 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	firewall_joint 2
	firewall_bridge 1 new "$MAC_NEW" fwbr2
	lab_start_garpd
	assert_equals "segment of v-new" br0 "$(port_field v-new bridge)"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" fwpr2
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
}

# firewall_pair NAME NAME BRIDGE BRIDGE: a pair that is down, as one that would make frames go in circles.
firewall_pair() {
	in_ns_ip hv <<-LINES
		link add $1 master $3 type veth peer name $2
		link set $2 master $4
	LINES
}

# A pair too many between two bridges, and one that closes a loop, are uplinks; each is said once, and the
# guest is announced.
case_firewall_bridge_loops_are_refused() {
	in_hv ip link add fwbr2 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	firewall_joint 2
	firewall_bridge 1 new "$MAC_NEW"
	firewall_pair two0 two1 fwbr1 br0
	firewall_pair loop0 loop1 fwbr1 fwbr2
	lab_start_garpd
	assert_equals "role of two0" uplink "$(port_field two0 role)"
	assert_equals "role of two1" uplink "$(port_field two1 role)"
	assert_equals "role of loop0" uplink "$(port_field loop0 role)"
	assert_equals "ports that are joints" "" "$(port_field fwln1 role)$(port_field fwpr1 role)"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	in_hv ip link add br7 type bridge # each link is looked at again
	lab_wait 5 port_is two0 role uplink
	assert_equals "lines about two" 1 "$(grep -c 'two. and two.: uplinks: another veth pair' "$GARPD_LOG")"
	assert_equals "lines about loop" 1 "$(grep -c 'loop. and loop.: uplinks: .*loop' "$GARPD_LOG")"
}

# `!` keeps a bridge out: its guests are behind the veth then, and announced there.
case_firewall_bridge_is_kept_out() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd --bridge '!fwbr*'
	assert_equals "role of fwpr1" guest "$(port_field fwpr1 role)"
	assert_equals "role of v-new" "" "$(port_field v-new role)"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	assert_one_claim "$SERVICE" "$MAC_NEW" fwpr1
}

# OpenStack's hybrid plug: the outer bridge is any that garpd follows.
case_hybrid_plug_is_one_segment() {
	in_hv ip link del v-new
	in_ns_ip hv <<-LINES
		link add qbr1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add v-new up master qbr1 type veth peer name eth0 address $MAC_NEW netns ${LAB_PID[new]}
		link add qvb1 up master qbr1 type veth peer name qvo1
		link set qvo1 up master br0
	LINES
	"$LAB_BIN/machine" up "${LAB_PID[new]}" eth0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
}
