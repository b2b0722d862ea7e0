# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# garpd report, from the JSON log of a daemon. What it makes of the journal is tested in tests/system, its page
# in tests/report.

# report VERB_ARGS...: of the log of this lab's daemons, run in the hypervisor.
report() {
	in_hv "$GARPD" report --log "$LAB_DIR/log" "$@"
}

# logs: what all daemons of this lab have logged, in that order.
logs() {
	cat "$LAB_DIR"/garpd.*.log >"$LAB_DIR/log"
}

# From a guest to another one, whose daemon dies in the open window: its probes have their own times.
case_report_of_a_failover() {
	local outage
	lab_config "gateways: [$ROUTER]" >/dev/null
	lab_start_garpd --log json -c "$LAB_DIR/garpd.yaml"
	lab_capture lan router lan0
	lab_winguest old -k 5000 eth0 "$MAC_OLD" "$SERVICE"
	lab_wait 9 claim_is "$SERVICE" state owned || t_fail "not announced: $(lab_claims)"
	lab_kill9_garpd
	in_ns old ip link set eth0 down
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 5 "kind=probe src=$MAC_NEW"
	lab_start_garpd --log json -c "$LAB_DIR/garpd.yaml"
	lab_wait 9 claim_is "$SERVICE" confirmed_by "$ROUTER" || t_fail "not confirmed: $(lab_claims)"
	lab_wait 9 claim_is "$SERVICE" state owned || t_fail "not announced: $(lab_claims)"
	lab_stop_garpd
	logs
	report -j >"$LAB_DIR/json" || t_fail "exit status $?"
	assert_equals "moves, state, port" "1 owned v-new" "$(jq -r '.addresses[0] | "\(.moves) \(.state) \(.port)"' "$LAB_DIR/json")"
	assert_equals "the last takeover" "$MAC_NEW v-old confirmed $ROUTER" \
		"$(jq -r '.addresses[0].takeovers[-1] | "\(.mac) \(.former_port) \(.outage_end) \(.confirmed_by)"' "$LAB_DIR/json")"
	# From the first probe to the confirmation: the window, and a few milliseconds.
	outage=$(jq '.addresses[0].outage_ms' "$LAB_DIR/json")
	assert_equals "bracketed" true "$(jq ".addresses[0] | .outage_min_ms >= 3000 and .outage_min_ms <= .outage_ms" "$LAB_DIR/json")"
	((outage >= 3000 && outage <= 3050 + 10 * T_LATE_MS)) || t_fail "an outage of $outage ms"
	assert_equals "times without a daemon" "null stopped" "$(jq -r '.daemon.down[].how' "$LAB_DIR/json" | xargs)"
	assert_equals "the second probe" "true" "$(jq '(.daemon.down[0].from) as $from | (.daemon.down[0].until) as $until |
		.addresses[0].events | any(.mac == "'"$MAC_NEW"'" and .event == "window_opened" and .time > $from and .time < $until)' "$LAB_DIR/json")"
}

case_report_is_text_page_or_json() {
	local page=$LAB_DIR/page.html
	lab_start_garpd --log json --declare "$SERVICE=$MAC_NEW"
	lab_winguest new -k 9000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 9 claim_is "$SERVICE" state owned || t_fail "not announced: $(lab_claims)"
	lab_stop_garpd
	logs
	report --text >"$LAB_DIR/text" || t_fail "exit status $?"
	grep -qE "^$SERVICE +owned +0 " "$LAB_DIR/text" || t_fail "no row: $(<"$LAB_DIR/text")"
	grep -qE "^  [0-9:.]{12}  announced for $MAC_NEW on v-new" "$LAB_DIR/text" || t_fail "no line: $(<"$LAB_DIR/text")"
	! grep -E '.{81}' "$LAB_DIR/text" || t_fail "wider than 80 columns"
	report -o "$page" >"$LAB_DIR/out" || t_fail "exit status $?"
	grep -qE "^$page: 1 address, [0-9]+ events$" "$LAB_DIR/out" || t_fail "it says: $(<"$LAB_DIR/out")"
	grep -q '</html>' "$page" || t_fail "the page is not whole"
	assert_equals "its mode" 644 "$(stat -c %a "$page")"
	cmp -s <(sed 's/"made":"[^"]*"//' "$page") <(report -o - | sed 's/"made":"[^"]*"//') ||
		t_fail "on standard output it is another page"
	report -j -o - <"$LAB_DIR/log" | jq -e '.addresses | length == 1' >/dev/null || t_fail "no JSON"
	grep -q "$SERVICE" <<<"$(in_hv "$GARPD" report --log - --text "${SERVICE%.*}.0/24" <"$LAB_DIR/log")" || t_fail "not from a pipe"
	# Nothing is left beside the page, also if it cannot be written.
	assert_fails 1 'cannot be written' "$GARPD" report --log "$LAB_DIR/log" -o "$LAB_DIR/none/page.html"
	assert_equals "files" "$page" "$(compgen -G "$page*")"
}

case_report_of_a_capture() {
	t_need_capture linux-v6-dad-conflict.pcap
	in_hv "$GARPD" report --pcap "$CAPTURE" --text >"$LAB_DIR/text" || t_fail "exit status $?"
	grep -qE '^fd00:9::5:1 +conflict +0 ' "$LAB_DIR/text" || t_fail "no row: $(<"$LAB_DIR/text")"
	grep -qE '^  [0-9:.]{12}  02:00:00:00:00:0b: probe received' "$LAB_DIR/text" || t_fail "no probe: $(<"$LAB_DIR/text")"
	assert_fails 2 'not both' "$GARPD" report --pcap "$CAPTURE" --log "$CAPTURE"
	assert_fails 1 'LICENSE' "$GARPD" report --pcap "$LAB_ROOT/LICENSE"
}

# A page takes the place of a regular file only.
case_report_writes_where_it_is_told() {
	touch "$LAB_DIR/log" "$LAB_DIR/target"
	chmod 600 "$LAB_DIR/target"
	ln -s target "$LAB_DIR/link"
	mknod "$LAB_DIR/null" c 1 3
	mkfifo "$LAB_DIR/fifo"
	report -o "$LAB_DIR/link" >/dev/null || t_fail "link: exit status $?"
	assert_equals "the link" target "$(readlink "$LAB_DIR/link")"
	grep -q '</html>' "$LAB_DIR/target" || t_fail "no page behind the link"
	assert_equals "the mode of the file that was there" 600 "$(stat -c %a "$LAB_DIR/target")"
	report -o "$LAB_DIR/null" >/dev/null || t_fail "device: exit status $?"
	assert_equals "the device" "character special file" "$(stat -c %F "$LAB_DIR/null")"
	lab_spawn "$LAB_DIR/read" cat "$LAB_DIR/fifo"
	report -o "$LAB_DIR/fifo" >/dev/null || t_fail "FIFO: exit status $?"
	assert_equals "the FIFO" fifo "$(stat -c %F "$LAB_DIR/fifo")"
	lab_wait 5 grep -q '</html>' "$LAB_DIR/read" || t_fail "no page came through the FIFO"
	assert_fails 1 'cannot be written' "$GARPD" report --log "$LAB_DIR/log" -o "$LAB_DIR"
	assert_equals "files beside them" "" "$(find "$LAB_DIR" -name 'null.*' -o -name 'fifo.*' -o -name 'link.*' -o -name 'target.*')"
}

# log_line TIME EVENT STATE SENT
log_line() {
	printf '{"time":"%s","message":"br0: 192.0.2.10: %s","event":"%s","segment":"br0","address":"192.0.2.10","mac":"%s","port":"v-new","state":"%s","sent":%s}\n' \
		"$1" "$2" "$2" "$MAC_NEW" "$3" "$4"
}

# Two nights, and the hour that the end of summer time has twice.
case_report_as_text_has_the_day_of_each_line() {
	{
		log_line 2026-10-24T01:00:00Z window_opened probing false
		log_line 2026-10-24T01:00:03Z announced announcing true
		log_line 2026-10-25T00:30:00Z window_opened probing false
		log_line 2026-10-25T01:30:00Z confirmed owned false
		printf 'no JSON\n{"half":\n'
	} >"$LAB_DIR/log"
	in_hv env TZ=Europe/Berlin "$GARPD" report --log "$LAB_DIR/log" --text >"$LAB_DIR/text" 2>"$LAB_DIR/said" || t_fail "exit status $?"
	assert_equals "lines of something else" "garpd: skipped 2 lines that are not of its JSON log; the first is line 5" "$(<"$LAB_DIR/said")"
	assert_equals "days and times" "$(printf '%s\n' "2026-10-24 +0200" "03:00:00.000 no" \
		"03:00:00.000 window_opened" "03:00:03.000 announced" "2026-10-25 +0200" "02:30:00.000 window_opened" \
		"2026-10-25 +0100" "02:30:00.000 confirmed")" \
		"$(sed -nE 's/^  ([0-9]{4}-.*)/\1/p; s/^  ([0-9:.]{12})  ([a-z_]+).*/\1 \2/p' "$LAB_DIR/text")"
}

case_report_refuses() {
	local status=0 no_journal='mount -t tmpfs none /var/log && mount -t tmpfs none /run'
	touch "$LAB_DIR/log"
	assert_fails 2 'since "1h": not a time' "$GARPD" report --since 1h
	assert_fails 2 'until "2026-02-31"' "$GARPD" report --until 2026-02-31
	assert_fails 2 'not later' "$GARPD" report --since -1h --until -2h
	assert_fails 2 '192.0.2.300: not a valid address' "$GARPD" report 192.0.2.10 192.0.2.300
	assert_fails 2 'not both' "$GARPD" report --text --json
	assert_fails 1 'none: No such file' "$GARPD" report --log "$LAB_DIR/none"
	assert_fails 1 'no JSON log' "$GARPD" report --log "$LAB_ROOT/LICENSE"
	report --text 192.0.2.10 >"$LAB_DIR/out" || status=$?
	assert_equals "exit status without the address" 3 "$status"
	# A machine without a journal, and one whose journal this user may not read.
	assert_fails 4 'no journal .*--log FILE' unshare --mount sh -c "$no_journal && exec '$GARPD' report"
	assert_fails 4 'no permission; .*group systemd-journal' unshare --mount sh -c "$no_journal &&
		mkdir -p /var/log/journal/0 && (umask 077 && echo >/var/log/journal/0/system.journal) &&
		exec setpriv --reuid 65534 --clear-groups --bounding-set -all --inh-caps -all '$GARPD' report"
}
