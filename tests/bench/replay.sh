#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 30 s, QUICK 4 s
# garpd replay of BYTES on standard input, of which one frame in twenty is ARP: frames a second, and its memory on
# the way. Beside it tcpdump, which filters the same frames and writes what is ARP to /dev/null.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

BYTES=${BYTES:-$(often 2e9 5e8)}
GARPD_BIN=${GARPD:-$LAB_ROOT/build/garpd}

work=$(mktemp -d "${TMPDIR:-/tmp}/garpd-bench.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
mkfifo "$work/pipe"

# cpu_seconds PID: of the process so far; its name has no blank.
cpu_seconds() {
	awk -v hz="$(getconf CLK_TCK)" '{ printf "%.2f", ($14 + $15) / hz }' "/proc/$1/stat"
}

# memory_on_the_way PID: the RSS, in kB, each half second until it ends; its CPU time is in the file cpu.
memory_on_the_way() {
	while [[ -e /proc/$1/stat ]] && status "$1" VmRSS 2>/dev/null; do
		cpu_seconds "$1" 2>/dev/null >"$work/cpu.next" && mv "$work/cpu.next" "$work/cpu"
		sleep 0.5
	done
}

# measure WHO COMMAND...: which reads the capture on its standard input.
measure() {
	local began took writer reader half
	began=$(date +%s.%N)
	"$BENCH_BIN/capture" "$BYTES" 50 >"$work/pipe" 2>"$work/written" &
	writer=$!
	"${@:2}" <"$work/pipe" >"$work/said" 2>&1 &
	reader=$!
	memory_on_the_way "$reader" | sed '/^$/d' >"$work/rss"
	wait "$reader" || lab_die "$1: status $?"
	wait "$writer" || lab_die "the capture could not be written"
	took=$(awk -v from="$began" -v to="$(date +%s.%N)" 'BEGIN { print to - from }')
	found_read "$work/written"
	[[ $1 != garpd ]] || grep -q "^${FOUND[frames]} frames," "$work/said" ||
		lab_die "not every frame was read: $(tail -n 4 "$work/said")"
	half=$(sed -n "$((($(wc -l <"$work/rss") + 1) / 2))p" "$work/rss")
	sample replay 'frames' "$1" 'million/s' "$(millions "$took")"
	sample replay 'frames by its own CPU time' "$1" 'million/s' "$(millions "$(<"$work/cpu")")"
	[[ $1 != garpd ]] || {
		sample replay 'memory (RSS) at the end' half-way kB "$half"
		sample replay 'memory (RSS) at the end' garpd kB "$(tail -n 1 "$work/rss")"
	}
}

# millions SECONDS: prints how many million frames that is a second.
millions() {
	awk -v n="${FOUND[frames]}" -v s="$1" 'BEGIN { print n / s / 1e6 }'
}

for ((i = 1; i <= $(often 3 1); i++)); do
	measure tcpdump tcpdump -n -r - -w /dev/null arp
	measure garpd "$GARPD_BIN" replay -
done
