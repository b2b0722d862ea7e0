#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An EVPN fabric of eight hypervisors. The service address moves from a guest of hv1, which dies, to
# one of hv2, which only probes; its clients are on hv3, one in the segment and one that hv3 routes. Then a
# guest of hv4 claims it falsely, and at last 300 addresses move at once. Times are from the entry that
# garpd writes on hv2 to RTM_NEWNEIGH at a listener on each hypervisor. bgpd gathers routes for 50 ms before
# it processes them: once on the hypervisor, and once more in a route reflector. Measures a full mesh and a
# route reflector.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=tests/lab/fabric.sh
source "$LAB_ROOT/tests/lab/fabric.sh"

HYPERVISORS=${HYPERVISORS:-8}
WITHOUT_ROUNDS=${WITHOUT_ROUNDS:-1} # each takes as long as the caches: most of a minute
MAX_OUTAGE=70
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
	fabric_guest liar hv4 "$MAC_OTHER"
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

# failover NAME: the move, until both clients have followed; prints the outage of each in ms.
failover() {
	local client
	flow client "$SERVICE_PORT"
	flow l2 "$((SERVICE_PORT + 1))"
	in_ns old ip link set eth0 down
	protocol_time 0.2 # a cluster needs a while to notice
	lab_winguest new -A -k 600000 eth0 "$MAC_NEW" "$SERVICE"
	for client in client l2; do
		wait "${FLOW[$client]}" || true
		outage[$1-$client]+=" $(recv_field "$client" ms)"
		! grep -q '^unended' "$LAB_DIR/recv.$client" || still[$client]="no end after $MAX_OUTAGE s"
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

measure_move() {
	local hv client last=0 us wrote count
	failover "$name"
	read -r _ wrote _ < <(switched hv2 "$MAC_NEW")
	for hv in $(others 2); do
		await_switched "$hv" "$MAC_NEW" 1
		read -r count us _ < <(switched "$hv" "$MAC_NEW")
		last=$((us > last ? us : last))
	done
	entry[$name]+=" $((last - wrote))"
	for client in client l2; do
		back[$name-$client]+=" $((($(recv_field "$client" first_ns) - $(accepted_ns)) / 1000))"
	done
}

# From the false entry on hv4 until every hypervisor and the L2 client have the true owner again.
measure_false_claim() {
	local hv us wrote last=0
	lab_wait 10 written hv2 || lab_die "the owner was not written"
	in_ns l2 ping -q -c 1 -W 1 "$SERVICE" >/dev/null || true
	lab_winguest liar -q -k 600000 eth0 "$MAC_OTHER" "$SERVICE"
	await_switched hv4 "$MAC_OTHER" 1
	read -r _ wrote _ < <(switched hv4 "$MAC_OTHER")
	await_switched hv3 "$MAC_OTHER" 1
	for hv in $(others 2) l2; do
		await_switched "$hv" "$MAC_NEW" 1 "$SERVICE" "$wrote"
		read -r _ us _ < <(switched "$hv" "$MAC_NEW" "$SERVICE" "$wrote")
		last=$((us > last ? us : last))
	done
	false_claim[$name]+=" $((last - wrote))"
}

# starved_ms: prints the longest time that zebra has waited for the kernel: RTNL is shared by all
# namespaces of a machine, and deleting some holds it for seconds. 0: none in its log.
starved_ms() {
	cat "$LAB_DIR"/frr.*/zebra.log | sed -nE 's/.*STARVATION: .* ran for ([0-9]+)ms.*/\1/p; $a0' |
		sort -g | tail -n 1
}

written() {
	[[ $(lab_counter host_evpn_written "$1") -ge 1 ]]
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

# 300 addresses move from a guest of hv1 to one of hv2. Clients have their old entries.
measure_many() {
	local hv wrote us last=0
	local -a addresses
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
	lab_winguest new -i -k 600000 eth0 "$MAC_NEW" "${addresses[@]}"
	await_switched hv2 "$MAC_NEW" "$MANY" '198[.]18[.].*'
	read -r _ wrote _ < <(switched hv2 "$MAC_NEW" '198[.]18[.].*')
	for hv in $(others 2); do
		await_switched "$hv" "$MAC_NEW" "$MANY" '198[.]18[.].*'
		read -r _ _ us < <(switched "$hv" "$MAC_NEW" '198[.]18[.].*')
		last=$((us > last ? us : last))
	done
	many_hv[$name]+=" $((last - wrote))"
	await_switched l2 "$MAC_NEW" "$MANY" '198[.]18[.].*'
	read -r _ _ us < <(switched l2 "$MAC_NEW" '198[.]18[.].*')
	many_l2[$name]+=" $((us - wrote))"
}

# round NAME N: one round on that fabric, with garpd everywhere.
round() {
	local hv
	name=$1
	fabric_up "$1$2"
	garpd_up
	for hv in $(others 0); do
		watch_start "$hv"
	done
	watch_start l2 eth0
	measure_move
	measure_false_claim
	measure_many
	starved+=" $(starved_ms)"
	lab_down
}

round_without() {
	fabric_up "without$1"
	failover without
	lab_down
}

# report FABRIC NAME
report() {
	local client
	# shellcheck disable=SC2086 # lists of numbers
	{
		figure "$1: our entry to the last hypervisor's" "<= 100 ms" ${entry[$2]}
		for client in client l2; do
			row "$1: ${what[$client]} elsewhere, outage" "-" \
				"$(median ${outage[$2-$client]}) ms" "no garpd: ${without[$client]}"
			figure "$1: the same, after the guest takes traffic" "<= 120 ms" \
				${back[$2-$client]}
		done
		figure "$1: false claim, true owner everywhere again" "<= 4 s" ${false_claim[$2]}
		figure "$1: $MANY addresses, first entry to the last hypervisor's" "<= 250 ms" \
			${many_hv[$2]}
		figure "$1: $MANY addresses, the same to the L2 client's last" "-" ${many_l2[$2]}
	}
}

# figure FIGURE BAR US...
figure() {
	row "$1" "$2" "$(time_text "$(median "${@:3}")")" \
		"largest $(time_text "$(largest "${@:3}")")"
}

declare -A FLOW=() still=() outage=() back=() entry=() false_claim=() many_hv=() many_l2=()
declare -A without=([client]="not measured" [l2]="not measured")
declare -A what=([client]="routed client" [l2]="L2 client")
name='' starved=''
for ((i = 1; i <= WITHOUT_ROUNDS; i++)); do
	round_without "$i"
	for client in client l2; do
		# shellcheck disable=SC2086 # a list of numbers
		without[$client]="$(median ${outage[without-$client]}) ms"
		without[$client]=${still[$client]:-${without[$client]}}
	done
done
for ((i = 1; i <= ROUNDS; i++)); do
	round reflector "$i"
	FABRIC_MESH=yes round mesh "$i"
done
report "$HYPERVISORS hypervisors, route reflector" reflector
report "$HYPERVISORS hypervisors, full mesh" mesh
# shellcheck disable=SC2086 # a list of numbers
row "zebra waiting for this kernel (in the largest above)" "-" "$(largest $starved) ms" ""
