#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A day of churn in minutes: ports that come and go, claims that are made and forgotten. Measures the
# growth of the daemon's memory, file descriptors, maps and pins, from after the first tenth, when every
# table has had its full size once, to the end. PORTS=N: how many come and go (50,000); CLAIMS=N: how many
# are made (1,000,000); MODE: the attach mode (auto). Takes half an hour, most of it in the kernel, which
# waits for its readers (RCU) at each port: a plain `tests/bench/run` leaves it out.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

PORTS=${PORTS:-50000}
CLAIMS=${CLAIMS:-1000000}
AT_ONCE=500   # ports: a bridge can have 1,023
PROBED=4096   # addresses in a burst
PINS=/sys/fs/bpf/garpd

fds() {
	find "/proc/$GARPD_PID/fd" -mindepth 1 | wc -l
}

# Prints the entries of each map with keys that come and go.
entries() {
	local map
	for map in claims ports port_vlans port_limits addresses host listeners seen subnets; do
		in_hv bpftool -j map dump pinned "$PINS/$map" | jq -r "\"$map=\\(length)\""
	done | paste -sd ' '
}

pins() {
	in_hv find "$PINS" -mindepth 1 | wc -l
}

state() {
	echo "rss_kb=$(status "$GARPD_PID" VmRSS) fds=$(fds) pins=$(pins) $(entries)"
}

links_are() {
	[[ $(in_hv find "$PINS/links" -type f | wc -l) == "$1" ]]
}

# AT_ONCE ports appear together, as when a hypervisor starts its guests, and disappear together.
ports_round() {
	local i
	for ((i = 0; i < AT_ONCE; i++)); do
		echo "link add c$i group 7 type veth peer name d$i group 7"
		echo "link set c$i master br0 up"
	done | in_ns_ip hv
	lab_wait 60 links_are $((4 + AT_ONCE)) || lab_die "not every port was attached"
	in_hv ip link del group 7
	lab_wait 60 links_are 4 || lab_die "a port that is gone has its link yet"
}

# A single probe for every address: its claim is made, and forgotten at the end of its window.
claims_round() {
	local i
	for ((i = 0; i < 8; i++)); do
		in_ns new "$BENCH_BIN/probes" -b -c "$PROBED" eth0 "$MAC_NEW" \
			"198.18.$((i * 16)).0" >/dev/null
	done
	lab_wait 60 claims_are_gone || lab_die "claims are left"
}

# A single probe lapses.
claims_are_gone() {
	[[ $(lab_counter lapsed) == "$(lab_counter window_opened)" ]]
}

# ports_churn COUNT
ports_churn() {
	local done=0
	for ((; done < $1; done += AT_ONCE)); do
		ports_round
	done
}

claims_churn() {
	local target=$(($(lab_counter window_opened) + $1))
	while (($(lab_counter window_opened) < target)); do
		claims_round
	done
}

churn() {
	ports_churn "$1"
	claims_churn "$2"
}

ports_are() {
	[[ $(in_hv "$GARPD" show ports -j | jq length) == 4 ]]
}

lab_up "c$$"
in_hv ip addr del "$HOST/24" dev br0 # the addresses would be foreign to its subnet
printf 'bridges: [br0]\nuplinks: [up0]\n' >"$LAB_DIR/garpd.yaml"
# Two million lines.
# shellcheck disable=SC2016 # the inner shell expands it
lab_spawn "$LAB_DIR/garpd.log" in_ns_exec hv bash -c 'exec "$@" >/dev/null' lab \
	"$GARPD" run --mode "${MODE:-auto}" -c "$LAB_DIR/garpd.yaml"
GARPD_PID=$LAB_LAST
lab_wait 10 ports_are || lab_die "garpd does not start: $(<"$LAB_DIR/garpd.log")"
churn $((PORTS / 10)) $((CLAIMS / 10))
before=$(state)
for ((tenth = 2; tenth <= 10; tenth++)); do
	churn $((PORTS / 10)) $((CLAIMS / 10))
	after=$(state)
	echo "churn: $tenth tenths: $after" >&2
done
kill -0 "$GARPD_PID" || lab_die "garpd died"
row "ports that came and went" "50000" "$PORTS" "$AT_ONCE at once"
row "claims made and forgotten" "1000000" "$(lab_counter window_opened)" \
	"events lost on the way: $(lab_counter event_lost)"
for what in $after; do
	was=$(sed -E "s/.*\\b${what%%=*}=([0-9]+).*/\\1/" <<<"$before")
	row "${what%%=*}: after a tenth, at the end" "no growth" "$was, ${what#*=}" ""
done
