#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Ports come and go, as when a hypervisor starts its guests together. usage: ports.sh COUNT. Most of its time is
# the kernel's, which waits for its readers (RCU) at each port.

# shellcheck source=tests/soak/soak.sh
source "$(dirname "${BASH_SOURCE[0]}")/soak.sh"

AT_ONCE=500 # a bridge can have 1,023
((AT_ONCE <= $1 / TENTHS)) || AT_ONCE=$(($1 / TENTHS))
STILL_LINKS=6 # of the lab's four ports, and of the bridge in both directions

links_are() {
	[[ $(in_hv find "$PINS/links" -type f | wc -l) == "$1" ]]
}

ports_round() {
	local i
	for ((i = 0; i < AT_ONCE; i++)); do
		echo "link add c$i group 7 type veth peer name d$i group 7"
		echo "link set c$i master br0 up"
	done | in_ns_ip hv
	lab_wait 300 links_are $((STILL_LINKS + AT_ONCE)) || soak_fail "not every port was attached"
	in_hv ip link del group 7
	lab_wait 300 links_are "$STILL_LINKS" || soak_fail "a port is gone, its link is not"
}

soak_begin p
soak_rounds ports_round "$1" "$AT_ONCE"
