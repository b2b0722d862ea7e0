#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 150 s, QUICK 16 s
# Declared addresses: from the probe to the first announcement, both on the router's wire; quiet, and while
# another guest asks for 100,000 addresses a second. Beside garpd a guest that sends its own announcement directly
# after its probe, without garpd, and the relay, a program that hears probes on a packet socket. With the daemon,
# and without it (the programs stay attached). In IPv6 with the solicitations of Windows, which are shorter than
# the advertisement that is written over them, and of Linux, which have the same length by their nonce.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=tests/bench/peers.sh
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

GAP_US=1000
LOAD_RATE=100000
LOAD_PID=
load_frames=0 load_us=0

# sent: prints "FRAMES US": how many the other guest has sent, and the time.
sent() {
	in_hv ip -s -j link show v-other | jq -r '.[0].stats64.rx.packets' | tr '\n' ' '
	now_us
}

# load_begin CASE
load_begin() {
	[[ $1 == *under* ]] || return 0
	lab_spawn "$LAB_DIR/load.log" in_ns_exec other "$LAB_BIN/hostile" eth0 "$LOAD_RATE" 60 asks "$MAC_OTHER" \
		192.0.2.77 10.0.0.0
	LOAD_PID=$LAB_LAST
	protocol_time 0.3
	read -r load_frames load_us < <(sent)
}

# load_end CASE WHO
load_end() {
	local frames us
	[[ $LOAD_PID ]] || return 0
	read -r frames us < <(sent)
	sample latency "$1: that load" "$2" ARP/s $(((frames - load_frames) * 1000000 / (us - load_us)))
	kill "$LOAD_PID"
	wait "$LOAD_PID" 2>/dev/null || true
	LOAD_PID=
}

# measure CASE WHO PROBES_ARGS...
measure() {
	load_begin "$1"
	wire_start -p 1 -m "$MAC_NEW"
	probes -g "$GAP_US" "${@:3}"
	wire_end
	load_end "$1" "$2"
	samples_of "$WIRE_LOG" latency "$1" "$2" 500000
	sample latency "$1: lost of $ADDRESSES" "$2" probes $((FOUND[probed] - FOUND[announced]))
}

# garpd_knows: starts garpd, and lets a guest's broadcast cross the uplink and not come back: from then on it
# announces an immediate IPv6 address at its first solicitation.
garpd_knows() {
	lab_start_garpd -c "$(declared_config)"
	lab_winguest other -n 0 -u 0 -t "$ROUTER" -q eth0 "$MAC_OTHER" 192.0.2.77
	protocol_time 0.5
}

# relay_declared: prints the lines of its file, with each address and its owner.
relay_declared() {
	awk -v mac="$MAC_NEW" '$2 == "address:" { print $3 "=" mac }' "$(declared_config)"
}

# round CASE WHO PROBES_ARGS...: in its own lab, since an address that was announced before is already known.
round() {
	local what=$1 who=$2
	shift 2
	bench_up latency
	case $who in
	garpd | 'daemon stopped') garpd_knows ;;
	relay)
		relay_declared >"$LAB_DIR/relay.declared"
		peer_relay hv -D "$LAB_DIR/relay.declared"
		;;
	esac
	[[ $who != 'daemon stopped' ]] || lab_stop_garpd
	if [[ $who == itself ]]; then
		measure "$what" itself -a "$@"
	else
		measure "$what" "$who" "$@"
	fi
	[[ $who != relay ]] || peer_stop
	bench_down
}

for ((i = 1; i <= $(often 10 1); i++)); do
	for who in itself garpd relay; do
		round ARP "$who"
		round "ARP, under $LOAD_RATE ARP/s" "$who"
	done
	((i <= $(often 3 1))) || continue
	round ARP 'daemon stopped'
	for who in itself garpd; do
		FIRST=$FIRST6 round 'IPv6, as Windows probes' "$who"
		FIRST=$FIRST6 round 'IPv6, as Linux probes' "$who" -N
	done
done
