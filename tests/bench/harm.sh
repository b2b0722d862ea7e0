#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 180 s, QUICK 0 s
# How often garpd and its peers announce what they must not: an address for a guest that does not have it, has left, or
# may not have it. Judged by the frames on the router's wire. In each trial another guest takes an address over rightly,
# at the same time; a trial in which a WHO that acts for guests does not announce that one counts as not measured.
#
#   dead       the guest probes three times and dies with the last probe
#   dead6      the same in IPv6
#   holder     another host has the address, on a macvlan above the bridge, and objects; the guest gives it up
#   behind     the same, with that host behind the guest's own port, so that its objection does not come by
#   scanner    a guest probes for 200 addresses, three times each, and takes none
#   migrated   the guest is announced once, and leaves for another hypervisor, which tells so by RARP
#   filtered   the hypervisor's firewall (nft) drops this guest's ARP for the address
#
# Declared addresses are announced at their first probe: their owners are said to use them at once. One that dies all
# the same is announced; that is the price, and these are its figures. TRIALS=N of each; LABS=N, HARM_CASES and
# HARM_WHO as in outage.sh.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=tests/bench/peers.sh
source "$LAB_ROOT/tests/bench/peers.sh"
# shellcheck source=tests/bench/waves.sh
source "$LAB_ROOT/tests/bench/waves.sh"

RIGHT=192.0.2.50 # the address that is taken over rightly
RIGHT6=2001:db8:10::50
LONG=60000       # ms; longer than a trial
QUIET_S=4        # after a window: no announcement comes later
trials=${TRIALS:-4}
LABS=${LABS:-12}
WHO=
ADDRESS=$SERVICE

declare -A LABEL=(
	[dead]="dead prober"
	[dead6]="dead prober, IPv6"
	[holder]="holder above the bridge objects"
	[behind]="owner behind the guest's port objects"
	[scanner]="scanner"
	[migrated]="guest migrated, told by RARP"
	[filtered]="guest filtered by nft"
)
cases=(dead dead6 holder behind scanner migrated filtered)
[[ -z ${HARM_CASES:-} ]] || read -r -a cases <<<"$HARM_CASES"

# who_of CASE: prints each WHO that makes sense. In a guest that has died, or only scans, nothing runs.
who_of() {
	printf '%s\n' relay 'relay declared' heard declared
	case $1 in
	holder | behind | filtered) printf '%s\n' cron keepalived ;;
	esac
}

# ---- the right takeover ----

right_start() {
	local -a at=(eth0 "$MAC_OLD" "$RIGHT")
	[[ $ADDRESS != *:* ]] || at=(eth0 "$MAC_OLD" "$RIGHT6")
	[[ $WHO == cron || $WHO == keepalived ]] || lab_winguest old -k "$LONG" "${at[@]}"
}

# right_await: it is announced, so WHO and the capture work.
right_await() {
	[[ $WHO == cron || $WHO == keepalived ]] ||
		lab_await_frames lan 1 10 "kind=announce-.* src=$MAC_OLD" ||
		lab_die "$WHO does not announce a guest that has its address"
}

# ---- the cases ----

# take: the guest probes for the address as Windows does, or keepalived takes it.
take() {
	if [[ $WHO == keepalived ]]; then
		peer_guest_keepalived new 100 192.0.2.22 "$ADDRESS"
		return
	fi
	lab_winguest new -A -k "$LONG" "${1:-eth0}" "$MAC_NEW" "$ADDRESS"
	[[ $WHO != cron ]] || peer_guest_cron new "$ADDRESS" "$QUIET_S"
}

play_dead() {
	lab_winguest new -d eth0 "$MAC_NEW" "$ADDRESS"
}

prepare_dead6() {
	ADDRESS=$SERVICE6
	lab_ipv6
}

play_dead6() {
	play_dead
}

prepare_holder() {
	lab_machine above
	in_hv ip link add mv0 link br0 address 00:00:5e:00:53:0d netns "${LAB_PID[above]}" type macvlan mode bridge
	in_ns_ip above <<-LINES
		link set mv0 name eth0
		link set eth0 up
		addr add $ADDRESS/24 dev eth0
	LINES
}

play_holder() {
	take
}

# A bridge in the guest's machine, with the machine `other` behind it, which has the address.
prepare_behind() {
	in_ns_ip new <<-LINES
		link add in0 address $MAC_NEW type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add o0 up type veth peer name in1 address 00:00:5e:00:53:1b netns ${LAB_PID[other]}
		link set o0 master in0
		link set eth0 master in0
		link set in0 up
	LINES
	in_ns other ip link set in1 up
	in_ns other ip addr add "$ADDRESS/24" dev in1
	if [[ $WHO == keepalived ]]; then # it is on eth0, which must be the interface with the address
		in_ns_ip new <<-LINES
			link set eth0 name port0
			link set in0 name eth0
		LINES
	fi
}

play_behind() {
	take "$(in_ns new ip -o link show type bridge | cut -d : -f 2 | tr -d ' ')"
}

play_scanner() {
	local i addresses=()
	for ((i = 1; i <= 200; i++)); do
		addresses+=("192.0.2.$i")
	done
	culprit=$MAC_OTHER
	lab_winguest other -q eth0 "$culprit" "${addresses[@]/$RIGHT/192.0.2.201}"
}

# The second announcement would come 1.1 s after the first.
play_migrated() {
	lab_winguest new -k "$LONG" eth0 "$MAC_NEW" "$ADDRESS"
	local guest=$LAB_LAST
	lab_await_frames lan "$(peer_is_declared "$WHO" && echo 3 || echo 1)" 10 "kind=announce-.* src=$MAC_NEW" ||
		lab_die "$WHO does not announce the guest"
	protocol_time 0.1 # the reply follows the request
	kill "$guest"
	in_ns router "$LAB_BIN/hostile" lan0 3 1 rarp "$MAC_NEW" "$ADDRESS" >/dev/null
	left=$EPOCHREALTIME
}

prepare_filtered() {
	in_hv nft -f - <<-RULES
		table bridge lab {
			chain drops {
				type filter hook prerouting priority 0;
				iifname v-new ether type arp arp saddr ip $ADDRESS drop
			}
		}
	RULES
}

play_filtered() {
	take
}

# ---- a trial ----

# harmful SINCE: how many announcements in the culprit's name are on the wire since then.
harmful() {
	lab_frames lan 'kind=announce-.*' "src=$culprit" |
		awk -v since="$1" '{ sub(/^t=/, "", $1); if ($1 > since) count++ } END { print count + 0 }'
}

# trial NUMBER CASE WHO
trial() {
	local left=0 culprit=$MAC_NEW
	WHO=$3
	lab_up "h$$-$1"
	! declare -F "prepare_$2" >/dev/null || "prepare_$2"
	peer_start "$WHO" "$ADDRESS=$MAC_OLD,$MAC_NEW"
	lab_capture lan router lan0 -Q in
	wave_ready "$1"
	right_start
	"play_$2"
	right_await
	protocol_time "$((QUIET_S + 4))"
	sample harm "${LABEL[$2]}" "$WHO" count $(($(harmful "$left") > 0))
	wave_done "$1"
	lab_down
}

declare -a all=()
for ((i = 1; i <= trials; i++)); do
	for case in "${cases[@]}"; do
		while read -r who; do
			! peer_is_wanted "$who" "${HARM_WHO:-}" || all+=("$case/$who")
		done < <(who_of "$case")
	done
done
waves "$LABS" "${all[@]}"
waves_end
