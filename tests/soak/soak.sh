# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a daemon holds, and whether it grows; to be sourced. Uses the lab, and the prober of tests/bench.

# shellcheck source=tests/lab/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lab/lab.sh"

export PROBES=$LAB_ROOT/build/bench/probes
PINS=/sys/fs/bpf/garpd
ROOM_KB=256 # the allocator does not return every page
TENTHS=10
WARM=4 # tenths, after which every table has had its full size

# protocol_time SECONDS: the time that the protocol itself takes; nothing announces its end.
protocol_time() {
	sleep "$1"
}

soak_fail() {
	echo "soak: $*" >&2
	exit 1
}

# Its own memory: pages of the ring buffer are counted as they are read for the first time.
anon_kb() {
	awk '$1 == "RssAnon:" { print $2 }' "/proc/$GARPD_PID/status"
}

# entries MAP: prints how many it has.
entries() {
	in_hv bpftool -j map dump pinned "$PINS/$1" | jq length
}

# holding: prints a line "what count" of all that comes and goes, beside memory.
holding() {
	local map
	echo "fds $(find "/proc/$GARPD_PID/fd" -mindepth 1 | wc -l)"
	echo "pins $(in_hv find "$PINS" -mindepth 1 | wc -l)"
	for map in claims ports port_vlans port_limits addresses host listeners subnets; do
		echo "$map $(entries "$map")"
	done
}

# soak_begin ID: a lab with a daemon that writes its log to nowhere: two million lines.
soak_begin() {
	lab_up "$1$$"
	in_hv ip addr del "$HOST/24" dev br0 # the addresses would be foreign to its subnet
	cat >"$LAB_DIR/garpd.yaml" <<-END
		bridges: [br0]
		uplinks: [up0]
		limits: {claims_per_port: 65536, probes_per_second: 0}
	END
	# shellcheck disable=SC2016 # the inner shell expands it
	lab_spawn "$LAB_DIR/garpd.log" in_ns_exec hv bash -c 'exec "$@" >/dev/null' lab \
		"$GARPD" run -c "$LAB_DIR/garpd.yaml"
	GARPD_PID=$LAB_LAST
	lab_wait 10 ports_are 5 || lab_die "garpd does not start: $(<"$LAB_DIR/garpd.log")"
}

ports_are() {
	[[ $(in_hv "$GARPD" show ports -j | jq length) == "$1" ]]
}

# soak_rounds ROUND COUNT EACH: runs ROUND, which does EACH of them, until COUNT are done. What the daemon holds
# after each tenth has to be what it held after the first WARM.
soak_rounds() {
	local completed tenth before before_kb after
	for ((tenth = 1; tenth <= TENTHS; tenth++)); do
		for ((completed = 0; completed < $2 / TENTHS; completed += $3)); do
			"$1"
		done
		kill -0 "$GARPD_PID" || soak_fail "garpd died: $(tail -n 3 "$LAB_DIR/garpd.log")"
		((tenth >= WARM)) || continue
		if ((tenth == WARM)); then
			before=$(holding) before_kb=$(anon_kb)
			continue
		fi
		after=$(holding)
		echo "soak: $tenth of $TENTHS: $(anon_kb) kB, $(paste -sd , <<<"$after" | sed 's/,/, /g')"
		[[ $after == "$before" ]] || soak_fail "not as after $WARM tenths: $before"
	done
	(($(anon_kb) <= before_kb + ROOM_KB)) ||
		soak_fail "memory grew from $before_kb to $(anon_kb) kB, more than $ROOM_KB kB"
}
