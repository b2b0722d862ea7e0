#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 220 s, QUICK 0 s
# What grows with the number of ports, what with that of claims, and what does not. Ports are taps on ten bridges;
# claims are those of guests that announced themselves, written into the map. Beside the ports tc, which attaches an
# empty program to each, and ip, which lists them; beside the claims keepalived with as many addresses.
#
# In mode tc, unless MODE is given: in tcx the kernel waits for an RCU grace period at each port that is attached
# or detached (tcx_entry_sync(), net/tcx.h), which is all that there is to measure.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

MODE=${MODE:-tc}
PORTS=${PORTS-$(often '10 100 1000 10000' '10 100')}
CLAIMS=${CLAIMS-$(often '10 100 1000 10000 65000 1000000' '10 1000')}
BRIDGES=10
EVENTS=1000     # of a burst
PEER_MOST=10000 # addresses of keepalived; it is slow with more
GROUP=1000      # of them, an instance of VRRP

# rounds N: prints how often a step is measured: a large one once.
rounds() {
	if (($1 >= 10000)); then
		echo 1
	else
		often 2 1
	fi
}

# grown WHAT NUMBER THING WHO UNIT VALUE
grown() {
	sample growth "$1: $2 $3" "${@:4}"
}

# seconds US: prints them.
seconds() {
	awk -v us="$1" 'BEGIN { printf "%.4f", us / 1000000 }'
}

# ---- ports ----

ports_make() {
	local i
	{
		for ((i = 0; i < BRIDGES; i++)); do
			echo "link add bg$i up type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
		done
		for ((i = 0; i < $1; i++)); do
			echo "tuntap add dev tg$i mode tap"
			echo "link set tg$i up master bg$((i % BRIDGES))"
		done
	} >"$LAB_DIR/batch"
	in_ns_ip hv <"$LAB_DIR/batch"
}

# start_takes CONFIG: sets `took` to the microseconds until it is ready. With 10,000
# ports the log is too long for bash, so grep waits.
start_takes() {
	local from
	from=$(now_us)
	lab_spawn "$LAB_DIR/grow.log" in_ns_exec hv "$GARPD" run -c "$1"
	GARPD_PID=$LAB_LAST
	GARPD_LOG=$LAB_DIR/grow.log
	grep -m 1 -q '^ready' < <(exec tail -n +1 -s 0.01 -f --pid="$GARPD_PID" "$GARPD_LOG") ||
		lab_die "$(tail -n 3 "$GARPD_LOG")"
	took=$(($(now_us) - from))
}

# tc_attaches N: an empty program to each port, in one batch.
tc_attaches() {
	local i from
	for ((i = 0; i < $1; i++)); do
		echo "qdisc add dev tg$i clsact"
		echo "filter add dev tg$i ingress bpf da pinned /sys/fs/bpf/foreign/foreign_tc"
	done >"$LAB_DIR/attach"
	from=$(now_us)
	in_hv tc -batch "$LAB_DIR/attach"
	took=$(($(now_us) - from))
	sed -nE 's/^qdisc add (.*)/qdisc del \1/p' "$LAB_DIR/attach" >"$LAB_DIR/detach"
	in_hv tc -batch "$LAB_DIR/detach"
}

ip_lists() {
	local from
	from=$(now_us)
	in_hv ip -j link show >/dev/null
	took=$(($(now_us) - from))
}

ports_measure() {
	local config took i
	lab_begin "grow$1"
	lab_hypervisor
	in_hv bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
	ports_make "$1"
	config=$(lab_config "mode: $MODE" 'bridges: ["bg*"]')
	for ((i = 1; i <= $(rounds "$1"); i++)); do
		tc_attaches "$1"
		grown 'start to ready' "$1" ports tc s "$(seconds "$took")"
		start_takes "$config"
		grown 'start to ready' "$1" ports garpd s "$(seconds "$took")"
		lab_stop_garpd
		ip_lists
		grown 'restart to ready' "$1" ports ip s "$(seconds "$took")"
		start_takes "$config"
		grown 'restart to ready' "$1" ports garpd s "$(seconds "$took")"
		lab_stop_garpd
		in_hv "$GARPD" detach >/dev/null
	done
	lab_down
	unshare -n true # waits until the kernel has taken the ports down, for which it holds RTNL
}

# ---- claims ----

# events_cost: prints the daemon's CPU time for each address of a burst of probes, a window opened and ended.
events_cost() {
	local from
	from=$(cpu_us "$GARPD_PID")
	probes -b -n 1
	protocol_time 3
	awk -v us=$(($(cpu_us "$GARPD_PID") - from)) -v n="$EVENTS" 'BEGIN { printf "%.2f", us / n }'
}

# show_takes: sets `took`.
show_takes() {
	local from
	from=$(now_us)
	in_hv "$GARPD" show claims -j >/dev/null
	took=$(($(now_us) - from))
}

mib() {
	awk -v kb="$(status "$1" VmRSS)" 'BEGIN { printf "%.2f", kb / 1024 }'
}

claims_measure() {
	local config took i
	bench_up "grow$1"
	config=$(lab_config 'bridges: [br0]' 'uplinks: [up0]' "limits: {claims: $(($1 + 4096))}")
	start_takes "$config"
	in_hv "$LAB_BIN/fill" br0 v-other 198.32.0.1 "$1"
	for ((i = 1; i <= $(rounds "$1"); i++)); do
		lab_stop_garpd
		start_takes "$config"
		grown 'restart to ready, with claims' "$1" addresses garpd s "$(seconds "$took")"
		grown 'CPU for an address that moves' "$1" addresses garpd us "$(events_cost)"
		show_takes
		grown 'listed as JSON' "$1" addresses garpd s "$(seconds "$took")"
		grown 'memory (RSS)' "$1" addresses garpd MiB "$(mib "$GARPD_PID")"
	done
	bench_down
}

# ---- keepalived ----

# peer_config N: prints it: N addresses, in instances of VRRP with up to a thousand each.
peer_config() {
	local first i
	for ((first = 0; first < $1; first += GROUP)); do
		printf 'vrrp_instance i%d {\nstate MASTER\ninterface br0\nvirtual_router_id %d\npriority 200\n' \
			"$first" $((first / GROUP + 1))
		printf 'virtual_ipaddress {\n'
		for ((i = first; i < $1 && i < first + GROUP; i++)); do
			printf '198.18.%d.%d/32\n' $((i >> 8)) $((i & 255))
		done
		printf '} }\n'
	done
}

peer_has_all() {
	(($(in_hv ip -o -4 addr show dev br0 | grep -c ' 198\.18\.') == $1))
}

peer_measure() {
	local from took pid vrrp
	lab_up "peer$1"
	peer_config "$1" >"$LAB_DIR/peer.conf"
	from=$(now_us)
	lab_spawn "$LAB_DIR/peer.log" in_ns_exec hv keepalived --dont-fork --log-console --vrrp \
		--use-file "$LAB_DIR/peer.conf" --pid "$LAB_DIR/peer.pid" --vrrp_pid "$LAB_DIR/vrrp.pid"
	pid=$LAB_LAST
	lab_wait 60 peer_has_all "$1" || lab_die "keepalived has not all addresses: $(tail -n 3 "$LAB_DIR/peer.log")"
	grown 'restart to ready, with claims' "$1" addresses keepalived s "$(seconds $(($(now_us) - from)))"
	vrrp=$(<"$LAB_DIR/vrrp.pid")
	grown 'CPU for an address that moves' "$1" addresses keepalived us $(($(cpu_us "$vrrp") / $1))
	grown 'memory (RSS)' "$1" addresses keepalived MiB "$(mib "$vrrp")"
	from=$(now_us)
	in_hv ip -j addr show dev br0 >/dev/null
	grown 'listed as JSON' "$1" addresses keepalived s "$(seconds $(($(now_us) - from)))"
	kill "$pid"
	wait "$pid" || true
	lab_down
}

ADDRESSES=$EVENTS
for count in $PORTS; do
	ports_measure "$count"
done
for count in $CLAIMS; do
	claims_measure "$count"
	((count > PEER_MOST)) || peer_measure "$count"
done
