# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where the daemon writes: its pins, its log, netlink; as strace has it, whatever a sandbox would allow.

# shellcheck source=tests/lab/trace.sh
source "$LAB_ROOT/tests/lab/trace.sh"

# Calls that only look, and those that written_to looks at.
LOOKS='access|faccessat2?|[fl]?stat|fstatat64|newfstatat|statx|statfs|readlink(at)?|getcwd|chdir|execve|inotify_add_watch|l?getxattr'
WRITES='write|writev|pwrite64|sendto|sendmsg|sendmmsg'

# changed_paths: prints the paths by which the daemon has changed a file system, or tried to. Relative ones are
# put behind the directory of their descriptor; what a symbolic link points to is left out.
changed_paths() {
	sed -E "/^[0-9]+ +($LOOKS|$WRITES)\(/d
		/^[0-9]+ +bpf\(/{/\(BPF_OBJ_PIN,/!d}
		/^[0-9]+ +open(at)?\(/{/\<O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\>/!d}
		s/(symlink(at)?\()\"[^\"]*\", /\1/
		s,<(/[^>]*)>\, \"([^/\"][^\"]*)\",\"\1/\2\",g" "$TRACE" |
		{ grep -o '"[^"]*"' || true; } | tr -d '"' | sort -u
}

# written_to: prints what the daemon has written into, by its descriptors: a path, or the kind of a socket.
written_to() {
	sed -nE "/^[0-9]+ +($WRITES)\(/{s/^[^<]*<([A-Z][A-Z0-9]*:)\[.*/\1/p;t;s/^[^<]*<([^>]*)>.*/\1/p}" "$TRACE" | sort -u
}

# A start, a failover, a port that comes and goes, a reload, and an end.
case_writes_its_pins_and_its_log_alone() {
	TRACE_OPTIONS=(-yy -e "trace=%file,bpf,${WRITES//|/,}")
	trace_start -c "$(lab_config 'observe: no')"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 15 "$SERVICE: announced .*2 of 2" || t_fail "not announced"
	in_hv ip link add extra type veth peer name extra-peer
	in_hv ip link set extra master br0 up
	lab_await "$GARPD_LOG" 5 'extra attached' || t_fail "not attached"
	in_hv ip link del extra
	lab_await "$GARPD_LOG" 5 'extra: gone' || t_fail "not detached"
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'configuration reloaded' || t_fail "not reloaded"
	lab_stop_garpd
	grep -qx '/sys/fs/bpf/garpd/claims' <<<"$(changed_paths)" || t_fail "no pin: the trace has nothing"
	assert_equals "what it changes beside its pins" '' \
		"$(changed_paths | sed -E '\,^/sys/fs/bpf/garpd(/|$),d' | paste -sd ' ')"
	grep -qFx "$GARPD_LOG" <<<"$(written_to)" || t_fail "no log: the trace has nothing"
	assert_equals "what it writes into beside its log" 'NETLINK:' "$(written_to | grep -vFx "$GARPD_LOG" | paste -sd ' ')"
}
