# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# IPv6 on router ports and in XDP modes. See the IPv4 cases in router.sh and xdp.sh.

# router6_start ARGS...: starts garpd on the router alone; captures `wire` at an old host of the LAN.
router6_start() {
	lab_ipv6
	in_ns other ip addr add 2001:db8:10::c/64 dev eth0 nodad
	in_ns other ip neigh replace "$SERVICE6" lladdr "$MAC_OLD" dev eth0 nud reachable
	lab_capture wire other eth0
	lab_capture lan router lan0
	lab_start_garpd_at router --router lan0 "$@"
}

router6_start_relay() {
	router6_start -c "$(lab_config 'relay: yes')" "$@"
}

entry6_is_new() {
	[[ $(lab_mac_in "$@" "$SERVICE6") == "$MAC_NEW" ]]
}

# assert_entry6_follows MACHINE IFACE
assert_entry6_follows() {
	lab_wait 8 entry6_is_new "$@" || t_fail "$1 still believes $(lab_mac_in "$@" "$SERVICE6")"
}

# assert_relayed6 COUNT [VLAN]: from the router's MAC, for the guest's.
assert_relayed6() {
	assert_await_frames wire "$1" 8 "kind=announce-na src=$MAC_ROUTER"
	assert_frames_count "$1" wire kind=announce-na "src=$MAC_ROUTER" dst=33:33:00:00:00:01 \
		"vlan=${2:--}" "src6=$SERVICE6" dst6=ff02::1 hlim=255 "target=$SERVICE6" flags=O \
		slla=- "tlla=$MAC_NEW" nonce=- csum=ok
	assert_frames_count "$1" wire 'kind=announce-.*'
}

case_ipv6_router_entry_follows() {
	router6_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-' # injected: not on any wire
	assert_announced6 2
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
	assert_entry6_follows router lan0
	protocol_time 0.2
	assert_frames_count 0 wire 'kind=announce-.*'
	assert_claim "$SERVICE6" state owned
	assert_claim "$SERVICE6" port lan0
	assert_claim "$SERVICE6" host_refreshed 2
}

case_ipv6_router_immediate() {
	router6_start --declare "$SERVICE6=$MAC_NEW"
	kill -STOP "$GARPD_PID" # the kernel half alone
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 3 'kind=announce-'
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 kind=announce-na
	assert_announced6 1
	assert_entry6_follows router lan0
	assert_frames_count 0 wire 'kind=announce-.*'
}

# The switches in between keep the guest at its port.
case_ipv6_router_relay() {
	router6_start_relay
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_relayed6 2
	assert_entry6_follows other eth0
	assert_entry6_follows router lan0
	assert_fdb_port "$MAC_NEW" v-new
	assert_frame_after_ms 1050 wire 1 kind=probe 1 kind=announce-na
}

# What is relayed reaches the guest, too: it waits until the guest's detection is over.
case_ipv6_router_relay_immediate() {
	router6_start_relay --declare "$SERVICE6=$MAC_NEW"
	lab_winguest new -N 0102030405aa -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_relayed6 2
	assert_frame_after_ms 1050 wire 1 kind=probe 1 kind=announce-na
	assert_equals "put off" 1 "$(lab_counter immediate_waits)"
	assert_entry6_follows other eth0
	assert_entry6_follows router lan0
	assert_fdb_port "$MAC_NEW" v-new
}

case_ipv6_router_relay_keeps_tags() {
	router6_start_relay
	lab_winguest new -v 100:5 -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_relayed6 2 100:5
	assert_claim "$SERVICE6" vlan 100
}

case_ipv6_router_conflict_silences() {
	router6_start_relay
	lab_own6 other eth0 "$SERVICE6/64"
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 5 "kind=announce-na src=$MAC_OTHER"
	protocol_time 3
	assert_frames_count 1 lan 'kind=announce-.*'
	assert_claim "$SERVICE6" state conflict
	assert_router_mac "$SERVICE6" "$MAC_OTHER"
}

# garpd on the router ignores what garpd on the hypervisor relays, and the other way round.
case_ipv6_router_beside_a_hypervisor() {
	router6_start_relay --declare "$SERVICE6=$MAC_NEW"
	lab_start_garpd --declare "$SERVICE6=$MAC_NEW"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	# Which of the two is first does not matter: the other takes it for the guest's own.
	assert_await_frames wire 1 5 "kind=announce-na src=($MAC_NEW|$MAC_ROUTER)"
	protocol_time 3
	assert_fdb_port "$MAC_NEW" v-new
	assert_entry6_follows router lan0
	assert_entry6_follows other eth0
	assert_claim "$SERVICE6" state owned
	assert_claim "$SERVICE6" conflicts 0
	assert_claim "$SERVICE6" port v-new
	export GARPD_AT=router
	assert_claim "$SERVICE6" state owned
	assert_claim "$SERVICE6" conflicts 0
}

# ---- XDP, where the daemon sends all announcements -----------------------------------------------

# assert_xdp6_announces_twice: on time, and injected frames are not taken for the guest's own.
assert_xdp6_announces_twice() {
	lab_winguest new -k 20000 "$@" eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 8 'kind=announce-'
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
	protocol_time 0.5
	assert_announced6 2
	assert_claim "$SERVICE6" state owned
	assert_claim "$SERVICE6" self_announced 0
}

case_ipv6_router_xdp() {
	router6_start --mode xdp
	assert_xdp6_announces_twice
	assert_entry6_follows router lan0
}

case_ipv6_router_xdp_immediate() {
	router6_start --mode xdp --declare "$SERVICE6=$MAC_NEW"
	lab_winguest new -A -i -k 1500 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 3 'kind=announce-'
	assert_gap 0 "$DAEMON_LATE_US" lan 1 kind=probe 1 kind=announce-na
	assert_entry6_follows router lan0
}

case_ipv6_xdp() {
	ipv6_start --mode xdp
	assert_xdp6_announces_twice -N 0102030405aa
	assert_all_follow6
}

case_ipv6_xdp_generic() {
	ipv6_start --mode xdp-generic
	assert_xdp6_announces_twice
	assert_all_follow6
}

case_ipv6_xdp_declared() {
	ipv6_start --mode xdp --declare "$SERVICE6=$MAC_NEW"
	no_echo
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 3 'kind=announce-'
	assert_gap 0 "$DAEMON_LATE_US" lan 1 kind=probe 1 kind=announce-na
	assert_all_follow6
	assert_await_frames lan 3 8 'kind=announce-'
}

case_ipv6_xdp_inline_tags() {
	ipv6_start --mode xdp --declare "$SERVICE6=$MAC_NEW"
	lab_winguest new -v 100:6 -v 7:2 -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 3 "kind=announce-.* vlan=100:6,7:2 "
	assert_announced6 1 "$SERVICE6" "$MAC_NEW" 100:6,7:2
	assert_claim "$SERVICE6" vlan 100
	assert_claim "$SERVICE6" inner_vlan 7
}
