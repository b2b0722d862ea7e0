#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A thousand addresses probed back to back: each has to be announced once, with one request and one reply.
# Declared ones at once; undeclared ones when all their windows end together, asked first and not.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

# note NAME: keeps the result of the round, from FOUND.
note() {
	lost[$1]+=" ${FOUND[lost]}"
	twice[$1]+=" ${FOUND[twice]}"
	took[$1]+=" ${FOUND[announcements_us]}"
	last[$1]+=" ${FOUND[max_us]}"
}

# The time of the probes alone, without garpd.
round_bare() {
	wire_start -p 1
	probes -b
	wire_end
	bare+=" ${FOUND[probes_us]}"
}

# After the first probe the next announcement is at the end of the window, 2.3 s later.
round_declared() {
	bench_up "burst$1"
	round_bare
	lab_start_garpd -c "$(declared_config)"
	wire_start -s 2000
	probes -b
	protocol_time 2.2
	wire_end
	note declared
	bench_down
}

# round_undeclared NUMBER ASK
round_undeclared() {
	bench_up "burst$1$2"
	lab_start_garpd -c "$(lab_config "ask: $2")"
	wire_start -p 3 -d 1050 -s 2000
	probes -b -n 3
	protocol_time 2.2
	wire_end
	note "$2"
	bench_down
}

# report FIGURE NAME BESIDE WHAT_IT_FOLLOWS [BAR]
report() {
	# shellcheck disable=SC2086 # lists of numbers
	{
		row "$1: lost, announced twice" "0, 0" \
			"$(largest ${lost[$2]}), $(largest ${twice[$2]})" "of $ADDRESSES, worst of $ROUNDS"
		row "$1: first to last announcement" "${5:--}" "$(time_text "$(median ${took[$2]})")" "$3"
		row "$1: longest after its $4" "-" "$(time_text "$(median ${last[$2]})")" ""
	}
}

bare=
declare -A lost=() twice=() took=() last=()
for ((i = 1; i <= ROUNDS; i++)); do
	round_declared "$i"
	round_undeclared "$i" yes
	round_undeclared "$i" no
done
# shellcheck disable=SC2086 # a list of numbers
bare=$(time_text "$(median $bare)")
report "declared, probed in one burst" declared \
	"floor: the probes alone, no garpd, $bare" "probe"
report "windows that end together" yes \
	"peer: arping -U, $ADDRESSES in parallel, 1463 ms; keepalived 2.2.7, 7.3 ms (earlier runs)" \
	"window" "<= 25 ms"
report "windows that end together, not asked" no "" "window"
