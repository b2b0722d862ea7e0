# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Other kinds of uplinks, and port states that the bridge itself sets.

# An uplink by its kind, not by name.
assert_port_role() {
	assert_equals "role of $1" "$2" "$(port_field "$1" role)"
}

# assert_uplink_works PORT IFACE: announcements leave by PORT for IFACE of the router; probes from behind it
# open no claims.
assert_uplink_works() {
	lab_start_garpd
	assert_port_role "$1" uplink
	lab_capture lan router "$2" -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW" "spa=$SERVICE"
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_equals "router's entry" "$MAC_NEW" "$(lab_mac_in router "$2" "$SERVICE")"
	lab_winguest router -q "$2" 00:00:5e:00:53:0d 192.0.2.11
	protocol_time 6
	assert_equals "claims from behind the uplink" "" "$(claim_field 192.0.2.11 state)"
}

# assert_uplink_conflict IFACE: the router has the address, and defends it through the uplink.
assert_uplink_conflict() {
	in_ns router ip addr add "$SERVICE/32" dev "$1"
	lab_start_garpd
	lab_capture lan router "$1"
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 "kind=reply src=$MAC_ROUTER"
	protocol_time 6
	assert_frames_count 0 lan 'kind=announce-.*' "sha=$MAC_NEW"
	assert_claim "$SERVICE" state conflict
}

# make_bond_uplink: replaces port up0 of br0 by bond0, whose slave it becomes.
make_bond_uplink() {
	in_hv ip link add bond0 type bond mode active-backup miimon 100 ||
		t_skip "this kernel has no bonding"
	in_hv ip link set up0 nomaster down
	in_hv ip link set up0 master bond0
	in_hv ip link set up0 up
	in_hv ip link set bond0 up
	in_hv ip link set bond0 master br0
	lab_wait 5 link_is_forwarding bond0 || t_fail "bond0 does not come up"
	lab_stale "$SERVICE" "$MAC_OLD" # the router lost its entries with its carrier
}

link_is_forwarding() {
	[[ $(in_hv bridge -j link show dev "$1" | pick state) == forwarding ]]
}

case_bond_uplink() {
	make_bond_uplink
	assert_uplink_works bond0 lan0
}

case_bond_uplink_conflict() {
	make_bond_uplink
	assert_uplink_conflict lan0
}

# ---- bonds, mode by mode ----

# The hypervisor's uplink has two members, up0 and up1. What is beyond, lan0 and lan1 of the router, is one group
# of links for modes that use both (static, as their switches have it), and else two ports of a switch.

# bond_beyond GROUPED: 1: a group; 0: a switch. Its router interface is lanb.
bond_beyond() {
	local kind='bridge forward_delay 0 mcast_snooping 0'
	((!$1)) || kind='bond mode balance-rr miimon 20'
	# shellcheck disable=SC2086 # a list of words
	in_ns router ip link add lanb type $kind
	in_ns_ip router <<-LINES
		link set lan0 down
		link set lan1 down
		link set lan0 master lanb
		link set lan1 master lanb
		link set lan0 up
		link set lan1 up
		addr flush dev lan0
		addr add $ROUTER/24 dev lanb
		link set lanb up
	LINES
}

# bond_end: both ends go, so that the next mode begins anew.
bond_end() {
	in_ns router ip link del lanb
	in_hv ip link del bond0
}

# bond_announces ADDRESS SECONDS: a guest probes, and is announced on lanb; each probe is heard once.
bond_announces() {
	lab_winguest new -k 4000 eth0 "$MAC_NEW" "$1"
	lab_wait "$2" claim_is "$1" announcements 2 || t_fail "$1 is not announced: $(lab_claims)"
	assert_claim "$1" probes 3
	assert_claim "$1" conflicts 0
	assert_equals "router's entry for $1 behind $MODE" "$MAC_NEW" "$(lab_mac_in router lanb "$1")"
}

# bond_mode MODE GROUPED NUMBER
bond_mode() {
	local address=192.0.2.$((100 + $3)) behind=192.0.2.$((120 + $3))
	MODE=$1
	in_hv ip link add bond0 type bond mode "$1" miimon 20
	in_hv ip link set up0 master bond0
	in_hv ip link set up1 master bond0
	bond_beyond "$2"
	in_hv ip link set bond0 up
	in_hv ip link set bond0 master br0
	lab_wait 10 port_is bond0 forwarding true || t_fail "$1: bond0 does not forward"
	assert_port_role bond0 uplink
	in_ns router ip neigh replace "$address" lladdr "$MAC_OLD" dev lanb nud reachable
	bond_announces "$address" 8
	# What is said there is heard, for conflicts only.
	in_ns router ip addr add "$behind/32" dev lanb
	lab_winguest new -f -k 1000 eth0 "$MAC_NEW" "$behind"
	lab_wait 8 claim_is "$behind" state conflict || t_fail "$1: no conflict: $(lab_claims)"
	bond_end
}

# timeout bonded_every_mode 150
case_bonded_every_mode() {
	local mode number=0
	in_hv ip link add bond0 type bond 2>/dev/null || t_skip "this kernel has no bonding"
	in_hv ip link del bond0
	in_hv ip link set up0 nomaster down
	in_hv ip link add up1 type veth peer name lan1 netns "${LAB_PID[router]}"
	lab_start_garpd
	for mode in balance-rr balance-xor broadcast; do
		bond_mode "$mode" 1 $((number += 1))
	done
	# 802.3ad: the switch speaks no LACP, so one member is used.
	for mode in active-backup 802.3ad balance-tlb balance-alb; do
		bond_mode "$mode" 0 $((number += 1))
	done
}

# make_vxlan_uplink: the segment reaches the router through a tunnel over up0.
make_vxlan_uplink() {
	in_hv ip link set up0 nomaster
	in_hv ip addr add 203.0.113.1/24 dev up0
	in_ns router ip addr flush dev lan0
	in_ns router ip addr add 203.0.113.2/24 dev lan0
	in_hv ip link add vx0 type vxlan id 42 local 203.0.113.1 remote 203.0.113.2 dstport 4789 \
		dev up0 || t_skip "this kernel has no vxlan"
	in_hv ip link set vx0 master br0 up
	in_ns router ip link add vx0 address "$MAC_ROUTER" type vxlan id 42 local 203.0.113.2 \
		remote 203.0.113.1 dstport 4789 dev lan0
	in_ns router ip addr add "$ROUTER/24" dev vx0
	in_ns router ip link set vx0 up
	in_ns router ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev vx0 nud reachable
}

case_vxlan_uplink() {
	make_vxlan_uplink
	assert_uplink_works vx0 vx0
}

case_vxlan_uplink_conflict() {
	make_vxlan_uplink
	assert_uplink_conflict vx0
}

# Isolated ports do not hear each other; the uplink hears all.
case_isolated_ports() {
	in_hv bridge link set dev v-new isolated on || t_skip "this bridge cannot isolate ports"
	in_hv bridge link set dev v-old isolated on
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_capture old old eth0 -Q in
	lab_capture other other eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 4 other 'kind=announce-.*' "src=$MAC_NEW"
	assert_frames_count 0 old "sha=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# make_stp_loop: a switch of two more ports of br0, sw0 and sw1, that is the root of the spanning tree:
# br0 keeps sw0, the better one, and blocks sw1. The far ends are far0 and far1 in `sw`.
make_stp_loop() {
	local i
	lab_machine sw
	in_ns sw ip link add br1 type bridge stp_state 1 priority 4096 forward_delay 200 \
		hello_time 100 max_age 600
	in_ns sw ip link set br1 up
	in_hv ip link set br0 type bridge stp_state 1 forward_delay 200 hello_time 100 max_age 600
	for i in 0 1; do
		in_hv ip link add "sw$i" type veth peer name "far$i" netns "${LAB_PID[sw]}"
		in_ns sw ip link set "far$i" master br1 up
		in_hv ip link set "sw$i" master br0 up
	done
	lab_wait 20 link_is_forwarding sw0 || t_fail "STP does not take sw0 as its root port"
	lab_wait 20 link_is_forwarding v-new || t_fail "STP does not take v-new"
	lab_wait 20 link_is_forwarding up0 || t_fail "STP does not take up0"
	assert_equals "state of sw1" blocking "$(in_hv bridge -j link show dev sw1 | pick state)"
}

# Frames from behind the blocked port reach the hook but not the bridge. Once it forwards, the port
# counts.
case_stp_blocked_by_stp() {
	local mac=00:00:5e:00:53:0d
	make_stp_loop
	lab_start_garpd
	lab_capture lan router lan0 -Q in
	lab_winguest sw far1 "$mac" "$SERVICE"
	wait "$LAB_LAST"
	protocol_time 6
	assert_frames_count 0 lan "src=$mac"
	assert_equals "claim of a blocked port" "" "$(claim_field "$SERVICE" state)"
	assert_host_mac "$SERVICE" "$MAC_OLD"
	in_hv ip link set sw0 down
	lab_wait 20 link_is_forwarding sw1 || t_fail "STP does not take sw1 in the end"
	lab_wait 5 port_is sw1 forwarding true || t_fail "garpd does not follow: $(lab_ports)"
	lab_winguest sw -k 10000 far1 "$mac" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$mac"
	assert_router_mac "$SERVICE" "$mac"
	assert_fdb_port "$mac" sw1
}

# By default garpd uses the mode that the kernel supports; the other one only if configured.
case_mode_of_the_column() {
	[[ -n ${GARPD_MODE:-} ]] || t_skip "only tests/vm/run says which mode it should be"
	lab_start_garpd
	assert_equals "mode of v-new" "$GARPD_MODE" "$(port_field v-new mode)"
}

# ---- bonds whose failover the kernel does not report ----

# bond_fails_over MODE: up0 and up1 lead to two switches. The member by which the guest was announced loses its
# carrier: the guest is announced again by the other one.
bond_fails_over() {
	local used=lan0 other=lan1
	in_hv ip link add bond0 type bond mode "$1" miimon 20
	in_hv ip link set up0 master bond0
	in_hv ip link set up1 master bond0
	in_hv ip link set bond0 up
	in_hv ip link set bond0 master br0
	# An uplink that comes back later is an event of its own, and there is one in a minute.
	lab_wait 10 link_is_forwarding bond0 || t_fail "bond0 does not forward"
	[[ $1 != 802.3ad ]] || lab_wait 30 lags_have_partners || t_fail "no LACP partner"
	lab_start_garpd
	lab_wait 10 port_is bond0 forwarding true || t_fail "bond0 does not forward"
	lab_capture lan0 router lan0 -Q in
	lab_capture lan1 router lan1 -Q in
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 claim_is "$SERVICE" announcements 2 || t_fail "not announced: $(lab_claims)"
	(($(frames_count lan0 kind=announce-request "sha=$MAC_NEW") == 2)) || used=lan1 other=lan0
	assert_frames_count 2 "$used" kind=announce-request "sha=$MAC_NEW"
	assert_frames_count 0 "$other" kind=announce-request "sha=$MAC_NEW"
	in_ns router ip link set "$used" down
	assert_await_frames "$other" 1 8 "kind=announce-request .*sha=$MAC_NEW"
	(($(lab_counter asking_link) > 0)) || t_fail "the guest was not asked"
}

lags_have_partners() {
	local i
	for i in 0 1; do
		in_ns router ip -d link show "lag$i" | grep 'ad_partner_mac [^ ]*[1-9a-f]' || return
	done
}

two_members() {
	in_hv ip link add bond0 type bond 2>/dev/null || t_skip "this kernel has no bonding"
	in_hv ip link del bond0
	in_hv ip link set up0 nomaster down
	in_hv ip link add up1 type veth peer name lan1 netns "${LAB_PID[router]}"
	in_ns router ip link set lan1 up
}

case_bond_tlb_failover() {
	two_members
	bond_fails_over balance-tlb
}

case_bond_alb_failover() {
	two_members
	bond_fails_over balance-alb
}

# Two switches that speak LACP are two aggregators.
case_bond_lacp_failover() {
	local i
	two_members
	for i in 0 1; do
		in_ns router ip link add "lag$i" type bond mode 802.3ad lacp_rate fast miimon 20
		in_ns router ip link set "lan$i" down
		in_ns router ip link set "lan$i" master "lag$i"
		in_ns router ip link set "lag$i" up
	done
	bond_fails_over 802.3ad
}

# In mode active-backup the kernel itself reports a failover, and that of a backup does not count as one.
case_bond_backup_that_fails_is_no_failover() {
	two_members
	in_hv ip link add bond0 type bond mode active-backup miimon 20
	in_hv ip link set up0 master bond0
	in_hv ip link set up1 master bond0
	in_hv ip link set bond0 up
	in_hv ip link set bond0 type bond active_slave up0
	in_hv ip link set bond0 master br0
	lab_start_garpd
	lab_wait 10 port_is bond0 forwarding true || t_fail "bond0 does not forward"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 claim_is "$SERVICE" announcements 2 || t_fail "not announced: $(lab_claims)"
	in_ns router ip link set lan1 down
	protocol_time 5
	assert_equals "questions after a link event" 0 "$(lab_counter asking_link)"
}
