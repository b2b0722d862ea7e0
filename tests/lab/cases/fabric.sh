# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# On an EVPN fabric of two hypervisors, each with garpd. The service address is on hv1, and so are the
# clients that have to follow: one in the segment, one that hv1 routes.

# shellcheck source=tests/lab/fabric.sh
source "$LAB_ROOT/tests/lab/fabric.sh"

export T_LAB=fabric_up
MAC_L2=00:00:5e:00:53:20
FABRIC_L2=192.0.2.20 # the client in the segment

# fabric_stale: gives the client in the segment the old owner's MAC, freshly confirmed.
fabric_stale() {
	in_ns l2 ip neigh replace "$1" lladdr "$2" dev eth0 nud reachable
}

fabric_up() {
	t_need /usr/lib/frr/bgpd
	fabric_begin "$1" 2
	fabric_guest old hv1 "$MAC_OLD" "$SERVICE"
	fabric_guest new hv2 "$MAC_NEW"
	fabric_guest l2 hv1 "$MAC_L2" "$FABRIC_L2"
	fabric_client client hv1
	fabric_owner hv1 "$SERVICE" old
	fabric_owner hv1 "$FABRIC_L2" l2
	fabric_stale "$SERVICE" "$MAC_OLD"
}

# fabric_start [ARGS...]: starts garpd everywhere, and captures the client's wire.
fabric_start() {
	fabric_garpd hv1 "$@"
	fabric_garpd hv2 "$@"
	lab_capture l2 l2 eth0
}

l2_mac_of() {
	lab_mac_in l2 eth0 "$1"
}

l2_has_followed() {
	[[ $(l2_mac_of "$1") == "$2" ]]
}

# assert_entry HV ADDR ENTRY [SECONDS]: waits for it. zebra may have to wait for seconds for the kernel's
# RTNL, which all namespaces of a machine share.
assert_entry() {
	lab_wait "${4:-20}" fabric_entry_is "$1" "$2" "$3" ||
		t_fail "$1 has for $2: $(fabric_entry "$1" "$2"), not $3"
}

assert_l2() {
	lab_wait 20 l2_has_followed "$1" "$2" || t_fail "the L2 client still has $(l2_mac_of "$1"), not $2"
}

fabric_has_counted() {
	(($(lab_counter "$2" "$1") >= $3))
}

# assert_moved_to HV MAC ELSEWHERE [ADDR]: in the entries here and elsewhere, and with the clients there.
assert_moved_to() {
	local addr=${4:-$SERVICE}
	assert_entry "$1" "$addr" "$2 here"
	assert_entry "$3" "$addr" "$2 elsewhere"
}

can_client_reach() {
	in_ns "$1" ping -c 1 -W 1 "$SERVICE" >/dev/null
}

# fabric_leave MACHINE: removes the address, and restores the routes that go with the last address.
fabric_leave() {
	in_ns_ip "$1" <<-LINES
		addr del $SERVICE/24 dev eth0
		route add default via $HOST dev eth0 onlink
	LINES
}

# fabric_take: the new owner takes the address over by probes alone, and uses it.
fabric_take() {
	lab_winguest "$1" -A -k 60000 eth0 "$2" "${@:3}"
}

# ---- a move -------------------------------------------------------------------------------------

case_fabric_moves_by_probes() {
	fabric_start
	in_ns old ip link set eth0 down # the owner dies
	fabric_take new "$MAC_NEW" "$SERVICE"
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
	lab_wait 3 can_client_reach client || t_fail "the routed client does not reach it"
	lab_wait 3 can_client_reach l2 || t_fail "the L2 client does not reach it"
	# Announced as from the tunnel: the bridge there knows the MAC by EVPN only.
	assert_frames_count 1 l2 kind=announce-request "src=$MAC_NEW" "spa=$SERVICE"
	assert_frames_count 1 l2 kind=announce-reply "src=$MAC_NEW" "spa=$SERVICE"
	assert_equals "port of the new guest on hv1" vx0 \
		"$(in_ns hv1 bridge -j fdb show br br0 | pick "mac=$MAC_NEW" ifname | sort -u)"
	protocol_time 4 # the entry stays
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_equals "written" 1 "$(lab_counter host_evpn_written hv2)"
	assert_equals "written elsewhere" 0 "$(lab_counter host_evpn_written hv1)"
}

case_fabric_moves_back() {
	fabric_start
	fabric_leave old
	fabric_take new "$MAC_NEW" "$SERVICE"
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
	in_ns new ip link set eth0 down
	fabric_take old "$MAC_OLD" "$SERVICE"
	assert_moved_to hv1 "$MAC_OLD" hv2
	assert_l2 "$SERVICE" "$MAC_OLD"
	lab_wait 3 can_client_reach client || t_fail "the routed client does not reach it"
}

# fabric_firewall HV MACHINE: puts a firewall bridge between the guest and br0, as Proxmox does.
fabric_firewall() {
	in_ns_ip "$1" <<-LINES
		link add fwbr1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set v-$2 master fwbr1
		link add fwln1 up master fwbr1 type veth peer name fwpr1
		link set fwpr1 up master br0
	LINES
}

# The guest is behind a firewall bridge: the entry is one of br0 all the same.
case_fabric_moves_behind_a_joint() {
	fabric_firewall hv2 new
	fabric_start
	in_ns old ip link set eth0 down
	fabric_take new "$MAC_NEW" "$SERVICE"
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
	lab_wait 3 can_client_reach client || t_fail "the routed client does not reach it"
	assert_equals "written" 1 "$(lab_counter host_evpn_written hv2)"
}

# An address comes from elsewhere to a guest behind a joint that garpd has not heard claim it: it is announced at
# the guest's own port, which the forwarding tables of br0 and of the firewall bridge lead to.
case_fabric_comes_home_behind_a_joint() {
	fabric_guest near hv2 00:00:5e:00:53:21 192.0.2.21
	fabric_firewall hv2 new
	fabric_start
	lab_capture near near eth0
	fabric_leave old
	in_ns new ip addr add "$SERVICE/24" dev eth0
	in_ns new ping -q -c 1 -W 1 "$HOST" >/dev/null || true # the bridges hear its MAC; hv2 replies to the old owner
	in_ns hv2 ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev br0 nud reachable
	assert_await_frames near 2 10 "kind=announce-.* src=$MAC_NEW .*spa=$SERVICE "
	lab_await "${FABRIC_LOG[hv2]}" 5 "br0: $SERVICE: announced for $MAC_NEW on v-new .EVPN." ||
		t_fail "not announced at v-new: $(<"${FABRIC_LOG[hv2]}")"
	assert_equals "port of the guest on br0" fwpr1 \
		"$(in_ns hv2 bridge -j fdb show br br0 | pick "mac=$MAC_NEW" ifname | sort -u | sed -n 1p)"
}

# apart fabric_immediate
# A declared address is announced at its first probe, and written once the guest has answered.
case_fabric_immediate() {
	fabric_start --declare "$SERVICE=$MAC_OLD,$MAC_NEW"
	lab_capture new new eth0
	in_ns old ip link set eth0 down
	fabric_take new "$MAC_NEW" "$SERVICE"
	lab_wait 5 fabric_has_counted hv2 immediate 1 || t_fail "not announced at its first probe"
	assert_equals "written during DAD" 0 "$(lab_counter host_evpn_written hv2)"
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
	protocol_time 4
	assert_moved_to hv2 "$MAC_NEW" hv1
}

# The guest's own announcement does not move an entry of zebra's, either.
case_fabric_self_announcing() {
	fabric_start
	in_ns old ip link set eth0 down
	lab_winguest new -A -a -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
}

# The hypervisor has no address on the SVI: the guest is asked from a made one, and written all the same. The
# SVI is an anycast gateway, the same on both: what the guest knows of it stays as it is.
case_fabric_svi_without_an_address() {
	in_ns new ip neigh replace "$HOST" lladdr "$MAC_HOST" dev eth0 nud permanent
	in_ns hv2 ip addr flush dev br0 scope global
	fabric_start
	in_ns old ip link set eth0 down
	fabric_take new "$MAC_NEW" "$SERVICE"
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
	assert_equals "the guest's gateway" "$MAC_HOST" "$(lab_mac_in new eth0 "$HOST")"
}

# The SVI has a MAC of its own, and the anycast gateway is a macvlan on it: garpd asks with the SVI's address and
# MAC, and the guest's entry for its gateway stays as it is.
case_fabric_svi_with_its_own_mac() {
	fabric_svi_of_its_own hv1 00:00:5e:00:53:f1 192.0.2.251
	fabric_svi_of_its_own hv2 00:00:5e:00:53:f2 192.0.2.252
	fabric_owner hv1 "$SERVICE" old
	in_ns new ip neigh replace "$HOST" lladdr "$MAC_HOST" dev eth0 nud reachable
	fabric_start
	lab_capture new new eth0
	in_ns old ip link set eth0 down
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames new 1 8 kind=request src=00:00:5e:00:53:f2 spa=192.0.2.252 "tpa=$SERVICE"
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
	assert_frames_count 0 new "spa=$HOST"
	assert_equals "the guest's gateway" "$MAC_HOST" "$(lab_mac_in new eth0 "$HOST")"
}

# The bridge's filter keeps the guest's ARP from the SVI: no route for it, and none is written past it.
case_fabric_filtered_guest() {
	t_need nft
	in_ns hv2 nft -f - <<-RULES || t_skip "this kernel has no nftables for bridges"
		table bridge lab {
			chain drops {
				type filter hook input priority 0;
				iifname v-new ether type arp drop
			}
		}
	RULES
	fabric_start
	fabric_leave old
	fabric_take new "$MAC_NEW" "$SERVICE"
	lab_await "${FABRIC_LOG[hv2]}" 12 '2 of 2' || t_fail "not announced"
	protocol_time 1
	assert_equals "written" 0 "$(lab_counter host_evpn_written hv2)"
	assert_entry hv2 "$SERVICE" "$MAC_OLD elsewhere"
}

case_fabric_ipv6() {
	local hv
	for hv in hv1 hv2; do
		lab_ipv6_on "$hv" lo
		lab_ipv6_on "$hv" br0
		in_ns "$hv" ip addr add "$HOST6/64" dev br0
	done
	lab_ipv6_on new eth0
	lab_ipv6_on old eth0
	lab_ipv6_on l2 eth0
	in_ns l2 ip addr add 2001:db8:10::20/64 dev eth0
	in_ns old ip addr add "$SERVICE6/64" dev eth0
	fabric_owner hv1 "$SERVICE6" old
	fabric_stale "$SERVICE6" "$MAC_OLD"
	fabric_start
	in_ns old ip link set eth0 down
	lab_winguest new -A -k 60000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_moved_to hv2 "$MAC_NEW" hv1 "$SERVICE6"
	assert_l2 "$SERVICE6" "$MAC_NEW"
	protocol_time 4
	assert_moved_to hv2 "$MAC_NEW" hv1 "$SERVICE6"
}

# ---- a false one --------------------------------------------------------------------------------

# A scanner on hv2 probes for the address, which its owner on hv1 has. neigh_suppress keeps each from
# hearing the other.
case_fabric_false_claim() {
	fabric_start
	lab_winguest new -q -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "${FABRIC_LOG[hv2]}" 8 'does not answer' || t_fail "not asked"
	assert_moved_to hv1 "$MAC_OLD" hv2
	assert_l2 "$SERVICE" "$MAC_OLD"
	can_client_reach client || t_fail "the routed client does not reach the true owner"
	can_client_reach l2 || t_fail "the L2 client does not reach the true owner"
	assert_frames_count 0 l2 'kind=announce-.*' "spa=$SERVICE"
	assert_equals "written" 0 "$(lab_counter host_evpn_written hv2)"
}

# A claim in conflict here is not advertised to the fabric.
case_fabric_conflict_writes_nothing() {
	fabric_guest other hv2 "$MAC_OTHER" # both on one bridge
	fabric_start
	lab_winguest other -n 0 -i -c -k 60000 eth0 "$MAC_OTHER" "$SERVICE"
	lab_await "$LAB_DIR"/winguest.other.* 5 owns || t_fail "the defender did not start"
	fabric_take new "$MAC_NEW" "$SERVICE"
	lab_await "${FABRIC_LOG[hv2]}" 8 'conflict' || t_fail "no conflict"
	protocol_time 4
	assert_moved_to hv1 "$MAC_OLD" hv2
	assert_equals "written" 0 "$(lab_counter host_evpn_written hv2)"
	assert_equals "in the segment" "$MAC_OLD" "$(l2_mac_of "$SERVICE")"
}

# ---- who dies -----------------------------------------------------------------------------------

# With its namespace, as a VM dies with its process: the port is gone, too.
case_fabric_owner_killed() {
	fabric_start
	in_ns hv1 ip link del v-old
	fabric_take new "$MAC_NEW" "$SERVICE"
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
	lab_wait 3 can_client_reach client || t_fail "the routed client does not reach it"
}

# In the window of the new owner, on its hypervisor: the next daemon continues it.
case_fabric_daemon_killed_here() {
	fabric_start
	in_ns old ip link set eth0 down
	fabric_take new "$MAC_NEW" "$SERVICE"
	lab_await "${FABRIC_LOG[hv2]}" 5 'window continues' || t_fail "no window"
	fabric_end_garpd hv2 KILL
	fabric_garpd hv2
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
}

# Elsewhere, during the move: zebra works without it, and the next daemon announces it to the L2 clients.
case_fabric_daemon_killed_elsewhere() {
	fabric_start
	fabric_end_garpd hv1 KILL
	in_ns old ip link set eth0 down
	fabric_take new "$MAC_NEW" "$SERVICE"
	assert_moved_to hv2 "$MAC_NEW" hv1
	protocol_time 0.3
	assert_frames_count 0 l2 'kind=announce-.*'
	fabric_garpd hv1
	assert_l2 "$SERVICE" "$MAC_NEW"
}

# The new owner answers and dies within the second, before its second announcement: garpd does not make it. The
# former owner takes the address back: EVPN tells hv2, and the client there follows.
case_fabric_new_owner_dies_within_the_second() {
	fabric_guest l3 hv2 00:00:5e:00:53:30 192.0.2.30
	fabric_start
	lab_capture l3 l3 eth0
	fabric_leave old
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "${FABRIC_LOG[hv2]}" 8 '1 of 2' || t_fail "not announced"
	kill "$LAB_LAST"
	in_ns l3 ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev eth0 nud reachable
	assert_moved_to hv2 "$MAC_NEW" hv1
	assert_frames_count 1 l3 kind=announce-request "src=$MAC_NEW"
	fabric_take old "$MAC_OLD" "$SERVICE"
	assert_moved_to hv1 "$MAC_OLD" hv2
	assert_await_frames l3 1 8 kind=announce-request "src=$MAC_OLD"
	assert_equals "the L2 client on hv2" "$MAC_OLD" "$(lab_mac_in l3 eth0 "$SERVICE")"
	protocol_time 3
	assert_frames_count 1 l3 kind=announce-request "src=$MAC_NEW"
	assert_equals "contradicted" 0 "$(lab_counter fabric_contradicted hv2)"
}

# ---- many ---------------------------------------------------------------------------------------

FABRIC_MANY=300

many() {
	local i
	for ((i = 1; i <= FABRIC_MANY; i++)); do
		echo "192.0.2.10 $i" | awk '{ printf "198.18.%d.%d\n", $2 / 256, $2 % 256 }'
	done
}

# count_many MACHINE IFACE MAC: prints how many entries have that MAC.
count_many() {
	in_ns "$1" ip neigh show dev "$2" | grep -c "^198\.18\..* lladdr $3 " || true
}

many_have_moved() {
	(($(count_many "$1" "$2" "$3") == FABRIC_MANY))
}

# timeout fabric_300_at_once 120
case_fabric_300_at_once() {
	local hv
	local -a addresses
	mapfile -t addresses < <(many)
	for hv in hv1 hv2; do
		in_ns "$hv" ip addr add 198.18.255.254/16 dev br0
	done
	printf 'neigh replace %s lladdr '"$MAC_OLD"' dev br0 nud reachable\n' "${addresses[@]}" |
		in_ns_ip hv1
	printf 'neigh replace %s lladdr '"$MAC_OLD"' dev eth0 nud reachable\n' "${addresses[@]}" |
		in_ns_ip l2
	lab_wait 10 many_have_moved hv2 br0 "$MAC_OLD" || t_fail "no owner yet"
	fabric_start
	in_ns old ip link set eth0 down
	lab_winguest new -i -k 60000 eth0 "$MAC_NEW" "${addresses[@]}"
	lab_wait 20 many_have_moved hv1 br0 "$MAC_NEW" ||
		t_fail "hv1: only $(count_many hv1 br0 "$MAC_NEW")"
	lab_wait 5 many_have_moved l2 eth0 "$MAC_NEW" ||
		t_fail "l2: only $(count_many l2 eth0 "$MAC_NEW")"
	assert_frames_count "$FABRIC_MANY" l2 kind=announce-request "src=$MAC_NEW"
	assert_equals "written" "$FABRIC_MANY" "$(lab_counter host_evpn_written hv2)"
}

# Two guests take the address from each other. garpd on both hypervisors counts the moves, its own and
# those from EVPN, and freezes the claim; FRR's own duplicate address detection is on, too.
# timeout fabric_storm_freezes 180
case_fabric_storm_freezes() {
	local i written
	fabric_start
	fabric_leave old
	for i in 1 2 3; do
		fabric_turn new "$MAC_NEW" hv2 hv1
		fabric_turn old "$MAC_OLD" hv1 hv2
	done
	written=$(lab_counter host_evpn_written hv2)
	lab_winguest new -n 3 -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "${FABRIC_LOG[hv2]}" 8 'frozen: more than' || t_fail "not frozen"
	protocol_time 4
	assert_moved_to hv1 "$MAC_OLD" hv2
	assert_l2 "$SERVICE" "$MAC_OLD"
	assert_equals "written when frozen" "$written" "$(lab_counter host_evpn_written hv2)"
	grep -q 'duplicate' "$LAB_DIR"/frr.hv?/zebra.log || t_fail "FRR has seen no duplicate"
}

# fabric_turn MACHINE MAC HV ELSEWHERE: takes the address, and dies when all have followed.
fabric_turn() {
	lab_winguest "$1" -n 3 -k 30000 eth0 "$2" "$SERVICE"
	assert_moved_to "$3" "$2" "$4"
	lab_wait 5 fabric_is_reachable "$3" || t_fail "$3: $1 has not replied"
	kill "$LAB_LAST"
}

fabric_is_reachable() {
	grep -q REACHABLE <<<"$(in_ns "$1" ip neigh show "$SERVICE" dev br0)"
}

# ---- where there is no fabric -------------------------------------------------------------------

case_fabric_evpn_no() {
	printf 'evpn: no\n' >"$LAB_DIR/no.yaml"
	fabric_start --config "$LAB_DIR/no.yaml"
	fabric_leave old
	fabric_take new "$MAC_NEW" "$SERVICE"
	lab_await "${FABRIC_LOG[hv2]}" 8 '2 of 2' || t_fail "not announced"
	assert_entry hv2 "$SERVICE" "$MAC_OLD elsewhere"
	lab_wait 3 fabric_has_counted hv2 host_extern_learned 2 || t_fail "it is not counted"
	assert_equals "written" 0 "$(lab_counter host_evpn_written hv2)"
	assert_equals "in the segment" "$MAC_OLD" "$(l2_mac_of "$SERVICE")"
}
