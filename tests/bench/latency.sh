#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Declared addresses: from the probe to the first announcement, both on the router's wire. With the
# daemon, without it (the programs stay attached), and with no garpd at all but a guest that sends an
# announcement of its own right behind its probe.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

GAP_US=3000
ARPINGS=20

# measure NAME PROBES_ARGS...: one round; a line of p50, p99 and max for each.
measure() {
	wire_start -p 1
	probes -g "$GAP_US" "${@:2}"
	wire_end
	wire_heard_all
	p50[$1]+=" ${FOUND[p50_us]}"
	p99[$1]+=" ${FOUND[p99_us]}"
	max[$1]+=" ${FOUND[max_us]}"
}

# A lab for each round: an address that was announced is known, and not news any more.
round() {
	lab_up "latency$1"
	measure itself -a
	lab_start_garpd -c "$(declared_config)"
	[[ $1 == *-on ]] || lab_stop_garpd
	measure "${1##*-}"
	bench_down
}

# report FIGURE NAME BESIDE50 BESIDE99
report() {
	# shellcheck disable=SC2086 # lists of numbers
	{
		row "$1, median" "<= 20 us" "$(median ${p50[$2]}) us" "$3"
		row "$1, p99" "<= 100 us" "$(median ${p99[$2]}) us" "$4"
		row "$1, max" "-" "$(largest ${max[$2]}) us" ""
	}
}

# From the start of arping to its first frame: what a script pays that is called for each probe,
# besides noticing the probe.
arping_measure() {
	local i
	local -a took=()
	lab_up arping
	in_ns new ip addr add "$SERVICE/24" dev eth0
	lab_capture arping router lan0
	for ((i = 1; i <= ARPINGS; i++)); do
		# shellcheck disable=SC2016 # the inner shell expands it
		lab_spawn "$LAB_DIR/arping.log" in_ns_exec new bash -c 'echo "$EPOCHREALTIME"
			exec arping -q -U -c 1 -I eth0 "$0"' "$SERVICE"
		lab_await_frames arping "$i" 10 'kind=announce-' || lab_die "arping sent nothing"
		took+=("$(lab_frames arping | tail -n 1 | awk -v start="$(<"$LAB_DIR/arping.log")" '
			{ printf "%.0f\n", (substr($1, 3) - start) * 1000000 }')")
	done
	lab_down
	peer=$(median "${took[@]}")
}

declare -A p50=() p99=() max=()
for ((i = 1; i <= ROUNDS; i++)); do
	round "$i-on"
	round "$i-off"
done
arping_measure
# shellcheck disable=SC2086 # lists of numbers
itself50=$(median ${p50[itself]}) itself99=$(median ${p99[itself]})
report "declared: probe to announcement" on \
	"peer: a guest that announces right behind its probe, $itself50 us" "peer: $itself99 us"
report "the same, daemon stopped" off "peer: arping -U, from its start, $peer us" ""
