#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What garpd costs a frame that is neither ARP nor ND, beyond an empty program; and the cost if such
# frames were counted.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

# column FRAME KEY: prints that value of each round.
column() {
	sed -nE "s/^frame=$1 .*\<$2=([^ ]+).*/\1/p" <<<"$lines" | sort -g | paste -sd ' '
}

# spread FRAME KEY: prints the median and the range of the rounds.
spread() {
	local -a values
	read -r -a values < <(column "$@")
	echo "$(median "${values[@]}") ns (${values[0]} to ${values[-1]})"
}

lines=$("$BENCH_BIN/passby" "$BENCH_BIN/passby.bpf.o" "$ROUNDS") || lab_die "passby could not measure"
for frame in ipv4 ipv6_udp ipv6_tcp ipv6_echo; do
	bar='<= 2 ns'
	[[ $frame == ipv4 ]] || bar='<= 3 ns'
	row "neither ARP nor ND ($frame), beyond an empty program" "$bar" "$(spread "$frame" garpd_ns)" \
		"floor: the empty one, $(spread "$frame" empty_ns), most of it BPF_PROG_RUN"
	row "neither ARP nor ND ($frame), XDP, beyond an empty XDP program" "$bar" \
		"$(spread "$frame" xdp_ns)" "floor: the empty one, $(spread "$frame" xdp_empty_ns)"
	row "neither ARP nor ND ($frame), were it counted" "-" "$(spread "$frame" counted_ns)" ""
	row "neither ARP nor ND ($frame), counted, ARP in a function apart" "-" "$(spread "$frame" apart_ns)" ""
done
