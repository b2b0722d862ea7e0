#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Receivers that ignore gratuitous ARP: how long after the end of a guest's window they have the right
# entry, and are confirmed. For comparison without nudges, and without garpd.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

ROUNDS=${FOLLOW_ROUNDS:-5}
ADDRESSES=100
DUE_MS=1050 # steady_window_ms and steady_grace_ms, after the third probe

declare -A p50=() max=() followed=() confirmed=()

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

# measure RECEIVER WITH: `garpd`, `announcing` (without nudges), `nothing`.
measure() {
	local name=$1/$2 log=$LAB_DIR/entries.log pid
	bench_up follow
	printf 'gateways: [%s]\nnudge: %s\n' "$ROUTER" \
		"$([[ $2 == garpd ]] && echo auto || echo never)" >"$LAB_DIR/garpd.yaml"
	receiver_is "$1"
	[[ $2 == nothing ]] || lab_start_garpd -c "$LAB_DIR/garpd.yaml"
	lab_spawn "$log" in_ns_exec router "$BENCH_BIN/entries" -p 3 -d "$DUE_MS" lan0 "$MAC_NEW" \
		"$FIRST" "$ADDRESSES"
	pid=$LAB_LAST
	lab_await "$log" 10 '^listening$' 1 "$pid" || lab_die "$(<"$log")"
	probes -n 3 -g 2000
	protocol_time 5
	kill -TERM "$pid"
	wait "$pid" || lab_die "$(<"$log")"
	found_read "$log"
	followed[$name]+=" ${FOUND[followed]}"
	p50[$name]+=" ${FOUND[p50_us]:-0}"
	max[$name]+=" ${FOUND[max_us]:-0}"
	[[ $2 == nothing ]] || confirmed[$name]+=" $(lab_claims | jq '[.[] | select(.confirmations > 0)] | length')"
	bench_down
}

for receiver in drops absent; do
	for ((i = 1; i <= ROUNDS; i++)); do
		measure "$receiver" garpd
	done
	measure "$receiver" announcing
	measure "$receiver" nothing
done

# of NAME: prints how many followed.
of() {
	# shellcheck disable=SC2086 # lists of numbers
	echo "$(median ${followed[$1]}) of $ADDRESSES"
}

# report FIGURE RECEIVER
report() {
	# shellcheck disable=SC2086 # lists of numbers
	row "$1: end of window to entry, median" "<= 100 ms" "$(time_text "$(median ${p50[$2/garpd]})")" \
		"$(of "$2/garpd") follow, $(median ${confirmed[$2/garpd]}) confirmed, slowest $(
			time_text "$(largest ${max[$2/garpd]})"
		)"
	row "$1, within 5 s" "-" "$(of "$2/garpd")" \
		"garpd that only announces: $(of "$2/announcing"); without garpd: $(of "$2/nothing")"
}

report "receiver that drops gratuitous ARP" drops
report "receiver with no entry, arp_accept 0" absent
