# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job: which guest is announced, when, in what form, and the effect.

own_announcements="kind=announce-.* src=$MAC_NEW"

case_probe_only_announced() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	protocol_time 2.5 # a third round would come two seconds later
	assert_frames_count 2 lan kind=announce-request "src=$MAC_NEW" dst=ff:ff:ff:ff:ff:ff \
		"sha=$MAC_NEW" "spa=$SERVICE" tha=00:00:00:00:00:00 "tpa=$SERVICE" vlan=-
	assert_frames_count 2 lan kind=announce-reply "src=$MAC_NEW" dst=ff:ff:ff:ff:ff:ff \
		"sha=$MAC_NEW" "spa=$SERVICE" "tha=$MAC_NEW" "tpa=$SERVICE" vlan=-
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_frame_after_ms 0 lan 1 kind=announce-request 1 kind=announce-reply
	assert_frame_after_ms 1100 lan 1 kind=announce-request 2 kind=announce-request
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" port v-new
	assert_claim "$SERVICE" mac "$MAC_NEW"
	assert_claim "$SERVICE" probes 3
	assert_claim "$SERVICE" self_announced 0
}

# A guest that moved here with its MAC: the FDB has to follow it to the new port.
case_same_mac_other_port() {
	lab_stale "$SERVICE" "$MAC_NEW"
	lab_winguest other -n 0 -u 0 -q eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	assert_fdb_port "$MAC_NEW" v-other
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 5000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 'kind=announce-'
	assert_fdb_port "$MAC_NEW" v-new
}

case_self_announcing_left_alone() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture guest new eth0 -Q out
	lab_winguest new -a -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 8 'kind=announce-request'
	protocol_time 4
	assert_frames_count 1 guest 'kind=announce-.*'
	assert_none_added lan guest
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" self_announced 1
	assert_claim "$SERVICE" announcements 0
}

# Windows with a static address uses it inside its own window and announces nothing.
case_use_inside_window() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -u 500 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 'kind=announce-'
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# It used the address after its only probe: that is enough, and it is announced at the usual time.
case_use_after_one_probe() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -n 1 -u 500 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 'kind=announce-'
	assert_frame_after_ms 2300 lan 1 kind=probe 1 kind=announce-request
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

case_probing_guest_never_hears_itself() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture guest new eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frames_count 0 guest "sha=$MAC_NEW"
}

case_probing_guest_never_hears_itself_tap() {
	local mac=00:00:5e:00:53:0d
	lab_tapguest tap0 -w "$LAB_DIR/tap0.pcap" -k 3000 tap0 "$mac" "$SERVICE"
	lab_start_garpd
	lab_capture lan router lan0
	lab_tap_go tap0
	assert_await_frames lan 4 8 "kind=announce-.* src=$mac"
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_router_mac "$SERVICE" "$mac"
	assert_host_mac "$SERVICE" "$mac"
	assert_fdb_port "$mac" tap0
	# a neighbour requests it, which proves that the capture records what reaches the guest
	lab_winguest other -n 0 -u 0 -t "$SERVICE" -q eth0 "$MAC_OTHER" 192.0.2.12
	wait "$LAB_TAP_PID"
	"$LAB_BIN/frames" -r "$LAB_DIR/tap0.pcap" >"$LAB_DIR/tap.frames"
	assert_frames_count 1 tap kind=request "sha=$MAC_OTHER"
	assert_frames_count 0 tap "sha=$mac"
}

case_several_addresses_at_once() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 192.0.2.11 192.0.2.12 192.0.2.13
	assert_await_frames lan 12 8 'kind=announce-'
	protocol_time 2.5
	for address in 192.0.2.11 192.0.2.12 192.0.2.13; do
		assert_frames_count 4 lan 'kind=announce-.*' "spa=$address"
	done
}

# What the kernel queues for receivers that it runs itself (containers: veths) is limited,
# net.core.netdev_max_backlog: claims that are due together, on a bridge with many ports, are not all asked and
# announced in one go.
case_burst_reaches_every_port() {
	local -a addresses=(192.0.2.{101..164})
	local i at round
	lab_start_garpd
	printf 'addr add %s/32 dev eth0\n' "${addresses[@]}" | in_ns_ip new # which answers before the next question
	for ((i = 1; i <= 60; i++)); do
		printf 'link add c%d type veth peer name d%d\nlink set c%d master br0 up\nlink set d%d up\n' "$i" "$i" "$i" "$i"
	done | in_ns_ip hv
	assert_await_attached c60
	for at in 1 60; do
		lab_capture "d$at" hv "d$at"
	done
	lab_winguest new -d eth0 "$MAC_NEW" "${addresses[@]}"
	assert_await_frames d60 $((3 * ${#addresses[@]})) 20 'kind=probe'
	for round in 1 2; do
		kill -STOP "$GARPD_PID"
		protocol_time 1.5
		kill -CONT "$GARPD_PID"
		for at in 1 60; do
			assert_await_frames "d$at" $((round * 2 * ${#addresses[@]})) 20 'kind=announce-'
		done
	done
}

# assert_announced_with_tags VLANS GUEST_TAGS...: the router's wire has the same tags and priorities.
assert_announced_with_tags() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new "${@:2}" -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-"
	assert_frames_count 3 lan kind=probe "vlan=$1"
	assert_frames_count 2 lan kind=announce-request "vlan=$1" tha=00:00:00:00:00:00 "src=$MAC_NEW"
	assert_frames_count 2 lan kind=announce-reply "vlan=$1" "tha=$MAC_NEW" "src=$MAC_NEW"
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
}

case_tagged() {
	assert_announced_with_tags 100:5 -v 100:5
	assert_claim "$SERVICE" vlan 100
}

case_tagged_twice() {
	assert_announced_with_tags ad:100:5,200:3 -v 0x88a8:100:5 -v 200:3
}

# The same address in another VLAN is another claim: its owner there is not a conflict here.
case_tagged_is_another_segment() {
	in_ns other ip addr add "$SERVICE/24" dev eth0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest other -n 0 -u 500 -q eth0 "$MAC_OTHER" "$SERVICE"
	lab_winguest new -v 100 -k 5000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 "$own_announcements"
	# the owner outside the VLAN has sent to the router, which keeps its entry
	assert_router_mac "$SERVICE" "$MAC_OTHER"
}

# Whether the host's own entry followed is counted for each announcement, by outcome.
case_host_entry_is_looked_at() {
	lab_stale "$SERVICE" "$MAC_OLD"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_host_mac "$SERVICE" "$MAC_NEW"
	lab_wait 5 claim_is "$SERVICE" host_refreshed 2 || t_fail "refreshed: $(claim_field "$SERVICE" host_refreshed), not 2"
}

# A permanent entry is the administrator's: not changed, and counted.
case_host_entry_permanent_is_left() {
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud permanent
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	lab_wait 5 counter_is host_permanent 2 || t_fail "host_permanent is not 2"
	assert_host_mac "$SERVICE" "$MAC_OLD"
	assert_equals "claim $SERVICE: refreshed" 0 "$(claim_field "$SERVICE" host_refreshed)"
	assert_equals "lines about it" 1 "$(grep -c "permanent neighbour entry has $MAC_OLD" "$GARPD_LOG")"
	# Corrected, and wrong again: logged once more.
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev br0 nud permanent
	in_hv "$GARPD" announce "$SERVICE"
	lab_wait 5 counter_is host_refreshed 1 || t_fail "host_refreshed is not 1"
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud permanent
	in_hv "$GARPD" announce "$SERVICE"
	lab_await "$GARPD_LOG" 5 "permanent neighbour entry has $MAC_OLD" 2 || t_fail "not logged again"
}

# ---- a guest that does not even probe: it has the address, and an operator says so ----

named_guest() {
	lab_start_garpd
	lab_capture lan router lan0
	in_ns new ip addr add "$SERVICE/24" dev eth0
}

# It answers, and is announced as after a window.
case_named_guest_is_announced() {
	named_guest
	in_hv "$GARPD" announce "$SERVICE" --mac "$MAC_NEW" --port v-new >"$LAB_DIR/out" || t_fail "exit status $?"
	assert_equals "output" "$SERVICE on br0: announced for $MAC_NEW" "$(<"$LAB_DIR/out")"
	assert_await_frames lan 4 5 'kind=announce-.*' "src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" probes 0
}

# Without a daemon the tool asks.
case_named_guest_is_announced_without_a_daemon() {
	named_guest
	lab_stop_garpd
	in_hv "$GARPD" announce "$SERVICE" --mac "$MAC_NEW" --port v-new >"$LAB_DIR/out" 2>&1 ||
		t_fail "$(<"$LAB_DIR/out")"
	assert_await_frames lan 2 5 'kind=announce-.*' "src=$MAC_NEW"
}

case_named_guest_that_is_silent_is_not_announced() {
	lab_start_garpd
	lab_capture lan router lan0
	assert_fails 1 "$SERVICE on br0: not announced: $MAC_NEW does not answer on v-new" \
		"$GARPD" announce "$SERVICE" --mac "$MAC_NEW" --port v-new
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE" state unanswered
}

# The guards of a probe, each by its name.
case_named_guest_is_guarded() {
	in_hv ip route add default via 192.0.2.99
	lab_start_garpd -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]' 'foreign: no' \
		'ports:' '  - port: v-other' '    addresses: [192.0.2.44]')"
	local line words
	while read -r words; do
		read -r address port line <<<"$words"
		assert_fails 1 "$address: not announced: .*$line" \
			"$GARPD" announce "$address" --mac "$MAC_NEW" --port "$port"
	done <<-EOF
		$HOST v-new host
		192.0.2.99 v-new a gateway of the host
		224.0.0.1 v-new no host can have it
		169.254.3.4 v-new link-local
		$SERVICE up0 up0 is no guest or router port
		$SERVICE v-other not in the port's list
		198.51.100.9 v-new subnet
	EOF
	assert_equals "claims" '[]' "$(lab_claims)"
	assert_fails 2 'needs both --mac and --port' "$GARPD" announce "$SERVICE" --mac "$MAC_NEW"
	assert_fails 2 'no such interface' "$GARPD" announce "$SERVICE" --mac "$MAC_NEW" --port nowhere
	assert_fails 2 'not a VLAN' "$GARPD" announce "$SERVICE" --mac "$MAC_NEW" --port v-new --vlan 4095
}

# On a trunk its frames are tagged, and so is what is said to and for it.
case_named_guest_on_a_trunk() {
	lab_winguest new -n 0 -k 30000 -v 7 eth0 "$MAC_NEW" "$SERVICE"
	lab_start_garpd
	lab_capture lan router lan0
	in_hv "$GARPD" announce "$SERVICE" --mac "$MAC_NEW" --port v-new --vlan 7 >"$LAB_DIR/out" || t_fail "exit status $?"
	assert_equals "output" "$SERVICE on br0 vlan 7: announced for $MAC_NEW" "$(<"$LAB_DIR/out")"
	assert_await_frames lan 2 5 'kind=announce-.*' "src=$MAC_NEW" 'vlan=7:.*'
}

case_named_guest_of_ipv6() {
	ipv6_start
	lab_own6 new eth0 "$SERVICE6/64"
	in_hv "$GARPD" announce "$SERVICE6" --mac "$MAC_NEW" --port v-new >"$LAB_DIR/out" || t_fail "exit status $?"
	assert_equals "output" "$SERVICE6 on br0: announced for $MAC_NEW" "$(<"$LAB_DIR/out")"
	assert_await_frames lan 2 5 kind=announce-na "src=$MAC_NEW"
	assert_claim "$SERVICE6" probes 0
}

# In XDP the answer cannot be made into the announcement: it is deferred, and the daemon or the tool sends it.
case_named_guest_in_xdp() {
	named_guest
	lab_stop_garpd
	lab_start_garpd --mode xdp-generic
	in_hv "$GARPD" announce "$SERVICE" --mac "$MAC_NEW" --port v-new || t_fail "exit status $?"
	assert_await_frames lan 2 5 'kind=announce-.*' "src=$MAC_NEW"
}
