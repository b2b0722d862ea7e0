#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Undeclared addresses, probed three times a second apart as by Windows, each with its own phase: how long
# after the end of its window an address is announced on the router's wire. The guest is asked first; for
# comparison, in alternating rounds, without asking. And how late the guest itself sends its probes: the floor
# of any program that waits, on this machine at this time.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

GAP_US=1000
DUE_MS=1050 # steady_window_ms and steady_grace_ms, after the third probe
SPAN_MS=2000 # includes the second announcement, 1.1 s after the first

declare -A p50=() p99=() max=()
declare -a floor50=() floor99=()

# round NUMBER ASK
round() {
	bench_up "window$1$2"
	lab_start_garpd -c "$(lab_config "ask: $2")"
	wire_start -p 3 -d "$DUE_MS" -s "$SPAN_MS"
	probes -n 3 -g "$GAP_US"
	protocol_time 2.2
	wire_end
	wire_require_all
	p50[$2]+=" ${FOUND[p50_us]}"
	p99[$2]+=" ${FOUND[p99_us]}"
	max[$2]+=" ${FOUND[max_us]}"
	found_read "$LAB_DIR/probes.log"
	floor50+=("${FOUND[p50_us]}")
	floor99+=("${FOUND[p99_us]}")
	bench_down
}

for ((i = 1; i <= ROUNDS; i++)); do
	round "$i" yes
	round "$i" no
done
# shellcheck disable=SC2086 # lists of numbers
{
	row "end of window to announcement, median" "<= 60 us more" "$(time_text "$(median ${p50[yes]})")" \
		"not asked: $(time_text "$(median ${p50[no]})"); floor: a sleeper wakes $(
			time_text "$(median "${floor50[@]}")"
		) late"
	row "end of window to announcement, p99" "<= 5 ms" "$(time_text "$(median ${p99[yes]})")" \
		"not asked: $(time_text "$(median ${p99[no]})"); floor: $(time_text "$(median "${floor99[@]}")")"
	row "end of window to announcement, max" "-" "$(time_text "$(largest ${max[yes]})")" \
		"not asked: $(time_text "$(largest ${max[no]})")"
}
