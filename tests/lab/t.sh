#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the lab's cases are written with: assertions on captured frames and on what the machines
# believe. `t.sh FILE CASE` runs one case in a lab of its own; the runner (run) calls it so.
# Exit status: 0 passed, 77 skipped (the reason is the last line), anything else failed.

# shellcheck source=tests/lab/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

T_SKIP=77
# How late the user's half may be on a busy machine: a timer, BPF_PROG_RUN, and a starved CPU.
T_LATE_MS=${T_LATE_MS:-100}

t_fail() {
	local name
	printf 'failed: %s\n' "$*"
	printf '  at %s\n' "$(caller 1)"
	for name in "$LAB_DIR"/*.frames; do
		[[ -e $name ]] && printf -- '--- %s\n%s\n' "${name##*/}" "$(<"$name")"
	done
	for name in "$LAB_DIR"/garpd.*.log; do
		[[ -e $name ]] && printf -- '--- %s\n%s\n' "${name##*/}" "$(<"$name")"
	done
	[[ ! -x $GARPD ]] || { lab_claims || true; }
	exit 1
}

t_skip() {
	printf '%s\n' "$*"
	exit "$T_SKIP"
}

t_need() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || t_skip "$tool is not installed"
	done
}

t_need_capture() {
	[[ -r $CAPTURES/$1 ]] || t_skip "the capture $1 is not here (CAPTURES=$CAPTURES)"
}

# protocol_time SECONDS: nothing can be awaited where the point is that nothing happens; the wait is
# as long as the protocol could take to make something happen.
protocol_time() {
	sleep "$1"
}

assert_equals() {
	[[ $2 == "$3" ]] || t_fail "$1: expected '$2', got '$3'"
}

frames_count() {
	lab_frames "$@" | wc -l
}

# assert_frames_count COUNT CAPTURE WORD...
assert_frames_count() {
	local count
	count=$(frames_count "${@:2}") || t_fail "no lines of ${*:2}"
	assert_equals "frames of ${*:2}" "$1" "$count"
}

# frame_time_us CAPTURE NTH WORD...: the kernel's time of the NTH (from 1) such frame.
frame_time_us() {
	local line
	line=$(lab_frames "$1" "${@:3}" | sed -n "$2p")
	[[ -n $line ]] || return 1
	line=${line#t=}
	line=${line%% *}
	echo "$((${line%.*} * 1000000 + 10#${line#*.} / 1000))"
}

# assert_gap MIN_US MAX_US CAPTURE NTH_A "WORDS OF A" NTH_B "WORDS OF B"
assert_gap() {
	local from to gap
	# shellcheck disable=SC2086 # the words of a frame are a list
	from=$(frame_time_us "$3" "$4" $5) || t_fail "no frame $4 of: $5"
	# shellcheck disable=SC2086
	to=$(frame_time_us "$3" "$6" $7) || t_fail "no frame $6 of: $7"
	gap=$((to - from))
	((gap >= $1 && gap <= $2)) || t_fail "from $5 to $7: $gap us, not within $1..$2"
}

# assert_frame_after_ms MS CAPTURE NTH_A "WORDS OF A" NTH_B "WORDS OF B": never early by more than
# the tick of a clock, late by T_LATE_MS at most.
assert_frame_after_ms() {
	assert_gap "$(($1 * 1000 - 1000))" "$((($1 + T_LATE_MS) * 1000))" "${@:2}"
}

assert_await_frames() {
	lab_await_frames "$@" || t_fail "waited $3 s for $2 frames of: $4"
}

assert_router_mac() {
	assert_equals "router's entry for $1" "$2" "$(lab_router_mac_of "$1")"
}

assert_host_mac() {
	assert_equals "host's entry for $1" "$2" "$(lab_host_mac_of "$1")"
}

assert_fdb_port() {
	assert_equals "port of $1" "$2" "$(lab_fdb_port_of "$1")"
}

# Every announcement on the wire is one that the guest itself sent: garpd added none.
# assert_none_added WIRE GUEST [WORD...]
assert_none_added() {
	assert_frames_count "$(frames_count "$2" 'kind=announce-.*' "${@:3}")" \
		"$1" 'kind=announce-.*' "${@:3}"
}

# claim_field ADDRESS FIELD: of the only claim of this address; empty where there is none.
claim_field() {
	lab_claims | pick "address=$1" "$2"
}

assert_claim() {
	assert_equals "claim $1: $2" "$3" "$(claim_field "$1" "$2")"
}

t_run() {
	set -E
	trap 'echo "failed: ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR
	# shellcheck source=/dev/null
	source "$1"
	lab_up "t$$"
	"case_$2"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	t_run "$@"
fi
