# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest is asked for the address before it is announced, on its own port.

# ask_start LINE...: garpd by a configuration on br0, and what the guest, its neighbour and the LAN hear.
ask_start() {
	lab_start_garpd -c "$(lab_config 'bridges: [br0]' "$@")"
	lab_capture guest new eth0 -Q in
	lab_capture answers new eth0 -Q out
	lab_capture beside other eth0 -Q in
	lab_capture lan router lan0
}

# assert_asked_aside WORD...: questions have the words; nobody but the guest received one.
assert_asked_aside() {
	(($(lab_frames_count guest "dst=$MAC_NEW" "$@") >= 1)) ||
		t_fail "not asked: $(lab_frames guest)"
	assert_frames_count 0 beside "dst=$MAC_NEW"
	assert_frames_count 0 lan "dst=$MAC_NEW"
}

case_ask_ipv4() {
	ask_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 12 'kind=announce-'
	assert_asked_aside op=1 "src=$MAC_HOST" "sha=$MAC_HOST" "spa=$HOST" "tpa=$SERVICE" vlan=-
	assert_frames_count 0 guest "dst=$MAC_NEW" op=1 spa=0.0.0.0
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" unanswered false
	(($(lab_counter answered_host) >= 1)) || t_fail "no answer counted"
}

case_ask_ipv6() {
	lab_ipv6
	ask_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 12 "kind=announce-.*target=$SERVICE6"
	assert_asked_aside "src=$MAC_HOST" "src6=fe80:.*" "dst6=ff02::1:ff.*" "target=$SERVICE6"
	assert_claim "$SERVICE6" state owned
}

# It only probes: it is asked, and not announced.
case_ask_without_answer() {
	ask_start
	lab_winguest new -q -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 12 claim_is "$SERVICE" state unanswered || t_fail "$(lab_claims)"
	assert_asked_aside op=1 "sha=$MAC_HOST" "tpa=$SERVICE"
	assert_frames_count 0 lan kind=announce-.*
	assert_claim "$SERVICE" unanswered true
	assert_explained "$SERVICE" 'has not answered: it is not announced'
}

# Where a segment says no, silence is enough, and no question is sent.
case_ask_no() {
	ask_start 'segments:' '  - segment: br0' '    ask: no'
	lab_winguest new -q -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 12 'kind=announce-'
	assert_frames_count 0 guest "dst=$MAC_NEW" op=1 "tpa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

case_ask_no_of_a_named_guest() {
	ask_start 'ask: no'
	in_hv "$GARPD" announce "$SERVICE" --mac "$MAC_NEW" --port v-new || t_fail "exit status $?"
	assert_await_frames lan 2 5 'kind=announce-.*' "src=$MAC_NEW"
}

case_ask_by_hand() {
	ask_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 12 'kind=announce-'
	protocol_time 1.2 # an answer is good for a second
	in_hv "$GARPD" announce "$SERVICE" >"$LAB_DIR/out" || t_fail "refused"
	assert_equals "output" "$SERVICE on br0: asked $MAC_NEW; announced when it answers" "$(<"$LAB_DIR/out")"
	assert_await_frames lan 6 5 'kind=announce-'
}

# Without an address of the host, the sender is link-local and made from the MAC of the bridge.
case_ask_from_a_made_address() {
	in_hv ip addr flush dev br0 scope global
	ask_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 12 'kind=announce-'
	assert_asked_aside op=1 "src=$MAC_HOST" "sha=$MAC_HOST" 'spa=169\.254\..*' "tpa=$SERVICE"
}

# An address that comes while garpd runs asks from then on; one that has left does not.
case_ask_follows_the_addresses() {
	in_hv ip addr flush dev br0 scope global
	ask_start
	in_hv ip addr add "$HOST/24" dev br0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 12 'kind=announce-'
	assert_asked_aside op=1 "sha=$MAC_HOST" "spa=$HOST" "tpa=$SERVICE"
	assert_frames_count 0 guest op=1 'spa=169\.254\..*'
}

case_observe_sends_nothing() {
	ask_start 'observe: yes'
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 12 "would ask $MAC_NEW on v-new" || t_fail "$(<"$GARPD_LOG")"
	protocol_time 2
	assert_frames_count 0 guest "dst=$MAC_NEW" op=1
	assert_frames_count 0 lan kind=announce-.*
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" observed true
	assert_claim "$SERVICE" announcements 0
	grep -q 'owned (observed)' <<<"$(in_hv "$GARPD" show claims)" || t_fail "$(in_hv "$GARPD" show claims)"
}

# The flag is for all segments, whatever the file says.
case_observe_flag() {
	lab_start_garpd -c "$(lab_config 'segments:' '  - segment: br0' '    observe: no')" --observe
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 12 "would ask $MAC_NEW on v-new" || t_fail "$(<"$GARPD_LOG")"
	protocol_time 1
	assert_frames_count 0 lan kind=announce-.*
	assert_claim "$SERVICE" observed true
}

# Without a question there is no answer that refreshes the host's own table, past its settings.
case_ask_no_host_table() {
	lab_set hv ipv4/conf/br0/drop_gratuitous_arp=1
	ask_start 'ask: no'
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 12 counter_is host_not_refreshed 2 || t_fail "$(lab_counter host_not_refreshed), not 2"
	assert_host_mac "$SERVICE" "$MAC_OLD"
	assert_explained "$SERVICE" 'ignores announcements \(drop_gratuitous_arp\)'
}
