#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# garpd replay of BYTES (10 GB) on standard input, of which one frame in twenty is ARP: frames a second, and its
# memory on the way.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

BYTES=${BYTES:-10e9}
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

began=$(date +%s.%N)
"$BENCH_BIN/capture" "$BYTES" 50 >"$work/pipe" 2>"$work/written" &
writer=$!
"$GARPD_BIN" replay - <"$work/pipe" >"$work/said" &
reader=$!
memory_on_the_way "$reader" | sed '/^$/d' >"$work/rss"
wait "$reader" || lab_die "garpd replay: status $?"
wait "$writer" || lab_die "the capture could not be written"
took=$(awk -v from="$began" -v to="$(date +%s.%N)" 'BEGIN { print to - from }')
found_read "$work/written"
grep -q "^${FOUND[frames]} frames," "$work/said" || lab_die "not every frame was read: $(tail -n 4 "$work/said")"
half=$(sed -n "$((($(wc -l <"$work/rss") + 1) / 2))p" "$work/rss")

row "replay of $(awk -v bytes="$BYTES" 'BEGIN { print bytes / 1e9 }') GB on standard input" ">= 1,000,000 frames/s" \
	"$(awk -v n="${FOUND[frames]}" -v s="$took" 'BEGIN { printf "%.2f", n / s / 1e6 }') million/s" \
	"by its own CPU time, $(awk -v n="${FOUND[frames]}" -v s="$(<"$work/cpu")" 'BEGIN { printf "%.1f", n / s / 1e6 }') million/s"
row "its memory (RSS) at the end" "flat" "$(largest "$(tail -n 1 "$work/rss")" | awk '{ printf "%.1f MiB", $1 / 1024 }')" \
	"half-way, $(awk -v kb="$half" 'BEGIN { printf "%.1f", kb / 1024 }') MiB"
