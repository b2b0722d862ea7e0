#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The idle daemon with a hundred ports and a thousand claims: its memory, and how often it wakes.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

PORTS=100
IDLE_SECONDS=20

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

# For comparison: a program that does nothing with the same libraries.
idle_start() {
	lab_spawn "$LAB_DIR/idle.log" "$BENCH_BIN/idle"
	IDLE_PID=$LAB_LAST
	lab_await "$LAB_DIR/idle.log" 10 '^idle$' 1 "$IDLE_PID" || lab_die "no idle program"
}

bench_up footprint
ports_make
lab_start_garpd --mode auto
probes -b -n 3
lab_wait 30 claims_owned || lab_die "not every claim got its owner"
# the daemon checks the neighbour entry a moment after the last announcement
protocol_time 2
before=$(status "$GARPD_PID" voluntary_ctxt_switches)
protocol_time "$IDLE_SECONDS"
after=$(status "$GARPD_PID" voluntary_ctxt_switches)
idle_start

row "daemon, idle: memory (RSS)" "<= 8 MiB" "$(mib "$(status "$GARPD_PID" VmRSS)") MiB" \
	"floor: its libraries alone, $(mib "$(status "$IDLE_PID" VmRSS)") MiB"
row "its own memory, nobody else's (private)" "-" \
	"$(mib "$(rollup "$GARPD_PID" Private_)") MiB" \
	"of files $(mib "$(status "$GARPD_PID" RssFile)"), Pss $(mib "$(rollup "$GARPD_PID" Pss:)") MiB"
row "wake-ups in $IDLE_SECONDS idle seconds" "0" "$((after - before))" \
	"$(ports_count) ports, $(lab_claims | jq length) claims"
