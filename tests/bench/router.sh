#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 27 s, QUICK 9 s
# Router ports: how long after the end of an address's window the router's own entry has the guest's MAC,
# and RTM_NEWNEIGH is sent. For declared addresses from the first probe; for others from the end of the
# window, which the daemon's timer keeps. For comparison the kernel without garpd, with a guest that
# announces itself directly after its probe.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

GAP_US=2000
ADDRESSES=400 # the kernel's neighbour table drops entries above 512
ENTRIES_PID=

# Makes every entry stale, for announcements to correct.
stale_all() {
	local i number
	for ((i = 0; i < ADDRESSES; i++)); do
		number=$((i + 1))
		printf 'neigh replace 198.18.%d.%d lladdr %s dev lan0 nud stale\n' \
			$((number >> 8)) $((number & 255)) "$MAC_OLD"
	done | in_ns router ip -batch -
}

# measure CASE WHO WAIT_S ENTRIES_ARGS -- PROBES_ARGS: one round.
measure() {
	local what=$1 who=$2 wait=$3 log=$LAB_DIR/entries.log
	local -a entries=()
	shift 3
	while [[ $1 != -- ]]; do
		entries+=("$1")
		shift
	done
	stale_all
	lab_spawn "$log" in_ns_exec router "$BENCH_BIN/entries" "${entries[@]}" lan0 "$MAC_NEW" \
		"$FIRST" "$ADDRESSES"
	ENTRIES_PID=$LAB_LAST
	lab_await "$log" 10 '^listening$' 1 "$ENTRIES_PID" || lab_die "$(<"$log")"
	probes -g "$GAP_US" "${@:2}"
	protocol_time "$wait"
	kill -TERM "$ENTRIES_PID"
	wait "$ENTRIES_PID" || lab_die "$(<"$log")"
	samples_of "$log" router "$what" "$who"
}

declared='declared: probe to entry'
window='end of window to entry'
for ((i = 1; i <= ROUNDS; i++)); do
	bench_up "router$i"
	measure "$declared" itself 0.2 -p 1 -- -a
	lab_start_garpd_at router --router lan0 -c "$(declared_config)"
	measure "$declared" garpd 0.2 -p 1 --
	bench_down
	bench_up "router$i"
	lab_start_garpd_at router --router lan0
	measure "$window" garpd 2 -p 3 -d "$DUE_MS" -- -n 3
	samples_of "$LAB_DIR/probes.log" router "$window" sleeper
	bench_down
done
