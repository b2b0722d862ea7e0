# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A second bridge between a guest and the others, as Proxmox makes one for a guest with the firewall on, and
# OpenStack for one with a hybrid plug. Both are one segment, which has the name of the outer bridge:
#
#	v-new |fwbr1| fwln1 === fwpr1 |br0| up0 --- router

# firewall_bridge NUMBER NAME MAC [OUTER]: moves the guest behind such a bridge.
firewall_bridge() {
	in_hv ip link del "v-$2"
	in_ns_ip hv <<-LINES
		link add fwbr$1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add v-$2 up master fwbr$1 type veth peer name eth0 address $3 netns ${LAB_PID[$2]}
	LINES
	"$LAB_BIN/machine" up "${LAB_PID[$2]}" eth0
	firewall_joint "$1" "${4:-br0}"
}

# firewall_joint NUMBER [OUTER]
firewall_joint() {
	in_ns_ip hv <<-LINES
		link add fwln$1 up master fwbr$1 type veth peer name fwpr$1
		link set fwpr$1 up master ${2:-br0}
	LINES
}

# assert_one_claim ADDR MAC PORT: in all segments, of this owner.
assert_one_claim() {
	assert_equals "owners of $1" "br0 $2 $3" "$(lab_claims | pick "address=$1" bridge mac port | tr '\t' ' ')"
}

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

# A guest is started while garpd runs, as Proxmox does it; and stopped.
case_firewall_bridge_appears_and_vanishes() {
	lab_start_garpd
	firewall_bridge 1 new "$MAC_NEW"
	lab_wait 5 port_is v-new bridge br0 || t_fail "not followed: $(lab_ports)"
	lab_wait 5 joints_are_free || t_fail "a joint has a program: $(lab_ports)"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	in_hv ip link del fwln1
	lab_wait 5 is_no_port v-new || t_fail "still followed: $(lab_ports)"
	in_hv ip link del fwbr1
	lab_wait 15 no_claims || t_fail "the claim stays: $(lab_claims)"
}

# The joint appears between the second and the third probe: the window goes on in br0, and its guest is
# announced there, once.
case_firewall_bridge_joined_in_the_window() {
	firewall_bridge 1 new "$MAC_NEW"
	in_hv ip link del fwln1
	lab_start_garpd --bridge 'fwbr*'
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 5 claim_is "$SERVICE" probes 2 || t_fail "not heard: $(lab_claims)"
	assert_claim "$SERVICE" bridge fwbr1
	firewall_joint 1
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	protocol_time 1
	assert_frames_count 1 lan kind=probe "src=$MAC_NEW"
	assert_frames_count 2 lan kind=announce-request "spa=$SERVICE"
	assert_frames_count 2 lan kind=announce-reply "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	assert_claim "$SERVICE" probes 3
	assert_equals "claims moved" 1 "$(lab_counter segment_moved)"
}

# The same while no daemon runs: the next one takes the claim along.
case_firewall_bridge_joined_without_a_daemon() {
	firewall_bridge 1 new "$MAC_NEW"
	in_hv ip link del fwln1
	lab_start_garpd --bridge 'fwbr*'
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	lab_stop_garpd
	firewall_joint 1
	lab_start_garpd --bridge 'fwbr*'
	lab_wait 5 claim_is "$SERVICE" bridge br0 || t_fail "not taken along: $(lab_claims)"
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" announcements 2
}

# The joint vanishes and comes back: the claim goes with its guest's bridge, as it is.
case_firewall_bridge_claim_survives_its_joint() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd --bridge 'fwbr*'
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	assert_claim "$SERVICE" bridge br0
	in_hv ip link del fwln1
	lab_wait 5 claim_is "$SERVICE" bridge fwbr1 || t_fail "not taken along: $(lab_claims)"
	assert_claim "$SERVICE" state owned
	firewall_joint 1
	lab_wait 5 claim_is "$SERVICE" bridge br0 || t_fail "not taken along: $(lab_claims)"
	protocol_time 12 # claims of ports that have left are swept by then
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" announcements 2
}

# A port that is put into another bridge is somewhere else: its claim does not follow, also where garpd hears
# of both bridges at once.
case_firewall_bridge_moved_port_takes_no_claim() {
	in_hv ip link add br1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	lab_start_garpd --bridge br1
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	kill -STOP "$GARPD_PID"
	in_hv ip link set v-new master br1
	kill -CONT "$GARPD_PID"
	lab_wait 5 port_is v-new bridge br1 || t_fail "not followed: $(lab_ports)"
	lab_wait 15 no_claims || t_fail "the claim is left: $(lab_claims)"
	assert_equals "claims moved" "" "$(lab_counter segment_moved | tr -d 0)"
}

is_no_port() {
	[[ -z $(port_field "$1" role) ]]
}

joints_are_free() {
	is_no_port fwln1 && is_no_port fwpr1
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
