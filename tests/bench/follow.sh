#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 90 s, QUICK 0 s
# Receivers that ignore gratuitous ARP: how long after the end of a guest's window they have the right
# entry, and are confirmed. For comparison without nudges, and without garpd.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

ADDRESSES=$(often 100 50)
WAIT_S=3
declare -A WHAT=([drops]='drops gratuitous ARP' [absent]='has no entry, arp_accept 0')

# Makes each entry stale, or deletes it.
entries_were() {
	local i
	for ((i = 1; i <= ADDRESSES; i++)); do
		case $1 in
		drops) echo "neigh replace 198.18.0.$i lladdr $MAC_OLD dev lan0 nud stale" ;;
		absent) echo "neigh flush dev lan0 to 198.18.0.$i" ;;
		esac
	done | in_ns router ip -force -batch - 2>/dev/null
}

receiver_is() {
	lab_set router ipv4/conf/lan0/arp_accept=0 \
		"ipv4/conf/lan0/drop_gratuitous_arp=$([[ $1 == drops ]] && echo 1 || echo 0)"
	entries_were "$1"
}

# measure RECEIVER WHO: garpd, 'announces only' (without nudges), nothing.
measure() {
	local log pid
	bench_up follow
	log=$LAB_DIR/entries.log
	printf 'gateways: [%s]\nnudge: %s\n' "$ROUTER" \
		"$([[ $2 == garpd ]] && echo auto || echo never)" >"$LAB_DIR/garpd.yaml"
	receiver_is "$1"
	[[ $2 == nothing ]] || lab_start_garpd -c "$LAB_DIR/garpd.yaml"
	lab_spawn "$log" in_ns_exec router "$BENCH_BIN/entries" -p 3 -d "$DUE_MS" lan0 "$MAC_NEW" \
		"$FIRST" "$ADDRESSES"
	pid=$LAB_LAST
	lab_await "$log" 10 '^listening$' 1 "$pid" || lab_die "$(<"$log")"
	probes -n 3 -g 2000
	protocol_time "$WAIT_S"
	kill -TERM "$pid"
	wait "$pid" || lab_die "$(<"$log")"
	samples_of "$log" follow "${WHAT[$1]}" "$2" $((WAIT_S * 1000000))
	[[ $2 == nothing ]] || sample follow "${WHAT[$1]}: confirmed by the receiver" "$2" "of $ADDRESSES" \
		"$(lab_claims | jq '[.[] | select(.confirmations > 0)] | length')"
	bench_down
}

for ((i = 1; i <= $(often 2 1); i++)); do
	for receiver in drops absent; do
		for who in nothing 'announces only' garpd; do
			measure "$receiver" "$who"
		done
	done
done
