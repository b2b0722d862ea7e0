# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The vocabulary of tests/system/inside. To be sourced there.

PACKAGE=/mnt/garpd.deb
PACKAGE_NEXT=/mnt/garpd-next.deb
COMMANDS=/run/commands
MAC_OLD=00:00:5e:00:53:0a
MAC_NEW=00:00:5e:00:53:0b
MAC_ROUTER=00:00:5e:00:53:fe
MODE=tcx
grep -q ' tcx_link_attach$' /proc/kallsyms || MODE=tc
export PACKAGE PACKAGE_NEXT MODE

fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

# equals WHAT EXPECTED FOUND
equals() {
	[[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

figure() {
	echo "figure $*" >&3
}

# await SECONDS COMMAND...: until it succeeds. Waiting costs nothing, looking does.
await() {
	local -i until=$((${EPOCHREALTIME/[.,]/} / 1000 + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		((${EPOCHREALTIME/[.,]/} / 1000 < until)) || {
			"$@"
			return
		}
		sleep 0.25
	done
}

# command_is COMMAND...: one that an administrator types.
command_is() {
	echo "$*" >>"$COMMANDS"
	"$@"
}

# ---- systemd ----

property() {
	systemctl show garpd --property "$1" --value
}

status_is() {
	[[ $(property StatusText) == "$1" ]]
}

restarted() {
	[[ $(property ActiveState) == active && $(property MainPID) != "$1" ]]
}

# mark: said, when and between look at what is logged from here on.
mark() {
	journalctl --sync
	journalctl -n 1 -o cat --show-cursor | sed -n 's/^-- cursor: //p' >/run/mark
}

# logged: lines with the seconds of the machine's clock. (Debian 12's journalctl -u with --after-cursor leaves one
# out.)
logged() {
	journalctl --sync
	journalctl -o short-monotonic --after-cursor "$(</run/mark)"
}

said() {
	grep -q "$1" <<<"$(logged)" || fail "not logged: $1; $(logged)"
}

# when REGEX: the first such line, in ms.
when() {
	sed -nE "/$1/{s/^\[ *([0-9]+)\.([0-9]{3}).*/\1\2/p;q}" <<<"$(logged)"
}

# between REGEX REGEX: from the one to the other.
between() {
	local from to
	from=$(when "$1")
	to=$(when "$2")
	[[ -n $from && -n $to ]] || fail "not logged: $1, $2; $(logged)"
	echo $((to - from))
}

# A daemon that ignores SIGTERM and never is ready; and one of guests.
hang_garpd() {
	mkdir -p /run/systemd/system/garpd.service.d
	# shellcheck disable=SC2016 # for that shell
	printf '[Service]\nExecStart=\nExecStart=/bin/sh -c '\''trap "" TERM; while :; do sleep 1; done'\''\n' \
		>/run/systemd/system/garpd.service.d/hang.conf
	printf '[Service]\nExecStart=/bin/sleep infinity\n' >/run/systemd/system/docker.service
	systemctl daemon-reload
}

unhang_garpd() {
	systemctl stop docker
	rm -r /run/systemd/system/garpd.service.d /run/systemd/system/docker.service
	systemctl daemon-reload
	systemctl restart garpd
}

# ---- guests ----

lab() {
	LD_LIBRARY_PATH=/mnt/lab/lib "/mnt/lab/$1" "${@:2}"
}

pick() {
	lab pick "$@"
}

# machine NAME MAC [ADDRESS]
machine() {
	ip netns add "$1"
	ip link add "v-$1" master br0 up type veth peer name eth0 netns "$1" address "$2"
	ip -n "$1" link set lo up
	ip -n "$1" link set eth0 up
	[[ -z ${3:-} ]] || ip -n "$1" addr add "$3/24" dev eth0
}

set_up() {
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	ip link add br0 up type bridge
	ip addr add 192.0.2.1/24 dev br0
	machine old "$MAC_OLD" 192.0.2.10
	machine new "$MAC_NEW"
	machine router "$MAC_ROUTER" 192.0.2.254
}

router_mac() {
	ip -n router neigh show "$1" | sed -n 's/.* lladdr \([^ ]*\).*/\1/p'
}

router_is() {
	[[ $(router_mac "$1") == "$2" ]]
}

router_asks() {
	ip netns exec router bash -c "echo >/dev/udp/$1/9"
}

# router_has ADDRESS MAC: by asking.
router_has() {
	router_asks "$1"
	await 5 router_is "$1" "$2" || fail "the router has $(router_mac "$1")"
}

# take_over ADDRESS: the router has asked for it and has it at old, new probes for it three times and says
# nothing.
take_over() {
	ip -n old link set eth0 down
	router_asks "$1"
	ip -n router neigh replace "$1" lladdr "$MAC_OLD" dev eth0 nud stale
	ip netns exec new /mnt/lab/winguest -k 60000 eth0 "$MAC_NEW" "$1" >/run/winguest 2>&1 &
}

router_follows() {
	await 15 router_is "$1" "$MAC_NEW" || fail "the router has $(router_mac "$1"); $(logged)"
}

claim_is() {
	[[ $(garpd show claims -j | pick "address=$1" state) == "$2" ]]
}

# ---- frames that reach the router ----

capture_begin() {
	LD_LIBRARY_PATH=/mnt/lab/lib ip netns exec router /mnt/lab/frames -i eth0 >/run/frames 2>&1 &
	echo $! >/run/frames.pid
	await 10 grep -q '^listening$' /run/frames
}

capture_end() {
	kill "$(</run/frames.pid)"
}

# frames ADDRESS KIND: what the router has received of the new owner. Each announcement is a request and a reply.
frames() {
	grep -F "kind=$2 " /run/frames | grep -F "sha=$MAC_NEW " | grep -F "tpa=$1 "
}

announcements_are() {
	[[ $(frames "$1" announce-request | wc -l) == "$2" ]]
}

# frame_ms ADDRESS KIND NUMBER: when it came, in ms.
frame_ms() {
	frames "$1" "$2" | sed -nE "$3s/^t=([0-9]+)\.([0-9]{3}).*/\1\2/p"
}

# ---- what is left ----

nothing_is_attached() {
	local name
	[[ ! -e /sys/fs/bpf/garpd ]] || fail "pins: $(find /sys/fs/bpf)"
	! bpftool prog show | grep garpd || fail "a program is loaded"
	! tc qdisc show | grep -E 'ingress|clsact' || fail "a qdisc is left"
}

run_all() {
	local name status
	exec 3>&1
	set_up
	while read -r name; do
		(set -e && "test_$name") >/run/test 2>&1 </dev/null
		status=$?
		if ((status == 0)); then
			echo "ok $name"
		else
			echo "FAIL $name"
			sed 's/^/    /' /run/test
		fi
	done < <(sed -nE 's/^test_([a-z0-9_]+)\(\) \{$/\1/p' "$0")
	echo system-end
}
