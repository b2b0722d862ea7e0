#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Frames of 64 bytes through the bridge and the router: without a program, with garpd, and with other
# programs. The variants alternate, so that a busy machine affects all of them alike.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

FORWARD_ROUNDS=${FORWARD_ROUNDS:-9}
FRAMES=${FRAMES:-200000}
FROM=192.0.2.20
declare -A pps=() share=()
value=
LISTENER=
declare -a TCX=() # processes that hold the empty tcx programs

# An empty program, and xdp-filter, on the bridge's ports: the cost of XDP itself on a veth.
ports_each() {
	local port
	for port in v-new up0; do
		in_hv "${@//PORT/$port}" >/dev/null || lab_die "$*: failed on $port"
	done
}

# An empty program with tcx: the cost of the hook itself.
tcx_begin() {
	local port
	for port in up0 v-old v-new v-other; do
		lab_spawn "$LAB_DIR/tcx.$port" in_ns_exec hv "$LAB_BIN/tcx" "$port" \
			/sys/fs/bpf/foreign/foreign_tc
		TCX+=("$LAB_LAST")
		lab_await "$LAB_DIR/tcx.$port" 5 '^attached$' 1 "$LAB_LAST" ||
			lab_die "no tcx: $(<"$LAB_DIR/tcx.$port")"
	done
}

tcx_end() {
	kill "${TCX[@]}"
	wait "${TCX[@]}" 2>/dev/null || true
	TCX=()
}

way_begin() {
	case $1 in
	tc) lab_start_garpd --mode auto ;;
	xdp) lab_start_garpd --mode xdp ;;
	empty_tcx) tcx_begin ;;
	empty) ports_each bpftool net attach xdpdrv pinned /sys/fs/bpf/foreign/foreign_xdp dev PORT ;;
	filter) ports_each xdp-filter load -m native -f ethernet PORT ;;
	listener)
		lab_spawn "$LAB_DIR/listener.log" in_ns_exec hv tcpdump -n -i br0 -w /dev/null arp
		LISTENER=$LAB_LAST
		lab_await "$LAB_DIR/listener.log" 10 'listening on' 1 "$LISTENER" ||
			lab_die "no listener: $(<"$LAB_DIR/listener.log")"
		;;
	esac
}

way_end() {
	case $1 in
	tc | xdp)
		lab_stop_garpd
		in_hv "$GARPD" detach
		;;
	empty_tcx) tcx_end ;;
	empty) ports_each bpftool net detach xdpdrv dev PORT ;;
	filter) ports_each xdp-filter unload PORT ;;
	listener)
		kill "$LISTENER"
		wait "$LISTENER" 2>/dev/null || true
		;;
	esac
}

# measure WAY: sets `value` to the frames a second that arrive behind the router. Sender, bridge and router
# share one CPU and one thread, whose CPU time counts, whatever else the machine does.
measure() {
	local before after
	way_begin "$1"
	before=$(received)
	in_ns new "$BENCH_BIN/flood" eth0 "$MAC_NEW" "$MAC_ROUTER" "$FROM" "$CLIENT" "$FRAMES" \
		>"$LAB_DIR/flood.log" || lab_die "cannot send"
	protocol_time 0.1 # frames that are still queued
	after=$(received)
	found_read "$LAB_DIR/flood.log"
	way_end "$1"
	value=$(((after - before) * 1000000 / FOUND[cpu_us]))
	pps[$1]+=" $value"
}

# against BASE WAY: measures one directly after the other.
against() {
	local base
	measure "$1"
	base=$value
	measure "$2"
	share[$2/$1]+=" $(awk -v a="$value" -v b="$base" 'BEGIN { printf "%.2f", a * 100 / b }')"
}

lab_up forward
in_hv bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
# An unused address and MAC at the end: no reply comes back.
in_ns router ip neigh replace "$CLIENT" lladdr 02:00:5e:00:53:ff dev wan0 nud permanent
in_ns new ip addr add "$FROM/24" dev eth0
in_ns new ping -q -c 1 "$ROUTER" >/dev/null || lab_die "no way to the router"
measure none
pps=() # the first one was for warming up
for ((i = 1; i <= FORWARD_ROUNDS; i++)); do
	against none tc
	against none empty_tcx
	against empty_tcx tc
	against none listener
	against none xdp
	against empty xdp
	! command -v xdp-filter >/dev/null || against empty filter
done

# report FIGURE WAY BASE BAR BESIDE
report() {
	# shellcheck disable=SC2086 # lists of numbers
	[[ -z ${pps[$2]:-} ]] ||
		row "$1" "$4" "$(median ${share[$2/$3]}) %" "$(median ${pps[$2]}) a second; $5"
}

# shellcheck disable=SC2086 # a list of numbers
row "forwarded, nobody listens" "-" "$(median ${pps[none]}) a second" \
	"$FRAMES frames of 64 bytes, alternating, medians of $FORWARD_ROUNDS"
report "garpd (auto), of nobody" tc none ">= 99 %" ""
report "garpd (auto), of an empty tcx program" tc empty_tcx "-" "what is ours of it"
report "an empty tcx program, of nobody" empty_tcx none "-" "floor: what any tcx program costs"
report "tcpdump arp on br0, of nobody" listener none "-" "peer: what arpwatch does"
report "garpd (xdp), of an empty XDP program" xdp empty ">= 99 %" "floor: what any XDP costs a veth"
report "xdp-filter, of the same" filter empty "-" "peer"
report "garpd (xdp), of nobody" xdp none "-" "veth copies what a packet socket sent, for any XDP program"
