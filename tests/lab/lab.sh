#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab: a hypervisor with a bridge, its guests, a router and a client behind it, made of
# namespaces. To be sourced by the tests, the demo and the benches.
#
#   client --- router --- up0 |br0| v-old   --- old     holds the service address, then dies
#   198.51.100.0/24  192.0.2.0/24  | v-new   --- new     takes it over
#                             | v-other --- other   interferes
#
# IPv6 (2001:db8:20::/64 and 2001:db8:10::/64) is off until a case calls lab_ipv6.
#
# Each machine is a process that sleeps in its own namespaces. It and what runs in it die with the
# shell that called lab_up, so nothing outlives a test; only after SIGKILL of that shell LAB_DIR is
# left, and FRR's daemons (fabric.sh), which change their user. Therefore only the lab's own shell,
# not a $(...) of it, may call lab_up or start what has to stay. The hypervisor and the router also
# have their own /sys, bpffs and /run: the default pin path is private to each, and any number of
# labs run at once. `ip netns exec` remounts /sys and so loses bpffs: enter machines only with
# build/lab/machine.
#
# A lab is set up a hundred times in each emulated kernel (tests/vm), where starting a program costs
# more than its work: hence batches for ip, and few programs.

set -euo pipefail

LAB_ROOT=${LAB_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
LAB_BIN=${LAB_BIN:-$LAB_ROOT/build/lab}
GARPD=${GARPD:-$LAB_ROOT/build/garpd}
LAB_BRIDGE=${LAB_BRIDGE:-linux}                    # or ovs: br0 is a bridge of Open vSwitch
CAPTURES=${CAPTURES:-$LAB_ROOT/../shared/captures} # more of them, if it exists

# Addresses and MACs are reserved for documentation (RFC 5737, RFC 3849, RFC 7042).
SERVICE=192.0.2.10
ROUTER=192.0.2.254
HOST=192.0.2.1
CLIENT=198.51.100.2
SERVICE6=2001:db8:10::10
ROUTER6=2001:db8:10::fe
HOST6=2001:db8:10::1
CLIENT6=2001:db8:20::2
SERVICE_PORT=7777
MAC_HOST=00:00:5e:00:53:01
MAC_ROUTER=00:00:5e:00:53:fe
MAC_OLD=00:00:5e:00:53:0a
MAC_NEW=00:00:5e:00:53:0b
MAC_OTHER=00:00:5e:00:53:0c
export SERVICE ROUTER HOST CLIENT SERVICE_PORT
export SERVICE6 ROUTER6 HOST6 CLIENT6
export MAC_HOST MAC_ROUTER MAC_OLD MAC_NEW MAC_OTHER

LAB_DIR=
LAB_ID=
declare -A LAB_PID=()   # machine -> the process that holds its namespaces
declare -A LAB_MOUNT=() # machine -> -m if it has its own mounts
declare -a LAB_JOBS=()  # everything else started here, ended with the lab
LAB_LAST=               # pid of what was started last
LAB_LAST_LOG=           # what it prints
LAB_NEVER=              # lab_nap
LAB_TAP_PID=
GARPD_AT=hv             # the machine where garpd runs
GARPD_READY_US=0        # when it was ready, by the clock of the frames
GARPD_PID=
GARPD_LOG=
LAB_OVSDB_PID=
export LAB_OVSDB_PID
export LAB_TAP_PID LAB_LAST_LOG GARPD_LOG

lab_die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

# lab_nap MS: sleeps without starting a program. LAB_NEVER never becomes readable.
lab_nap() {
	local seconds
	[[ -n $LAB_NEVER ]] || exec {LAB_NEVER}<> <(:)
	printf -v seconds '0.%03d' "$1"
	read -r -t "$seconds" -u "$LAB_NEVER" || true
}

# lab_await FILE SECONDS REGEX [COUNT [PID]]: waits until COUNT lines of a growing file match. Returns 1
# after a time-out, or when PID, which writes the file, has died. Polls every 20 ms.
lab_await() {
	local file=$1 regex=$3 left=${4:-1} pid=${5:-} line='' part fd until dead='' result=1
	until=$((${EPOCHREALTIME/[.,]/} + $2 * 1000000))
	exec {fd}<"$file"
	while :; do
		while IFS= read -r part <&"$fd"; do
			line+=$part
			if [[ $line =~ $regex ]] && ((--left == 0)); then
				result=0
				break 2
			fi
			line=
		done
		line+=$part # no newline yet
		[[ -z $dead ]] || break
		((${EPOCHREALTIME/[.,]/} < until)) || break
		# Read once more what it wrote before it died.
		[[ -z $pid ]] || kill -0 "$pid" 2>/dev/null || dead=dead
		lab_nap 20
	done
	exec {fd}<&-
	return "$result"
}

# lab_wait SECONDS COMMAND...: waits until the command succeeds, for states without a notification. Polls
# after 20 ms, then ever less often.
lab_wait() {
	local until=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000)) nap=20
	shift
	while ! "$@" >/dev/null 2>&1; do
		((${EPOCHREALTIME/[.,]/} < until)) || return 1
		lab_nap "$nap"
		nap=$((nap < 150 ? nap * 3 / 2 : nap))
	done
}

# lab_spawn LOG COMMAND...: starts it in the background; LAB_LAST is its pid.
lab_spawn() {
	local log=$1
	shift
	: >"$log"
	LAB_LAST_LOG=$log
	"$@" >>"$log" 2>&1 </dev/null &
	LAB_LAST=$!
	LAB_JOBS+=("$LAB_LAST")
}

# lab_kill SIGNAL PID...: those that still run. The number of one that has ended may be another process's by now: a
# busy machine is through all 32,768 within a minute.
lab_kill() {
	local running pid
	running=" $(jobs -rp) "
	for pid in "${@:2}"; do
		[[ ! ${running//$'\n'/ } == *" $pid "* ]] || kill "-$1" "$pid" 2>/dev/null || true
	done
}

# lab_machine NAME [mount] [KEY=VALUE...]: adds a machine; with `mount`, with its own bpffs. Each KEY is
# below /proc/sys/net.
lab_machine() {
	local name=$1 fd word
	[[ -x $LAB_BIN/machine ]] || lab_die "$LAB_BIN/machine: not found; make lab-programs"
	local -a settings=(ipv6/conf/{all,default}/"disable_ipv6=1"
		ipv4/conf/{all,default}/{arp_notify,rp_filter,send_redirects}"=0")
	LAB_MOUNT[$name]=
	[[ ${2:-} != mount ]] || { LAB_MOUNT[$name]=-m && shift; }
	settings+=("${@:2}")
	exec {fd}< <(exec "$LAB_BIN/machine" hold "$LAB_ID-$name" \
		${LAB_MOUNT[$name]:+"${LAB_MOUNT[$name]}"} "${settings[@]}")
	LAB_PID[$name]=$!
	IFS= read -r -t 10 -u "$fd" word || true
	[[ ${word:-} == up ]] || lab_die "$name: no namespace for it"
	exec {fd}<&-
}

# in_ns MACHINE COMMAND...
in_ns() {
	local pid=${LAB_PID[$1]:-}
	[[ -n $pid ]] || lab_die "no machine $1"
	"$LAB_BIN/machine" enter "$pid" ${LAB_MOUNT[$1]:+"${LAB_MOUNT[$1]}"} "${@:2}"
}

in_hv() {
	in_ns hv "$@"
}

# in_ns_exec: as in_ns, replacing the shell: for background jobs, so that the pid is the command's.
in_ns_exec() {
	exec "$LAB_BIN/machine" enter "${LAB_PID[$1]}" ${LAB_MOUNT[$1]:+"${LAB_MOUNT[$1]}"} "${@:2}"
}

# lab_set MACHINE KEY=VALUE...: each KEY is below /proc/sys/net.
lab_set() {
	"$LAB_BIN/machine" set "${LAB_PID[$1]}" "${@:2}"
}

# in_ns_ip MACHINE: runs ip with the lines of standard input.
in_ns_ip() {
	in_ns "$1" ip -batch -
}

# ovs WORD...: ovs-vsctl in the hypervisor, which waits until the switch has done it.
ovs() {
	in_hv ovs-vsctl --timeout=30 -vconsole:off "$@"
}

# lab_ovs: starts Open vSwitch in the hypervisor. Its switch is a datapath in the kernel, of this namespace.
# In a machine's first ten seconds Open vSwitch 3.1 counts its CPUs as 0 (count_cpu_cores() looks again after
# ten), and starts no thread that would handle packets.
lab_ovs() {
	local dir=$LAB_DIR/ovs
	lab_wait 15 lab_is_old_enough
	mkdir "$dir"
	ovsdb-tool create "$dir/db" /usr/share/openvswitch/vswitch.ovsschema
	in_hv mkdir -p /var/run/openvswitch
	lab_ovsdb
	ovs --no-wait init
	lab_spawn "$dir/switch.log" in_ns_exec hv ovs-vswitchd -vsyslog:off -vconsole:info \
		--unixctl=/var/run/openvswitch/switch.ctl unix:/var/run/openvswitch/db.sock
	lab_await "$dir/switch.log" 20 'ovs-vswitchd \(Open vSwitch\)' 1 "$LAB_LAST" ||
		lab_die "no switch: $(<"$dir/switch.log")"
}

lab_is_old_enough() {
	local up
	read -r up _ </proc/uptime
	((${up%.*} > 10))
}

# lab_ovsdb: starts its database, also again.
lab_ovsdb() {
	lab_spawn "$LAB_DIR/ovs/db.log" in_ns_exec hv ovsdb-server -vsyslog:off -vconsole:warn \
		--unixctl=/var/run/openvswitch/db.ctl --remote=punix:/var/run/openvswitch/db.sock \
		"$LAB_DIR/ovs/db"
	LAB_OVSDB_PID=$LAB_LAST
	lab_wait 10 ovs --no-wait show || lab_die "no database: $(<"$LAB_DIR/ovs/db.log")"
}

# lab_join PORT...: to br0, if that is a bridge of Open vSwitch.
lab_join() {
	local port
	local -a words=()
	for port in "$@"; do
		words+=(-- --may-exist add-port br0 "$port") # the database keeps that of a link that is gone
	done
	[[ $LAB_BRIDGE != ovs ]] || ovs "${words[@]}"
}

# lab_link MACHINE IFACE MAC PORT...: connects machines to br0; four words for each.
lab_link() {
	local machine iface mac port lines=
	local -a up=() ports=()
	while (($#)); do
		machine=$1 iface=$2 mac=$3 port=$4
		lines+="link add $port up type veth peer name $iface address $mac "
		lines+="netns ${LAB_PID[$machine]}"$'\n'
		[[ $LAB_BRIDGE == ovs ]] || lines+="link set $port master br0"$'\n'
		up+=("$machine" "$iface")
		ports+=("$port")
		shift 4
	done
	in_ns_ip hv <<<"$lines"
	lab_join "${ports[@]}"
	set -- "${up[@]}"
	for (( ; $#; )); do
		"$LAB_BIN/machine" up "${LAB_PID[$1]}" "$2"
		shift 2
	done
}

# lab_guest NAME MAC...: adds machines on ports v-NAME, without an address.
lab_guest() {
	local -a links=()
	while (($#)); do
		lab_machine "$1"
		links+=("$1" eth0 "$2" "v-$1")
		shift 2
	done
	lab_link "${links[@]}"
}

# lab_bridge: makes the hypervisor's bridge; for cases that have deleted it, again.
lab_bridge() {
	if [[ $LAB_BRIDGE == ovs ]]; then
		ovs add-br br0 -- set Bridge br0 "other-config:hwaddr=\"$MAC_HOST\""
		in_ns_ip hv <<-LINES
			link set br0 up
			addr add $HOST/24 dev br0
		LINES
		return
	fi
	in_ns_ip hv <<-LINES
		link add br0 address $MAC_HOST type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set br0 up
		addr add $HOST/24 dev br0
	LINES
}

lab_hypervisor() {
	lab_machine hv mount
	[[ $LAB_BRIDGE != ovs ]] || lab_ovs
	lab_bridge
}

lab_network() {
	lab_machine router mount ipv4/ip_forward=1
	lab_machine client
	lab_link router lan0 "$MAC_ROUTER" up0
	in_ns_ip router <<-LINES
		link add wan0 up type veth peer name eth0 netns ${LAB_PID[client]}
		addr add $ROUTER/24 dev lan0
		addr add 198.51.100.1/24 dev wan0
	LINES
	in_ns_ip client <<-LINES
		link set eth0 up
		addr add $CLIENT/24 dev eth0
		route add default via 198.51.100.1
	LINES
}

# lab_stale ADDR MAC: makes router and host believe that MAC has the address, freshly confirmed.
lab_stale() {
	in_ns router ip neigh replace "$1" lladdr "$2" dev lan0 nud reachable
	in_hv ip neigh replace "$1" lladdr "$2" dev br0 nud reachable
}

# lab_ipv6_on MACHINE IFACE...: enables IPv6 without frames of the machine's own: no DAD, no router
# solicitation.
lab_ipv6_on() {
	local machine=$1 iface key
	local -a settings=()
	shift
	for iface in "$@"; do
		for key in accept_dad dad_transmits accept_ra router_solicitations ndisc_notify \
			disable_ipv6; do
			settings+=("ipv6/conf/$iface/$key=0")
		done
	done
	[[ $machine != router ]] || settings+=(ipv6/conf/all/forwarding=1)
	lab_set "$machine" "${settings[@]}"
}

# lab_own6 MACHINE IFACE ADDRESS/LEN: it answers from the next frame on. The kernel joins the address' group
# (solicited-node, by its last 24 bits) in a work queue: late, where CPUs are scarce.
lab_own6() {
	local last=${3%/*}
	in_ns "$1" ip addr add "$3" dev "$2" nodad
	lab_wait 20 lab_has_group "$1" "$2" "ff02::1:ff00:${last##*:}" || lab_die "$1: $2 is not in the group of $3"
}

lab_has_group() {
	grep -qw "$3" <<<"$(in_ns "$1" ip -6 maddr show dev "$2")"
}

# lab_ipv6: enables IPv6 in the whole lab. Cases about IPv4 do not call it.
lab_ipv6() {
	local machine
	for machine in client old new other; do
		lab_ipv6_on "$machine" lo eth0
	done
	lab_ipv6_on hv lo br0
	lab_ipv6_on router lo lan0 wan0
	in_ns_ip hv <<-LINES
		addr add $HOST6/64 dev br0
		neigh replace $SERVICE6 lladdr $MAC_OLD dev br0 nud reachable
	LINES
	in_ns_ip router <<-LINES
		addr add $ROUTER6/64 dev lan0
		addr add 2001:db8:20::1/64 dev wan0
		neigh replace $SERVICE6 lladdr $MAC_OLD dev lan0 nud reachable
	LINES
	in_ns_ip client <<-LINES
		addr add $CLIENT6/64 dev eth0
		route add default via 2001:db8:20::1
	LINES
}

# lab_begin ID: begins an empty lab, to which lab_up and others add machines.
lab_begin() {
	((EUID == 0)) || lab_die "needs root: it makes network namespaces"
	LAB_ID=$1
	LAB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/garpd-lab.$LAB_ID.XXXXXX")
	trap lab_down EXIT
	trap 'exit 143' TERM
	trap 'exit 130' INT
}

# lab_up ID: begins the lab that is drawn above.
lab_up() {
	lab_begin "$1"
	lab_hypervisor
	lab_network
	lab_guest old "$MAC_OLD" new "$MAC_NEW" other "$MAC_OTHER"
	lab_stale "$SERVICE" "$MAC_OLD"
}

# lab_machine_is_there NAME: and its process is no other one of that number (lab_kill).
lab_machine_is_there() {
	grep -qzxF "$LAB_ID-$1" "/proc/${LAB_PID[$1]}/cmdline" 2>/dev/null
}

# The sleeping processes are killed: they have nothing to clean up.
lab_down() {
	local name
	trap - EXIT
	lab_kill CONT "${LAB_JOBS[@]}"
	lab_kill TERM "${LAB_JOBS[@]}"
	for name in "${!LAB_PID[@]}"; do
		! lab_machine_is_there "$name" || kill -KILL "${LAB_PID[$name]}" 2>/dev/null || true
	done
	wait "${LAB_JOBS[@]}" 2>/dev/null || true
	LAB_JOBS=()
	LAB_PID=()
	LAB_MOUNT=()
	[[ -z $LAB_DIR ]] || rm -rf -- "$LAB_DIR"
	LAB_DIR=
}

# What the machines believe -----------------------------------------------------------------------

# pick [KEY=VALUE...] FIELD...: prints fields of the JSON on standard input (pick.c).
pick() {
	"$LAB_BIN/pick" "$@"
}

lab_mac_in() {
	local entry
	entry=$(in_ns "$1" ip neigh show "$3" dev "$2")
	if [[ $entry =~ lladdr\ ([0-9a-f:]+) ]]; then
		echo "${BASH_REMATCH[1]}"
	else
		echo none
	fi
}

lab_router_mac_of() {
	lab_mac_in router lan0 "$1"
}

lab_host_mac_of() {
	lab_mac_in hv br0 "$1"
}

lab_fdb_port_of() {
	local ports
	if [[ $LAB_BRIDGE == ovs ]]; then
		ports=$(in_hv ovs-appctl -t /var/run/openvswitch/switch.ctl fdb/show br0 |
			awk -v mac="$1" '$3 == mac { print $1 }')
		ovs --bare --columns=name find Interface "ofport=${ports:-none}"
		return
	fi
	ports=$(in_hv bridge -j fdb show br br0 | pick "mac=$1" state!=permanent ifname)
	ports=${ports%%$'\n'*}
	echo "${ports:-none}"
}

# garpd -------------------------------------------------------------------------------------------

# lab_start_garpd ARGS...: starts it on br0 with its uplink, and waits until it is ready.
lab_start_garpd() {
	lab_start_garpd_at hv --bridge br0 --uplink up0 "$@"
}

# A start is the verifier's work, most of it, and takes a busy machine long. No case is about how long.
LAB_START_SECONDS=30

# lab_await_ready LOG [PID]
lab_await_ready() {
	lab_await "$1" "$LAB_START_SECONDS" '(^|")ready(;|"|$)' 1 "${@:2}"
}

# lab_start_garpd_at MACHINE ARGS...: sets GARPD_PID, GARPD_LOG, GARPD_AT and GARPD_READY_US.
lab_start_garpd_at() {
	local log
	[[ -x $GARPD ]] || lab_die "$GARPD: not found; make"
	log=$LAB_DIR/garpd.${EPOCHREALTIME/[.,]/}.log
	lab_spawn "$log" in_ns_exec "$1" "$GARPD" run "${@:2}"
	GARPD_AT=$1
	GARPD_PID=$LAB_LAST
	GARPD_LOG=$log
	lab_await_ready "$log" "$GARPD_PID" || {
		cat "$log" >&2
		lab_die "garpd did not become ready"
	}
	# shellcheck disable=SC2034 # t.sh has it
	GARPD_READY_US=${EPOCHREALTIME/[.,]/}
}

lab_end_garpd() {
	[[ -n $GARPD_PID ]] || return 0
	lab_kill "$1" "$GARPD_PID"
	wait "$GARPD_PID" 2>/dev/null || true
	GARPD_PID=
}

lab_stop_garpd() {
	lab_end_garpd TERM
}

lab_kill9_garpd() {
	lab_end_garpd KILL
}

# lab_config LINE...: writes a configuration file, for lab_start_garpd -c; prints its name.
lab_config() {
	printf '%s\n' "$@" >"$LAB_DIR/garpd.yaml"
	echo "$LAB_DIR/garpd.yaml"
}

lab_claims() {
	in_ns "$GARPD_AT" "$GARPD" show claims -j
}

lab_ports() {
	in_ns "$GARPD_AT" "$GARPD" show ports -j
}

# lab_counter NAME [MACHINE]: prints its value.
lab_counter() {
	in_ns "${2:-$GARPD_AT}" "$GARPD" show counters -a -j | pick "counter=$1" value
}

# Frames ------------------------------------------------------------------------------------------

# lab_capture NAME MACHINE IFACE [OPTIONS]: writes frames to $LAB_DIR/NAME.frames until the lab ends.
lab_capture() {
	local lines=$LAB_DIR/$1.frames
	lab_spawn "$lines" in_ns_exec "$2" "$LAB_BIN/frames" -i "$3" "${@:4}"
	lab_await "$lines" 10 '^listening$' 1 "$LAB_LAST" || {
		cat "$lines" >&2
		lab_die "no capture on $3 of $2"
	}
}

# lab_frames NAME [WORD...]: prints the lines that have all words; WORD may be an extended regex.
lab_frames() {
	lab_frames_awk 0 "$@"
}

# lab_frames_count NAME [WORD...]: prints how many.
lab_frames_count() {
	lab_frames_awk 1 "$@"
}

lab_frames_awk() {
	awk -v only_count="$1" '
		BEGIN {
			for (i = 2; i < ARGC; i++) {
				words[i] = "(^| )" ARGV[i] "( |$)"
				delete ARGV[i]
			}
		}
		/^t=/ {
			for (i in words)
				if ($0 !~ words[i])
					next
			count++
			if (!only_count)
				print
		}
		END { if (only_count) print count + 0 }' "$LAB_DIR/$2.frames" "${@:3}"
}

lab_await_frames() {
	local name=$1 count=$2 seconds=$3 regex=$4
	lab_await "$LAB_DIR/$name.frames" "$seconds" "$regex" "$count"
}

# Guests ------------------------------------------------------------------------------------------

# lab_winguest MACHINE ARGS...: starts a guest on eth0 of the machine; LAB_LAST is its pid.
lab_winguest() {
	lab_spawn "$LAB_DIR/winguest.$1.${EPOCHREALTIME/[.,]/}" \
		in_ns_exec "$1" "$LAB_BIN/winguest" "${@:2}"
}

# lab_tapguest TAP ARGS...: starts a guest on a tap port of br0, which sends nothing before lab_tap_go.
lab_tapguest() {
	local tap=$1
	mkfifo "$LAB_DIR/$tap.go"
	lab_spawn "$LAB_DIR/$tap.log" lab_tapguest_exec "$tap" "${@:2}"
	LAB_TAP_PID=$LAB_LAST
	lab_await "$LAB_DIR/$tap.log" 10 '^tap ' 1 "$LAB_LAST" || {
		cat "$LAB_DIR/$tap.log" >&2
		lab_die "no tap $tap"
	}
}

lab_tapguest_exec() {
	exec <>"$LAB_DIR/$1.go"
	in_ns_exec hv "$LAB_BIN/tapguest" -b br0 -W "${@:2}"
}

lab_tap_go() {
	echo go >"$LAB_DIR/$1.go"
}
