# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Receivers that have to follow: listeners, nudges, their replies, and the refresh.

# Captures the router's frames about the address, and the guest's nudges to it.
NUDGE="kind=request src=$MAC_NEW dst=$MAC_ROUTER .*sha=$MAC_NEW spa=$SERVICE tha=00:00:00:00:00:00 tpa=$ROUTER"
NUDGE_ALL="kind=request src=$MAC_NEW dst=ff:ff:ff:ff:ff:ff .*sha=$MAC_NEW spa=$SERVICE"

# router_request: the router requests the address, as it does every half minute: a listener.
router_request() {
	in_ns router arping -q -c 1 -w 1 -I lan0 -s "$ROUTER" "$SERVICE" || true
	lab_wait 5 router_is_learned || t_fail "the router was not learned"
}

router_is_learned() {
	[[ $(in_hv "$GARPD" show listeners -j | pick "address=$SERVICE" "listener=$ROUTER" mac) == "$MAC_ROUTER" ]]
}

assert_confirmed() {
	lab_wait 5 claim_is "$1" confirmed_by "$2" || t_fail "$1 is not confirmed by $2"
	assert_claim "$1" unconfirmed 0
}

take_over() {
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$1"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
}

case_listener_is_nudged_and_confirms() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture guest new eth0
	router_request
	take_over "$SERVICE"
	assert_await_frames lan 1 5 "$NUDGE"
	assert_await_frames guest 1 5 "kind=reply src=$MAC_ROUTER dst=$MAC_NEW .*spa=$ROUTER"
	assert_confirmed "$SERVICE" "$ROUTER"
	protocol_time 2.5 # a listener that has replied is not nudged again
	assert_frames_count 1 lan kind=request "src=$MAC_NEW"
	assert_frames_count 0 guest "kind=request" "sha=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	grep -q "confirmed by $ROUTER" "$GARPD_LOG" || t_fail "not in the log"
}

# Such a receiver ignores gratuitous ARP of every form.
case_nudge_reaches_who_drops_gratuitous() {
	lab_start_garpd -c "$(lab_config "gateways: [$ROUTER]")"
	lab_capture lan router lan0
	lab_set router ipv4/conf/lan0/drop_gratuitous_arp=1
	take_over "$SERVICE"
	assert_await_frames lan 1 5 "$NUDGE_ALL"
	assert_confirmed "$SERVICE" "$ROUTER"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

case_nudge_makes_an_entry() {
	lab_start_garpd -c "$(lab_config "gateways: [$ROUTER]")"
	lab_capture lan router lan0
	in_ns router ip neigh del "$SERVICE" dev lan0
	take_over "$SERVICE"
	assert_confirmed "$SERVICE" "$ROUTER"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# Behind the uplink is a gateway that another guest uses.
case_gateway_is_learned() {
	lab_start_garpd
	lab_capture lan router lan0
	in_ns other ip addr add 192.0.2.30/24 dev eth0
	in_ns other ping -q -c 1 -W 2 "$ROUTER" >/dev/null || t_fail "no way to the router"
	take_over "$SERVICE"
	assert_await_frames lan 1 5 "$NUDGE"
	assert_confirmed "$SERVICE" "$ROUTER"
}

# The listener is gone: three tries, and one line in the log.
case_unconfirmed_is_said_once() {
	lab_start_garpd -c "$(lab_config 'gateways: [192.0.2.77]')"
	lab_capture lan router lan0
	take_over "$SERVICE"
	assert_await_frames lan 3 8 "$NUDGE_ALL .*tpa=192.0.2.77"
	lab_await "$GARPD_LOG" 5 'a listener did not reply' || t_fail "not logged"
	protocol_time 2.5
	assert_frames_count 3 lan kind=request "src=$MAC_NEW" tpa=192.0.2.77
	assert_equals "times that it was logged" 1 "$(grep -c 'a listener did not reply' "$GARPD_LOG")"
	assert_claim "$SERVICE" unconfirmed 1
	assert_claim "$SERVICE" confirmed_by null
}

case_nudge_never() {
	lab_start_garpd -c "$(lab_config 'nudge: never' "gateways: [$ROUTER]")"
	lab_capture lan router lan0
	lab_set router ipv4/conf/lan0/drop_gratuitous_arp=1
	take_over "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 0 lan kind=request "src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_OLD"
}

case_nudge_always() {
	lab_start_garpd -c "$(lab_config 'nudge: always' "gateways: [$ROUTER]")"
	lab_capture lan router lan0
	lab_set router ipv4/conf/lan0/drop_gratuitous_arp=1
	lab_winguest new -a -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 8 "$NUDGE_ALL"
	assert_confirmed "$SERVICE" "$ROUTER"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_frames_count 1 lan 'kind=announce-.*' "src=$MAC_NEW"
}

# By default listeners of a guest that announces itself are not nudged.
case_nudge_auto_leaves_who_announces_itself() {
	lab_start_garpd -c "$(lab_config "gateways: [$ROUTER]")"
	lab_capture lan router lan0
	lab_winguest new -a -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 8 'kind=announce-'
	protocol_time 2.5
	assert_frames_count 0 lan kind=request "src=$MAC_NEW"
}

case_nudge_not_in_conflict() {
	lab_start_garpd -c "$(lab_config "gateways: [$ROUTER]")"
	lab_capture lan router lan0
	in_ns old ip addr add "$SERVICE/24" dev eth0
	lab_winguest new -f -k 5000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 8 'kind=probe'
	protocol_time 3
	assert_frames_count 0 lan kind=request "src=$MAC_NEW"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
}

case_nudge_keeps_tags() {
	lab_start_garpd -c "$(lab_config "gateways: [$ROUTER]")"
	lab_capture lan router lan0
	lab_winguest new -v 30 -k 5000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 8 "kind=request src=$MAC_NEW .*vlan=30"
}

case_nudge_in_xdp_generic() {
	lab_start_garpd --mode xdp-generic -c "$(lab_config "gateways: [$ROUTER]")"
	lab_capture lan router lan0
	lab_set router ipv4/conf/lan0/drop_gratuitous_arp=1
	take_over "$SERVICE"
	assert_confirmed "$SERVICE" "$ROUTER"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# ---- refresh ----

case_refresh_while_the_owner_answers() {
	lab_start_garpd -c "$(lab_config 'refresh: 10s')"
	lab_capture lan router lan0
	take_over "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	lab_stale "$SERVICE" "$MAC_OLD" # as if one was lost
	assert_await_frames lan 6 14 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	lab_end_guests # it dies
	protocol_time 21
	assert_frames_count 6 lan 'kind=announce-.*' "src=$MAC_NEW"
}

lab_end_guests() {
	kill "${LAB_PID[new]}"
	in_hv ip link del v-new 2>/dev/null || true
}

# ---- IPv6 ----

NUDGE6="kind=ns src=$MAC_NEW .*src6=$SERVICE6 .*target=$ROUTER6 .*slla=$MAC_NEW .*csum=ok"

case_ipv6_nudge_makes_an_entry() {
	ipv6_start -c "$(lab_config "gateways: [\"$ROUTER6\"]")"
	in_ns router ip neigh del "$SERVICE6" dev lan0
	take_over6
	assert_await_frames lan 1 5 "$NUDGE6"
	assert_confirmed "$SERVICE6" "$ROUTER6"
	assert_router_mac "$SERVICE6" "$MAC_NEW"
}

take_over6() {
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 8 "kind=announce-na src=$MAC_NEW"
}

case_ipv6_nudge_reaches_who_drops_unsolicited() {
	t_need_setting router ipv6/conf/lan0/drop_unsolicited_na
	ipv6_start
	lab_set router ipv6/conf/lan0/drop_unsolicited_na=1
	lab_own6 other eth0 2001:db8:10::30/64
	in_ns other ping -q -c 1 -W 2 "$ROUTER6" >/dev/null || t_fail "no way to the router"
	take_over6
	assert_await_frames lan 1 5 "dst=$MAC_ROUTER .*dst6=$ROUTER6 .*target=$ROUTER6"
	assert_confirmed "$SERVICE6" "$ROUTER6"
	assert_router_mac "$SERVICE6" "$MAC_NEW"
}

case_ipv6_nudge_revives_a_failed_entry() {
	ipv6_start -c "$(lab_config "gateways: [\"$ROUTER6\"]")"
	in_ns router ip neigh replace "$SERVICE6" dev lan0 nud failed
	take_over6
	assert_confirmed "$SERVICE6" "$ROUTER6"
	assert_router_mac "$SERVICE6" "$MAC_NEW"
}
