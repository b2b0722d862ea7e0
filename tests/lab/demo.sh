#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The demo: a service address moves from a guest that dies to one that only probes, as Windows does
# on a failover, while a client behind a router sends a datagram to it every millisecond. Once
# without garpd, once with it, once with the address declared and used at once; all of it in IPv4,
# then in IPv6.
# Everything happens in namespaces of its own: no bridge, address or firewall of this machine is
# touched. usage: demo.sh   (as root; GARPD=path of the binary)

# shellcheck source=tests/lab/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

MAX_DARK=15     # seconds after which waiting longer shows nothing new
TAKEOVER_S=0.2  # from the failure to the first probe: what a cluster needs to notice it
FLOW_S=30       # the client sends for longer than any run lasts
FAMILY=         # of the run: 4 or 6
ADDRESS=        # the service's, in that family
RESULTS=$(mktemp -d "${TMPDIR:-/tmp}/garpd-demo.XXXXXX")

bold='' dim='' plain=''
if [[ -t 1 ]]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

say() {
	printf '   %s\n' "$*"
}

title() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# lab_of FAMILY: a lab of its own for one run.
lab_of() {
	FAMILY=$1
	ADDRESS=$SERVICE
	lab_up "d$$"
	((FAMILY == 6)) || return 0
	ADDRESS=$SERVICE6
	lab_ipv6
}

# The client sends, the old guest has the address, and receives.
flow_start() {
	local -a address=("$ADDRESS/24") receive=()
	((FAMILY == 4)) || address=("$ADDRESS/64" nodad) receive=(-6)
	in_ns old ip addr add "${address[@]}" dev eth0
	lab_spawn "$LAB_DIR/recv" "$LAB_BIN/outage" recv "${receive[@]}" -d "$MAX_DARK" \
		-n "old=/proc/${LAB_PID[old]}/ns/net" -n "new=/proc/${LAB_PID[new]}/ns/net" \
		"$SERVICE_PORT"
	FLOW_PID=$LAB_LAST
	lab_await "$LAB_DIR/recv" 5 '^listening$' 1 "$FLOW_PID" || lab_die "no receiver"
	lab_spawn "$LAB_DIR/send" in_ns_exec client "$LAB_BIN/outage" send "$ADDRESS" \
		"$SERVICE_PORT" "$FLOW_S"
	lab_await "$LAB_DIR/recv" 5 '^receiving' 1 "$FLOW_PID" || lab_die "nothing reaches old"
}

# failover WINGUEST_ARGS...: the old guest dies, the new one takes over; then until it is reached.
failover() {
	in_ns old ip link set eth0 down
	sleep "$TAKEOVER_S"
	lab_winguest new -A -k 60000 "$@" eth0 "$MAC_NEW" "$ADDRESS"
	wait "$FLOW_PID" || true
}

# result NAME: what the receiver saw, for the table; the router's belief is what explains it.
result_keep() {
	local line
	line=$(grep -E '^(outage|dark) ' "$LAB_DIR/recv") || lab_die "no result: $(<"$LAB_DIR/recv")"
	printf '%s\n%s\n' "$line" "$(lab_router_mac_of "$ADDRESS")" >"$RESULTS/$1"
	if [[ $line == dark* ]]; then
		say "dark for $MAX_DARK s, and still dark: stopped here. The router sends to the dead" \
			"guest until its entry expires."
	else
		say "dark for $(result_ms "$1") ms, then the new guest was reached."
	fi
}

result_ms() {
	sed -nE 's/^(outage|dark) ms=([0-9]+).*/\2/p' "$RESULTS/$1"
}

# run_one NAME WINGUEST_ARGS...: one failover, in the lab that stands.
run_one() {
	local name=$1$FAMILY
	shift
	flow_start
	say "old serves $ADDRESS; it dies now, and new probes $TAKEOVER_S s later ..."
	failover "$@"
	result_keep "$name"
}

is_settled() {
	lab_claims | jq -e 'all(.[]; .state != "probing" and .state != "announcing")'
}

# The second announcement comes a while after the first, and with it the claim's last state.
show_claims() {
	lab_wait 8 is_settled || true
	say "${dim}garpd show claims:${plain}"
	in_hv "$GARPD" show claims | sed 's/^/      /'
}

row() {
	local outcome router
	outcome="$(result_ms "$1") ms"
	! grep -q '^dark' "$RESULTS/$1" || outcome="> $MAX_DARK s (stopped)"
	router=$(tail -n 1 "$RESULTS/$1")
	[[ $router == "$MAC_NEW" ]] && router="the new guest" || router="the dead guest"
	printf '   %-46s %18s   %s\n' "$2" "$outcome" "$router"
}

table() {
	local family
	title "Outage, from the last datagram in old to the first in new"
	printf '   %s%-46s %18s   %s%s\n' "$dim" "" "client saw" "router sends to" "$plain"
	for family in 4 6; do
		row "without$family" "IPv$family, without garpd"
		row "with$family" "IPv$family, with garpd"
		row "declared$family" "IPv$family, with garpd, declared, used at once"
	done
}

# runs FAMILY WHAT_IT_HEARS: the three runs of a family.
runs() {
	title "IPv$1, 1. Without garpd"
	(lab_of "$1" && run_one without)
	title "IPv$1, 2. With garpd: it hears $2 and no announcement, and speaks for the guest"
	(lab_of "$1" && lab_start_garpd && run_one with && show_claims)
	title "IPv$1, 3. With garpd, the address declared for these two guests and used at once"
	(lab_of "$1" && lab_start_garpd --declare "$ADDRESS=$MAC_OLD,$MAC_NEW" &&
		run_one declared -i && show_claims)
}

main() {
	trap 'rm -rf -- "$RESULTS"' EXIT
	[[ -x $GARPD ]] || lab_die "$GARPD: not there; build it with make"
	runs 4 "three probes"
	runs 6 "one solicitation"
	table
}

main "$@"
