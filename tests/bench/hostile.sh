#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 100 s, QUICK 0 s
# A guest floods probes for random addresses, up to 200,000 a second. Measures when a hundred honest
# failovers are announced, what the daemon needs, and how much is forwarded for others, compared with the
# same flood without garpd; and what a flood from an uplink costs the daemon. Beside its CPU time that of tcpdump.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

ADDRESSES=100
GAP_US=9000
SPAN_MS=2000 # after the third probe
FLOOD_RATE=200000
FLOOD_SECONDS=$(often 9 7)
FRAMES=${FRAMES:-100000}
FORWARD_ROUNDS=$(often 9 2)
FROM=192.0.2.20
UPLINK_RATE=260000
UPLINK_SECONDS=$(often 5 2)
FLOOD_PID=

flood_begin() {
	lab_spawn "$LAB_DIR/hostile.log" in_ns_exec other "$LAB_BIN/hostile" eth0 "$FLOOD_RATE" \
		"$FLOOD_SECONDS" addresses "$MAC_OTHER" 10.0.0.0
	FLOOD_PID=$LAB_LAST
	protocol_time 1
}

flood_end() {
	kill "$FLOOD_PID" 2>/dev/null || true
	wait "$FLOOD_PID" 2>/dev/null || true
}

# A first flood grows the heap to what a port's quota of claims needs; the next one is measured.
warm_up() {
	flood_begin
	wait "$FLOOD_PID"
	protocol_time 4
}

failovers() {
	local cpu from_us warm_kb
	bench_up "hostile$1"
	in_hv ip addr add 10.255.255.254/8 dev br0 # so that the flood's addresses are not foreign
	lab_start_garpd --mode auto
	warm_up
	warm_kb=$(status "$GARPD_PID" VmRSS)
	wire_start -p 3 -d "$DUE_MS" -s "$SPAN_MS" -m "$MAC_NEW"
	flood_begin
	cpu=$(cpu_us "$GARPD_PID")
	from_us=$(now_us)
	probes -n 3 -g "$GAP_US"
	protocol_time 2.5
	sample hostile 'CPU, flood of a guest' garpd % \
		"$(share "$cpu" "$(cpu_us "$GARPD_PID")" $(($(now_us) - from_us)))"
	wire_end
	sample hostile "failovers announced of $ADDRESSES" probed times "${FOUND[probed]}"
	sample hostile "failovers announced of $ADDRESSES" garpd times "${FOUND[announced]}"
	samples_of "$WIRE_LOG" hostile 'end of window to announcement' garpd $(((SPAN_MS - DUE_MS) * 1000))
	samples_of "$LAB_DIR/probes.log" hostile 'end of window to announcement' sleeper
	wait "$FLOOD_PID"
	sample hostile 'memory (RSS), after another flood' 'before it' kB "$warm_kb"
	sample hostile 'memory (RSS), after another flood' garpd kB "$(status "$GARPD_PID" VmRSS)"
	bench_down
}

# share US US OF_US: prints the difference of the first two in % of the third.
share() {
	awk -v was="$1" -v cpu="$2" -v us="$3" 'BEGIN { printf "%.2f", (cpu - was) * 100 / us }'
}

# forwarded: sets `value` to the frames that arrive behind the router for a second of the sender's CPU time.
forwarded() {
	local before
	flood_begin
	before=$(received)
	in_ns new "$BENCH_BIN/flood" eth0 "$MAC_NEW" "$MAC_ROUTER" "$FROM" "$CLIENT" "$FRAMES" \
		>"$LAB_DIR/flood.log" || lab_die "cannot send"
	protocol_time 0.1
	value=$(($(received) - before))
	flood_end
	found_read "$LAB_DIR/flood.log"
	value=$((value * 1000000 / FOUND[cpu_us]))
}

# uplink WHO: ever another host behind the uplink probes for the address of a guest that probes, too, so that
# each of its frames changes the claim.
uplink() {
	local cpu us
	lab_up uplink
	who_starts "$1"
	in_ns new "$BENCH_BIN/probes" -c 1 -n 1 eth0 "$MAC_NEW" "$SERVICE" >"$LAB_DIR/probes.log"
	cpu=$(cpu_us "$WHO_PID")
	us=$(now_us)
	in_ns router "$LAB_BIN/hostile" lan0 "$UPLINK_RATE" "$UPLINK_SECONDS" macs "$MAC_ROUTER" "$SERVICE" \
		>"$LAB_DIR/hostile.log" || lab_die "cannot flood"
	us=$(($(now_us) - us))
	sample hostile 'CPU, flood from an uplink' "$1" % "$(share "$cpu" "$(cpu_us "$WHO_PID")" "$us")"
	bench_down
}

# who_starts WHO: garpd, or tcpdump on br0, which does nothing but listen; sets WHO_PID.
who_starts() {
	if [[ $1 == garpd ]]; then
		lab_start_garpd --mode auto
		WHO_PID=$GARPD_PID
		return
	fi
	lab_spawn "$LAB_DIR/listener.log" in_ns_exec hv tcpdump -n -i br0 -w /dev/null arp
	WHO_PID=$LAB_LAST
	lab_await "$LAB_DIR/listener.log" 10 'listening on' 1 "$WHO_PID" || lab_die "$(<"$LAB_DIR/listener.log")"
}

# The same flood of a guest, for tcpdump.
listener() {
	local cpu us
	bench_up listener
	who_starts tcpdump
	flood_begin
	cpu=$(cpu_us "$WHO_PID")
	us=$(now_us)
	protocol_time "$UPLINK_SECONDS"
	us=$(($(now_us) - us))
	sample hostile 'CPU, flood of a guest' tcpdump % "$(share "$cpu" "$(cpu_us "$WHO_PID")" "$us")"
	flood_end
	bench_down
}

forwarding() {
	local i
	bench_up forward
	in_hv ip addr add 10.255.255.254/8 dev br0
	in_ns router ip neigh replace "$CLIENT" lladdr 02:00:5e:00:53:ff dev wan0 nud permanent
	in_ns new ip addr add "$FROM/24" dev eth0
	in_ns new ping -q -c 1 "$ROUTER" >/dev/null || lab_die "no way to the router"
	forwarded
	for ((i = 1; i <= FORWARD_ROUNDS; i++)); do
		forwarded
		sample hostile 'forwarded for others' nothing 'frames/CPU-s' "$value"
		lab_start_garpd --mode auto
		forwarded
		sample hostile 'forwarded for others' garpd 'frames/CPU-s' "$value"
		lab_stop_garpd
		in_hv "$GARPD" detach >/dev/null
	done
	lab_down
}

value=0 WHO_PID=
for ((i = 1; i <= $(often 2 1); i++)); do
	failovers "$i"
	uplink garpd
	uplink tcpdump
	listener
done
forwarding
