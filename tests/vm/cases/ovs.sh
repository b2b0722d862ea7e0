# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# br0 is a bridge of Open vSwitch: what its database says, and what no Linux bridge has.

# The guests are in VLAN 10, v-other in 20; the uplink is a trunk. The host's interface is an internal port.
ovs_vlans() {
	ovs set Port v-old tag=10 -- set Port v-new tag=10 -- set Port v-other tag=20 \
		-- add-port br0 host10 tag=10 -- set Interface host10 type=internal
	ovs_hosts_in_10 host10
}

# ovs_hosts_in_10 IFACE: the host, by that one, and the router are in VLAN 10.
ovs_hosts_in_10() {
	in_ns_ip hv <<-LINES
		addr flush dev br0
		addr add $HOST/24 dev $1
		link set $1 up
		neigh replace $SERVICE lladdr $MAC_OLD dev $1 nud reachable
	LINES
	in_ns_ip router <<-LINES
		link add link lan0 name lan0.10 type vlan id 10
		addr flush dev lan0
		addr add $ROUTER/24 dev lan0.10
		link set lan0.10 up
		neigh replace $SERVICE lladdr $MAC_OLD dev lan0.10 nud reachable
	LINES
}

case_ovs_vlans() {
	ovs_vlans
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_capture old old eth0 -Q in
	lab_capture other other eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" vlan=10:0
	assert_frames_count 4 old 'kind=announce-.*' vlan=-
	assert_frames_count 0 other
	assert_equals "router's entry" "$MAC_NEW" "$(lab_mac_in router lan0.10 "$SERVICE")"
	assert_equals "host's entry" "$MAC_NEW" "$(lab_mac_in hv host10 "$SERVICE")"
	assert_fdb_port "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" vlan 10
}

# The tag of a port changes while garpd runs, a port leaves, and another one comes.
case_ovs_ports_change() {
	ovs_vlans
	lab_start_garpd
	assert_equals "PVID of v-new" 10 "$(port_field v-new pvid)"
	ovs set Port v-new tag=20
	lab_wait 5 port_is v-new pvid 20 || t_fail "not followed: $(lab_ports)"
	ovs set Port v-new vlan_mode=native-untagged tag=10 trunks=30
	lab_wait 5 port_is v-new pvid 10 || t_fail "not followed: $(lab_ports)"
	lab_winguest new -v 30 -n 1 -q eth0 "$MAC_NEW" 192.0.2.30
	lab_wait 5 claim_is 192.0.2.30 vlan 30 || t_fail "not heard: $(lab_claims)"
	ovs del-port v-old
	lab_await "$GARPD_LOG" 5 'v-old: no longer a port; detached' || t_fail "$(<"$GARPD_LOG")"
	ovs add-port br0 v-old
	assert_await_attached v-old 2
}

# An access port drops frames with a tag, even with that of its VLAN: they are no claim of its guest.
case_ovs_access_port_takes_no_tag() {
	ovs_vlans
	lab_start_garpd
	lab_capture guest new eth0 -Q out
	lab_capture old old eth0 -Q in
	lab_winguest new -v 10 -n 1 -q eth0 "$MAC_NEW" 192.0.2.30
	assert_await_frames guest 1 5 'kind=probe .*vlan=10:0'
	lab_winguest new -n 1 -q eth0 "$MAC_NEW" 192.0.2.31
	lab_wait 5 claim_is 192.0.2.31 vlan 10 || t_fail "not heard: $(lab_claims)"
	assert_frames_count 0 old tpa=192.0.2.30
	assert_equals "claim of a frame that the port drops" "" "$(claim_field 192.0.2.30 state)"
}

# The switch connects again, too, and says only then which link is which; its attempts are up to 8 s apart.
assert_database_back() {
	lab_await "$GARPD_LOG" 10 'Open vSwitch: database connected' || t_fail "$(<"$GARPD_LOG")"
	lab_await "$GARPD_LOG" 20 'br0: port v-new adopted' || t_fail "$(<"$GARPD_LOG")"
}

# While the database is away what it said last holds: for this daemon, and for the next one, which is told nothing.
case_ovs_database_away() {
	lab_start_garpd
	kill "$LAB_OVSDB_PID"
	lab_await "$GARPD_LOG" 10 'Open vSwitch: database: it closed the connection' || t_fail "$(<"$GARPD_LOG")"
	grep -q 'Open vSwitch: database away since' <<<"$(in_hv "$GARPD" status)" || t_fail "not in garpd status"
	lab_kill9_garpd
	lab_start_garpd
	grep -q 'Open vSwitch: database: No such file or directory' "$GARPD_LOG" || t_fail "$(<"$GARPD_LOG")"
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	lab_ovsdb
	assert_database_back
	assert_router_mac "$SERVICE" "$MAC_NEW"
	grep -q 'Open vSwitch: database away' <<<"$(in_hv "$GARPD" status)" && t_fail "still in garpd status"
	lab_guest more 00:00:5e:00:53:0d
	assert_await_attached v-more
}

# The owner is on the bridge beyond the patch ports, and defends the address.
case_ovs_patch_ports_join() {
	ovs del-port v-new -- add-br br1 -- add-port br1 v-new \
		-- add-port br1 patch1 -- set Interface patch1 type=patch options:peer=patch0 \
		-- add-port br0 patch0 -- set Interface patch0 type=patch options:peer=patch1
	in_ns old ip addr add "$SERVICE/24" dev eth0
	lab_start_garpd
	grep -q 'br1: joined to br0 by patch1' "$GARPD_LOG" || t_fail "$(<"$GARPD_LOG")"
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state conflict || t_fail "no conflict: $(lab_claims)"
	assert_claim "$SERVICE" bridge br0
	assert_claim "$SERVICE" rival "$MAC_OLD"
	assert_claim "$SERVICE" port v-new
}

# OpenStack's: the guest is on a Linux bridge, whose veth is an access port of Open vSwitch.
hybrid_plug() {
	ovs_vlans
	ovs del-port v-new
	in_ns_ip hv <<-LINES
		link add qbr1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set v-new master qbr1
		link add qvb1 up master qbr1 type veth peer name qvo1
		link set qvo1 up
	LINES
	ovs add-port br0 qvo1 tag=10
}

case_ovs_hybrid_plug() {
	hybrid_plug
	lab_start_garpd
	assert_equals "PVID of v-new" 10 "$(port_field v-new pvid)"
	lab_capture lan router lan0 -Q in
	lab_capture other other eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" vlan=10:0
	assert_frames_count 0 other
	assert_equals "router's entry" "$MAC_NEW" "$(lab_mac_in router lan0.10 "$SERVICE")"
	assert_fdb_port "$MAC_NEW" qvo1
	assert_claim "$SERVICE" bridge br0
	assert_claim "$SERVICE" vlan 10
}

# A flow that forbids the guest's ARP for the address stops the announcement, too; another address passes.
case_ovs_flow_stops_the_forbidden_address() {
	in_hv ovs-ofctl add-flow br0 "priority=100,in_port=v-new,arp,arp_spa=$SERVICE,actions=drop"
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11
	assert_await_frames lan 4 8 'kind=announce-.* spa=192.0.2.11 '
	protocol_time 2.5
	assert_frames_count 0 lan "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_OLD"
}

# The hybrid plug again: the guest is on a Linux bridge, and only the database says that it is in VLAN 10 of br0.
case_ovs_database_away_hybrid_plug() {
	hybrid_plug
	lab_start_garpd
	kill "$LAB_OVSDB_PID"
	lab_await "$GARPD_LOG" 10 'Open vSwitch: database: it closed the connection' || t_fail "$(<"$GARPD_LOG")"
	lab_kill9_garpd
	lab_start_garpd
	assert_equals "PVID of v-new" 10 "$(port_field v-new pvid)"
	lab_capture lan router lan0 -Q in
	lab_capture other other eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" vlan=10:0
	assert_frames_count 0 other
	assert_claim "$SERVICE" bridge br0
	assert_claim "$SERVICE" vlan 10
	lab_ovsdb
	assert_database_back
	assert_claim "$SERVICE" bridge br0
	! grep -q 'v-new.*detached' "$GARPD_LOG" || t_fail "$(<"$GARPD_LOG")"
}

# It takes connections and never answers: it is asked for a sign of life after 5 to 10 s, and is away 5 s later.
case_ovs_database_hangs() {
	lab_start_garpd
	kill -STOP "$LAB_OVSDB_PID"
	lab_await "$GARPD_LOG" 20 'Open vSwitch: database: it does not answer' || t_fail "$(<"$GARPD_LOG")"
	grep -q 'Open vSwitch: database away since' <<<"$(in_hv "$GARPD" status)" || t_fail "not in garpd status"
	in_hv "$GARPD" doctor >"$LAB_DIR/found" || true
	grep -q 'database cannot be read: .*it does not answer' "$LAB_DIR/found" || t_fail "$(<"$LAB_DIR/found")"
	lab_kill9_garpd
	lab_start_garpd
	grep -q 'Open vSwitch: database: it does not answer' "$GARPD_LOG" || t_fail "$(<"$GARPD_LOG")"
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_router_mac "$SERVICE" "$MAC_NEW"
	kill -CONT "$LAB_OVSDB_PID"
	assert_database_back
}

# Two interfaces have the ifindex of v-other in the database; one of them is not in this network namespace.
case_ovs_ifindex_of_another_namespace() {
	ovs_vlans
	ovs add-port br0 ghost tag=10 || true # the switch has no such device
	ovs --no-wait set Interface ghost "ifindex=$(in_hv cat /sys/class/net/v-other/ifindex)" \
		'mac_in_use="00:00:5e:00:53:77"'
	lab_start_garpd
	assert_equals "PVID of v-other" 20 "$(port_field v-other pvid)"
	ovs --no-wait set Interface v-other 'mac_in_use="00:00:5e:00:53:78"' -- set Port v-other tag=30
	lab_wait 5 port_is v-other pvid 30 || t_fail "lost with its MAC: $(lab_ports)"
}

case_ovs_guests_are_named() {
	ovs set Interface v-new external_ids:vm-id=5fd1 external_ids:vm-name=web-1 \
		-- set Interface v-old external_ids:iface-id=77
	lab_start_garpd
	assert_equals "guest of v-new" web-1 "$(port_field v-new guest)"
	assert_equals "guest of v-old" "iface-id 77" "$(port_field v-old guest)"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 8 'v-new \[web-1\]' || t_fail "$(<"$GARPD_LOG")"
}

# One of several chassis on this host has br0 for its own.
case_ovs_ovn_is_left_alone() {
	lab_start_garpd
	ovs set Open_vSwitch . external_ids:ovn-remote-hv1=tcp:192.0.2.1:6642 external_ids:ovn-bridge-hv1=br0
	lab_await "$GARPD_LOG" 5 "br0: Open vSwitch: OVN's own bridge" || t_fail "$(<"$GARPD_LOG")"
	lab_await "$GARPD_LOG" 5 'v-new: no longer a port; detached' || t_fail "$(<"$GARPD_LOG")"
	in_hv "$GARPD" doctor >"$LAB_DIR/found" || true
	grep -q "OVN's own bridge" "$LAB_DIR/found" || t_fail "not in garpd doctor: $(<"$LAB_DIR/found")"
}

# The access ports of a fake bridge are ports of the bridge that it is a VLAN of; its own interface is the
# host's there.
case_ovs_fake_bridge() {
	ovs del-port v-new -- add-br vlan10 br0 10 -- add-port vlan10 v-new -- set Port v-old tag=10
	ovs_hosts_in_10 vlan10
	lab_start_garpd
	assert_equals "PVID of v-new" 10 "$(port_field v-new pvid)"
	assert_equals "role of vlan10" host "$(port_field vlan10 role)"
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" vlan=10:0
	assert_equals "host's entry" "$MAC_NEW" "$(lab_mac_in hv vlan10 "$SERVICE")"
	assert_claim "$SERVICE" bridge br0
	assert_claim "$SERVICE" vlan 10
}

# A bond that is balanced by source MACs, to a switch that knows of none: it sends what came by one member
# back by the other. Open vSwitch drops that, so no guest hears it, and it marks no uplink.
case_ovs_bond_gets_its_own_back() {
	ovs del-port up0
	in_ns_ip hv <<<"link add up1 up type veth peer name lan1 netns ${LAB_PID[router]}"
	in_ns_ip router <<-LINES
		addr flush dev lan0
		link add sw0 address $MAC_ROUTER type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set lan0 master sw0
		link set lan1 up master sw0
		link set sw0 up
		addr add $ROUTER/24 dev sw0
		neigh replace $SERVICE lladdr $MAC_OLD dev sw0 nud reachable
	LINES
	ovs add-bond br0 bond0 up0 up1 bond_mode=balance-slb
	lab_start_garpd
	lab_wait 5 port_is up1 forwarding true || t_fail "no member: $(lab_ports)"
	lab_capture lan0 router lan0 -Q out
	lab_capture lan1 router lan1 -Q out
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not announced: $(lab_claims)"
	assert_equals "router's entry" "$MAC_NEW" "$(lab_mac_in router sw0 "$SERVICE")"
	(($(frames_count lan0 'kind=announce-.*') + $(frames_count lan1 'kind=announce-.*') > 0)) ||
		t_fail "the switch sent nothing back"
	assert_equals "uplinks that send back" 0 "$(lab_counter uplink_reflects)"
	assert_equals "role of up1" uplink "$(port_field up1 role)"
}

# ovs_far VLAN: a machine on another hypervisor, in that VLAN by a tunnel.
ovs_far() {
	lab_machine far
	in_ns_ip hv <<-LINES
		link add under0 up type veth peer name eth0 netns ${LAB_PID[far]}
		addr add 203.0.113.1/24 dev under0
	LINES
	in_ns_ip far <<-LINES
		link set eth0 up
		addr add 203.0.113.2/24 dev eth0
		link add vx0 address $MAC_OLD up type vxlan id 42 remote 203.0.113.1 dstport 4789
	LINES
	ovs add-port br0 tunnel1 tag="$1" \
		-- set Interface tunnel1 type=vxlan options:remote_ip=203.0.113.2 options:key=42
}

# The owner is beyond a tunnel, whose frames have no VLAN that garpd knows, and defends the address.
case_ovs_tunnel_objects() {
	ovs_vlans
	ovs_far 10
	in_ns far ip addr add "$SERVICE/24" dev vx0
	lab_start_garpd
	assert_await_attached vxlan_sys_4789
	lab_capture lan router lan0 -Q in
	lab_capture far far vx0 -Q in
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11
	lab_wait 8 claim_is "$SERVICE" state conflict || t_fail "no conflict: $(lab_claims)"
	assert_claim "$SERVICE" vlan 10
	assert_claim "$SERVICE" rival "$MAC_OLD"
	assert_claim "$SERVICE" port v-new
	assert_await_frames far 4 8 'kind=announce-.* spa=192.0.2.11 '
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$SERVICE"
	assert_equals "router's entry" "$MAC_OLD" "$(lab_mac_in router lan0.10 "$SERVICE")"
}

# The owner defends it by a broadcast, which may be of any VLAN. The guest hears it and gives the address up.
case_ovs_tunnel_objects_to_all() {
	ovs_vlans
	ovs_far 10
	lab_start_garpd
	assert_await_attached vxlan_sys_4789
	lab_capture lan router lan0 -Q in
	lab_capture guest new eth0 -Q in
	lab_winguest far -n 0 -i -c -k 20000 vx0 "$MAC_OLD" "$SERVICE"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11
	assert_await_frames guest 1 5 "dst=ff:ff:ff:ff:ff:ff .*spa=$SERVICE "
	assert_await_frames lan 4 8 'kind=announce-.* spa=192.0.2.11 '
	lab_await "$GARPD_LOG" 10 "$SERVICE: .*: ignored: . of 3 required probes" || t_fail "$(<"$GARPD_LOG")"
	(($(lab_counter other_doubted) > 0)) || t_fail "the owner was not heard"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW" "spa=$SERVICE"
	assert_equals "router's entry" "$MAC_OLD" "$(lab_mac_in router lan0.10 "$SERVICE")"
}

# It is in another network on the bridge, and uses the same address there.
case_ovs_tunnel_of_another_network() {
	ovs_vlans
	ovs_far 20
	lab_start_garpd
	assert_await_attached vxlan_sys_4789
	lab_capture lan router lan0 -Q in
	lab_capture other other eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 5 claim_is "$SERVICE" state probing || t_fail "not heard: $(lab_claims)"
	lab_winguest far -n 1 -i -u 200 -t 192.0.2.77 -k 10000 vx0 "$MAC_OLD" "$SERVICE"
	assert_await_frames other 1 5 "kind=request .*spa=$SERVICE "
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" vlan=10:0
	assert_equals "router's entry" "$MAC_NEW" "$(lab_mac_in router lan0.10 "$SERVICE")"
	(($(lab_counter other_doubted) > 0)) || t_fail "nothing of the other network was heard"
}

# Open vSwitch remakes the qdisc. Where the kernel has tcx, garpd is not on it; else Open vSwitch's own filter
# comes first from then on, which is logged.
case_ovs_policing_remakes_the_qdisc() {
	lab_start_garpd
	ovs set Interface v-new ingress_policing_rate=1000 ingress_policing_burst=100
	grep -q police <<<"$(in_hv tc filter show dev v-new ingress)" || t_fail "the rate is not limited"
	if [[ $(port_field v-new mode) == tc ]]; then
		lab_await "$GARPD_LOG" 10 'v-new: not heard: a tc filter \(matchall\) comes before' ||
			t_fail "$(<"$GARPD_LOG")"
		return
	fi
	assert_equals "v-new" heard "$(port_field v-new heard)"
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

flow_in_tc() {
	grep -q 'eth_type arp' <<<"$(in_hv tc filter show dev "$1" ingress)"
}

# Flows are filters on the ports' ingress (flower), which garpd's program comes before. A card would take them over
# and hide the frames from the kernel; software does as they say.
case_ovs_offload_without_a_card() {
	local port
	ovs set Open_vSwitch . other_config:hw-offload=true other_config:tc-policy=none
	for port in v-old v-new v-other up0; do
		ovs del-port "$port" -- add-port br0 "$port"
	done
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	lab_wait 5 flow_in_tc v-new || t_fail "no flow in tc: $(in_hv tc filter show dev v-new ingress)"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
}

# As an agent of ML2 writes them: fail_mode is secure, and ARP of the port passes with its own addresses
# alone, so not even a probe does. The announcement is judged as the guest's own frame would be.
case_ovs_flows_of_a_controller() {
	local flows=$LAB_DIR/flows
	printf '%s\n' 'table=0,priority=10,arp,in_port=v-new,actions=resubmit(,24)' \
		'table=0,priority=0,actions=resubmit(,60)' 'table=24,priority=0,actions=drop' \
		'table=24,priority=2,arp,in_port=v-new,arp_spa=192.0.2.11,actions=resubmit(,25)' \
		'table=25,priority=0,actions=resubmit(,60)' 'table=60,priority=3,actions=NORMAL' >"$flows"
	ovs set-fail-mode br0 secure
	in_hv ovs-ofctl -O OpenFlow13 del-flows br0
	in_hv ovs-ofctl -O OpenFlow13 add-flows br0 "$flows"
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11
	assert_await_frames lan 4 8 'kind=announce-.* spa=192.0.2.11 '
	protocol_time 2.5
	assert_frames_count 0 lan "spa=$SERVICE"
	assert_frames_count 0 lan 'kind=probe.*'
	assert_router_mac "$SERVICE" "$MAC_OLD"
}
