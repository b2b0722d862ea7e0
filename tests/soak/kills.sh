#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGKILL at random times, also during the start, while windows are open: every address has to be announced,
# but none twice in a slot, none that is defended, and none before the end of its window. Two windows open
# with each kill (every tenth one for an address that has an owner), and each lives through a dozen kills.
# usage: kills.sh COUNT; half a second each.

# shellcheck source=tests/soak/soak.sh
source "$(dirname "${BASH_SOURCE[0]}")/soak.sh"

KILLS=$1
LIFE_MS=600   # of a daemon, at most; its start takes a third of it
DEFENDED=100  # addresses of the old guest

# window_address N: prints the address of the Nth window.
window_address() {
	printf '198.18.%d.%d\n' $(($1 / 250)) $(($1 % 250 + 1))
}

defended_address() {
	printf '198.19.0.%d\n' $(($1 % DEFENDED + 1))
}

garpd_start() {
	lab_spawn "$LAB_DIR/garpd.log" in_ns_exec hv "$GARPD" run --bridge br0 --uplink up0
	GARPD_PID=$LAB_LAST
}

# kill_once: two windows open, a daemon starts and is killed.
kill_once() {
	local -a addresses=("$(window_address "$((2 * $1))")" "$(window_address "$((2 * $1 + 1))")")
	(($1 % 10)) || addresses[1]=$(defended_address "$(($1 / 10))")
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "${addresses[@]}"
	printf '%s\n' "${addresses[@]}" >>"$LAB_DIR/probed"
	garpd_start
	sleep "0.$(printf %03d $((RANDOM % LIFE_MS)))"
	kill -KILL "$GARPD_PID"
	wait "$GARPD_PID" 2>/dev/null || true
}

# judge: counts windows and errors in the capture. Early: before 1.05 s after the third probe.
judge() {
	awk -v new="$MAC_NEW" '
		FILENAME == ARGV[1] { probed[$1] = 1; windows++; next }
		!/^t=/ { next }
		{
			delete f
			for (i = 1; i <= NF; i++) {
				at = index($i, "=")
				f[substr($i, 1, at - 1)] = substr($i, at + 1)
			}
		}
		f["kind"] == "probe" && f["src"] == new {
			if (++probes[f["tpa"]] == 3)
				third[f["tpa"]] = f["t"]
		}
		f["kind"] ~ /^announce/ {
			said[f["spa"] " " f["kind"]]++
			if (f["src"] != new || !(f["spa"] in probed) || f["spa"] ~ /^198[.]19[.]/ ||
			    probes[f["spa"]] < 3 || f["t"] - third[f["spa"]] < 1.049)
				wrong++
		}
		END {
			for (address in probed) {
				if (address ~ /^198[.]19[.]/) {
					defended++
					continue
				}
				requests = said[address " announce-request"]
				replies = said[address " announce-reply"]
				lost += requests < 1 || replies < 1
				short += requests == 1 || replies == 1
				doubled += requests > 2 || replies > 2
			}
			printf "windows=%d defended=%d lost=%d short=%d wrong=%d doubled=%d\n", windows,
				defended, lost, short, wrong, doubled
		}' "$LAB_DIR/probed" "$LAB_DIR/lan.frames"
}

lab_up "k$$"
in_hv ip addr del "$HOST/24" dev br0 # the addresses would be foreign to its subnet
lab_capture lan router lan0
for ((i = 0; i < DEFENDED; i++)); do
	defended_address "$i"
done >"$LAB_DIR/defended"
# shellcheck disable=SC2046 # a list of addresses
lab_winguest old -i -k 3600000 eth0 "$MAC_OLD" $(<"$LAB_DIR/defended")
# Once attached, the programs stay and hear everything.
# shellcheck disable=SC2119 # the lab's daemon needs no arguments
lab_start_garpd
lab_kill9_garpd
for ((i = 0; i < KILLS; i++)); do
	kill_once "$i"
done
# shellcheck disable=SC2119
lab_start_garpd
protocol_time 8
found=$(judge)
echo "soak: $KILLS SIGKILLs: $found"
[[ $found == "windows=$((2 * KILLS)) "* ]] || soak_fail "not $((2 * KILLS)) windows"
for what in lost wrong doubled; do
	[[ " $found " == *" $what=0 "* ]] || soak_fail "$what is not 0"
done
