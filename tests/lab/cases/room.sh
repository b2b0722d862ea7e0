# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One port has more addresses than its quota has room for: owners of other addresses give way.

# addresses COUNT: prints lines for ip -batch.
addresses() {
	local i
	for ((i = 1; i <= $1; i++)); do
		printf 'addr add 2001:db8:10::a:%x/64 dev eth0\n' "$i"
	done
}

have_owners() {
	(($(lab_counter self_announced) + $(lab_counter answered) >= $1))
}

# takes_2200_addresses_then_a_service SELF: a container host whose kernel announces itself (ndisc_notify)
# or does not. In the latter case garpd asks, and announces, each address.
takes_2200_addresses_then_a_service() {
	lab_ipv6
	lab_start_garpd
	kernel_guest new
	lab_set new "ipv6/conf/eth0/ndisc_notify=$1"
	in_ns_ip new < <(addresses 2200)
	lab_wait 30 have_owners 1700 || t_fail "only $(lab_counter self_announced) and $(lab_counter answered) are owners"
	lab_await "$GARPD_LOG" 20 'its quota was nearly used up: forgot [0-9]+ of' || t_fail "no room was made"
	lab_capture lan router lan0 -f arp
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 12 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# timeout room_for_a_failover 120
case_room_for_a_failover() {
	takes_2200_addresses_then_a_service 1
}

# timeout room_beside_announced_owners 120
case_room_beside_announced_owners() {
	takes_2200_addresses_then_a_service 0
}
