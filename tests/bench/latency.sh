#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Declared addresses: from the probe to the first announcement, both on the router's wire. With the daemon,
# without it (the programs stay attached), and without garpd, with a guest that sends its own announcement
# directly after its probe. By ARP; and in IPv6 with the solicitations of Windows, which are shorter than
# the advertisement that is written over them, and of Linux, which have the same length by their nonce.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

GAP_US=3000
ARPINGS=20

# measure NAME PROBES_ARGS...: one round; a line of p50, p99 and max for each.
measure() {
	wire_start -p 1
	probes -g "$GAP_US" "${@:2}"
	wire_end
	wire_require_all
	p50[$1]+=" ${FOUND[p50_us]}"
	p99[$1]+=" ${FOUND[p99_us]}"
	max[$1]+=" ${FOUND[max_us]}"
}

# round NAME DAEMON PROBES_ARGS...: in its own lab, since an address that was announced before is already
# known.
round() {
	local name=$1 daemon=$2
	shift 2
	bench_up "latency-$name-$daemon"
	measure "$name-itself" -a "$@"
	lab_start_garpd -c "$(declared_config)"
	[[ $daemon == on ]] || lab_stop_garpd
	measure "$name-$daemon" "$@"
	bench_down
}

# report FIGURE BAR50 BAR99 NAME BESIDE50 BESIDE99
report() {
	# shellcheck disable=SC2086 # lists of numbers
	{
		row "$1, median" "$2" "$(median ${p50[$4]}) us" "$5"
		row "$1, p99" "$3" "$(median ${p99[$4]}) us" "$6"
		row "$1, max" "-" "$(largest ${max[$4]}) us" ""
	}
}

# report_beside_itself FIGURE BAR50 BAR99 NAME
report_beside_itself() {
	local itself=${4%-*}-itself
	# shellcheck disable=SC2086 # lists of numbers
	report "$@" "peer: a guest that announces right behind its probe, $(median ${p50[$itself]}) us" \
		"peer: $(median ${p99[$itself]}) us"
}

# From the start of arping to its first frame: the cost of a script that is called for each probe, without
# detecting the probe.
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
	for daemon in on off; do
		round arp "$daemon"
		FIRST=$FIRST6 round nd "$daemon"
		FIRST=$FIRST6 round nonce "$daemon" -N
	done
done
arping_measure
report_beside_itself "declared: probe to announcement" "<= 20 us" "<= 100 us" arp-on
report "the same, daemon stopped" "<= 20 us" "<= 100 us" arp-off \
	"peer: arping -U, from its start, $peer us" ""
report_beside_itself "IPv6, as Windows probes" "<= 30 us" "<= 100 us" nd-on
report "the same, daemon stopped" "<= 30 us" "<= 100 us" nd-off "" ""
report_beside_itself "IPv6, as Linux probes (nonce)" "<= 30 us" "<= 100 us" nonce-on
report "the same, daemon stopped" "<= 30 us" "<= 100 us" nonce-off "" ""
