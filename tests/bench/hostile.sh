#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest floods probes for random addresses, up to 200,000 a second. Measures when a hundred honest
# failovers are announced, what the daemon needs, and how much is forwarded for others, compared with the
# same flood without garpd; and what a flood from an uplink costs the daemon.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

FIRST=192.0.2.100
ADDRESSES=100
GAP_US=9000
FLOOD_RATE=200000
FLOOD_SECONDS=12
FRAMES=${FRAMES:-100000}
FORWARD_ROUNDS=${FORWARD_ROUNDS:-5}
FROM=192.0.2.20
UPLINK_RATE=260000
UPLINK_SECONDS=5
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

# cpu_us PID: prints the CPU time of the process so far.
cpu_us() {
	awk -v tick="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000000 / tick }' "/proc/$1/stat"
}

# A first flood grows the heap to what a port's quota of claims needs; the next one is measured.
warm_up() {
	flood_begin
	wait "$FLOOD_PID"
	protocol_time 4
}

failovers() {
	local cpu from_us
	bench_up "hostile$1"
	in_hv ip addr add 10.255.255.254/8 dev br0 # so that the flood's addresses are not foreign
	lab_start_garpd --mode auto
	cold_kb=$(status "$GARPD_PID" VmRSS)
	warm_up
	warm_kb=$(status "$GARPD_PID" VmRSS)
	wire_start -p 3 -d 1050 -s 2000 -m "$MAC_NEW"
	flood_begin
	cpu=$(cpu_us "$GARPD_PID")
	from_us=${EPOCHREALTIME/[.,]/}
	probes -n 3 -g "$GAP_US"
	protocol_time 2.5
	share+=" $(awk -v cpu="$(cpu_us "$GARPD_PID")" -v was="$cpu" -v us="$((${EPOCHREALTIME/[.,]/} - from_us))" \
		'BEGIN { printf "%.1f", (cpu - was) * 100 / us }')"
	wire_end
	announced+=" ${FOUND[announced]}"
	p50+=" ${FOUND[p50_us]}"
	late+=" ${FOUND[max_us]}"
	wait "$FLOOD_PID"
	found_read "$LAB_DIR/hostile.log"
	rate+=" $((FOUND[sent] * 1000000 / FOUND[us]))"
	grown+=" $(($(status "$GARPD_PID" VmRSS) - warm_kb))"
	grown_cold+=" $((warm_kb - cold_kb))"
	bench_down
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

# uplink NUMBER: ever another host behind the uplink probes for the address of a guest that probes, too, so
# that each of its frames changes the claim.
uplink() {
	local cpu us
	lab_up "uplink$1"
	lab_start_garpd --mode auto
	in_ns new "$BENCH_BIN/probes" -c 1 -n 1 eth0 "$MAC_NEW" "$SERVICE" >"$LAB_DIR/probes.log"
	cpu=$(cpu_us "$GARPD_PID")
	us=${EPOCHREALTIME/[.,]/}
	in_ns router "$LAB_BIN/hostile" lan0 "$UPLINK_RATE" "$UPLINK_SECONDS" macs "$MAC_ROUTER" "$SERVICE" \
		>"$LAB_DIR/hostile.log" || lab_die "cannot flood"
	us=$((${EPOCHREALTIME/[.,]/} - us))
	uplink_share+=" $(awk -v cpu="$(cpu_us "$GARPD_PID")" -v was="$cpu" -v us="$us" \
		'BEGIN { printf "%.1f", (cpu - was) * 100 / us }')"
	found_read "$LAB_DIR/hostile.log"
	uplink_rate+=" $((FOUND[sent] * 1000000 / FOUND[us]))"
	kept_back+=" $(lab_counter event_over_limit)"
	bench_down
}

forwarding() {
	local i base
	bench_up forward
	in_hv ip addr add 10.255.255.254/8 dev br0
	in_ns router ip neigh replace "$CLIENT" lladdr 02:00:5e:00:53:ff dev wan0 nud permanent
	in_ns new ip addr add "$FROM/24" dev eth0
	in_ns new ping -q -c 1 "$ROUTER" >/dev/null || lab_die "no way to the router"
	forwarded
	for ((i = 1; i <= FORWARD_ROUNDS; i++)); do
		forwarded
		base=$value
		bare+=" $base"
		lab_start_garpd --mode auto
		forwarded
		lab_stop_garpd
		in_hv "$GARPD" detach
		kept+=" $(awk -v a="$value" -v b="$base" 'BEGIN { printf "%.1f", a * 100 / b }')"
	done
	lab_down
}

bare='' kept='' share='' announced='' p50='' late='' rate='' grown='' grown_cold=''
cold_kb=0 warm_kb=0 value=0
uplink_share='' uplink_rate='' kept_back=''
for ((i = 1; i <= ROUNDS; i++)); do
	failovers "$i"
	uplink "$i"
done
forwarding

# shellcheck disable=SC2086 # lists of numbers
{
	row "under a flood of probes: failovers announced" "100 of 100" \
		"$(printf '%s\n' $announced | sort -g | head -n 1) of $ADDRESSES" \
		"$(median $rate) probes a second, worst of $ROUNDS"
	row "end of window to announcement, median" "-" "$(time_text "$(median $p50)")" ""
	row "end of window to announcement, max" "<= 20 ms" "$(time_text "$(largest $late)")" ""
	row "daemon, of a core" "<= 10 %" "$(largest $share) %" "worst of $ROUNDS"
	row "daemon, memory (RSS)" "unchanged" "$(largest $grown) kB more" \
		"a port's quota of claims, once: $(median $grown_cold) kB"
	row "forwarded for others" ">= 95 %" "$(median $kept) %" \
		"of the same flood with garpd detached, $(median $bare) a second"
	row "under a flood from an uplink: daemon, of a core" "<= 10 %" "$(largest $uplink_share) %" \
		"while events had no limit: 16 % at 35,000 a second; now $(median $uplink_rate) a second, $(median $kept_back) events kept back"
}
