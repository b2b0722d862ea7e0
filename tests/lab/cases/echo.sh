# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What comes back to a guest in duplicate address detection, or to the bridge. The guests are real kernels,
# which give an address up when they hear it announced.

# reflect: the uplink sends back whatever is sent to it.
reflect() {
	t_need bpftool
	in_ns router bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
	in_ns router tc qdisc add dev lan0 clsact
	in_ns router tc filter add dev lan0 ingress protocol all bpf direct-action object-pinned \
		/sys/fs/bpf/foreign/foreign_reflects
}

is_through6() {
	[[ -z $(in_ns new ip -6 addr show dev eth0 tentative) ]]
}

# takes6: the machine `new`, with duplicate address detection, gets the address.
takes6() {
	lab_set new ipv6/conf/eth0/{accept_dad,dad_transmits}=1
	in_ns new ip addr add "$SERVICE6/64" dev eth0
	lab_wait 5 is_through6 || t_fail "not taken: $(in_ns new ip -6 addr show dev eth0)"
	assert_equals "gave it up" "" "$(in_ns new ip -6 addr show dev eth0 dadfailed)"
}

# assert_waited6: it was announced when its window had ended, on its own port.
assert_waited6() {
	takes6
	assert_await_frames lan 1 5 "kind=announce-na src=$MAC_NEW"
	assert_frame_after_ms 1050 lan 1 "kind=probe src=$MAC_NEW" 1 "kind=announce-na src=$MAC_NEW"
	(($(lab_counter immediate_waits) > 0)) || t_fail "not put off" # RFC 7527: it probes again
	assert_claim "$SERVICE6" port v-new
}

# The very first frame that comes back is the guest's solicitation, after the decision.
case_echo_ipv6_uplink_reflects() {
	reflect
	ipv6_start --declare "$SERVICE6=$MAC_NEW"
	assert_waited6
	lab_await "$GARPD_LOG" 5 "$MAC_NEW on up0: came back from this uplink" ||
		t_fail "not said: $(<"$GARPD_LOG")"
	lab_wait 8 claim_is "$SERVICE6" state owned || t_fail "state: $(claim_field "$SERVICE6" state)"
	assert_claim "$SERVICE6" port v-new
	assert_claim "$SERVICE6" conflicts 0
}

# It did so earlier: a broadcast of another guest has shown it.
case_echo_ipv6_uplink_reflected_before() {
	reflect
	ipv6_start --declare "$SERVICE6=$MAC_NEW"
	no_echo
	lab_await "$GARPD_LOG" 5 "$MAC_OTHER on up0: came back from this uplink" ||
		t_fail "not said: $(<"$GARPD_LOG")"
	assert_waited6
}

case_echo_ipv6_hairpin() {
	in_hv ip link set v-new type bridge_slave hairpin on
	ipv6_start --declare "$SERVICE6=$MAC_NEW"
	no_echo
	assert_waited6
}

# A real kernel is announced at its first solicitation where nothing comes back, and takes the address.
case_echo_ipv6_nothing_comes_back() {
	ipv6_start --declare "$SERVICE6=$MAC_NEW"
	no_echo
	takes6
	assert_equals "at once" 1 "$(lab_counter immediate)"
	# The uplink that comes back may be another one.
	in_ns new ip addr del "$SERVICE6/64" dev eth0
	in_hv ip link set up0 down
	lab_wait 5 port_is up0 forwarding false || t_fail "up0 still forwards"
	in_hv ip link set up0 up
	lab_wait 5 port_is up0 forwarding true || t_fail "up0 does not forward"
	takes6
	assert_equals "at once" 1 "$(lab_counter immediate)"
	assert_equals "put off" 1 "$(lab_counter immediate_waits)"
}

# What the guest says, and what garpd says for it, comes back: the claim stays where the guest is.
case_echo_moves_no_claim() {
	reflect
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "state: $(claim_field "$SERVICE" state)"
	assert_claim "$SERVICE" port v-new
	assert_claim "$SERVICE" conflicts 0
	assert_router_mac "$SERVICE" "$MAC_NEW"
	(($(lab_counter came_back) > 0)) || t_fail "nothing came back"
}
