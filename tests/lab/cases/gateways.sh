# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A gateway that moves takes all traffic with it: which addresses of gateways a guest may have.

GATEWAY=192.0.2.253

# A guest without an address asks for a dead gateway, from 0.0.0.0: three times, as if it probed.
# It is denied, whoever answers.
case_gateway_of_the_configuration() {
	in_hv ip addr flush dev br0 scope global
	lab_start_garpd -c "$(lab_config "gateways: [$GATEWAY]")"
	lab_capture lan router lan0
	lab_winguest new -g 1030 -k 10000 eth0 "$MAC_NEW" "$GATEWAY"
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 3
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$GATEWAY" reason denied_next_hop
	assert_explained "$GATEWAY" 'one of gateways: its owner gets all traffic'
	# Declared with its owners it is announced; and it is guarded no longer once it is not named.
	lab_config "gateways: [$GATEWAY]" "addresses: [{address: $GATEWAY, owners: [\"$MAC_NEW\"]}]" >/dev/null
	gateways_reload
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$GATEWAY"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
	lab_config "gateways: [192.0.2.252]" >/dev/null
	gateways_reload
	is_denied_for denied_next_hop 192.0.2.252 || t_fail "a gateway of the new configuration is allowed"
	lab_config 'gateways: []' >/dev/null
	gateways_reload
	lab_winguest other -n 1 -q eth0 "$MAC_OTHER" 192.0.2.252
	lab_wait 5 claim_is 192.0.2.252 state probing || t_fail "still guarded: $(lab_claims)"
}

gateways_reload() {
	local reloads
	reloads=$(grep -c 'configuration reloaded' "$GARPD_LOG" || true)
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'configuration reloaded' $((reloads + 1)) || t_fail "not reloaded"
}

# The former owner behind the uplink has answered a client here, as a gateway does: it denies nobody.
case_gateway_heard_denies_nobody() {
	lab_start_garpd
	lab_capture lan router lan0
	in_ns router ip addr add "$GATEWAY/24" dev lan0
	in_ns other ip addr add 192.0.2.30/24 dev eth0
	in_ns other ping -q -c 1 -W 2 "$GATEWAY" >/dev/null || t_fail "no way to the former owner"
	lab_wait 5 gateway_is_heard || t_fail "not heard: $(in_hv bpftool map dump pinned "$PIN_HEARD")"
	in_ns router ip addr del "$GATEWAY/24" dev lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$GATEWAY"
	assert_await_frames lan 2 12 "kind=announce-.* src=$MAC_NEW"
	assert_claim "$GATEWAY" conflicts 0
}

PIN_HEARD=/sys/fs/bpf/garpd/gateways_heard

gateway_is_heard() {
	grep -qi 'c0 00 02 fd\|192,0,2,253' <<<"$(in_hv bpftool map dump pinned "$PIN_HEARD")"
}
