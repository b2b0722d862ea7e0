# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who can announce a moved address: garpd and its peers, for the benches. To be sourced after lab.sh.
#
#   nothing             the caches expire
#   cron                arping -U in the guest, once a minute (peer_guest_cron); IPv4 only
#   keepalived          in both guests (peer_guest_keepalived): does no duplicate address detection
#   relay               relay.c on the bridge: announces after the window
#   relay declared      the same, also at the first probe
#   heard               garpd without a configuration
#   declared            garpd, with the address and its owners declared
#   limit               limit.c: the entry is replaced at the instant the guest's kernel has the address
#   limit declared      the same, with a guest that has the address at its first probe
#
# peer_start starts what runs on the hypervisors. What runs in a guest, and the limit, is started by the bench.

PEER_HYPERVISORS=(hv) # where it runs
PEER_BRIDGE=br0
declare -a PEER_PIDS=()

# peer_start WHO [DECLARATION...]: starts it and waits until it hears. DECLARATION: ADDRESS=MAC[,MAC...]
peer_start() {
	local who=$1 hv
	shift
	for hv in "${PEER_HYPERVISORS[@]}"; do
		case $who in
		relay) peer_relay "$hv" ;;
		"relay declared") peer_relay "$hv" "${@/#/-d}" ;;
		heard) peer_garpd "$hv" ;;
		declared) peer_garpd "$hv" "${@/#/--declare=}" ;;
		nothing | cron | keepalived | limit | "limit declared") ;;
		*) lab_die "no peer $who" ;;
		esac
	done
}

# peer_stop: ends what peer_start has started.
peer_stop() {
	local pid
	for pid in "${PEER_PIDS[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" || true
	done
	PEER_PIDS=()
}

# peer_relay HV RELAY_ARGS...; its log, with its counts at the end, is relay.HV.log.
peer_relay() {
	local log=$LAB_DIR/relay.$1.log
	lab_spawn "$log" in_ns_exec "$1" "$LAB_ROOT/build/bench/relay" "${@:2}" "$PEER_BRIDGE"
	PEER_PIDS+=("$LAB_LAST")
	lab_await "$log" 10 '^listening$' 1 "$LAB_LAST" || lab_die "no relay: $(<"$log")"
}

# peer_garpd HV ARGS...: with its uplink, where there is one.
peer_garpd() {
	local -a uplink=()
	! in_ns "$1" ip link show up0 >/dev/null 2>&1 || uplink=(--uplink up0)
	lab_start_garpd_at "$1" --bridge "$PEER_BRIDGE" "${uplink[@]}" "${@:2}"
	PEER_PIDS+=("$GARPD_PID")
}

# peer_is_wanted WHO LIST: is it one of LIST, which has commas between its words? An empty LIST has all.
peer_is_wanted() {
	[[ -z $2 || ,$2, == *,$1,* ]]
}

# peer_is_declared WHO: its guests use the address at once.
peer_is_declared() {
	[[ $1 == *declared ]]
}

# peer_guest_cron MACHINE ADDRESS PHASE_S: a line of cron's, for as long as the lab lives, beginning after PHASE_S.
# arping fails until the guest has the address.
peer_guest_cron() {
	# shellcheck disable=SC2016 # the inner shell expands it
	lab_spawn "$LAB_DIR/cron.$1" in_ns_exec "$1" bash -c '
		trap "kill \$!; exit" TERM
		nap() { sleep "$1" & wait $!; }
		nap "$1"
		while :; do
			arping -q -U -c 1 -I eth0 "$0"
			nap 59
		done' "$2" "$3"
}

# peer_guest_keepalived MACHINE PRIORITY OWN_ADDRESS ADDRESS...: keepalived between two guests, which advertise so
# often that a dead one is noticed after 0.2 s. It takes IPv6 addresses along.
peer_guest_keepalived() {
	local dir=$LAB_DIR/keepalived.$1
	mkdir "$dir"
	in_ns "$1" ip addr add "$3/24" dev eth0
	peer_keepalived_config "$2" "${@:4}" >"$dir/conf"
	lab_spawn "$dir/log" in_ns_exec "$1" keepalived --dont-fork --log-console --vrrp \
		--use-file "$dir/conf" --pid "$dir/pid" --vrrp_pid "$dir/vrrp.pid"
	PEER_PIDS+=("$LAB_LAST")
}

peer_keepalived_config() {
	local address
	cat <<-CONF
		vrrp_instance service {
			state BACKUP
			interface eth0
			virtual_router_id 51
			version 3
			priority $1
			advert_int 0.06
			virtual_ipaddress {
	CONF
	for address in "${@:2}"; do
		[[ $address == *:* ]] || echo "$address/24"
	done
	[[ ${*:2} == *.* ]] || echo 192.0.2.99/24 # keepalived wants one of IPv4
	echo "} virtual_ipaddress_excluded {"
	for address in "${@:2}"; do
		[[ $address != *:* ]] || echo "$address/64"
	done
	echo "} }"
}

# peer_limit GUEST ADDRESS [TARGET...]: what limit.c does when the guest has the address; $LAB_DIR/limit says when
# that was. TARGET: MACHINE/IFACE/MAC for a neighbour entry, MACHINE/PORT/MAC/fdb for one of a bridge,
# MACHINE/IFACE/MAC/MACHINE2 as soon as MACHINE2 has such an entry.
peer_limit() {
	local target machine iface mac more
	local -a targets=()
	for target in "${@:3}"; do
		IFS=/ read -r machine iface mac more <<<"$target"
		[[ -z $more || $more == fdb ]] || more=/proc/${LAB_PID[$more]}/ns/net
		targets+=("/proc/${LAB_PID[$machine]}/ns/net,$iface,$mac${more:+,$more}")
	done
	lab_spawn "$LAB_DIR/limit" "$LAB_ROOT/build/bench/limit" "/proc/${LAB_PID[$1]}/ns/net" "$2" "${targets[@]}"
	lab_await "$LAB_DIR/limit" 5 '^listening$' 1 "$LAB_LAST" || lab_die "no limit: $(<"$LAB_DIR/limit")"
}
