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
	grep -q "$SERVICE on br0: not frozen: owned" "$LAB_DIR/json" || t_fail "it says: $(<"$LAB_DIR/json")"
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
