#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything at once, in real time: rounds in which a group of addresses fails over between two guests, IPv4 and IPv6,
# while ports come and go, another guest floods, one claims addresses that are in use, one dies while it probes,
# and, until WARM tenths have passed, daemons end or are killed. Each round is judged by its frames (mixed.awk).
# usage: mixed.sh SECONDS

# shellcheck source=tests/soak/soak.sh
source "$(dirname "${BASH_SOURCE[0]}")/soak.sh"

set -E
trap 'echo "soak: line $LINENO: $BASH_COMMAND failed" >&2' ERR
SECONDS_LONG=$1
GROUPS_MOVED=8 # a round each
PACE=5         # seconds that a round takes at least: five moves of an address take 200 s then, and none is frozen
EACH=8         # addresses of a group, of either family
DEAD=4         # addresses of guests that die, of either family
PORTS=12       # that come and go in a round
FLOOD_RATE=300
FLOOD_SECONDS=3
FLOODS=(addresses bombs asks broken rarp macs)
RESTART_EVERY=3 # rounds
STILL_LINKS=6   # of the lab's four ports, and of the bridge in both directions
CONTESTED=(192.0.2.20 2001:db8:10::20)
MAC_FLOOD=00:00:5e:00:53:0f

declare -A holder=() mac=([old]=$MAC_OLD [new]=$MAC_NEW) # group -> the guest that has it
declare -a guests=()                                     # its processes
declare -i moved=0 killed=0 ended=0 announced=0 held_up=0 rounds=0 flood=-1 judged=0 late=0 followed=0

# addresses GROUP FAMILY: those of a group, or of the dead for group 9.
addresses() {
	local i count=$EACH
	(($1 < GROUPS_MOVED)) || count=$DEAD
	for ((i = 1; i <= count; i++)); do
		if (($2 == 4)); then
			echo "192.0.2.$((100 + $1 * 10 + i))"
		else
			echo "2001:db8:10::$(($1 + 1)):$i"
		fi
	done
}

# take GROUP GUEST: the guest takes the group over; what it had as another guest has died.
take() {
	local family pid
	for pid in ${guests[$1]:-}; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	holder[$1]=$2 guests[$1]=
	for family in 4 6; do
		# shellcheck disable=SC2046 # a list of addresses
		guest "$2" -k 3600000 eth0 "${mac[$2]}" $(addresses "$1" "$family")
		guests[$1]+=" $LAB_LAST"
	done
}

# passing LOG COMMAND...: as lab_spawn, for what ends long before the lab: then its pid may be another's.
passing() {
	lab_spawn "$@"
	unset 'LAB_JOBS[-1]'
}

# guest MACHINE ARGS...: as lab_winguest; but what thousands of them print is not kept, and their seconds are exact.
guest() {
	passing "$LAB_DIR/guest.log" in_ns_exec "$1" nice -n -10 "$LAB_BIN/winguest" "${@:2}"
}

# expect GROUP: what is expected while that group moves: lines "moved|still|kept|dead ADDRESS MAC" for mixed.awk.
expect() {
	local group family what
	for ((group = 0; group < GROUPS_MOVED; group++)); do
		what=still
		((group != $1)) || what=moved
		for family in 4 6; do
			addresses "$group" "$family" | sed "s/.*/$what & ${mac[${holder[$group]}]}/"
		done
	done
	for family in 4 6; do
		addresses 9 "$family" | sed 's/.*/dead & -/'
	done
	printf "kept %s $MAC_OLD\n" "${CONTESTED[@]}"
}

daemon_start() {
	# shellcheck disable=SC2016 # the inner shell expands it
	passing "$LAB_DIR/garpd.log" in_ns_exec hv bash -c 'exec "$@" >/dev/null' lab \
		"$GARPD" run -c "$LAB_DIR/garpd.yaml"
	GARPD_PID=$LAB_LAST
}

# In the midst of the round, after a random time; alternately ended and killed.
daemon_restart() {
	local signal=TERM
	sleep "$((RANDOM % 5)).$((RANDOM % 10))"
	if ((rounds / RESTART_EVERY % 2)); then
		signal=KILL
		killed+=1
	else
		ended+=1
	fi
	kill "-$signal" "$GARPD_PID"
	wait "$GARPD_PID" 2>/dev/null || true
	daemon_start
}

links_are() {
	[[ $(in_hv find "$PINS/links" -type f | wc -l) == "$1" ]]
}

ports_come_and_go() {
	local i
	for ((i = 0; i < PORTS; i++)); do
		echo "link add c$i group 7 type veth peer name d$i group 7"
		echo "link set c$i master br0 up"
	done | in_ns_ip hv
	lab_wait 60 links_are $((STILL_LINKS + PORTS)) || soak_fail "not every port was attached"
	in_hv ip link del group 7
	lab_wait 60 links_are "$STILL_LINKS" || soak_fail "a port is gone, its link is not"
}

flood() {
	local -a args=("$MAC_FLOOD" 10.0.0.0)
	flood=$(((flood + 1) % ${#FLOODS[@]}))
	case ${FLOODS[flood]} in
	bombs) args[1]=2001:db8:10::66 ;;
	asks) args=("$MAC_FLOOD" 192.0.2.66 10.0.0.0) ;;
	broken | macs) args[1]=$(addresses 9 4 | sed -n 1p) ;; # of which a claim is left
	esac
	passing "$LAB_DIR/flood.log" in_ns_exec other "$LAB_BIN/hostile" eth0 "$FLOOD_RATE" "$FLOOD_SECONDS" \
		"${FLOODS[flood]}" "${args[@]}"
}

# Whoever asks for an address in use learns so; and whoever dies while it probes is announced by nobody.
others_probe() {
	local family address i=$((rounds % DEAD + 1))
	for address in "${CONTESTED[@]}"; do
		guest other -k 100 eth0 "$MAC_OTHER" "$address"
	done
	for family in 4 6; do
		address=$(addresses 9 "$family" | sed -n "${i}p")
		guest other -d eth0 "$MAC_OTHER" "$address"
	done
}

# Every address of the groups has its owner, and nothing of a flood is left.
is_settled() {
	local all=$((2 * GROUPS_MOVED * EACH + ${#CONTESTED[@]} + 2 * DEAD))
	in_hv "$GARPD" show claims -j | jq -e --argjson all "$all" --argjson owned $((2 * GROUPS_MOVED * EACH)) \
		'length <= $all and ([.[] | select(.state == "owned")] | length >= $owned)'
}

unsettled() {
	lab_claims | jq -c "map([.state, .reason, .address]) | group_by(.[:2])[] | .[0][:2] + [length, .[0][2]]"
}

# judge GROUP LEAST: of the frames since the last round, those of the group between LEAST and twice.
judge() {
	local found size
	expect "$1" >"$LAB_DIR/expected"
	size=$(stat -c %s "$LAB_DIR/lan.frames")
	dd status=none bs=64K iflag=skip_bytes,count_bytes skip="$judged" count=$((size - judged)) \
		if="$LAB_DIR/lan.frames" of="$LAB_DIR/round"
	found=$(awk -v least="$2" -f "$LAB_ROOT/tests/soak/mixed.awk" "$LAB_DIR/expected" "$LAB_DIR/round") || {
		echo "soak: round $rounds, with a flood of ${FLOODS[flood]}: $found" >"$LAB_DIR/found"
		return 1
	}
	judged=$size announced+=${found% *} late=${found#* } held_up+=late
}

# follow GROUP: the router's table has no other MAC for any of them. The kernel has one table for all network
# namespaces; where others fill it, it may have forgotten some.
follow() {
	local family known wrong
	for family in 4 6; do
		in_ns router ip "-$family" neigh show dev lan0
	done >"$LAB_DIR/neighbours"
	read -r known wrong < <(awk -v mac="${mac[${holder[$1]}]}" '
		NR == FNR { moved[$2] = $1 == "moved"; next }
		moved[$1] && $2 == "lladdr" { known++; if ($3 != mac) wrong = wrong " " $1 "=" $3 }
		END { print known + 0 wrong }' "$LAB_DIR/expected" "$LAB_DIR/neighbours") || true
	[[ -z $wrong ]] || soak_fail "round $rounds: the router does not follow: $wrong"
	followed+=$known
}

# remember GROUP: the router has the group in its table, at the guest that is about to die. The kernel forgets entries
# that are not used.
remember() {
	local family
	for family in 4 6; do
		addresses "$1" "$family" |
			sed "s/.*/neigh replace & lladdr ${mac[${holder[$1]}]} dev lan0 nud reachable/"
	done | in_ns_ip router
}

# round GROUP LEAST RESTART...
round() {
	local to=new pace
	[[ ${holder[$1]} == old ]] || to=old
	sleep "$PACE" &
	pace=$!
	remember "$1"
	take "$1" "$to"
	flood
	others_probe
	"${@:3}"
	ports_come_and_go
	protocol_time 2
	lab_wait 120 is_settled || soak_fail "round $rounds: not every address was announced: $(unsettled)"
	lab_wait 2 judge "$1" "$2" || { # the capture may be behind
		cp "$LAB_DIR/round" "${TMPDIR:-/tmp}/garpd-soak.round"
		soak_fail "$(<"$LAB_DIR/found"); its frames: ${TMPDIR:-/tmp}/garpd-soak.round"
	}
	((late)) || follow "$1"
	wait "$pace"
	moved+=$((2 * EACH))
	rounds+=1
}

# steady HOLDING: without what may differ. Of listeners the kernel keeps the latest, in a table of fixed size; a claim of
# a dead guest ends after 10 minutes, or with a flood.
steady() {
	grep -vE '^(listeners|claims) ' <<<"$1"
}

claims_in() {
	sed -n 's/^claims //p' <<<"$1"
}

sample() {
	local after
	after=$(holding)
	echo "soak: $1 of $TENTHS: $rounds rounds, $moved failovers, $announced announcements ($held_up not due)," \
		"the router followed $followed, $ended ends and $killed SIGKILLs; $(anon_kb) kB, $(paste -sd , <<<"$after" | sed 's/,/, /g')"
	if [[ $(steady "$after") != "$(steady "$before")" ]] || (($(claims_in "$after") > $(claims_in "$before"))); then
		soak_fail "not as in the beginning: $(paste -sd ' ' <<<"$before")"
	fi
}

setup() {
	local group
	lab_up "m$$"
	lab_ipv6
	in_hv ip addr add 10.255.255.254/8 dev br0 # or the addresses of a flood are foreign
	in_ns old ip addr add "${CONTESTED[0]}/24" dev eth0
	in_ns old ip addr add "${CONTESTED[1]}/64" dev eth0 nodad
	lab_capture lan router lan0 -f "ether src $MAC_OLD or ether src $MAC_NEW or
		(arp and arp[14:4] != 0 and not ether src $MAC_ROUTER and not ether src $MAC_HOST) or
		(icmp6 and ip6[40] == 136)"
	printf '%s\n' 'bridges: [br0]' 'uplinks: [up0]' >"$LAB_DIR/garpd.yaml"
	daemon_start
	lab_wait 10 ports_are 5 || lab_die "garpd does not start: $(<"$LAB_DIR/garpd.log")"
	for ((group = 0; group < GROUPS_MOVED; group++)); do
		take "$group" old
	done
	for ((rounds = 0; rounds < DEAD; rounds++)); do
		others_probe
	done
	protocol_time 4
	lab_wait 120 is_settled || soak_fail "not every address was announced at first: $(unsettled)"
	rounds=0
}

tenth_now() {
	echo $(((SECONDS - began) * TENTHS / SECONDS_LONG))
}

setup
judged=$(stat -c %s "$LAB_DIR/lan.frames")
before=$(holding) before_kb='' tenth=0 began=$SECONDS
while ((tenth < TENTHS)); do
	if ((tenth < WARM && rounds % RESTART_EVERY == 1)); then
		round $((rounds % GROUPS_MOVED)) 1 daemon_restart
	else
		round $((rounds % GROUPS_MOVED)) 2
	fi
	now=$(tenth_now)
	((now > tenth)) || continue
	tenth=$now
	sample "$tenth"
	((followed > moved / 2)) || soak_fail "the router had forgotten most addresses"
	((tenth >= WARM)) || continue
	: "${before_kb:=$(anon_kb)}"
	(($(anon_kb) <= before_kb + ROOM_KB)) ||
		soak_fail "memory grew from $before_kb to $(anon_kb) kB, more than $ROOM_KB kB"
done
