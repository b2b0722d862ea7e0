#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Undeclared addresses, probed three times a second apart as by Windows, each with its own phase: how long
# after the end of its window an address is announced on the router's wire. For comparison how late the
# guest itself sends its probes: the floor of any program that waits, on this machine at this time.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

GAP_US=1000
DUE_MS=1050 # steady_window_ms and steady_grace_ms, after the third probe
SPAN_MS=2000 # includes the second announcement, 1.1 s after the first

round() {
	bench_up "window$1"
	lab_start_garpd --mode auto
	wire_start -p 3 -d "$DUE_MS" -s "$SPAN_MS"
	probes -n 3 -g "$GAP_US"
	protocol_time 2.2
	wire_end
	wire_require_all
	p50+=("${FOUND[p50_us]}")
	p99+=("${FOUND[p99_us]}")
	max+=("${FOUND[max_us]}")
	found_read "$LAB_DIR/probes.log"
	floor50+=("${FOUND[p50_us]}")
	floor99+=("${FOUND[p99_us]}")
	bench_down
}

declare -a p50=() p99=() max=() floor50=() floor99=()
for ((i = 1; i <= ROUNDS; i++)); do
	round "$i"
done
row "end of window to announcement, median" "-" "$(time_text "$(median "${p50[@]}")")" \
	"floor: a sleeper wakes $(time_text "$(median "${floor50[@]}")") late"
row "end of window to announcement, p99" "<= 5 ms" "$(time_text "$(median "${p99[@]}")")" \
	"floor: $(time_text "$(median "${floor99[@]}")")"
row "end of window to announcement, max" "-" "$(time_text "$(largest "${max[@]}")")" ""
