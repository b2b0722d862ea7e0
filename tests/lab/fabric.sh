# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The fabric lab: hypervisors that share one segment over VXLAN, with FRR's EVPN between them. To be
# sourced after lab.sh.
#
#               spine (route reflector)
#        203.0.113.0/24 |ul0|
#     hv1 ---------------+--------------- hv2 ...      SVI = br0, the same address and MAC on each
#     |br0| vx0 ===== VNI 100 ===== vx0 |br0|
#       v-old, v-l2                    v-new           guests, and a client in the segment
#     c0 --- client (198.51.100.0/24)                  a client that is routed by hv1
#
# zebra and bgpd are started by hand, in their own directory for each machine, and end with the lab. A
# service of the system is not touched.

FRR=${FRR:-/usr/lib/frr}
FABRIC_RR=203.0.113.254
FABRIC_VNI=100
FABRIC_AS=65000

# fabric_frr MACHINE: starts zebra, then bgpd, which would know no next hop without it.
fabric_frr() {
	local dir=$LAB_DIR/frr.$1 daemon
	mkdir "$dir"
	chmod 711 "$LAB_DIR" # the daemons are the user frr
	printf 'log file %s\n' "$dir/zebra.log" >"$dir/zebra.conf"
	cat >"$dir/bgpd.conf"
	chown -R frr:frr "$dir"
	for daemon in zebra bgpd; do
		lab_spawn "$dir/$daemon.out" in_ns_exec "$1" "$FRR/$daemon" \
			-f "$dir/$daemon.conf" -i "$dir/$daemon.pid" -z "$dir/zserv.api" \
			--vty_socket "$dir" -P 0
		lab_wait 30 test -S "$dir/$daemon.vty" ||
			lab_die "$1: no $daemon: $(<"$dir/$daemon.out")"
	done
}

fabric_spine() {
	lab_machine spine mount
	in_ns_ip spine <<-LINES
		link add ul0 address 00:00:5e:00:53:ee type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set ul0 up
		addr add $FABRIC_RR/24 dev ul0
	LINES
	fabric_frr spine <<-LINES
		log file $LAB_DIR/frr.spine/bgpd.log
		router bgp $FABRIC_AS
		 bgp router-id $FABRIC_RR
		 coalesce-time 0
		 no bgp default ipv4-unicast
		 neighbor hv peer-group
		 neighbor hv remote-as $FABRIC_AS
		 neighbor hv advertisement-interval 0
		 bgp listen range 203.0.113.0/24 peer-group hv
		 address-family l2vpn evpn
		  neighbor hv activate
		  neighbor hv route-reflector-client
	LINES
}

# fabric_hypervisor N [SIZE]: adds hvN, with its VTEP, its bridge and its FRR.
fabric_hypervisor() {
	local hv=hv$1 vtep=203.0.113.$1
	lab_machine "$hv" mount ipv4/ip_forward=1
	in_ns_ip spine <<-LINES
		link add u$1 type veth peer name ul0 netns ${LAB_PID[$hv]}
		link set u$1 master ul0 up
	LINES
	in_ns_ip "$hv" <<-LINES
		link set ul0 up
		addr add $vtep/24 dev ul0
		link add br0 address $MAC_HOST type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add vx0 type vxlan id $FABRIC_VNI local $vtep dstport 4789 nolearning
		link set vx0 master br0
		link set vx0 type bridge_slave neigh_suppress on learning off
		link set vx0 up
		link set br0 up
		addr add $HOST/24 dev br0
	LINES
	fabric_frr "$hv" < <(fabric_bgp "$1" "${2:-1}")
}

# fabric_bgp N SIZE: peers hvN with the route reflector or, with FABRIC_MESH, with all the others.
fabric_bgp() {
	local i
	local -a peers=("$FABRIC_RR")
	if [[ -n ${FABRIC_MESH:-} ]]; then
		peers=()
		for ((i = 1; i <= $2; i++)); do
			((i == $1)) || peers+=("203.0.113.$i")
		done
	fi
	cat <<-LINES
		log file $LAB_DIR/frr.hv$1/bgpd.log
		router bgp $FABRIC_AS
		 bgp router-id 203.0.113.$1
		 coalesce-time 0
		 no bgp default ipv4-unicast
		 neighbor fabric peer-group
		 neighbor fabric remote-as $FABRIC_AS
		 neighbor fabric advertisement-interval 0
		 neighbor fabric timers connect 1
	LINES
	printf ' neighbor %s peer-group fabric\n' "${peers[@]}"
	cat <<-LINES
		 address-family l2vpn evpn
		  neighbor fabric activate
		  advertise-all-vni
	LINES
}

# fabric_svi_of_its_own HV MAC ADDR: the SVI gets an address and a MAC that no other hypervisor has. The gateway,
# with the same MAC on each, is a macvlan on it (virtual router, as Cumulus Linux makes it).
fabric_svi_of_its_own() {
	in_ns_ip "$1" <<-LINES
		addr flush dev br0
		link set br0 address $2
		addr add $3/24 dev br0
		link add link br0 name br0-v0 address $MAC_HOST type macvlan mode private
		link set br0-v0 up
		addr add $HOST/24 dev br0-v0
	LINES
	lab_set "$1" ipv4/conf/br0/arp_ignore=1
}

# fabric_guest MACHINE HV MAC [ADDR]: on port v-MACHINE of a hypervisor's bridge.
fabric_guest() {
	lab_machine "$1"
	in_ns_ip "$2" <<-LINES
		link add v-$1 type veth peer name eth0 address $3 netns ${LAB_PID[$1]}
		link set v-$1 master br0 up
	LINES
	in_ns_ip "$1" <<-LINES
		link set eth0 up
		route add default via $HOST dev eth0 onlink
	LINES
	[[ -z ${4:-} ]] || in_ns "$1" ip addr add "$4/24" dev eth0
}

# fabric_client MACHINE HV: a client that this hypervisor routes, by its neighbour entry.
fabric_client() {
	local hv
	lab_machine "$1"
	in_ns_ip "$2" <<-LINES
		link add c0 type veth peer name eth0 netns ${LAB_PID[$1]}
		link set c0 up
		addr add 198.51.100.1/24 dev c0
	LINES
	in_ns_ip "$1" <<-LINES
		link set eth0 up
		addr add $CLIENT/24 dev eth0
		route add default via 198.51.100.1
	LINES
	for hv in "${!LAB_PID[@]}"; do
		[[ $hv == hv* && $hv != "$2" ]] || continue
		in_ns "$hv" ip route add 198.51.100.0/24 via "203.0.113.${2#hv}"
	done
}

# fabric_is_joined HV N: HV knows the VTEPs of all the others.
fabric_is_joined() {
	local vteps
	vteps=$(in_ns "$1" bridge fdb show dev vx0 | grep -c '^00:00:00:00:00:00 ' || true)
	((vteps >= $2 - 1))
}

# fabric_begin ID N: begins a lab of spine and N hypervisors that know each other, without guests.
fabric_begin() {
	local i
	[[ -x $FRR/bgpd ]] || lab_die "$FRR/bgpd: not found; install frr"
	lab_begin "$1"
	fabric_spine
	for ((i = 1; i <= $2; i++)); do
		fabric_hypervisor "$i" "$2"
	done
	for ((i = 1; i <= $2; i++)); do
		lab_wait 30 fabric_is_joined "hv$i" "$2" || lab_die "hv$i does not know the others"
	done
}

# What a hypervisor believes ----------------------------------------------------------------------

# fabric_entry HV ADDR: "MAC here", "MAC elsewhere" (zebra's), or "none".
fabric_entry() {
	local entry where=here
	entry=$(in_ns "$1" ip neigh show "$2" dev br0)
	[[ $entry != *extern_learn* ]] || where=elsewhere
	if [[ $entry =~ lladdr\ ([0-9a-f:]+) ]]; then
		echo "${BASH_REMATCH[1]} $where"
	else
		echo none
	fi
}

fabric_entry_is() {
	[[ $(fabric_entry "$1" "$2") == "$3" ]]
}

# fabric_owner HV ADDR MACHINE: gives the machine the address, and waits until the whole fabric knows, as
# after traffic to it. (zebra advertises a MAC from which the bridge has heard.)
fabric_owner() {
	local other mac
	in_ns "$3" ping -q -c 1 -W 2 "$HOST" >/dev/null || lab_die "$3 does not reach its gateway"
	mac=$(in_ns "$3" ip -j link show dev eth0 | pick address)
	in_ns "$1" ip neigh replace "$2" lladdr "$mac" dev br0 nud reachable
	for other in "${!LAB_PID[@]}"; do
		[[ $other == hv* && $other != "$1" ]] || continue
		lab_wait 30 fabric_entry_is "$other" "$2" "$mac elsewhere" ||
			lab_die "$other does not know $2: $(fabric_entry "$other" "$2")"
	done
}

# garpd on several hypervisors --------------------------------------------------------------------

declare -A FABRIC_GARPD=() # hypervisor -> pid
declare -A FABRIC_LOG=()   # hypervisor -> log
export FABRIC_LOG

# fabric_garpd HV [ARGS...]
fabric_garpd() {
	lab_start_garpd_at "$1" --bridge br0 "${@:2}"
	FABRIC_GARPD[$1]=$GARPD_PID
	FABRIC_LOG[$1]=$GARPD_LOG
}

# fabric_end_garpd HV SIGNAL
fabric_end_garpd() {
	kill "-$2" "${FABRIC_GARPD[$1]}" 2>/dev/null || true
	wait "${FABRIC_GARPD[$1]}" 2>/dev/null || true
}
