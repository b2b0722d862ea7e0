#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 220 s, QUICK 0 s
# An EVPN fabric of eight hypervisors. The service address moves from a guest of hv1, which dies, to
# one of hv2, which only probes; its clients are on hv3, one in the segment and one that hv3 routes. Then 300
# addresses move at once. Times are from the entry that garpd writes on hv2 to RTM_NEWNEIGH at a listener on each
# hypervisor. bgpd gathers routes for 50 ms before it processes them: once on the hypervisor, and once more in a
# route reflector. Measures a full mesh and a route reflector, and FRR without garpd: when nothing is done, and when
# the entries are written by hand.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=tests/lab/fabric.sh
source "$LAB_ROOT/tests/lab/fabric.sh"

HYPERVISORS=${HYPERVISORS:-8}
WITHOUT_ROUNDS=${WITHOUT_ROUNDS:-1} # each takes as long as the caches: most of a minute
MAX_OUTAGE=${MAX_OUTAGE:-70}
FLOW_S=90
MANY=300
MAC_L2=00:00:5e:00:53:20
L2=192.0.2.20

# ---- listening ----

watch_start() {
	lab_spawn "$LAB_DIR/neigh.$1" in_ns_exec "$1" ip -ts monitor neigh dev "${2:-br0}"
}

# switched MACHINE MAC [ADDR_REGEX [AFTER_US]]: "COUNT FIRST_US LAST_US" of the addresses that got this
# MAC, in microseconds of the day, each the first time after AFTER_US.
switched() {
	awk -v mac="$2" -v addr="^${3:-$SERVICE}\$" -v after="${4:-0}" '
		# ip also prints the time of messages that the filter drops.
		{ sub(/^.*\[/, "") }
		$2 ~ addr && $3 == "lladdr" && $4 == mac {
			split(substr($1, 12), t, /[:.\]]/)
			us = ((t[1] * 60 + t[2]) * 60 + t[3]) * 1000000 + t[4]
			if (us <= after || $2 in seen)
				next
			seen[$2] = 1
			first = count++ ? first : us
			last = us
		}
		END { printf "%d %.0f %.0f\n", count, first, last }' "$LAB_DIR/neigh.$1"
}

has_switched() {
	local count
	read -r count _ < <(switched "$1" "$2" "${@:4}")
	((count >= $3))
}

await_switched() {
	lab_wait 30 has_switched "$@" || lab_die "$1 has not followed: $(switched "$1" "$2")"
}

others() {
	local i
	for ((i = 1; i <= HYPERVISORS; i++)); do
		((i == $1)) || echo "hv$i"
	done
}

# ---- the fabric ----

fabric_up() {
	local i
	fabric_begin "$1" "$HYPERVISORS"
	fabric_guest old hv1 "$MAC_OLD" "$SERVICE"
	fabric_guest new hv2 "$MAC_NEW"
	fabric_guest l2 hv3 "$MAC_L2" "$L2"
	fabric_client client hv3
	fabric_owner hv3 "$L2" l2
	fabric_owner hv1 "$SERVICE" old
}

garpd_up() {
	local i
	for ((i = 1; i <= HYPERVISORS; i++)); do
		# In the subnet of the 300 addresses, which would else be foreign.
		in_ns "hv$i" ip addr add 198.18.255.254/16 dev br0
		fabric_garpd "hv$i"
	done
}

# flow CLIENT PORT: sends a datagram a millisecond; recv.CLIENT has the result.
flow() {
	lab_spawn "$LAB_DIR/recv.$1" "$LAB_BIN/outage" recv -d "$MAX_OUTAGE" \
		-n "old=/proc/${LAB_PID[old]}/ns/net" -n "new=/proc/${LAB_PID[new]}/ns/net" "$2"
	FLOW[$1]=$LAB_LAST
	lab_await "$LAB_DIR/recv.$1" 5 '^listening$' 1 "$LAB_LAST" || lab_die "no receiver"
	lab_spawn "$LAB_DIR/send.$1" in_ns_exec "$1" "$LAB_BIN/outage" send "$SERVICE" "$2" "$FLOW_S"
	lab_await "$LAB_DIR/recv.$1" 10 '^receiving' 1 "${FLOW[$1]}" ||
		lab_die "nothing of $1 reaches old"
}

# recv_field CLIENT FIELD: prints it.
recv_field() {
	sed -nE "s/^(outage|unended) .*\b$2=([0-9.]+).*/\2/p" "$LAB_DIR/recv.$1"
}

# failover: the move, until both clients have followed; the outage of each, and what of it is after the guest has
# begun to take traffic.
failover() {
	local client
	flow client "$SERVICE_PORT"
	flow l2 "$((SERVICE_PORT + 1))"
	in_ns old ip link set eth0 down
	protocol_time 0.2 # a cluster needs a while to notice
	lab_winguest new -A -k 600000 eth0 "$MAC_NEW" "$SERVICE"
	for client in client l2; do
		wait "${FLOW[$client]}" || true
		if grep -q '^unended' "$LAB_DIR/recv.$client"; then
			sample fabric "${WHAT[$client]}, outage" "$name" ms ">$((MAX_OUTAGE * 1000))"
			sample fabric "${WHAT[$client]}, after the guest takes traffic" "$name" ms ">$((MAX_OUTAGE * 1000))"
			continue
		fi
		sample fabric "${WHAT[$client]}, outage" "$name" ms "$(recv_field "$client" ms)"
		sample fabric "${WHAT[$client]}, after the guest takes traffic" "$name" ms \
			$((($(recv_field "$client" first_ns) - $(accepted_ns)) / 1000000))
	done
}

# accepted_ns: prints when the new guest began to accept traffic, by the clock of `outage`.
accepted_ns() {
	awk '
		/sent=probe/ && !start { sub(/mono=/, "", $1); start = $1 * 1e9 }
		/ owns/ { sub(/ms=/, "", $1); printf "%.0f\n", start + $1 * 1e6 }
	' "$LAB_DIR"/winguest.new.*
}

# ---- what is measured ----

# ms US: prints it in milliseconds.
ms() {
	awk -v us="$1" 'BEGIN { printf "%.3f", us / 1000 }'
}

# entries_follow COUNT ADDR_REGEX FROM_US: how long after that the last hypervisor has that many entries.
entries_follow() {
	local hv us last=0
	for hv in $(others 2); do
		await_switched "$hv" "$MAC_NEW" "$1" "$2"
		read -r _ _ us < <(switched "$hv" "$MAC_NEW" "$2")
		last=$((us > last ? us : last))
	done
	if (($1 == 1)); then
		sample fabric "entry to the last hypervisor's" "$name" ms "$(ms $((last - $3)))"
	else
		sample fabric "$1 addresses, first entry to the last hypervisor's" "$name" ms "$(ms $((last - $3)))"
	fi
}

measure_move() {
	local wrote
	failover
	read -r _ wrote _ < <(switched hv2 "$MAC_NEW")
	entries_follow 1 "$SERVICE" "$wrote"
}

many() {
	local i
	for ((i = 1; i <= MANY; i++)); do
		printf '198.18.%d.%d\n' $((i >> 8)) $((i & 255))
	done
}

many_known() {
	(($(in_ns "$1" ip neigh show dev "$2" | grep -c "^198\.18\..* lladdr $MAC_MANY ") == MANY))
}

# many_begin: 300 addresses are those of a guest of hv1, and everybody knows it.
many_begin() {
	local hv
	MAC_MANY=00:00:5e:00:53:30
	mapfile -t addresses < <(many)
	fabric_guest much hv1 "$MAC_MANY" 192.0.2.30
	in_ns much ping -q -c 1 -W 2 "$HOST" >/dev/null
	printf "neigh replace %s lladdr $MAC_MANY dev br0 nud reachable\n" "${addresses[@]}" |
		in_ns_ip hv1
	printf "neigh replace %s lladdr $MAC_MANY dev eth0 nud reachable\n" "${addresses[@]}" |
		in_ns_ip l2
	for hv in $(others 1); do
		lab_wait 20 many_known "$hv" br0 || lab_die "$hv has not heard of all of them"
	done
}

# They move to a guest of hv2.
measure_many() {
	local wrote us
	local -a addresses
	many_begin
	lab_winguest new -i -k 600000 eth0 "$MAC_NEW" "${addresses[@]}"
	await_switched hv2 "$MAC_NEW" "$MANY" '198[.]18[.].*'
	read -r _ wrote _ < <(switched hv2 "$MAC_NEW" '198[.]18[.].*')
	entries_follow "$MANY" '198[.]18[.].*' "$wrote"
	await_switched l2 "$MAC_NEW" "$MANY" '198[.]18[.].*'
	read -r _ _ us < <(switched l2 "$MAC_NEW" '198[.]18[.].*')
	sample fabric "$MANY addresses, first entry to the L2 client's last" "$name" ms "$(ms $((us - wrote)))"
}

watch_all() {
	local hv
	for hv in $(others 0); do
		watch_start "$hv"
	done
	watch_start l2 eth0
}

# garpd_round NAME: on that fabric, with garpd everywhere.
garpd_round() {
	name=$1
	fabric_up "$name"
	garpd_up
	watch_all
	measure_move
	measure_many
	lab_down
}

nothing_round() {
	name=nothing
	fabric_up "$name"
	failover
	lab_down
}

# What FRR does by itself with entries that are written by hand, at once.
by_hand_round() {
	local wrote
	local -a addresses
	name='by hand'
	fabric_up hand
	watch_all
	in_ns new ping -q -c 1 -W 2 "$HOST" >/dev/null || true # so that hv2 knows its MAC
	in_ns hv2 ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev br0 nud reachable
	await_switched hv2 "$MAC_NEW" 1
	read -r _ wrote _ < <(switched hv2 "$MAC_NEW")
	entries_follow 1 "$SERVICE" "$wrote"
	many_begin
	printf "neigh replace %s lladdr $MAC_NEW dev br0 nud reachable\n" "${addresses[@]}" | in_ns_ip hv2
	await_switched hv2 "$MAC_NEW" "$MANY" '198[.]18[.].*'
	read -r _ wrote _ < <(switched hv2 "$MAC_NEW" '198[.]18[.].*')
	entries_follow "$MANY" '198[.]18[.].*' "$wrote"
	lab_down
}

declare -A FLOW=()
declare -A WHAT=([client]='routed client' [l2]='L2 client')
name=''
for ((i = 1; i <= WITHOUT_ROUNDS; i++)); do
	nothing_round
done
for ((i = 1; i <= $(often 2 1); i++)); do
	by_hand_round
	garpd_round reflector
	FABRIC_MESH=yes garpd_round mesh
done
