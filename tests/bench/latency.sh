#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 100 s, QUICK 20 s
# Declared addresses: from the probe to the first announcement, both on the router's wire. With the daemon,
# without it (the programs stay attached), and without garpd, with a guest that sends its own announcement
# directly after its probe. By ARP; and in IPv6 with the solicitations of Windows, which are shorter than
# the advertisement that is written over them, and of Linux, which have the same length by their nonce.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

GAP_US=1000

# measure CASE WHO PROBES_ARGS...
measure() {
	wire_start -p 1
	probes -g "$GAP_US" "${@:3}"
	wire_end
	samples_of "$WIRE_LOG" latency "$1" "$2" 500000
}

# garpd_knows ARGS...: starts garpd, and lets a guest's broadcast cross the uplink and not come back: from then
# on it announces an immediate IPv6 address at its first solicitation.
garpd_knows() {
	lab_start_garpd -c "$(declared_config)"
	lab_winguest other -n 0 -u 0 -t "$ROUTER" -q eth0 "$MAC_OTHER" 192.0.2.77
	protocol_time 0.5
}

# round CASE PROBES_ARGS...: in its own lab, since an address that was announced before is already known.
round() {
	local what=$1
	shift
	bench_up latency
	measure "$what" itself -a "$@"
	garpd_knows
	measure "$what" garpd "$@"
	bench_down
	bench_up latency
	garpd_knows
	lab_stop_garpd
	measure "$what" 'daemon stopped' "$@"
	bench_down
}

for ((i = 1; i <= ROUNDS; i++)); do
	round ARP
	FIRST=$FIRST6 round 'IPv6, as Windows probes'
	FIRST=$FIRST6 round 'IPv6, as Linux probes' -N
done
