#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the benches share; to be sourced. They use the lab, print each measurement with `sample` (the tables are
# in tests/bench/tables), and end with a message if they cannot measure. The head of each has a line
# "# takes N s, QUICK N s". Medians and the like are tabulate's work.

# shellcheck source=tests/lab/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lab/lab.sh"

BENCH_BIN=${BENCH_BIN:-$LAB_ROOT/build/bench}

# often FULL QUICK: prints FULL; with QUICK=1 in the environment, QUICK.
often() {
	[[ ${QUICK:-} ]] && echo "$2" || echo "$1"
}

ROUNDS=${ROUNDS:-$(often 3 1)}

# RFC 2544 and RFC 5180 set 198.18/15 and 2001:2::/48 aside for benches: room for a thousand addresses.
# A bench whose FIRST is an IPv6 address is one of IPv6.
FIRST=198.18.0.1
FIRST6=2001:2::1
ADDRESSES=1000
# From a guest's third probe to the end of its window: steady_window_ms and steady_grace_ms.
DUE_MS=1050
# Decimal points, whatever the user's locale has.
export LC_ALL=C
export FIRST FIRST6 ADDRESSES DUE_MS

declare -A FOUND=() # the key=value pairs that were read last
WIRE_PID=
WIRE_LOG=

# sample TABLE CASE WHO UNIT VALUE; a VALUE of ">N": it had not ended after N.
sample() {
	local IFS=$'\t'
	printf 'sample\t%s\n' "$*"
}

# samples_of FILE TABLE CASE WHO [LIMIT_US]: a sample in us for each line "us=N" of a program. "us=none": within
# LIMIT_US nothing came; without a limit each has to come.
samples_of() {
	awk -v OFS='\t' -v table="$2" -v what="$3" -v who="$4" -v limit="${5:-}" '
		sub(/^us=/, "") {
			if ($0 == "none" && limit == "")
				exit 1
			print "sample", table, what, who, "us", $0 == "none" ? ">" limit : $0
		}' "$1" || lab_die "$3, $4: not every one came"
}

now_us() {
	echo "${EPOCHREALTIME/[.,]/}"
}

# cpu_us PID...: prints for how long the processes have run so far, with what their frames cost in the kernel.
cpu_us() {
	local -a of=("${@/#//proc/}")
	awk '{ ns += $1 } END { printf "%.0f", ns / 1000 }' "${of[@]/%//schedstat}"
}

# found_read FILE: reads the last line of a program's output into FOUND.
found_read() {
	local pair
	FOUND=()
	for pair in $(tail -n 1 "$1"); do
		FOUND[${pair%%=*}]=${pair#*=}
	done
}

# bench_up ID: begins a lab whose hypervisor and router have an address of the range, so that none is foreign.
# The new guest's kernel answers for the addresses that `probes` probes for: a question of garpd's is answered.
bench_up() {
	lab_up "$1"
	in_ns new ip route add local 198.18.0.0/16 dev eth0
	in_hv ip addr add 198.19.255.254/15 dev br0
	in_ns router ip addr add 198.19.255.253/15 dev lan0
	[[ $FIRST == *:* ]] || return 0
	lab_ipv6
	in_hv ip addr add 2001:2::fffe/64 dev br0
	in_ns router ip addr add 2001:2::fffd/64 dev lan0
}

# wire_start ARGS...: starts capturing on the router's interface.
wire_start() {
	WIRE_LOG=$LAB_DIR/wire.log
	lab_spawn "$WIRE_LOG" in_ns_exec router "$BENCH_BIN/wire" "$@" lan0 "$FIRST" "$ADDRESSES"
	WIRE_PID=$LAB_LAST
	lab_await "$WIRE_LOG" 10 '^listening$' 1 "$WIRE_PID" || lab_die "$(<"$WIRE_LOG")"
}

# wire_end: reads the result into FOUND. Every probe has to have reached the router.
wire_end() {
	kill -TERM "$WIRE_PID"
	wait "$WIRE_PID" || lab_die "$(<"$WIRE_LOG")"
	found_read "$WIRE_LOG"
	[[ ${FOUND[probed]} == "$ADDRESSES" ]] ||
		lab_die "only ${FOUND[probed]} of $ADDRESSES probed addresses reached the router"
}

# wire_require_all: without all announcements there is no result.
wire_require_all() {
	[[ ${FOUND[announced]} == "$ADDRESSES" ]] ||
		lab_die "only ${FOUND[announced]} of $ADDRESSES probed addresses were announced"
}

# probes ARGS...: runs them in the new guest, to their end. probes.log has how late each was sent: the floor of
# all programs that sleep until a deadline, on this machine at this moment.
probes() {
	in_ns new "$BENCH_BIN/probes" -c "$ADDRESSES" "$@" eth0 "$MAC_NEW" "$FIRST" \
		>"$LAB_DIR/probes.log" || lab_die "the guest could not probe"
}

# For waiting where nothing must happen, so nothing can be awaited.
protocol_time() {
	sleep "$1"
}

# status PID KEY: prints a number of /proc/PID/status; memory in kB.
status() {
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"
}

# received: prints how many packets have reached the client.
received() {
	in_ns client ip -s -j link show eth0 | jq '.[0].stats64.rx.packets'
}

# bench_down: ends the lab and garpd, before the next round.
bench_down() {
	lab_stop_garpd
	lab_down
}

# declared_config: writes a file that declares every address with its owner; prints its name.
declared_config() {
	local number address file=$LAB_DIR/declared.yaml
	{
		echo "addresses:"
		for ((number = 1; number <= ADDRESSES; number++)); do
			printf -v address '198.18.%d.%d' $((number >> 8)) $((number & 255))
			[[ $FIRST != *:* ]] || printf -v address '2001:2::%x' "$number"
			printf '  - address: %s\n    announce: immediate\n    owners: ["%s"]\n' \
				"$address" "$MAC_NEW"
		done
	} >"$file"
	echo "$file"
}
