# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the daemon asks of the maps, as the kernel is asked: strace writes down each call of bpf(2). To be
# sourced by files of cases.

TRACE=
TRACE_OPTIONS=(-e trace=bpf) # of strace
TRACE_FROM=1 # the first line that was not counted yet

is_traced() {
	! grep -q '^TracerPid:[[:space:]]*0$' "/proc/$GARPD_PID/status"
}

# trace_begin: from now on, until the daemon ends.
trace_begin() {
	TRACE=$LAB_DIR/bpf.trace
	: >"$TRACE"
	lab_spawn "$LAB_DIR/strace.log" strace -qq -f "${TRACE_OPTIONS[@]}" -o "$TRACE" -p "$GARPD_PID"
	lab_wait 5 is_traced || t_fail "strace: $(<"$LAB_DIR/strace.log")"
}

# trace_start ARGS...: as lab_start_garpd, and traces it from its first call.
trace_start() {
	TRACE=$LAB_DIR/bpf.trace
	: >"$TRACE"
	printf '#!/bin/sh\nexec strace -D -qq -f %s -o "%s" "%s" "$@"\n' "${TRACE_OPTIONS[*]}" "$TRACE" "$GARPD" \
		>"$LAB_DIR/traced"
	chmod +x "$LAB_DIR/traced"
	GARPD=$LAB_DIR/traced lab_start_garpd "$@"
}

# trace_fds MAP: prints the daemon's descriptors of the pinned map, as a regex.
trace_fds() {
	local id
	id=$(in_hv bpftool -j map show pinned "/sys/fs/bpf/garpd/$1" | jq .id)
	grep -lx "map_id:[[:space:]]*$id" "/proc/$GARPD_PID/fdinfo/"* | sed 's|.*/||' | paste -sd '|'
}

# trace_next: what follows is counted from here.
trace_next() {
	TRACE_FROM=$(($(wc -l <"$TRACE") + 1))
}

# touched MAP: prints how many elements of the map the daemon has read, written or deleted since then; of a
# batch, as many as the kernel has returned. What it did not find does not count.
touched() {
	tail -n "+$TRACE_FROM" "$TRACE" | grep -E "map_fd=($(trace_fds "$1"))[,}]" | awk '
		/ bpf\(BPF_MAP_LOOKUP_BATCH/ { sub(/.*count=/, ""); count += $0 + 0; next }
		!/ = -1 / { count++ }
		END { print count + 0 }'
}

# walks MAP: prints how often it has begun to read all of it.
walks() {
	tail -n "+$TRACE_FROM" "$TRACE" | grep -E "map_fd=($(trace_fds "$1"))[,}]" |
		grep -c 'BPF_MAP_LOOKUP_BATCH, {batch={in_batch=NULL' || true
}
