#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 420 s, QUICK 50 s
# How long a service address cannot be reached after it moved: a client behind a router sends it a datagram every
# millisecond. A guest probes as Windows does, has the address after its duplicate address detection, and
# announces nothing. With `declared` it has the address at its first probe. Each WHO of peers.sh acts for it in turn.
# The limit: the entry that the traffic follows is replaced at the instant the guest's kernel has the address; in EVPN
# that of the new hypervisor, and that of a client in the segment when its own hypervisor has followed.
#
#   outage  from the last datagram at the old owner to the first at the new one
#   after   from the instant the new owner's kernel has the address to that first datagram
#   lost    datagrams
#
# LABS=N: so many labs in a wave (waves.sh); OUTAGE_CASES="dead ipv6", OUTAGE_WHO="heard,limit": only these. The case
# ovs needs Open vSwitch and is measured only if it is named.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=tests/lab/fabric.sh
source "$LAB_ROOT/tests/lab/fabric.sh"
# shellcheck source=tests/lab/joints.sh
source "$LAB_ROOT/tests/lab/joints.sh"
# shellcheck source=tests/bench/peers.sh
source "$LAB_ROOT/tests/bench/peers.sh"
# shellcheck source=tests/bench/waves.sh
source "$LAB_ROOT/tests/bench/waves.sh"
# shellcheck source=tests/bench/outage_cases.sh
source "$LAB_ROOT/tests/bench/outage_cases.sh"

MAX_OUTAGE=40 # seconds; Linux's own caches last as long, those of others for minutes to hours
MINUTE=60     # of cron
rounds=${OUTAGE_ROUNDS:-1}
IFS=- read -r first last <<<"${OUTAGE_SPAN:-1-$rounds}" # of these rounds
read -r -a cases <<<"${OUTAGE_CASES:-dead planned same_mac ipv6 drops no_entry firewall evpn2 evpn8}"
[[ -z ${QUICK:-} || ${OUTAGE_CASES:-} ]] || cases=(dead)
LABS=${LABS:-7}
WHO=
KEEPALIVED_OLD=
declare -A FLOW=()

# ---- one failover ----

# flow CLIENT PORT
flow() {
	local -a family=()
	[[ $ADDRESS != *:* ]] || family=(-6)
	lab_spawn "$LAB_DIR/recv.$1" "$LAB_BIN/outage" recv "${family[@]}" -m -d "$MAX_OUTAGE" \
		-n "old=/proc/${LAB_PID[old]}/ns/net" -n "new=/proc/${LAB_PID[new]}/ns/net" "$2"
	FLOW[$1]=$LAB_LAST
	lab_await "$LAB_DIR/recv.$1" 5 '^listening$' 1 "$LAB_LAST" || lab_die "no receiver"
	lab_spawn "$LAB_DIR/send.$1" in_ns_exec "$1" "$LAB_BIN/outage" send "$ADDRESS" "$2" 600
	lab_await "$LAB_DIR/recv.$1" 10 '^receiving' 1 "${FLOW[$1]}" || lab_die "nothing of $1 reaches old"
}

flows() {
	local client port=$SERVICE_PORT
	for client in "${CLIENTS[@]}"; do
		flow "$client" "$((port++))"
	done
}

has_address() {
	[[ $(in_ns "$1" ip -o addr show dev eth0 to "$ADDRESS") ]]
}

# own_address: gives it to the old owner. Another guest looks up its router, as guests do all day.
own_address() {
	local -a address=("$ADDRESS/24")
	[[ $ADDRESS != *:* ]] || address=("$ADDRESS/64" nodad)
	if [[ $WHO == keepalived ]]; then
		in_ns old ip addr flush dev eth0 scope global
		peer_guest_keepalived old 200 192.0.2.21 "$ADDRESS"
		KEEPALIVED_OLD=$LAB_LAST
		lab_wait 20 has_address old || lab_die "keepalived does not take the address"
		peer_guest_keepalived new 100 192.0.2.22 "$ADDRESS"
		lab_nap 900 # it hears that there is a master
	else
		in_ns old ip addr replace "${address[@]}" dev eth0
	fi
	[[ -z ${LAB_PID[other]:-} ]] ||
		lab_winguest other -n 0 -u 0 -t "$ROUTER" -q eth0 "$MAC_OTHER" 192.0.2.77
}

prepare() {
	local owners=$MAC_OLD
	"prepare_$1" "$2"
	[[ $NEW_MAC == "$MAC_OLD" ]] || owners+=",$NEW_MAC"
	peer_start "$WHO" "$ADDRESS=$owners"
	own_address
	flows
	lab_nap 300 # for garpd to know whether an uplink reflects
	case $WHO in
	limit*) peer_limit new "$ADDRESS" "${targets[@]}" ;;
	*) peer_limit new "$ADDRESS" ;;
	esac
}

# fail CASE PHASE: the old owner goes, and the new one takes over, until every client reaches it, or time is over.
fail() {
	local client
	local -a at_once=()
	! peer_is_declared "$WHO" || at_once=(-i)
	if declare -F "fail_$1" >/dev/null; then
		"fail_$1"
	else
		fail_dead
	fi
	[[ $WHO != cron ]] || peer_guest_cron new "$ADDRESS" "$2"
	if [[ $WHO != keepalived ]]; then
		lab_nap "$NOTICED_MS"
		lab_winguest new -A -k 600000 "${at_once[@]}" eth0 "$NEW_MAC" "$ADDRESS"
	fi
	for client in "${CLIENTS[@]}"; do
		wait "${FLOW[$client]}" || true
	done
}

# field FILE NAME: prints the number NAME=NUMBER in it.
field() {
	sed -nE "s/.*\b$2=([0-9.]+).*/\1/p" "$LAB_DIR/$1"
}

# report LABEL CLIENT
report() {
	local log=recv.$2 cap=$((MAX_OUTAGE * 1000)) has
	has=$(field limit at_ns)
	[[ $has ]] || lab_die "$1, $WHO: the new owner never had the address"
	if grep -q '^unended' "$LAB_DIR/$log"; then
		sample outage "$1" "$WHO" ms ">$cap"
		sample lost "$1" "$WHO" packets ">$cap"
		return
	fi
	grep -q '^outage .* to=new ' "$LAB_DIR/$log" || lab_die "$1, $WHO: $(tail -n 1 "$LAB_DIR/$log")"
	sample outage "$1" "$WHO" ms "$(field "$log" ms)"
	sample lost "$1" "$WHO" packets "$(field "$log" lost)"
	sample after "$1" "$WHO" ms "$(awk -v first="$(field "$log" first_ns)" -v has="$has" \
		'BEGIN { printf "%.2f\n", (first - has) / 1e6 }')"
}

# trial NUMBER CASE WHO PHASE: in a shell of its own.
trial() {
	local client what
	WHO=$3
	prepare "$2" "o$$-$1"
	wave_ready "$1"
	fail "$2" "$4"
	for client in "${CLIENTS[@]}"; do
		what=${LABEL[$2]}
		((${#CLIENTS[@]} == 1)) || what+=", $([[ $client == l2 ]] && echo L2 || echo routed) client"
		report "$what" "$client"
	done
	wave_done "$1"
	lab_down
}

# labs_of CASE [wait]: a fabric is many daemons. Those who wait for caches are not disturbed by others.
labs_of() {
	local most
	case $1${2:-} in
	evpn2) most=2 ;;
	evpn8) most=1 ;;
	evpn*wait) most=5 ;;
	*wait) most=16 ;;
	*) most=$LABS ;;
	esac
	[[ ${2:-} ]] && ((LABS > 1)) || most=$((LABS < most ? LABS : most))
	echo "$most"
}

# round NUMBER: cases with the same number of labs share waves.
round() {
	local case who phase labs wait
	local -A trials=()
	phase=$(awk -v i="$1" -v n="$rounds" -v minute=$MINUTE 'BEGIN { printf "%.1f\n", minute * (i - 0.5) / n }')
	for case in "${cases[@]}"; do
		while read -r who; do
			peer_is_wanted "$who" "${OUTAGE_WHO:-}" || continue
			wait=
			! has_to_wait "$case" "$who" || wait='wait'
			trials[$(labs_of "$case" "$wait")/$wait]+="$case/$who/$phase"$'\n'
		done < <(who_of "$case")
	done
	for labs in "${!trials[@]}"; do
		mapfile -t these <<<"${trials[$labs]%$'\n'}"
		waves "${labs%/*}" "${these[@]}"
	done
}

declare -a these=()
for ((i = first; i <= last; i++)); do
	round "$i"
done
waves_end
