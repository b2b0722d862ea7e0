# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# garpd explain: for each trouble that the lab can make it names the right cause first, and its remedy
# helps.

# explain ADDR: writes the screen to $LAB_DIR/screen; exits as the verb.
explain() {
	in_hv "$GARPD" explain "$1" >"$LAB_DIR/screen"
}

assert_screen() {
	local regex
	for regex in "$@"; do
		grep -qE -- "$regex" "$LAB_DIR/screen" || t_fail "no '$regex' in: $(<"$LAB_DIR/screen")"
	done
	(($(wc -l <"$LAB_DIR/screen") <= 24)) || t_fail "more than a screen: $(<"$LAB_DIR/screen")"
}

# explain_is ADDR FILTER: the only object of the JSON matches.
explain_is() {
	in_hv "$GARPD" explain -j "$1" >"$LAB_DIR/json" || true
	jq -e "length == 1 and (.[0] | $2)" "$LAB_DIR/json" >/dev/null
}

# assert_cause ADDR CAUSE REGEX: the first finding, by name and by sentence, on the screen and in JSON.
assert_cause() {
	lab_wait 5 explain_is "$1" ".findings[0].cause == \"$2\" and (.well | not)" ||
		t_fail "not $2: $(<"$LAB_DIR/json")"
	explain "$1" || true
	assert_screen "^trouble: +.*$3"
}

explain_take_over() {
	lab_capture lan router lan0
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
}

router_has_confirmed() {
	explain_is "$SERVICE" ".claim.confirmed_by == \"$ROUTER\""
}

case_explain_confirmed() {
	lab_start_garpd -c "$(lab_config "gateways: [$ROUTER]")"
	explain_take_over
	lab_wait 5 router_has_confirmed || t_fail "not confirmed: $(<"$LAB_DIR/json")"
	explain "$SERVICE" || t_fail "exit status $?"
	assert_screen "^$SERVICE on br0: owned, $MAC_NEW on v-new$" \
		"^heard +probes of $MAC_NEW on v-new: 3 in the last window, last" \
		'^decided +owned: .*\(announce_done\)$' \
		"^announced +twice \\(request and reply\\), last as $MAC_NEW into v-new, [0-9.]+ m?s ago$" \
		"^confirmed +by $ROUTER \(gateway\), [0-9.]+ ms after the announcement" \
		"^tables now +host, br0: $MAC_NEW, .*: right" \
		"bridge: $MAC_NEW is behind v-new: right" '^all is well$'
	explain_is "$SERVICE" '.well and .daemon and .state == "owned" and .findings == [] and
		.fdb_port == "v-new" and (.neighbours | length == 1 and all(.right)) and
		(.listeners | length == 1) and .claim.announcements == 2' ||
		t_fail "the JSON differs: $(<"$LAB_DIR/json")"
}

# A filter lets the probes through and drops the announcements, and no other host would show it.
case_explain_unproven() {
	lab_start_garpd
	in_hv ip neigh del "$SERVICE" dev br0
	in_hv ip addr flush dev br0
	drop_in_bridge forward iifname v-new ether type arp arp saddr ip != 0.0.0.0
	lab_capture lan router lan0
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	explain_await_announced
	explain_is "$SERVICE" '.well and [.findings[].cause] == ["unproven"]' || t_fail "output: $(<"$LAB_DIR/json")"
	assert_frames_count 0 lan 'kind=announce-.*'
	explain "$SERVICE"
	assert_screen '^no problem found$' '^note: +announced, but no host confirmed it'
}

case_explain_open_window() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 'kind=probe'
	lab_wait 3 explain_is "$SERVICE" '.state == "probing" and .well and .findings[0].cause == "window_open"' ||
		t_fail "no open window: $(<"$LAB_DIR/json")"
	explain "$SERVICE" || t_fail "exit status $?"
	assert_screen '^decided +undecided: probe received; window '
}

# In the failover itself: the announcements before it were the former owner's.
case_explain_takeover_in_its_window() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	kill "$LAB_LAST"
	lab_winguest other -n 1 -k 100 eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 1 5 "kind=probe.* src=$MAC_OTHER"
	explain "$SERVICE"
	assert_screen "^$SERVICE on br0: probing, $MAC_OTHER on v-other$" \
		"^heard +probes of $MAC_OTHER on v-other: 1 in the last window, 4 from any host, last " \
		'^announced +twice \(request and reply\), last [0-9.]+ m?s ago$'
}

case_explain_conflict() {
	lab_start_garpd
	lab_capture lan router lan0
	in_ns old ip addr add "$SERVICE/24" dev eth0
	lab_winguest new -k 3000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 8 'kind=probe'
	assert_cause "$SERVICE" conflict "$MAC_OLD on v-old answers for the address of $MAC_NEW on v-new"
}

# Both announcements are sent, and garpd has looked at the host.
explain_await_announced() {
	lab_await "$GARPD_LOG" 8 '2 of 2' || t_fail "not announced twice"
	protocol_time 0.3
}

case_explain_host_drops_gratuitous() {
	local remedy
	lab_start_garpd -c "$(lab_config 'nudge: never')"
	lab_set hv ipv4/conf/br0/drop_gratuitous_arp=1
	explain_take_over
	explain_await_announced
	# The kernel's table decides: an entry that is right for another reason is not wrong.
	lab_stale "$SERVICE" "$MAC_OLD"
	assert_cause "$SERVICE" host_drops "drop_gratuitous_arp.*$MAC_OLD on br0"
	assert_screen 'br0: .*: WRONG' 'nudge: never'
	remedy=$(jq -r '.[0].findings[0].remedy | sub(".*for now: "; "")' "$LAB_DIR/json")
	in_hv bash -c "$remedy"
	explain_is "$SERVICE" .well || t_fail "'$remedy' did not help: $(<"$LAB_DIR/json")"
	assert_host_mac "$SERVICE" "$MAC_NEW"
}

case_explain_permanent_host_entry() {
	local remedy
	lab_start_garpd
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud permanent
	explain_take_over
	assert_cause "$SERVICE" host_permanent "br0 is PERMANENT, at $MAC_OLD"
	remedy=$(jq -r '.[0].findings[0].remedy | sub(".*: "; "")' "$LAB_DIR/json")
	in_hv bash -c "$remedy"
	explain_is "$SERVICE" .well || t_fail "'$remedy' did not help: $(<"$LAB_DIR/json")"
}

case_explain_evpn_host_entry() {
	lab_start_garpd
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud noarp extern_learn
	explain_take_over
	assert_cause "$SERVICE" host_evpn "extern_learn.*$MAC_OLD"
}

case_explain_unconfirmed_gateway() {
	lab_start_garpd -c "$(lab_config 'gateways: [192.0.2.77]')"
	explain_take_over
	assert_cause "$SERVICE" unconfirmed '192.0.2.77 did not answer 3 nudges'
	assert_screen 'not by 192.0.2.77 \(gateway\): nudged 3 times'
}

case_explain_denied() {
	lab_start_garpd -c "$(lab_config 'addresses:' "  - address: $SERVICE" '    announce: never')"
	lab_winguest new -k 3000 eth0 "$MAC_NEW" "$SERVICE"
	assert_cause "$SERVICE" denied_never "$SERVICE is configured with announce: never"
	in_ns new bash -c 'ip addr flush dev eth0'
	lab_winguest other -n 1 -k 100 eth0 "$MAC_OTHER" "$HOST"
	assert_cause "$HOST" denied_host "$HOST is an address of this host, and $MAC_OTHER"
}

case_explain_denied_on_its_segment_or_port() {
	lab_start_garpd -c "$(lab_config 'ports:' '  - port: v-new' '    macs: ["00:00:5e:00:53:99"]')"
	lab_winguest other -n 1 -k 100 eth0 "$MAC_OTHER" 203.0.113.7
	assert_cause 203.0.113.7 denied_foreign '203.0.113.7 is not in a subnet of this host on br0'
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	assert_cause "$SERVICE" denied_port_mac "$MAC_NEW is not among the MACs allowed on v-new"
	lab_config 'form: both' >/dev/null
	kill -HUP "$GARPD_PID"
	lab_wait 5 explain_is "$SERVICE" '.well and .findings[0].cause == "denied_before"' ||
		t_fail "output: $(<"$LAB_DIR/json")"
}

# Sticky, since a frame from another port also moves a static entry.
case_explain_static_fdb() {
	lab_start_garpd
	in_hv bridge fdb replace "$MAC_NEW" dev v-other master static sticky
	explain_take_over
	assert_cause "$SERVICE" fdb_static "$MAC_NEW behind v-other, not behind v-new"
	in_hv bash -c "$(jq -r '.[0].findings[0].remedy' "$LAB_DIR/json")"
	explain_is "$SERVICE" .well || t_fail "the remedy did not help: $(<"$LAB_DIR/json")"
}

case_explain_port_down_then_gone() {
	lab_start_garpd
	explain_take_over
	in_hv ip link set v-new down
	assert_cause "$SERVICE" port_blocked 'no frames from v-new: its state is disabled'
	in_hv ip link del v-new
	assert_cause "$SERVICE" port_gone 'v-new, the port of .*, is gone'
	grep -q " v-new " <<<"$(in_hv "$GARPD" show claims)" || t_fail "$(in_hv "$GARPD" show claims)"
}

case_explain_ports_that_keep_announcements_in() {
	lab_start_garpd
	in_hv bridge link set dev up0 neigh_suppress on
	in_hv bridge link set dev v-new isolated on
	lab_capture other other eth0
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames other 4 8 "kind=announce-.* src=$MAC_NEW"
	explain_is "$SERVICE" '.well and [.findings[].cause] == ["neigh_suppress", "isolated"]' ||
		t_fail "not these notes: $(<"$LAB_DIR/json")"
	explain "$SERVICE"
	assert_screen '^note: +announcements do not cross up0 \(neigh_suppress\)'
}

case_explain_unknown_address() {
	local status=0
	lab_start_garpd
	explain 192.0.2.99 || status=$?
	assert_equals "exit status" 3 "$status"
	assert_screen '^192.0.2.99: no claim$' '^tables now +host: no entry$' '^heard +nothing .*4 ports of br0$' \
		'^trouble: +no probe for 192.0.2.99 is remembered on br0' '^remedy: +.*tcpdump'
	explain_is 192.0.2.99 '.state == "none" and .claim == null and .findings[0].cause == "never_probed"' ||
		t_fail "the JSON differs: $(<"$LAB_DIR/json")"
}

case_explain_daemon_killed() {
	lab_start_garpd
	lab_kill9_garpd
	lab_winguest new -n 3 -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	assert_cause "$SERVICE" daemon_down 'the daemon is not running: no window ends'
	lab_start_garpd
	lab_wait 8 explain_is "$SERVICE" '.daemon and .well' || t_fail "still: $(<"$LAB_DIR/json")"
}

# Addresses of which no guest can be, and what the host has of one that no guest has claimed.
case_explain_addresses_of_no_guest() {
	local status=0
	lab_start_garpd
	explain 224.0.0.251 || status=$?
	assert_equals "exit status" 3 "$status"
	assert_screen '^trouble: +224.0.0.251 is not a unicast address'
	explain "$HOST" || true
	assert_screen "^note: +$HOST is this host's own address"
	explain "$SERVICE" || true
	assert_screen "^tables now +host, br0: $MAC_OLD, reachable$"
}

# The time of a confirmation is that of the first reply, whatever the host says later.
case_explain_time_of_the_confirmation() {
	lab_start_garpd -c "$(lab_config "gateways: [$ROUTER]")"
	explain_take_over
	lab_wait 5 router_has_confirmed || t_fail "not confirmed: $(<"$LAB_DIR/json")"
	protocol_time 1.5
	in_ns new ip addr add "$SERVICE/24" dev eth0
	in_ns new arping -q -c 1 -I eth0 -s "$SERVICE" "$ROUTER" || t_fail "the router does not reply"
	explain "$SERVICE" || t_fail "exit status $?"
	assert_screen "^confirmed +by $ROUTER \(gateway\), [0-9.]+ ms after the announcement"
}

# One object and one screen for each segment.
case_explain_every_segment() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest other -n 1 -v 30 -k 100 eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 2 5 'kind=probe'
	in_hv "$GARPD" explain -j "$SERVICE" >"$LAB_DIR/json"
	jq -e "[.[] | [.vlan, .claim.mac]] == [[null, \"$MAC_NEW\"], [30, \"$MAC_OTHER\"]]" "$LAB_DIR/json" \
		>/dev/null || t_fail "output: $(<"$LAB_DIR/json")"
	explain "$SERVICE"
	assert_screen "^$SERVICE on br0: probing, $MAC_NEW on v-new" \
		"^$SERVICE on br0 vlan 30: probing, $MAC_OTHER on v-other"
}

case_explain_router_port() {
	lab_start_garpd_at router --router lan0
	in_ns router ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev lan0 nud permanent
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 router_has_announced_twice || t_fail "output: $(<"$LAB_DIR/screen")"
	assert_screen "^$SERVICE on lan0: " "^trouble: +.*lan0 is PERMANENT, at $MAC_OLD" \
		'no nudges: .* router port' '^note: +announced to this host only'
}

router_has_announced_twice() {
	in_ns router "$GARPD" explain "$SERVICE" >"$LAB_DIR/screen"
	grep -q '^announced  *twice' "$LAB_DIR/screen"
}

case_explain_ipv6() {
	t_need_setting hv ipv6/conf/br0/drop_unsolicited_na
	ipv6_start
	lab_set hv ipv6/conf/br0/drop_unsolicited_na=1
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE6"
	explain_await_announced
	lab_stale "$SERVICE6" "$MAC_OLD"
	assert_cause "$SERVICE6" host_drops "drop_unsolicited_na.*$MAC_OLD on br0"
	assert_screen 'announced +(once|twice) \(unsolicited advertisement\)'
}
