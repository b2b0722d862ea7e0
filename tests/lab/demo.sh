#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The demo: a service address moves from a guest that dies to one that only probes, as Windows does
# on a failover, while a client behind a router sends it a datagram every millisecond. Three runs
# (without garpd, with it, with the address declared and used at once), in IPv4 and in IPv6.
# At the end there is a page about it, build/demo/report.html. usage: demo.sh   (as root; GARPD=path of the binary)

# shellcheck source=tests/lab/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

MAX_OUTAGE=15  # seconds after which waiting longer shows nothing new
TAKEOVER_S=0.2 # from the failure to the first probe: what a cluster needs to notice it
FLOW_S=30      # the client sends for longer than any run lasts
WIDTH=78       # of the lines printed
FAMILY=        # of the run: 4 or 6
ADDRESS=       # the service's, in that family
RESULTS=$(mktemp -d "${TMPDIR:-/tmp}/garpd-demo.XXXXXX")

bold='' dim='' plain=''
if [[ -t 1 ]]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

# wrap INDENT HANGING: standard input in lines of WIDTH; what is broken goes on at HANGING.
wrap() {
	awk -v width="$WIDTH" -v indent="$1" -v hanging="$2" '
		function blanks(count) { return sprintf("%*s", count, "") }
		{
			line = $0 == "" ? "" : blanks(indent) $0
			while (length(line) > width) {
				at = width + 1
				while (at > hanging + 1 && substr(line, at, 1) != " ")
					at--
				if (at <= hanging + 1)
					break
				print substr(line, 1, at - 1)
				line = blanks(hanging) substr(line, at + 1)
			}
			print line
		}'
}

say() {
	wrap 3 3 <<<"$*"
}

title() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

introduce() {
	title "A failover, six times, in about a minute"
	say "A client behind a router sends a datagram every millisecond to a service address." \
		"The server that has the address dies. Another server on the same Linux bridge takes" \
		"the address over as Windows does: it probes for it and announces nothing."
	say ""
	say "    client --- router --- bridge --- old server   $MAC_OLD"
	say "                                +--- new server   $MAC_NEW"
	say ""
	say "Three runs in IPv4, then three in IPv6: without garpd, with garpd on the bridge, and" \
		"with the address declared in garpd's configuration. A run is stopped after" \
		"$MAX_OUTAGE s without recovery. All of it happens in network namespaces: no" \
		"bridge, address or firewall of this machine is touched. Ctrl-C ends it at any time."
}

# lab_of FAMILY: a lab for one run. The router learns the old server's MAC by itself, from the answer to
# its own request, as it would in the field.
lab_of() {
	FAMILY=$1
	ADDRESS=$SERVICE
	lab_up "d$$"
	if ((FAMILY == 6)); then
		ADDRESS=$SERVICE6
		lab_ipv6
	fi
	in_ns router ip neigh del "$ADDRESS" dev lan0
	in_hv ip neigh del "$ADDRESS" dev br0
}

# The client sends, the old server has the address, and receives. Another guest looks up its router, as
# guests do all day: garpd learns that what it sends for a guest does not come back from the uplink.
flow_start() {
	local -a address=("$ADDRESS/24") receive=()
	lab_winguest other -n 0 -u 0 -t "$ROUTER" -q eth0 "$MAC_OTHER" 192.0.2.77
	((FAMILY == 4)) || address=("$ADDRESS/64" nodad) receive=(-6)
	in_ns old ip addr add "${address[@]}" dev eth0
	lab_spawn "$LAB_DIR/recv" "$LAB_BIN/outage" recv "${receive[@]}" -d "$MAX_OUTAGE" \
		-n "old=/proc/${LAB_PID[old]}/ns/net" -n "new=/proc/${LAB_PID[new]}/ns/net" \
		"$SERVICE_PORT"
	FLOW_PID=$LAB_LAST
	lab_await "$LAB_DIR/recv" 5 '^listening$' 1 "$FLOW_PID" || lab_die "no receiver"
	lab_spawn "$LAB_DIR/send" in_ns_exec client "$LAB_BIN/outage" send "$ADDRESS" \
		"$SERVICE_PORT" "$FLOW_S"
	lab_await "$LAB_DIR/recv" 5 '^receiving' 1 "$FLOW_PID" || lab_die "nothing reaches old"
}

# failover WINGUEST_ARGS...: the old server dies, the new one takes over; then until it is reached.
failover() {
	in_ns old ip link set eth0 down
	sleep "$TAKEOVER_S"
	lab_winguest new -A -k 60000 "$@" eth0 "$MAC_NEW" "$ADDRESS"
	wait "$FLOW_PID" || true
}

# result_keep NAME: what the receiver and the router saw, for the table at the end.
result_keep() {
	local line router
	line=$(grep -E '^(outage|unended) ' "$LAB_DIR/recv") || lab_die "no result: $(<"$LAB_DIR/recv")"
	router=$(lab_router_mac_of "$ADDRESS")
	printf '%s\n%s\n' "$line" "$router" >"$RESULTS/$1"
	if [[ $line == unended* ]]; then
		say "no recovery in $MAX_OUTAGE s; stopped"
	else
		say "recovered after $(result_ms "$1") ms"
	fi
	say "router: $ADDRESS is at $router"
}

result_ms() {
	sed -nE 's/^(outage|unended) ms=([0-9]+).*/\2/p' "$RESULTS/$1"
}

# run_one NAME WINGUEST_ARGS...: one failover, in the lab that stands.
run_one() {
	local name=$1$FAMILY
	shift
	flow_start
	say "the old server dies; $TAKEOVER_S s later the new one probes for $ADDRESS ..."
	failover "$@"
	result_keep "$name"
}

# The second announcement follows the first by a second, and the claim's last state with it.
is_settled() {
	lab_claims | jq -e 'all(.[]; .state != "probing" and .state != "announcing")'
}

CLAIMS_COLUMNS='["ADDRESS", "STATE", "PROBES", "ANNOUNCED", "CONFIRMED", "BY"],
	(.[] | [.address, .state, .probes, .announcements, .confirmations, .confirmed_by // "-"])
	| @tsv'

show_claims() {
	lab_wait 8 is_settled || true
	say "${dim}garpd show claims (some of its columns):${plain}"
	lab_claims | jq -r "$CLAIMS_COLUMNS" | expand -t 16,22,29,39,49 | sed 's/^/   /'
}

explain() {
	say "${dim}garpd explain $ADDRESS:${plain}"
	in_hv "$GARPD" explain "$ADDRESS" | wrap 3 15
}

row() {
	local outcome router
	outcome="$(result_ms "$1") ms"
	! grep -q '^unended' "$RESULTS/$1" || outcome="> $MAX_OUTAGE s (stopped)"
	router=$(tail -n 1 "$RESULTS/$1")
	[[ $router == "$MAC_NEW" ]] && router="new server" || router="dead server"
	printf '   %-34s %16s   %s\n' "$2" "$outcome" "$router"
}

table() {
	local family
	title "Outage: from the last datagram at the old server to the first at the new one"
	printf '   %s%-34s %16s   %s%s\n' "$dim" "" "outage" "router sends to" "$plain"
	for family in 4 6; do
		row "without$family" "IPv$family, without garpd"
		row "with$family" "IPv$family, with garpd"
		row "declared$family" "IPv$family, declared, used at once"
	done
}

# log_keep: what garpd has logged, for the page.
log_keep() {
	lab_stop_garpd
	cat "$GARPD_LOG" >>"$RESULTS/log"
}

# page: what garpd report makes of it. It belongs to the user who called sudo.
page() {
	local folder=build/demo
	[[ $PWD == "$LAB_ROOT" ]] || folder=$LAB_ROOT/$folder
	mkdir -p "$folder"
	cp "$RESULTS/log" "$folder/garpd.log"
	"$GARPD" report --log "$folder/garpd.log" -o "$folder/report.html" >/dev/null
	[[ -z ${SUDO_UID:-} ]] || chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$folder"{,/garpd.log,/report.html}
	title "What garpd has logged, as a page"
	say "open $folder/report.html"
}

# runs FAMILY WHAT_IT_HEARS WINDOW: the three runs of a family.
runs() {
	title "IPv$1, run 1 of 3: without garpd (takes $MAX_OUTAGE s)"
	(lab_of "$1" && run_one without)
	title "IPv$1, run 2 of 3: garpd hears $2, asks after $3, and announces"
	(lab_of "$1" && lab_start_garpd --log json && run_one with && show_claims &&
		if (($1 == 4)); then explain; fi && log_keep)
	title "IPv$1, run 3 of 3: address declared: garpd announces at the first probe"
	(lab_of "$1" && lab_start_garpd --log json --declare "$ADDRESS=$MAC_OLD,$MAC_NEW" &&
		run_one declared -i && show_claims && log_keep)
}

main() {
	trap 'rm -rf -- "$RESULTS"' EXIT
	[[ -x $GARPD ]] || lab_die "$GARPD: not there; build it with make"
	introduce
	runs 4 "three probes" "3 s"
	runs 6 "one solicitation" "1 s"
	table
	page
}

main "$@"
