# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # outage.sh reads what stands here
# The failovers that outage.sh measures. To be sourced by it. Each is described by
#   prepare_NAME    the lab, without peers; may change ADDRESS and NEW_MAC
#   targets         what the limit replaces (peer_limit)
#   fail_NAME       what happens to the old owner
# Without a fail_NAME of its own it dies.

NOTICED_MS=200 # from the failure to the first probe: what a cluster needs to notice it
CLIENTS=(client)
ADDRESS=$SERVICE
NEW_MAC=$MAC_NEW
targets=()

declare -A LABEL=(
	[dead]="dead owner"
	[planned]="planned move"
	[same_mac]="same MAC on another port"
	[ipv6]="IPv6, dead owner"
	[drops]="receiver drops gratuitous ARP"
	[no_entry]="receiver without an entry"
	[firewall]="firewall bridges"
	[ovs]="Open vSwitch"
	[evpn2]="EVPN, 2 hypervisors"
	[evpn8]="EVPN, 8 hypervisors"
)

# who_of CASE: prints each WHO that makes sense, one a line. arping has no IPv6; keepalived is two hosts with two MACs.
who_of() {
	echo nothing
	[[ $1 == ipv6 ]] || echo cron
	[[ $1 == same_mac ]] || echo keepalived
	printf '%s\n' relay 'relay declared' heard declared limit 'limit declared'
}

# has_to_wait CASE WHO: whatever it does, the receiver follows no sooner than its cache expires.
has_to_wait() {
	case $2 in
	nothing | cron) return 0 ;;
	relay* | keepalived) [[ $1 == drops || $1 == evpn* ]] ;;
	*) return 1 ;;
	esac
}

# The router learns the old owner's MAC by itself, from the answer to its own request, as it would in the field.
prepare_dead() {
	lab_up "$1"
	in_ns router ip neigh del "$ADDRESS" dev lan0
	in_hv ip neigh del "$ADDRESS" dev br0
	targets=("router/lan0/$NEW_MAC")
}

fail_dead() {
	in_ns old ip link set eth0 down
}

prepare_planned() {
	prepare_dead "$1"
}

fail_planned() {
	if [[ $WHO == keepalived ]]; then
		kill "$KEEPALIVED_OLD"
	else
		in_ns old ip addr del "$ADDRESS/24" dev eth0
	fi
}

# A virtual machine moves with its MAC, to a port whose link was up before.
prepare_same_mac() {
	NEW_MAC=$MAC_OLD
	prepare_dead "$1"
	in_ns new ip link set eth0 address "$NEW_MAC"
	targets+=("hv/v-new/$NEW_MAC/fdb")
}

fail_same_mac() {
	fail_planned
}

prepare_ipv6() {
	lab_up "$1"
	lab_ipv6
	ADDRESS=$SERVICE6
	in_ns router ip neigh del "$ADDRESS" dev lan0
	in_hv ip neigh del "$ADDRESS" dev br0
	targets=("router/lan0/$NEW_MAC")
}

prepare_drops() {
	prepare_dead "$1"
	lab_set router ipv4/conf/lan0/drop_gratuitous_arp=1
}

prepare_no_entry() {
	prepare_dead "$1"
}

fail_no_entry() {
	fail_dead
	in_ns router ip neigh del "$ADDRESS" dev lan0
}

prepare_firewall() {
	prepare_dead "$1"
	firewall_bridge 1 new "$MAC_NEW"
	firewall_bridge 2 old "$MAC_OLD"
}

prepare_ovs() {
	LAB_BRIDGE=ovs
	prepare_dead "$1"
}

# prepare_fabric ID N: the old owner on hv1, the new one on hv2, the clients on the last hypervisor but those.
prepare_fabric() {
	local far=$(($2 > 2 ? 3 : 1)) i
	PEER_HYPERVISORS=()
	CLIENTS=(client l2)
	fabric_begin "$1" "$2"
	for ((i = 1; i <= $2; i++)); do
		PEER_HYPERVISORS+=("hv$i")
	done
	fabric_guest old hv1 "$MAC_OLD" "$ADDRESS"
	fabric_guest new hv2 "$MAC_NEW"
	fabric_guest l2 "hv$far" 00:00:5e:00:53:20 192.0.2.20
	fabric_client client "hv$far"
	fabric_owner "hv$far" 192.0.2.20 l2
	fabric_owner hv1 "$ADDRESS" old
	targets=("hv2/br0/$NEW_MAC" "l2/eth0/$NEW_MAC/hv$far")
}

prepare_evpn2() {
	prepare_fabric "$1" 2
}

prepare_evpn8() {
	prepare_fabric "$1" 8
}
