# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A firewall bridge between a guest and br0, as Proxmox makes one. To be sourced by cases.

# firewall_bridge NUMBER NAME MAC [OUTER]: moves the guest behind such a bridge.
firewall_bridge() {
	in_hv ip link del "v-$2"
	in_ns_ip hv <<-LINES
		link add fwbr$1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add v-$2 up master fwbr$1 type veth peer name eth0 address $3 netns ${LAB_PID[$2]}
	LINES
	"$LAB_BIN/machine" up "${LAB_PID[$2]}" eth0
	firewall_joint "$1" "${4:-br0}"
}

# firewall_joint NUMBER [OUTER]
firewall_joint() {
	in_ns_ip hv <<-LINES
		link add fwln$1 up master fwbr$1 type veth peer name fwpr$1
		link set fwpr$1 up master ${2:-br0}
	LINES
}

# assert_one_claim ADDR MAC PORT: in all segments, of this owner.
assert_one_claim() {
	assert_equals "owners of $1" "br0 $2 $3" "$(lab_claims | pick "address=$1" bridge mac port | tr '\t' ' ')"
}
