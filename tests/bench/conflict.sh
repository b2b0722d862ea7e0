#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 20 s, QUICK 0 s
# One conflict among 10,000 claims: how long until one command has found it. Beside it bpftool, which prints the
# whole map.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

OTHERS=9999

# takes_ms COMMAND...: sets `ms`; its output is in the file found.
takes_ms() {
	local from
	from=$(date +%s%N)
	in_hv "$@" >"$LAB_DIR/found" || true
	ms=$(awk -v ns=$(($(date +%s%N) - from)) 'BEGIN { print ns / 1e6 }')
}

# measure WORD...: how long that command of garpd takes to print the one address.
measure() {
	takes_ms "$GARPD" "$@"
	# The screen of status may name it in what changed last, too.
	[[ $(grep -cE "^(attention +)?$SERVICE " "$LAB_DIR/found") == 1 ]] || lab_die "garpd $*: $(<"$LAB_DIR/found")"
	sample conflict "$*" garpd ms "$ms"
	takes_ms bpftool map dump pinned /sys/fs/bpf/garpd/claims
	sample conflict "$*" bpftool ms "$ms"
}

bench_up conflict
in_ns old ip addr add "$SERVICE/24" dev eth0
lab_start_garpd -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]')"
in_hv "$LAB_BIN/fill" br0 v-other 198.32.0.1 "$OTHERS" >/dev/null
lab_winguest new -k 3000 eth0 "$MAC_NEW" "$SERVICE"
lab_await "$GARPD_LOG" 9 "$SERVICE: .*conflict" || lab_die "no conflict: $(<"$GARPD_LOG")"
for ((i = 1; i <= $(often 5 1); i++)); do
	measure show claims --problems
	measure status
done
bench_down
