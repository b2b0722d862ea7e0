# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cases where garpd must send nothing.

# How long after the first probe an announcement could still come: three probes, 2.3 s, two rounds.
LAST_WORD=7

# assert_silent_for MAC: this guest was not announced; the entries of router and host are unchanged.
assert_silent_for() {
	assert_frames_count 0 lan 'kind=announce-.*' "sha=$1"
}

assert_nothing_moved() {
	assert_silent_for "$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_host_mac "$SERVICE" "$MAC_OLD"
}

# A real Linux host that has the address replies to each probe, unicast to the prober.
case_conflict_reply() {
	in_ns other ip addr add "$SERVICE/24" dev eth0
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture guest new eth0 -Q in
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames guest 1 5 "kind=reply src=$MAC_OTHER"
	protocol_time "$LAST_WORD"
	assert_nothing_moved
	assert_claim "$SERVICE" state conflict
}

# Cisco IOS objects to a probe with a gratuitous request, not with a reply.
case_conflict_gratuitous_request() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest other -n 0 -i -c -k 20000 eth0 "$MAC_OTHER" "$SERVICE"
	lab_await "$LAB_DIR"/winguest.other.* 5 owns || t_fail "the defender did not start"
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 "kind=announce-request src=$MAC_OTHER"
	protocol_time "$LAST_WORD"
	assert_silent_for "$MAC_NEW"
	assert_claim "$SERVICE" state conflict
}

# The defender may be behind the uplink: conflicts count from there, too.
case_conflict_from_uplink() {
	in_ns router ip addr add "$SERVICE/32" dev lan0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 "kind=reply src=$MAC_ROUTER"
	protocol_time "$LAST_WORD"
	assert_silent_for "$MAC_NEW"
}

# A conflict after the window stops the remaining announcements.
case_conflict_while_announcing() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 'kind=announce-'
	lab_winguest other -n 0 -u 0 -q eth0 "$MAC_OTHER" "$SERVICE"
	protocol_time 3
	assert_frames_count 2 lan 'kind=announce-.*' "sha=$MAC_NEW"
}

case_both_probe() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest other -f -k 10000 eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 6 5 'kind=probe'
	protocol_time 5
	assert_nothing_moved
	assert_silent_for "$MAC_OTHER"
}

# Seen in real captures: A probes once and gives up, B completes. B is announced.
case_newer_prober_wins() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest other -n 1 -q eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 1 5 'kind=probe'
	protocol_time 1.5
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
	assert_silent_for "$MAC_OTHER"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

case_lone_probe() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -n 1 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 'kind=probe'
	protocol_time "$LAST_WORD"
	assert_nothing_moved
}

case_aborted_after_two_probes() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -n 2 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 5 'kind=probe'
	protocol_time "$LAST_WORD"
	assert_nothing_moved
}

case_uplink_probes_ignored() {
	lab_start_garpd
	lab_capture lan new eth0
	lab_winguest router -k 10000 lan0 00:00:5e:00:53:0d "$SERVICE"
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 5
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_equals "claims" "" "$(claim_field "$SERVICE" state)"
}

# Probes that the bridge drops do not count, although the port's hook sees them.
case_stp_blocked_port() {
	lab_start_garpd
	# without STP the kernel makes a blocking port forward again, and a disabled one not
	in_hv bridge link set dev v-new state 0
	lab_capture lan router lan0
	lab_capture guest new eth0 -Q out
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames guest 3 5 'kind=probe'
	protocol_time 5
	assert_frames_count 0 lan
	assert_nothing_moved
}

# STP has a new port listen and learn first, and the guest probes meanwhile: it is asked as soon as the
# port forwards.
case_stp_starting_port() {
	lab_start_garpd -c "$(lab_config 'ask: yes')"
	in_hv bridge link set dev v-new state 1
	lab_capture lan router lan0
	lab_capture guest new eth0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 12 claim_is "$SERVICE" state asking || t_fail "$(lab_claims)"
	grep -q "is asked once v-new forwards, which STP's" <<<"$(in_hv "$GARPD" explain "$SERVICE")" ||
		t_fail "$(in_hv "$GARPD" explain "$SERVICE")"
	in_hv bridge link set dev v-new state 2
	protocol_time 1.5 # the guest has the address by now
	assert_frames_count 0 guest "dst=$MAC_NEW"
	assert_frames_count 0 lan
	lab_spawn "$LAB_DIR/state" stp_forward
	assert_await_frames lan 2 3 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_forwarding
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

stp_forward() {
	printf 'forwards %s\n' "$EPOCHREALTIME"
	in_hv bridge link set dev v-new state 3
}

# Long before the second in which it is asked again without being told.
assert_frame_after_forwarding() {
	local began asked
	began=$(sed -n 's/^forwards //p' "$LAB_DIR/state")
	began=${began/[.,]/}
	asked=$(frame_time_us guest 1 "dst=$MAC_NEW" op=1) || t_fail "not asked"
	((asked - began < 900000)) || t_fail "asked $((asked - began)) us after the port forwarded"
}

# The host's own firewall forbids the guest the address: garpd cannot announce it, either.
case_nft_stops_the_forbidden_address() {
	drop_in_bridge prerouting iifname v-new ether type arp arp saddr ip "$SERVICE"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11
	assert_await_frames lan 4 8 "kind=announce-.* spa=192.0.2.11 "
	assert_frames_count 3 lan kind=probe "tpa=$SERVICE"
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_OLD"
}

# Declaring it does not help: the host's own address is always denied.
case_host_address_never() {
	lab_start_garpd --declare "$HOST=$MAC_NEW"
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$HOST"
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 5
	assert_silent_for "$MAC_NEW"
}

# Also an address that the host gets while garpd runs.
case_host_address_added_later() {
	lab_start_garpd --declare "192.0.2.2=$MAC_NEW"
	in_hv ip addr add 192.0.2.2/24 dev br0
	lab_wait 5 is_denied_for denied_host 192.0.2.2 || t_fail "not the host's: $(lab_claims)"
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" 192.0.2.2
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 5
	assert_silent_for "$MAC_NEW"
}

case_next_hop_only_where_declared() {
	in_hv ip route add default via 192.0.2.253 dev br0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 192.0.2.253
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 5
	assert_silent_for "$MAC_NEW"
	lab_stop_garpd
	lab_start_garpd --declare "192.0.2.253=$MAC_NEW"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 192.0.2.253
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
}

# Link-local addresses change often (RFC 3927): ignored unless configured.
case_link_local_ignored() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 169.254.7.7
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 5
	assert_silent_for "$MAC_NEW"
}
