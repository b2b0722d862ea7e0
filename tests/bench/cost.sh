#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 120 s, QUICK 20 s
# What garpd costs everybody else: frames of 64 and 1,500 bytes through the bridge and through the router, and TCP
# with GSO. Three ways to measure: the program alone, by BPF_PROG_RUN (passby.c); garpd's program swapped with an
# empty one on the ports, every few milliseconds (cost.c); and each way to listen, one after the other.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=tests/bench/peers.sh
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

FROM=192.0.2.20
PORTS=(up0 v-old v-new v-other)
ROUNDS=$(often 7 1)
SLICES=$(often 3 1) # of each kind, a way and round
LOADS=$(often 10 2) # of the programs, since the address of their code makes a difference
SWAPS=$(often 20 2) # pairs, a program and load
WAYS=('empty tcx' 'garpd tcx' 'empty tc' 'garpd tc' 'empty XDP' 'garpd XDP' xdp-filter relay 'nft rule')
declare -a HELD=() # processes that hold the empty tcx programs

# ---- the program alone ----

alone() {
	"$BENCH_BIN/passby" "$BENCH_BIN/passby.bpf.o" "$(often 3 1)" >"$LAB_DIR/alone" || lab_die "passby could not measure"
	awk -v OFS='\t' '{ print "sample", "passby", $1, $2, "ns", $3 }' FS='\t' "$LAB_DIR/alone"
}

# ---- swapped ----

swapped() {
	in_hv "$BENCH_BIN/cost" swap "$BENCH_BIN/passby.bpf.o" "$LOADS" "$SWAPS" "${HOSTS[@]}" "${PORTS[@]}" \
		>"$LAB_DIR/swapped" || lab_die "cost could not measure"
	awk -F '\t' -v OFS='\t' '{ print "sample", "swap", $2 ", " $1, $3, "%", $4 }' "$LAB_DIR/swapped"
}

# ---- one way after the other ----

ports_each() {
	local port
	for port in "${PORTS[@]}"; do
		in_hv "${@//PORT/$port}" >/dev/null || lab_die "$*: failed on $port"
	done
}

way_begin() {
	local port
	case $1 in
	'empty tcx')
		for port in "${PORTS[@]}"; do
			lab_spawn "$LAB_DIR/tcx.$port" in_ns_exec hv "$LAB_BIN/tcx" "$port" /sys/fs/bpf/foreign/foreign_tc
			HELD+=("$LAB_LAST")
			lab_await "$LAB_DIR/tcx.$port" 5 '^attached$' 1 "$LAB_LAST" || lab_die "$(<"$LAB_DIR/tcx.$port")"
		done
		;;
	'empty tc')
		ports_each tc qdisc add dev PORT clsact
		ports_each tc filter add dev PORT ingress bpf da pinned /sys/fs/bpf/foreign/foreign_tc
		;;
	'empty XDP') ports_each bpftool net attach xdpdrv pinned /sys/fs/bpf/foreign/foreign_xdp dev PORT ;;
	'garpd tcx') lab_start_garpd --mode tcx ;;
	'garpd tc') lab_start_garpd --mode tc ;;
	'garpd XDP') lab_start_garpd --mode xdp ;;
	xdp-filter) ports_each xdp-filter load -m native -f ethernet PORT ;;
	relay) peer_relay hv ;;
	'nft rule')
		in_hv nft 'add table bridge bench; add chain bridge bench in { type filter hook prerouting priority 0; }
			add rule bridge bench in ether type arp log'
		;;
	esac
}

way_end() {
	case $1 in
	'empty tcx')
		kill "${HELD[@]}"
		wait "${HELD[@]}" 2>/dev/null || true
		HELD=()
		;;
	'empty tc') ports_each tc qdisc del dev PORT clsact ;;
	'empty XDP') ports_each bpftool net detach xdpdrv dev PORT ;;
	garpd*)
		lab_stop_garpd
		in_hv "$GARPD" detach >/dev/null
		;;
	xdp-filter) ports_each xdp-filter unload PORT ;;
	relay) peer_stop ;;
	'nft rule') in_hv nft delete table bridge bench ;;
	esac
}

# way_measure WAY: a slice of each kind; its lines go to the file ways.
way_measure() {
	local line
	echo "$1" >&"${COST[1]}"
	while read -r -t 30 -u "${COST[0]}" line; do
		[[ $line != end ]] || return 0
		echo "$line" >>"$LAB_DIR/ways"
	done
	lab_die "cost has ended"
}

# round: each way between slices without any.
round() {
	local way i
	for way in "${WAYS[@]}"; do
		way_begin "$way"
		way_measure 'warm-up'
		for ((i = 0; i < SLICES; i++)); do
			way_measure "$way"
		done
		way_end "$way"
		for ((i = 0; i < SLICES; i++)); do
			way_measure nothing
		done
	done
}

# A slice of TCP is of bytes, others of frames.
ways_samples() {
	awk -F '\t' -v OFS='\t' '
		$1 == "warm-up" { next }
		/TCP/ { print "sample", "cost", $2, $1, "Gbit/s", 8000 / $3; next }
		/1,500/ { print "sample", "cost", $2, $1, "Gbit/s", 1500 * 8000 / $3; next }
		{ print "sample", "cost", $2, $1, "million/s", 1000000 / $3 }' "$LAB_DIR/ways"
}

ways() {
	local i line
	in_hv bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
	coproc COST { in_ns_exec hv "$BENCH_BIN/cost" ways "${HOSTS[@]}"; }
	LAB_JOBS+=("$COST_PID")
	read -r -t 10 -u "${COST[0]}" line || line=
	[[ $line == ready ]] || lab_die "cost cannot measure"
	for ((i = 1; i <= ROUNDS; i++)); do
		round
	done
	ways_samples
}

lab_up cost
in_ns new ip addr add "$FROM/24" dev eth0
in_ns old ip addr add "$SERVICE/24" dev eth0
# No such MAC at the end: no reply comes back.
in_ns router ip neigh replace "$CLIENT" lladdr 02:00:5e:00:53:ff dev wan0 nud permanent
in_ns new ping -q -c 1 "$ROUTER" >/dev/null || lab_die "no way to the router"
in_ns new ping -q -c 1 "$SERVICE" >/dev/null || lab_die "no way to the other guest"
HOSTS=("/proc/${LAB_PID[new]}/ns/net" "/proc/${LAB_PID[old]}/ns/net" "$MAC_NEW" "$MAC_OLD" "$MAC_ROUTER"
	"$FROM" "$SERVICE" "$CLIENT")
alone
swapped
ways
lab_down
