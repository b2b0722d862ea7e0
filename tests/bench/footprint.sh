#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 32 s, QUICK 13 s
# The idle daemon with a hundred ports and a thousand claims: its memory, and how often it wakes. Beside it a program
# that does nothing, with the same libraries.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

PORTS=100
IDLE_SECONDS=$(often 20 5)

rollup() {
	awk -v key="$2" '$1 ~ "^" key { sum += $2 } END { print sum + 0 }' "/proc/$1/smaps_rollup"
}

mib() {
	awk -v kb="$1" 'BEGIN { printf "%.1f", kb / 1024 }'
}

ports_count() {
	in_hv ip -o link show master br0 | wc -l
}

ports_make() {
	local i have
	have=$(ports_count)
	lab_machine crowd
	for ((i = have; i < PORTS; i++)); do
		lab_link crowd "eth$i" "$(printf '02:00:5e:00:53:%02x' "$i")" "v-c$i"
	done
}

claims_owned() {
	[[ $(lab_claims | jq '[.[] | select(.state == "owned")] | length') == "$ADDRESSES" ]]
}

idle_start() {
	lab_spawn "$LAB_DIR/idle.log" "$BENCH_BIN/idle"
	IDLE_PID=$LAB_LAST
	lab_await "$LAB_DIR/idle.log" 10 '^idle$' 1 "$IDLE_PID" || lab_die "no idle program"
}

# measure WHO PID
measure() {
	local with
	with="with $(ports_count) ports, $ADDRESSES claims"
	sample footprint "memory (RSS) $with" "$1" MiB "$(mib "$(status "$2" VmRSS)")"
	sample footprint "its own memory (private) $with" "$1" MiB "$(mib "$(rollup "$2" Private_)")"
}

bench_up footprint
ports_make
lab_start_garpd --mode auto
idle_start
probes -b -n 3
lab_wait 30 claims_owned || lab_die "not every claim got its owner"
# the daemon checks the neighbour entry a moment after the last announcement
protocol_time 2
declare -A before=()
for pid in "$GARPD_PID" "$IDLE_PID"; do
	before[$pid]=$(status "$pid" voluntary_ctxt_switches)
done
protocol_time "$IDLE_SECONDS"
for who in "garpd $GARPD_PID" "libraries $IDLE_PID"; do
	read -r who pid <<<"$who"
	sample footprint "wake-ups in $IDLE_SECONDS idle seconds" "$who" times \
		$(($(status "$pid" voluntary_ctxt_switches) - before[$pid]))
	measure "$who" "$pid"
done
bench_down
