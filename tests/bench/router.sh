#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Router ports: how long after the end of an address's window the router's own entry has the guest's MAC,
# and RTM_NEWNEIGH is sent. For declared addresses from the first probe; for others from the end of the
# window, which the daemon's timer keeps. For comparison the kernel without garpd, with a guest that
# announces itself directly after its probe.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

GAP_US=2000
DUE_MS=1050    # steady_window_ms and steady_grace_ms, after the third probe
ADDRESSES=400  # the kernel's neighbour table drops entries above 512
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

# measure NAME WAIT_S ENTRIES_ARGS -- PROBES_ARGS: one round.
measure() {
	local name=$1 wait=$2 log=$LAB_DIR/entries.log
	local -a entries=()
	shift 2
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
	found_read "$log"
	[[ ${FOUND[followed]} == "$ADDRESSES" ]] ||
		lab_die "$name: only ${FOUND[followed]} of $ADDRESSES entries followed"
	p50[$name]+=" ${FOUND[p50_us]}"
	p99[$name]+=" ${FOUND[p99_us]}"
	max[$name]+=" ${FOUND[max_us]}"
}

round() {
	bench_up "router$1"
	measure itself 0.2 -p 1 -- -a
	lab_start_garpd_at router --router lan0 -c "$(declared_config)"
	measure declared 0.2 -p 1 --
	bench_down
	bench_up "router$1"
	lab_start_garpd_at router --router lan0
	measure window 2 -p 3 -d "$DUE_MS" -- -n 3
	found_read "$LAB_DIR/probes.log"
	floor+=("${FOUND[p50_us]}")
	bench_down
}

# report FIGURE NAME BESIDE50 BESIDE99
report() {
	# shellcheck disable=SC2086 # lists of numbers
	{
		row "$1, median" "<= 200 us" "$(median ${p50[$2]}) us" "$3"
		row "$1, p99" "-" "$(median ${p99[$2]}) us" "$4"
		row "$1, max" "-" "$(largest ${max[$2]}) us" ""
	}
}

declare -A p50=() p99=() max=()
declare -a floor=()
for ((i = 1; i <= ROUNDS; i++)); do
	round "$i"
done
# shellcheck disable=SC2086 # lists of numbers
report "router port, declared: probe to entry" declared \
	"no garpd, a guest that announces: $(median ${p50[itself]}) us" \
	"the same: $(median ${p99[itself]}) us"
report "router port: end of window to entry" window \
	"floor: a sleeper wakes $(median "${floor[@]}") us late" ""
