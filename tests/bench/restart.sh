#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 120 s, QUICK 28 s
# While 300 windows are open, the daemon is restarted, killed, or replaced by a version with other maps: how many
# of the addresses are not announced, are announced less or more than twice, and when; and for how long there was
# no daemon, which is the clock of the windows. Beside it garpd that is left alone, and the relay.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=tests/bench/peers.sh
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

ADDRESSES=300
GAP_US=3000
SPAN_MS=4500 # after the third probe: both announcements, also of a daemon that comes late
AWAY_MS=
PINS=/sys/fs/bpf/garpd

# other_layout: as if another version had made the maps: settings.abi, its first number.
other_layout() {
	local value
	value=$(in_hv bpftool -j map lookup pinned "$PINS/settings" key hex 00 00 00 00 |
		jq -r '.value | map(ltrimstr("0x")) | join(" ")')
	# shellcheck disable=SC2086 # a list of bytes
	in_hv bpftool map update pinned "$PINS/settings" key hex 00 00 00 00 value hex fe ${value#* }
}

start() {
	if [[ $1 == relay ]]; then
		peer_relay hv
	else
		lab_start_garpd --mode auto
	fi
}

stop() {
	if [[ $1 == relay ]]; then
		kill "-$2" "${PEER_PIDS[-1]}"
		wait "${PEER_PIDS[-1]}" 2>/dev/null || true
	else
		lab_end_garpd "$2"
	fi
}

# happens WHO EVENT: sets AWAY_MS to how long nothing kept the windows' time.
happens() {
	local from
	from=$(now_us)
	case $2 in
	SIGKILL) stop "$1" KILL ;;
	*) stop "$1" TERM ;;
	esac
	[[ $2 != upgrade* ]] || other_layout
	start "$1"
	AWAY_MS=$((($(now_us) - from) / 1000))
}

# watch WHO [EVENT]: 300 windows, in which it happens at a random moment.
watch() {
	local pid
	bench_up restart
	start "$1"
	wire_start -p 3 -d "$DUE_MS" -s "$SPAN_MS" -n 2
	lab_spawn "$LAB_DIR/probes.log" in_ns_exec new "$BENCH_BIN/probes" -c "$ADDRESSES" -n 3 -g "$GAP_US" \
		eth0 "$MAC_NEW" "$FIRST"
	pid=$LAB_LAST
	protocol_time "$((RANDOM % 4)).$((RANDOM % 10))"
	[[ ! ${2:-} ]] || happens "$1" "$2"
	wait "$pid" || lab_die "the guest could not probe"
	protocol_time $((SPAN_MS / 1000 + 1))
	wire_end
}

# note EVENT WHO: the samples of what was watched.
note() {
	sample restart "$1: not announced, of $ADDRESSES" "$2" addresses "${FOUND[lost]}"
	sample restart "$1: announced once only" "$2" addresses "$((FOUND[few] - FOUND[lost]))"
	sample restart "$1: announced too often" "$2" addresses "${FOUND[twice]}"
	samples_of "$WIRE_LOG" restart "$1: end of window to announcement" "$2" $(((SPAN_MS - DUE_MS) * 1000))
}

events=(restart SIGKILL 'upgrade to other maps')
[[ ! ${QUICK:-} ]] || events=(SIGKILL)
for ((i = 1; i <= $(often 2 1); i++)); do
	watch garpd
	for event in "${events[@]}"; do
		note "$event" 'left alone'
	done
	bench_down
	for event in "${events[@]}"; do
		for who in relay garpd; do
			[[ $who != relay || $event != upgrade* ]] || continue
			watch "$who" "$event"
			note "$event" "$who"
			sample restart "$event: time without a daemon" "$who" ms "$AWAY_MS"
			bench_down
		done
	done
done
