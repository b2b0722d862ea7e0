#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 30 s, QUICK 4 s
# garpd replay of BYTES on standard input, of which one frame in twenty is ARP: frames a second, and its memory on
# the way. Beside it tcpdump, which filters the same frames and writes what is ARP to /dev/null.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

BYTES=${BYTES:-$(often 8e9 2e9)}
GARPD_BIN=${GARPD:-$LAB_ROOT/build/garpd}

work=$(mktemp -d "${TMPDIR:-/tmp}/garpd-bench.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
mkfifo "$work/pipe" "$work/pid"

# reads COMMAND...: runs it with the capture. Writes its pid into the pipe pid, and when it has ended the seconds that
# it took, and was on a CPU, in user space and in the kernel, into the file took.
reads() {
	local TIMEFORMAT='%3R %3U %3S'
	# shellcheck disable=SC2016 # the inner shell's own
	{ time sh -c 'echo $$ >"$0"; exec "$@"' "$work/pid" "$@" <"$work/pipe" >"$work/said" 2>&1; } 2>"$work/took"
}

# memory_on_the_way PID: the RSS, in kB, each tenth of a second until it ends.
memory_on_the_way() {
	while status "$1" VmRSS 2>/dev/null; do
		sleep 0.1
	done
}

# measure WHO COMMAND...: which reads the capture on its standard input.
measure() {
	local took user kernel writer reader half
	"$BENCH_BIN/capture" "$BYTES" 50 >"$work/pipe" 2>"$work/written" &
	writer=$!
	reads "${@:2}" &
	reader=$!
	memory_on_the_way "$(<"$work/pid")" >"$work/rss"
	wait "$reader" || lab_die "$1: status $?"
	wait "$writer" || lab_die "the capture could not be written"
	read -r took user kernel <"$work/took"
	found_read "$work/written"
	[[ $1 != garpd ]] || grep -q "^${FOUND[frames]} frames," "$work/said" ||
		lab_die "not every frame was read: $(tail -n 4 "$work/said")"
	half=$(sed -n "$((($(wc -l <"$work/rss") + 1) / 2))p" "$work/rss")
	sample replay 'frames' "$1" 'million/s' "$(millions "$took")"
	sample replay 'frames by its own CPU time' "$1" 'million/s' "$(millions "$user" "$kernel")"
	[[ $1 != garpd ]] || {
		sample replay 'memory (RSS) at the end' half-way kB "$half"
		sample replay 'memory (RSS) at the end' garpd kB "$(tail -n 1 "$work/rss")"
	}
}

# millions SECONDS [SECONDS]: prints how many million frames that is a second, of both together.
millions() {
	awk -v n="${FOUND[frames]}" -v s="$1" -v more="${2:-0}" 'BEGIN { print n / (s + more) / 1e6 }'
}

for ((i = 1; i <= $(often 3 1); i++)); do
	measure tcpdump tcpdump -n -r - -w /dev/null arp
	measure garpd "$GARPD_BIN" replay -
done
