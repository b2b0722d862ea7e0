# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two bridges between a guest and the others, as Proxmox makes them for a guest with its own firewall:
#
#	v-fw |fwbr0| fwln0 === fwpr0 |br0| up0 --- router

# firewall_bridge: moves the new owner behind such a bridge.
firewall_bridge() {
	in_hv ip link del v-new
	in_ns_ip hv <<-LINES
		link add fwbr0 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add fwln0 up master fwbr0 type veth peer name fwpr0
		link set fwpr0 up master br0
		link add v-fw up master fwbr0 type veth peer name eth0 address $MAC_NEW netns ${LAB_PID[new]}
	LINES
	"$LAB_BIN/machine" up "${LAB_PID[new]}" eth0
}

# One claim, announced once, at the guest's own port; and all receivers follow.
case_firewall_bridge_is_announced() {
	firewall_bridge
	lab_start_garpd --bridge 'fwbr*'
	assert_equals "role of v-fw" guest "$(port_field v-fw role)"
	assert_equals "role of fwln0" uplink "$(port_field fwln0 role)"
	assert_equals "role of fwpr0" uplink "$(port_field fwpr0 role)"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	protocol_time 1
	assert_frames_count 2 lan kind=announce-request "spa=$SERVICE"
	assert_frames_count 2 lan kind=announce-reply "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" fwpr0
	assert_claim "$SERVICE" port v-fw
}

# The guest's own firewall forbids the address: the announcement does not bypass it.
case_firewall_bridge_stops_the_forbidden_address() {
	firewall_bridge
	drop_in_bridge prerouting iifname v-fw ether type arp arp saddr ip "$SERVICE"
	lab_start_garpd --bridge 'fwbr*'
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11
	assert_await_frames lan 4 8 "kind=announce-.* spa=192.0.2.11 "
	assert_frames_count 3 lan kind=probe "tpa=$SERVICE"
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_host_mac "$SERVICE" "$MAC_OLD"
}

# The host's own address is denied on both bridges, whichever has it.
case_firewall_bridge_never_the_host() {
	firewall_bridge
	lab_start_garpd --bridge 'fwbr*'
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$HOST" 192.0.2.11
	assert_await_frames lan 4 8 "kind=announce-.* spa=192.0.2.11 "
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$HOST"
	assert_claim "$HOST" reason denied_host
}

# If only the outer bridge is configured, the guest is announced as well, and a warning is logged.
case_firewall_bridge_unnamed_is_said() {
	firewall_bridge
	lab_start_garpd
	lab_await "$GARPD_LOG" 5 'fwpr0: guests are behind the bridge fwbr0' || t_fail "not logged"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	assert_router_mac "$SERVICE" "$MAC_NEW"
}
