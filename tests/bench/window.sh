#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 42 s, QUICK 14 s
# Undeclared addresses, probed three times a second apart as by Windows, each with its own phase: how long
# after the end of its window an address is announced on the router's wire. The guest is asked first; for
# comparison, in alternating rounds, without asking. And how late the guest itself sends its probes.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

GAP_US=1000
SPAN_MS=2000 # includes the second announcement, 1.1 s after the first
CASE='end of window to announcement'

# round ASK WHO
round() {
	bench_up "window$1"
	lab_start_garpd -c "$(lab_config "ask: $1")"
	wire_start -p 3 -d "$DUE_MS" -s "$SPAN_MS"
	probes -n 3 -g "$GAP_US"
	protocol_time 2.2
	wire_end
	samples_of "$WIRE_LOG" window "$CASE" "$2" $(((SPAN_MS - DUE_MS) * 1000))
	samples_of "$LAB_DIR/probes.log" window "$CASE" sleeper
	bench_down
}

for ((i = 1; i <= ROUNDS; i++)); do
	round yes garpd
	round no 'not asked'
done
