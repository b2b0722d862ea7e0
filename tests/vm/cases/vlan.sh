# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A VLAN-aware bridge: v-old and v-new are access ports of VLAN 10, v-other of VLAN 20, and the uplink is a
# trunk of both. The router's interface is lan0.10, the host's is br0.10.

# set_only_vlan PORT VID [FLAGS...]: makes it a member of this VLAN only.
set_only_vlan() {
	in_hv bridge vlan del vid 1 dev "$1"
	in_hv bridge vlan add vid "$2" dev "$1" "${@:3}"
}

# Its VLANs, and those of the interfaces, are of VLAN_PROTO.
vlan_bridge() {
	local proto=${VLAN_PROTO:-802.1Q}
	in_hv ip link set br0 type bridge vlan_protocol "$proto"
	in_hv ip link set br0 type bridge vlan_filtering 1 vlan_default_pvid 1
	set_only_vlan v-old 10 pvid untagged
	set_only_vlan v-new 10 pvid untagged
	set_only_vlan v-other 20 pvid untagged
	set_only_vlan up0 10
	in_hv bridge vlan add vid 20 dev up0
	in_hv bridge vlan add vid 10 dev br0 self
	in_hv ip link add link br0 name br0.10 type vlan proto "$proto" id 10
	in_hv ip addr flush dev br0
	in_hv ip addr add "$HOST/24" dev br0.10
	in_hv ip link set br0.10 up
	in_ns router ip link add link lan0 name lan0.10 type vlan proto "$proto" id 10
	in_ns router ip addr flush dev lan0
	in_ns router ip addr add "$ROUTER/24" dev lan0.10
	in_ns router ip link set lan0.10 up
	in_ns router ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev lan0.10 nud reachable
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0.10 nud reachable
}

# Captures the trunk and each access port.
vlan_watch() {
	vlan_bridge
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_capture old old eth0 -Q in
	lab_capture other other eth0 -Q in
}

# is_heard_in_vlan VID [ARGS...]: for lab_wait; sends one probe by `new`, and it counts in that VLAN.
is_heard_in_vlan() {
	lab_winguest new "${@:2}" -n 1 -g 50 -q eth0 "$MAC_NEW" 192.0.2.77
	wait "$LAB_LAST" || true
	grep -qx "$1" <<<"$(claim_field 192.0.2.77 vlan)"
}

assert_vlan_router_mac() {
	assert_equals "router's entry for $1" "$2" "$(lab_mac_in router lan0.10 "$1")"
}

case_vlan_access_port() {
	vlan_watch
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 2 lan kind=announce-request "src=$MAC_NEW" "spa=$SERVICE" vlan=10:0
	assert_frames_count 2 lan kind=announce-reply "src=$MAC_NEW" "spa=$SERVICE" vlan=10:0
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_frames_count 4 old 'kind=announce-.*' vlan=-
	assert_frames_count 0 other
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" vlan 10
}

# Its VLANs are those of 802.1ad, with the host's and the router's interfaces, and an owner beyond the trunk.
case_vlan_bridge_of_802_1ad() {
	VLAN_PROTO=802.1ad
	vlan_watch
	in_ns router ip addr add 192.0.2.12/32 dev lan0.10
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 2 lan kind=announce-request "src=$MAC_NEW" "spa=$SERVICE" vlan=ad:10:0
	assert_frames_count 0 other
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
	lab_wait 5 host_leg_has_followed || t_fail "br0.10: $(lab_mac_in hv br0.10 "$SERVICE")"
	assert_claim "$SERVICE" vlan 10
	lab_winguest new -f -k 1000 eth0 "$MAC_NEW" 192.0.2.12
	lab_wait 8 claim_is 192.0.2.12 state conflict || t_fail "no conflict: $(lab_claims)"
}

# A guest of VLAN 20 tags its probes twice and three times, to hop into VLAN 10: none counts there,
# whatever its sender, while a guest of VLAN 10 takes the address over.
case_vlan_hop_counts_nowhere() {
	vlan_watch
	lab_spawn "$LAB_DIR/hop" in_ns_exec other "$LAB_BIN/hostile" eth0 100 8 tagged "$MAC_OTHER" "$SERVICE"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 10 "kind=announce-.* src=$MAC_NEW"
	assert_frames_count 2 lan kind=announce-request "src=$MAC_NEW" vlan=10:0
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_OTHER" vlan=10:0
	assert_frames_count 0 old 'kind=announce-.*' "src=$MAC_OTHER"
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
}

case_vlan_access_port_immediate() {
	vlan_bridge
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	lab_capture lan router lan0 -Q in
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 'kind=announce-'
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 "kind=announce-request vlan=10:0"
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
}

# The guest sends tagged frames; the access port hears them untagged.
case_vlan_trunk_guest() {
	vlan_bridge
	in_hv bridge vlan del vid 10 dev v-new
	in_hv bridge vlan add vid 10 dev v-new
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_capture old old eth0 -Q in
	lab_capture other other eth0 -Q in
	lab_winguest new -v 10:3 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" 'vlan=10:[0-7]'
	assert_frames_count 4 old 'kind=announce-.*' vlan=-
	assert_frames_count 0 other
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" vlan 10
}

# The owner is behind the trunk: its reply is tagged, the claim is of an access port.
case_vlan_conflict_from_trunk() {
	vlan_watch
	in_ns router ip addr add "$SERVICE/32" dev lan0.10
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 6
	assert_frames_count 0 lan 'kind=announce-.*' "sha=$MAC_NEW"
	assert_frames_count 0 old 'kind=announce-.*' "sha=$MAC_NEW"
	assert_claim "$SERVICE" state conflict
}

# vlan_firewall: puts a firewall bridge, which is not VLAN-aware, between v-new and br0.
vlan_firewall() {
	in_ns_ip hv <<-LINES
		link add fwbr1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set v-new master fwbr1
		link add fwln1 up master fwbr1 type veth peer name fwpr1
		link set fwpr1 up master br0
	LINES
}

# The VLAN of the guest is that of fwpr1.
case_vlan_firewall_bridge() {
	vlan_bridge
	vlan_firewall
	set_only_vlan fwpr1 10 pvid untagged
	lab_start_garpd
	assert_equals "PVID of v-new" 10 "$(port_field v-new pvid)"
	lab_capture lan router lan0 -Q in
	lab_capture old old eth0 -Q in
	lab_capture other other eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" vlan=10:0
	assert_frames_count 4 old 'kind=announce-.*' vlan=-
	assert_frames_count 0 other
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" bridge br0
	assert_claim "$SERVICE" vlan 10
	assert_claim "$SERVICE" port v-new
}

# A trunk guest behind one; VLAN 30 goes no further than the firewall bridge.
case_vlan_firewall_bridge_trunk() {
	vlan_bridge
	vlan_firewall
	in_hv bridge vlan del vid 1 dev fwpr1
	in_hv bridge vlan add vid 10 dev fwpr1
	in_hv bridge vlan add vid 20 dev fwpr1
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_capture other other eth0 -Q in
	lab_winguest new -v 10:3 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" 'vlan=10:[0-7]'
	assert_frames_count 0 other
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" bridge br0
	assert_claim "$SERVICE" vlan 10
	lab_winguest new -v 30 -n 1 -q eth0 "$MAC_NEW" 192.0.2.30
	lab_wait 5 claim_is 192.0.2.30 bridge fwbr1 || t_fail "not inside: $(lab_claims)"
	assert_claim 192.0.2.30 vlan 30
}

# The owner in VLAN 10 is on br0 itself; the same address in VLAN 20 is another one.
case_vlan_firewall_bridge_conflict() {
	vlan_bridge
	vlan_firewall
	set_only_vlan fwpr1 10 pvid untagged
	in_ns old ip addr add "$SERVICE/24" dev eth0
	in_ns other ip addr add "$SERVICE/24" dev eth0
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 4
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE" state conflict
	assert_claim "$SERVICE" rival "$MAC_OLD"
}

# vlan_inside VID: the firewall bridge is VLAN-aware, too, and the guest in this VLAN of it.
vlan_inside() {
	in_hv ip link set fwbr1 type bridge vlan_filtering 1 vlan_default_pvid 0
	in_hv bridge vlan add vid "$1" dev v-new pvid untagged
}

# assert_vlan_announced: once, in VLAN 10 of br0, where the router has it.
assert_vlan_announced() {
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" vlan=10:0
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" bridge br0
	assert_claim "$SERVICE" vlan 10
	assert_claim "$SERVICE" port v-new
	assert_equals "claims" 1 "$(lab_claims | grep -c "$SERVICE")"
}

# Both bridges are VLAN-aware: the guest's VLAN 7 leaves untagged, and is 10 outside.
case_vlan_inside_is_another_outside() {
	vlan_bridge
	vlan_firewall
	vlan_inside 7
	in_hv bridge vlan add vid 7 dev fwln1 pvid untagged
	set_only_vlan fwpr1 10 pvid untagged
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_vlan_announced
	assert_explained "$SERVICE" 'v-new: right'
}

# The tag stays on the joint.
case_vlan_inside_is_tagged_on_the_joint() {
	vlan_bridge
	vlan_firewall
	vlan_inside 10
	in_hv bridge vlan add vid 10 dev fwln1
	in_hv bridge vlan del vid 1 dev fwpr1
	in_hv bridge vlan add vid 10 dev fwpr1
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_vlan_announced
}

# Only the inner bridge is VLAN-aware: outside there is no VLAN. The owner there defends the address.
case_vlan_inside_alone() {
	lab_start_garpd
	vlan_firewall
	vlan_inside 7
	in_hv bridge vlan add vid 7 dev fwln1 pvid untagged
	lab_wait 5 claim_of_no_vlan || t_fail "not joined: $(lab_claims)"
	in_ns old ip addr add "$SERVICE/24" dev eth0
	lab_capture lan router lan0 -Q in
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 4
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE" state conflict
	assert_claim "$SERVICE" rival "$MAC_OLD"
}

# claim_of_no_vlan: for lab_wait; a probe of `new` is one in br0.
claim_of_no_vlan() {
	lab_winguest new -n 1 -g 50 -q eth0 "$MAC_NEW" 192.0.2.77
	wait "$LAB_LAST" || true
	claim_is 192.0.2.77 bridge br0
}

# VLAN 8 ends in the inner bridge; added to the joint while garpd runs it is 20 outside, and then 30. Claims go
# along.
case_vlan_inside_that_ends() {
	vlan_bridge
	vlan_firewall
	vlan_inside 8
	set_only_vlan fwpr1 20 pvid untagged
	lab_start_garpd
	lab_winguest new -n 1 -q eth0 "$MAC_NEW" 192.0.2.78
	lab_wait 5 claim_is 192.0.2.78 bridge fwbr1 || t_fail "not inside: $(lab_claims)"
	assert_claim 192.0.2.78 vlan 8
	in_hv bridge vlan add vid 8 dev fwln1 pvid untagged
	lab_wait 8 is_heard_in_vlan 20 || t_fail "not followed: $(lab_claims)"
	assert_claim 192.0.2.77 bridge br0
	lab_wait 3 claim_is 192.0.2.78 bridge br0 || t_fail "not taken along: $(lab_claims)"
	assert_claim 192.0.2.78 vlan 20
	in_hv bridge vlan del vid 20 dev fwpr1
	in_hv bridge vlan add vid 30 dev fwpr1 pvid untagged
	lab_wait 3 claim_is 192.0.2.78 vlan 30 || t_fail "not renumbered: $(lab_claims)"
	assert_claim 192.0.2.78 bridge br0
}

# Two guests have the same address in two VLANs, without conflict.
case_vlan_same_address_twice() {
	vlan_watch
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest other -k 10000 eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 8 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" vlan=10:0
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_OTHER" vlan=20:0
	assert_frames_count 0 old "sha=$MAC_OTHER"
	assert_frames_count 0 other "sha=$MAC_NEW"
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
}

# Its frames end at the port. Once the VLAN is added they count.
case_vlan_not_allowed() {
	vlan_watch
	lab_capture guest new eth0 -Q out
	lab_winguest new -v 30 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames guest 3 5 'kind=probe .* vlan=30:0'
	protocol_time 5
	assert_frames_count 0 lan
	assert_frames_count 0 old
	assert_equals "claim of a VLAN that the port is not in" "" "$(claim_field "$SERVICE" state)"
	in_hv bridge vlan add vid 30 dev v-new
	in_hv bridge vlan add vid 30 dev up0
	lab_wait 8 is_heard_in_vlan 30 -v 30 || t_fail "not accepted: $(lab_claims)"
	lab_winguest new -v 30 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-.* vlan=30:0'
	assert_claim "$SERVICE" vlan 30
}

# A port without a PVID drops untagged frames.
case_vlan_no_pvid() {
	vlan_bridge
	in_hv bridge vlan del vid 10 dev v-new
	in_hv bridge vlan add vid 10 dev v-new
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_capture guest new eth0 -Q out
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames guest 3 5 'kind=probe'
	protocol_time 5
	assert_frames_count 0 lan
	assert_equals "claim of no VLAN" "" "$(claim_field "$SERVICE" state)"
}

# The port moves to another VLAN while garpd runs.
case_vlan_pvid_changes() {
	vlan_watch
	in_hv bridge vlan del vid 10 dev v-new
	in_hv bridge vlan add vid 20 dev v-new pvid untagged
	lab_wait 8 is_heard_in_vlan 20 || t_fail "not followed: $(lab_claims)"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-.* vlan=20:0'
	assert_frames_count 4 other 'kind=announce-.*' "src=$MAC_NEW" vlan=-
	assert_frames_count 0 old
	assert_vlan_router_mac "$SERVICE" "$MAC_OLD"
	assert_claim "$SERVICE" vlan 20
}

# VLAN filtering is enabled while garpd runs: from then on claims have a VLAN.
case_vlan_filtering_turned_on() {
	lab_start_garpd
	vlan_bridge
	lab_wait 8 is_heard_in_vlan 10 || t_fail "not followed: $(lab_claims)"
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-.* vlan=10:0'
	assert_vlan_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" vlan 10
}

# The host's own interface in the VLAN: its neighbour entry follows, its address is denied.
case_vlan_host_interface() {
	vlan_watch
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE" "$HOST"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	lab_wait 5 host_leg_has_followed || t_fail "br0.10: $(lab_mac_in hv br0.10 "$SERVICE")"
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$HOST"
}

host_leg_has_followed() {
	[[ $(lab_mac_in hv br0.10 "$SERVICE") == "$MAC_NEW" ]]
}

# Declared, the kernel half alone: the host's entry follows without a daemon.
case_vlan_host_interface_immediate() {
	vlan_bridge
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	lab_stop_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 'kind=announce-'
	assert_equals "host's entry on br0.10" "$MAC_NEW" "$(lab_mac_in hv br0.10 "$SERVICE")"
}

case_vlan_tap_guest() {
	local mac=00:00:5e:00:53:0d
	vlan_bridge
	lab_tapguest tap0 -w "$LAB_DIR/tap0.pcap" -k 3000 tap0 "$mac" "$SERVICE"
	set_only_vlan tap0 10 pvid untagged
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_tap_go tap0
	assert_await_frames lan 4 8 "kind=announce-.* src=$mac .*vlan=10:0"
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_vlan_router_mac "$SERVICE" "$mac"
	wait "$LAB_TAP_PID"
	"$LAB_BIN/frames" -r "$LAB_DIR/tap0.pcap" >"$LAB_DIR/tap.frames"
	assert_frames_count 0 tap "sha=$mac"
}

# The host's interface drops gratuitous ARP: the guest's answer refreshes its entry.
case_vlan_host_interface_by_the_answer() {
	vlan_bridge
	lab_set hv ipv4/conf/br0.10/drop_gratuitous_arp=1
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 counter_is host_refreshed 2 || t_fail "host_refreshed is not 2"
	assert_equals "host's entry on br0.10" "$MAC_NEW" "$(lab_mac_in hv br0.10 "$SERVICE")"
}

# The host's interface in the VLAN has a MAC of its own: the question has it, and the guest's entry for the host stays.
case_vlan_asked_by_its_own_device() {
	local mac=00:00:5e:00:53:02
	vlan_bridge
	in_hv ip link set br0.10 address "$mac"
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0.10 nud reachable # went with the old MAC
	in_ns new ip addr add 192.0.2.40/24 dev eth0
	in_ns new ping -q -c 1 -W 2 "$HOST" >/dev/null || t_fail "no way to the host"
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_capture guest new eth0 -Q in
	lab_winguest new -A -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	(($(frames_count guest op=1 "dst=$MAC_NEW" "sha=$mac" "spa=$HOST" "tpa=$SERVICE") >= 2)) ||
		t_fail "not asked: $(lab_frames guest)"
	assert_frames_count 0 guest "sha=$MAC_HOST"
	assert_equals "entry of new for $HOST" "$mac" "$(lab_mac_in new eth0 "$HOST")"
	assert_equals "host's entry for $SERVICE" "$MAC_NEW" "$(lab_mac_in hv br0.10 "$SERVICE")"
}
