#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 450 s, QUICK 0 s
# Many addresses at once: of one guest, and of a hundred on a port each. All are probed back to back, so that all
# windows end together. On the router's wire: from the first announcement to the last, which is missing, which comes
# more often than it should; the CPU time; and when the router has confirmed the last one. The probes' own span is
# the floor: each window ends as long after its probe as the others. An address is missing that lacks a form of the
# announcement, and comes too often with more than its two rounds (keepalived: ten requests, arping: one).
# Limits are raised, since the default lets a port have 2,048 claims and announce 4,000 times in a burst.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=tests/bench/peers.sh
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

GUESTS=100
MAC_HERD=00:00:5e:00:54:00
ROUTER_BENCH=198.19.255.253 # of bench_up
LIMITS=("limits:" "  claims_per_port: 20000" "  probes_per_second: 100000" "  probes_burst: 100000"
	"  announcements_per_second: 100000" "  announcements_burst: 100000" "  all_announcements_per_second: 0")
WHAT= # is measured

# herd_up: a hundred guests in one namespace, on ports that are isolated from each other: a broadcast of one guest
# is not copied to 99 others, on which this machine would spend its time. Its kernel answers for all addresses.
herd_up() {
	local i
	in_ns new ip route del local 198.18.0.0/16 dev eth0
	lab_machine herd
	for ((i = 0; i < GUESTS; i++)); do
		printf 'link add h%d up type veth peer name g%d address %s%02x netns %s\n' \
			"$i" "$i" "${MAC_HERD%00}" "$i" "${LAB_PID[herd]}"
		printf 'link set h%d master br0\n' "$i"
		printf 'link set h%d type bridge_slave isolated on\n' "$i"
	done | in_ns_ip hv
	{
		for ((i = 0; i < GUESTS; i++)); do
			echo "link set g$i up"
		done
		echo "link set lo up"
		echo "route add local 198.18.0.0/16 dev lo"
	} | in_ns_ip herd
}

# burst_up COUNT GUESTS
burst_up() {
	ADDRESSES=$1
	WHAT="$(numeral "$1") addresses of $2 guest"
	(($2 == 1)) || WHAT+=s
	bench_up burst
	(($2 == 1)) || herd_up
}

# numeral 10000: prints 10,000.
numeral() {
	printf '%s,%s' "${1%???}" "${1: -3}"
}

# burst_probe GUESTS ARGS...
burst_probe() {
	if (($1 == 1)); then
		probes -b "${@:2}"
	else
		in_ns herd "$BENCH_BIN/probes" -c "$ADDRESSES" -b -G "$1" "${@:2}" g "$MAC_HERD" "$FIRST" \
			>"$LAB_DIR/probes.log" || lab_die "the guests could not probe"
	fi
}

# burst_samples WHO: from FOUND.
burst_samples() {
	sample burst "$WHAT: first to last" "$1" us "${FOUND[announcements_us]}"
	sample burst "$WHAT: missing" "$1" addresses "$((ADDRESSES - FOUND[probed] + FOUND[lost]))"
	sample burst "$WHAT: too often" "$1" addresses "${FOUND[twice]}"
}

# windows COUNT GUESTS WHO PID [confirm]: three probes of each address, then two announcements.
windows() {
	local cpu
	cpu=$(cpu_us "$4")
	wire_start -p 3 -d "$DUE_MS" -s 8000 -n 2
	burst_probe "$2" -n 3
	protocol_time "$(($1 / 5000 + 3))"
	wire_end
	burst_samples "$3"
	[[ $3 != garpd ]] || sample burst "$WHAT: first to last" probed us "${FOUND[probes_us]}"
	sample burst "$WHAT: longest after its window" "$3" us "${FOUND[max_us]}"
	sample burst "$WHAT: CPU" "$3" ms "$((($(cpu_us "$4") - cpu) / 1000))"
	[[ ${5:-} != confirm ]] ||
		sample burst "$WHAT: first announcement to last confirmation" "$3" us "${FOUND[confirmed_us]}"
}

# garpd_windows COUNT GUESTS WHO LINE...: with these lines of a configuration.
garpd_windows() {
	burst_up "$1" "$2"
	lab_start_garpd -c "$(lab_config "${LIMITS[@]}" "${@:4}")"
	windows "$1" "$2" "$3" "$GARPD_PID"
	bench_down
}

# garpd_confirmed COUNT GUESTS: the router, a gateway, is nudged for each address until it has replied. Not of ten
# thousand: the kernel's neighbour table, the router's, has room for 1,024.
garpd_confirmed() {
	burst_up "$1" "$2"
	lab_start_garpd -c "$(lab_config "${LIMITS[@]}" "gateways: [$ROUTER_BENCH]")"
	windows "$1" "$2" 'garpd, nudging' "$GARPD_PID" confirm
	[[ ${FOUND[confirmed]} == "$ADDRESSES" ]] ||
		echo "burst: $WHAT: only ${FOUND[confirmed]} confirmed" >&2
	bench_down
}

relay_windows() {
	burst_up "$1" "$2"
	peer_start relay
	windows "$1" "$2" relay "${PEER_PIDS[0]}"
	peer_stop
	bench_down
}

# A declared address is announced at its first probe, and again at the end of the window, 2.3 s later.
garpd_declared() {
	burst_up 1000 1
	lab_start_garpd -c "$(declared_config)"
	wire_start -s 2000
	probes -b
	protocol_time 2.2
	wire_end
	burst_samples 'garpd, declared'
	bench_down
}

# guest_wire ROUNDS: what these peers send has requests only, and there are no probes.
guest_wire() {
	wire_start -p 0 -R -n "$1"
}

# guest_found WHO: from the wire. Not every peer announces all: that is counted.
guest_found() {
	kill -TERM "$WIRE_PID"
	wait "$WIRE_PID" || lab_die "$(<"$WIRE_LOG")"
	found_read "$WIRE_LOG"
	burst_samples "$1"
}

is_announced() {
	[[ $(in_ns router ip -s -j link show lan0 | jq '.[0].stats64.rx.packets') -ge $1 ]]
}

# keepalived in the guest takes all addresses over when it becomes master: five requests each, and five more 5 s
# later.
keepalived_takes() {
	local dir pid
	burst_up "$1" 1
	dir=$LAB_DIR/keepalived
	mkdir "$dir"
	in_ns new ip route del local 198.18.0.0/16 dev eth0
	in_ns new ip addr add 198.19.255.1/15 dev eth0
	keepalived_config >"$dir/conf"
	guest_wire 10
	lab_spawn "$dir/log" in_ns_exec new keepalived --dont-fork --log-console --vrrp \
		--use-file "$dir/conf" --pid "$dir/pid" --vrrp_pid "$dir/vrrp.pid"
	pid=$LAB_LAST
	lab_await "$dir/log" 60 'Entering MASTER STATE' 1 "$pid" || lab_die "keepalived: $(tail -n 5 "$dir/log")"
	lab_wait 60 is_announced $((10 * ADDRESSES))
	sample burst "$WHAT: CPU" keepalived ms "$(($(cpu_us "$pid" "$(<"$dir/vrrp.pid")") / 1000))"
	guest_found keepalived
	lab_down
}

keepalived_config() {
	local number
	cat <<-CONF
		vrrp_instance service {
			state MASTER
			interface eth0
			virtual_router_id 51
			version 3
			priority 200
			advert_int 1
			virtual_ipaddress {
				198.19.255.2/15
			}
			virtual_ipaddress_excluded {
	CONF
	for ((number = 1; number <= ADDRESSES; number++)); do
		printf '198.18.%d.%d/15\n' $((number >> 8)) $((number & 255))
	done
	echo "} }"
}

# arping for each address, all of them in parallel; the CPU time is theirs.
arping_all() {
	burst_up "$1" 1
	guest_wire 1
	# shellcheck disable=SC2016 # the inner shell expands it
	in_ns new bash -c '
		for ((number = 1; number <= $0; number++)); do
			arping -q -U -c 1 -I eth0 "198.18.$((number >> 8)).$((number & 255))" &
		done
		wait
		times' "$1" >"$LAB_DIR/arping.log" 2>&1 || true
	sample burst "$WHAT: CPU" 'arping -U in parallel' ms "$(tail -n 1 "$LAB_DIR/arping.log" | tr 'ms' '  ' |
		awk '{ printf "%.0f", ($1 * 60 + $2 + $3 * 60 + $4) * 1000 }')"
	guest_found 'arping -U in parallel'
	lab_down
}

# windows_of COUNT GUESTS
windows_of() {
	garpd_windows "$1" "$2" garpd
	relay_windows "$1" "$2"
}

for ((i = 1; i <= ROUNDS; i++)); do
	windows_of 1000 1
	windows_of 1000 "$GUESTS"
	windows_of 10000 1
	[[ ${QUICK:-} ]] || windows_of 10000 "$GUESTS"
	for count in 1000 $(often 10000 ''); do
		keepalived_takes "$count"
		arping_all "$count"
	done
	garpd_windows 1000 1 'garpd, not asking' "ask: no"
	garpd_confirmed 1000 1
	garpd_declared
done
