# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the verbs print with -j.

# Three mistakes of different kinds, and one that depends on the others.
case_check_names_every_error() {
	printf 'bridges: [br0]\nmod: tc\naddresses:\n  - address: 192.0.2.300\n  - address: [192.0.2.7]\n' \
		>"$LAB_DIR/bad.yaml"
	assert_fails 2 'bad.yaml:2: unknown key "mod"; did you mean mode' "$GARPD" check "$LAB_DIR/bad.yaml"
	in_hv "$GARPD" check "$LAB_DIR/bad.yaml" 2>"$LAB_DIR/said" || true
	assert_equals "the lines" "2 4 5" "$(sed -n 's/.*bad.yaml:\([0-9]*\):.*/\1/p' "$LAB_DIR/said" | xargs)"
	in_hv "$GARPD" check -j "$LAB_DIR/bad.yaml" >"$LAB_DIR/json" && t_fail "exit status 0"
	assert_equals "the lines in JSON" "2 4 5" "$(jq -r ".errors[].line" <"$LAB_DIR/json" | xargs)"
	assert_equals ok false "$(pick ok <"$LAB_DIR/json")"
	assert_fails 2 'bad.yaml:2: .*error 1 of 3: garpd check .*bad.yaml' "$GARPD" run -c "$LAB_DIR/bad.yaml"
	lab_config 'bridges: [br0]' >/dev/null
	in_hv "$GARPD" check -j "$LAB_DIR/garpd.yaml" >"$LAB_DIR/json" || t_fail "exit status $?"
	assert_equals "would attach to" "br0 up0 v-new v-old v-other" \
		"$(jq -r ".would[] | select(.step == \"attach\").interface" <"$LAB_DIR/json" | sort | xargs)"
}

case_announce_and_thaw_in_json() {
	lab_start_garpd
	in_hv "$GARPD" announce -j "$SERVICE" >"$LAB_DIR/json" 2>/dev/null && t_fail "exit status 0"
	assert_equals "without a claim" '[]' "$(<"$LAB_DIR/json")"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 9 "$SERVICE: .*announced" || t_fail "not announced"
	in_hv "$GARPD" announce -j "$SERVICE" >"$LAB_DIR/json" || t_fail "exit status $?"
	# At once while its answer is fresh.
	assert_equals announce "true $MAC_NEW v-new by_hand" \
		"$(pick "done" mac port result <"$LAB_DIR/json" | sed 's/ [a-z]*_by_hand/ by_hand/')"
	in_hv "$GARPD" thaw -j "$SERVICE" >"$LAB_DIR/json" 2>/dev/null && t_fail "exit status 0"
	assert_equals thaw "false" "$(pick "done" <"$LAB_DIR/json")"
	grep -q "$SERVICE on br0: not frozen: " "$LAB_DIR/json" || t_fail "it says: $(<"$LAB_DIR/json")"
}

case_detach_in_json() {
	lab_start_garpd
	lab_stop_garpd
	in_hv "$GARPD" detach -j >"$LAB_DIR/json" || t_fail "exit status $?"
	assert_equals "removed from" "br0 up0 v-new v-old v-other" \
		"$(jq -r ".removed.interfaces[].interface" <"$LAB_DIR/json" | sort | xargs)"
	assert_equals "left" 0 "$(pick left.pins <"$LAB_DIR/json")"
	assert_equals "left on" "" "$(jq -r ".left.interfaces[].interface" <"$LAB_DIR/json")"
}

# prints SCHEMA VERB...: keeps what the verb prints, for the schema.
prints() {
	local count
	mkdir -p "$LAB_DIR/printed"
	count=$(find "$LAB_DIR/printed" -type f | wc -l)
	in_hv "$GARPD" "${@:2}" >"$LAB_DIR/printed/$count-$2.$1" 2>/dev/null || true
}

# has_lines SCHEMA LEAST: the file has that many lines.
has_lines() {
	local held
	held=$(sed -n "s/^all[.]$1: \([0-9]*\) held.*/\1/p" "$LAB_DIR/held")
	((held >= $2)) || t_fail "$1: only $held lines"
}

# Every output, with a claim that is owned and confirmed, one in conflict, one denied, one of IPv6,
# listeners, and an address without a claim; and each line of the log.
case_json_fits_its_schema() {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || t_missing "python3-jsonschema is not installed"
	lab_start_garpd --log json -c "$(lab_config 'addresses:' '  - address: 192.0.2.77' '    announce: never')"
	lab_spawn "$LAB_DIR/watch" in_ns_exec hv "$GARPD" watch -j
	lab_wait 9 is_waiting "$LAB_LAST" || t_fail "watch does not begin"
	lab_winguest other -n 1 -k 100 eth0 "$MAC_OTHER" 192.0.2.77
	in_ns old ip addr add 192.0.2.78/24 dev eth0
	lab_winguest other -k 4000 eth0 "$MAC_OTHER" 192.0.2.78
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" 2001:db8::10
	in_ns router ping -c 1 -W 1 "$SERVICE" >/dev/null || true
	lab_wait 5 claim_is 192.0.2.78 state conflict || t_fail "no conflict: $(lab_claims)"
	lab_wait 9 claim_is "$SERVICE" state owned || t_fail "not announced: $(lab_claims)"
	prints version --version -j
	prints claims show claims -j
	prints listeners show listeners -j
	prints ports show ports -j
	prints counters show counters -j
	prints latency show latency -j
	prints status status -j
	prints doctor doctor -j
	prints explain explain -j "$SERVICE"
	prints explain explain -j 192.0.2.78
	prints explain explain -j 192.0.2.77
	prints explain explain -j 198.51.100.1
	prints announce announce -j "$SERVICE"
	prints announce announce -j 192.0.2.78
	prints announce thaw -j "$SERVICE"
	prints announce thaw -j 198.51.100.1
	prints check check -j "$LAB_DIR/garpd.yaml"
	printf 'bridges: 5\n' >"$LAB_DIR/bad.yaml"
	prints check check -j "$LAB_DIR/bad.yaml"
	lab_stop_garpd
	prints status status -j
	prints detach detach -j
	prints detach detach -j
	cp "$GARPD_LOG" "$LAB_DIR/printed/all.log"
	prints report report --log "$GARPD_LOG" -j
	prints replay replay -j "$LAB_ROOT/tests/lab/captures/linux-v6-dad-conflict.pcap"
	# Its standard error, where it says that nothing is pinned any more, is in the same file.
	grep '^{' "$LAB_DIR/watch" >"$LAB_DIR/printed/all.watch"
	"$LAB_ROOT/tests/lab/validate" "$LAB_DIR"/printed/* >"$LAB_DIR/held" ||
		t_fail "docs/schema: $(grep -v ' 0 wrong' "$LAB_DIR/held")"
	has_lines log 10
	has_lines watch 8
}
