#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One conflict among 10,000 claims: how long until one command has found it.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

OTHERS=9999

# find_takes COMMAND...: adds to `took` how long it takes, in us, to print the one address, and its name to a file.
find_takes() {
	local from to
	from=$(date +%s%N)
	in_hv "$GARPD" "$@" >"$LAB_DIR/found" || true
	to=$(date +%s%N)
	# The screen of status may say what changed last, too.
	[[ $(grep -cE "^(attention +)?$SERVICE " "$LAB_DIR/found") == 1 ]] || lab_die "garpd $*: $(<"$LAB_DIR/found")"
	took+=" $(((to - from) / 1000))"
}

# measure FIGURE COMMAND...
measure() {
	local took='' i
	for ((i = 1; i <= ROUNDS; i++)); do
		find_takes "${@:2}"
	done
	# shellcheck disable=SC2086 # a list of numbers
	row "$1" "< 500 ms" "$(time_text "$(median $took)")" "n = $ROUNDS"
}

bench_up conflict
in_ns old ip addr add "$SERVICE/24" dev eth0
lab_start_garpd -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]')"
in_hv "$LAB_BIN/fill" br0 v-other 198.32.0.1 "$OTHERS" >/dev/null
lab_winguest new -k 3000 eth0 "$MAC_NEW" "$SERVICE"
lab_await "$GARPD_LOG" 9 "$SERVICE: .*conflict" || lab_die "no conflict: $(<"$GARPD_LOG")"
measure "one conflict among $((OTHERS + 1)) claims: show claims --problems" show claims --problems
measure "the same: status" status
bench_down
