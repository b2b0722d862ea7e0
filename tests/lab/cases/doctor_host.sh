# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# garpd doctor: the host as a receiver, its neighbour table, the fabric, and one address.

# shellcheck source=tests/lab/cases/doctor.sh
source "$(dirname "${BASH_SOURCE[0]}")/doctor.sh"

# assert_not_found CHECK OBJECT
assert_not_found() {
	assert_equals "findings of $1 about $2" 0 "$(jq --arg check "$1" --arg object "$2" \
		'map(select(.check == $check and .object == $object)) | length' <"$LAB_DIR/found")"
}

# assert_mendable CHECK OBJECT LEVEL REGEX: it is found, and ok after its remedy.
assert_mendable() {
	doctor
	assert_found "$@"
	mend "$1" "$2"
	doctor
	assert_found "$1" "$2" ok ''
}

# A macvlan whose lower device is br0 hears what br0 hears; one without an address resolves nothing.
case_doctor_receivers() {
	lab_ipv6
	in_ns_ip hv <<-LINES
		link add mv0 link br0 up type macvlan mode bridge
		addr add 192.0.2.2/24 dev mv0
		link add mv1 link br0 up type macvlan mode bridge
		link add other up type bridge
		addr add 203.0.113.1/24 dev other
	LINES
	doctor br0
	assert_found arp_receiver br0 ok 'arp_accept 0, arp_ignore 0, locktime 1.00 s'
	assert_found arp_receiver mv0 ok 'takes announcements'
	assert_found nd_receiver br0 ok 'takes announcements'
	assert_not_found nd_receiver mv0
	assert_not_found arp_receiver mv1
	assert_not_found arp_receiver other
	lab_set hv ipv4/conf/{br0,all}/drop_gratuitous_arp=1
	doctor
	assert_found arp_receiver mv0 warn 'ignores announcements \(drop_gratuitous_arp\)'
	assert_found arp_receiver other warn 'ignores announcements'
	assert_mendable arp_receiver br0 warn 'ignores announcements \(drop_gratuitous_arp\)'
	assert_found arp_receiver mv0 ok ''
	in_hv ip addr flush dev mv0
	in_hv ip addr flush dev br0
	doctor br0
	assert_found arp_receiver host ok 'no address there'
}

case_doctor_receivers_by_setting() {
	lab_ipv6
	lab_set hv ipv4/conf/br0/arp_accept=1 ipv4/conf/all/arp_ignore=1
	doctor
	assert_found arp_receiver br0 ok 'arp_accept 1, arp_ignore 1'
	lab_set hv ipv4/conf/br0/arp_ignore=8 ipv6/conf/br0/drop_unsolicited_na=1
	doctor
	assert_found nd_receiver br0 warn 'drop_unsolicited_na'
	mend nd_receiver br0
	assert_mendable arp_receiver br0 warn 'no ARP request'
	assert_found nd_receiver br0 ok ''
	lab_set hv ipv4/neigh/br0/locktime=550
	assert_mendable arp_receiver br0 warn 'within 5.50 s'
}

# A router port is a receiver by itself.
case_doctor_receivers_of_a_router() {
	in_hv ip link set up0 nomaster
	in_hv ip addr add 192.0.2.3/24 dev up0
	doctor -c "$(lab_config 'routers: [up0]')"
	assert_found arp_receiver up0 ok 'takes announcements'
	assert_not_found arp_receiver br0
	lab_set hv ipv4/conf/up0/drop_gratuitous_arp=1
	doctor -c "$LAB_DIR/garpd.yaml"
	assert_found arp_receiver up0 warn 'ignores announcements'
}

case_doctor_permanent() {
	local config
	config=$(lab_config 'bridges: [br0]' 'addresses:' \
		"  - {address: $SERVICE, owners: [\"$MAC_OLD\", \"$MAC_NEW\"]}" \
		"  - {address: 192.0.2.11, owners: [\"$MAC_OTHER\"]}" '  - {address: 192.0.2.128/25}')
	doctor -c "$config"
	assert_found permanent host ok 'every declared address'
	# The kernel makes NOARP entries of its own, as for a broadcast address.
	in_hv ping -c 1 -W 1 -b 192.0.2.255 >"$LAB_DIR/ping" 2>&1 || true
	in_ns_ip hv <<-LINES
		neigh replace 192.0.2.11 lladdr $MAC_OTHER dev br0 nud permanent
		neigh replace 192.0.2.12 lladdr $MAC_OLD dev br0 nud permanent
		neigh replace 192.0.2.200 lladdr $MAC_OLD dev br0 nud reachable
	LINES
	doctor -c "$config"
	assert_found permanent host ok ''
	doctor 192.0.2.12 -c "$config"
	assert_found permanent 192.0.2.12 fail 'PERMANENT'
	in_ns_ip hv <<-LINES
		neigh replace $SERVICE lladdr $MAC_OLD dev br0 nud permanent
		neigh replace 192.0.2.200 lladdr $MAC_OLD dev br0 nud noarp
	LINES
	doctor -c "$config"
	assert_found permanent "$SERVICE" fail "br0 of this host has it at $MAC_OLD, PERMANENT"
	assert_found permanent 192.0.2.200 fail "at $MAC_OLD, NOARP"
	mend permanent "$SERVICE"
	mend permanent 192.0.2.200
	doctor -c "$config"
	assert_found permanent host ok ''
}

# make_zebra: a process of that name in the hypervisor.
make_zebra() {
	cp "$(command -v tail)" "$LAB_DIR/zebra"
	lab_spawn "$LAB_DIR/zebra.log" in_ns_exec hv "$LAB_DIR/zebra" -f /dev/null
	lab_wait 5 grep -qx zebra "/proc/$LAB_LAST/comm" || t_fail "no zebra"
}

case_doctor_fabric() {
	doctor -c "$(lab_config 'bridges: [br0]' 'evpn: yes')"
	assert_found evpn host warn 'no bridge has a VXLAN port'
	doctor -c "$(lab_config 'bridges: [br0]')"
	assert_found evpn host ok 'no fabric'
	in_hv ip link add vx0 up master br0 type vxlan id 9 local 127.0.0.1 dstport 4789 nolearning
	doctor -c "$(lab_config 'bridges: [br0]')"
	assert_found evpn br0 ok 'announcements cross vx0'
	doctor -c "$(lab_config 'bridges: [br0]' 'evpn: yes')"
	assert_found evpn br0 warn 'zebra does not run'
	in_hv bridge link set dev vx0 neigh_suppress on
	doctor -c "$(lab_config 'bridges: [br0]')"
	assert_found evpn br0 fail 'vx0 \(neigh_suppress\).*does not run'
	make_zebra
	doctor -c "$(lab_config 'bridges: [br0]')"
	assert_found evpn br0 warn 'waits for the first'
	doctor -c "$(lab_config 'bridges: [br0]' 'evpn: yes')"
	assert_found evpn br0 ok 'informs the fabric: evpn: yes, 0 entries'
	in_hv ip neigh replace 192.0.2.77 lladdr "$MAC_OTHER" dev br0 extern_learn nud noarp
	doctor -c "$(lab_config 'bridges: [br0]')"
	assert_found evpn br0 ok 'informs the fabric: evpn: auto, 1 entry'
	doctor -c "$(lab_config 'bridges: [br0]' 'evpn: no')"
	assert_found evpn br0 fail 'evpn: no'
	in_hv bridge link set dev vx0 neigh_suppress off
	doctor -c "$(lab_config 'bridges: [br0]' 'evpn: no')"
	assert_found evpn br0 ok 'leaves EVPN alone'
}

# Before anything is installed, by the configuration alone.
case_doctor_address() {
	in_hv ip addr add 203.0.113.1/24 dev "$(in_hv ip -o link add other up type bridge; echo other)"
	doctor "$SERVICE"
	assert_found declared "$SERVICE" ok 'not declared'
	assert_found policy br0 ok 'in the subnet of br0, 192.0.2.1/24'
	assert_not_found policy other
	assert_found host_entry br0 ok "at $MAC_OLD, reachable"
	assert_found explain "$SERVICE" ok 'garpd is not loaded'
	doctor 203.0.113.9
	assert_found policy other ok 'in the subnet of other'
	assert_found host_entry other ok 'no entry'
	doctor 198.51.100.9
	assert_found policy br0 fail 'not in a subnet of this host on br0'
	doctor "$HOST"
	assert_found declared "$HOST" fail 'br0 of this host has it'
	in_hv ip route add 198.51.100.0/24 dev br0
	in_hv ip route add default via "$ROUTER"
	doctor 198.51.100.9
	assert_found policy br0 ok 'in the subnet of br0, 198.51.100.0/24'
	doctor "$ROUTER"
	assert_found declared "$ROUTER" fail 'a next hop of this host'
	in_hv ip route del 198.51.100.0/24 dev br0
	in_hv ip route del default via "$ROUTER"
	doctor "$SERVICE" -c "$(lab_config 'bridges: [br0]' 'addresses:' "  - {address: $SERVICE, announce: never}")"
	assert_found declared "$SERVICE" ok "declared by $SERVICE: announced not at all"
	assert_found policy br0 fail 'announce: never'
	doctor "$SERVICE" -c "$(lab_config 'bridges: [br0]' 'addresses:' '  - {address: 192.0.2.0/24}' \
		"  - {address: $SERVICE, announce: immediate, owners: [\"$MAC_OLD\", \"$MAC_NEW\"]}")"
	assert_found declared "$SERVICE" ok 'with 2 owners: announced at the first probe'
	assert_found policy br0 ok ''
	doctor "$SERVICE" -c "$(lab_config 'bridges: [br0]' 'only_declared: yes')"
	assert_found policy br0 fail 'not declared'
	doctor "$ROUTER" -c "$(lab_config 'bridges: [br0]' "gateways: [$ROUTER]")"
	assert_found declared "$ROUTER" fail 'one of gateways'
	doctor 198.51.100.9 -c "$(lab_config 'bridges: [br0]' 'foreign: yes')"
	assert_found policy br0 warn 'in no subnet of this host'
}

# With garpd loaded, what explain finds.
case_doctor_address_that_is_claimed() {
	lab_start_garpd
	doctor "$SERVICE"
	assert_found explain "$SERVICE" fail 'no probe'
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 10 "kind=announce-.* src=$MAC_NEW "
	doctor "$SERVICE"
	assert_found host_entry br0 ok "at $MAC_NEW"
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev br0 nud permanent
	doctor "$SERVICE"
	jq -e 'any(.check == "explain" and .level == "fail" and (.reason | test("PERMANENT")))' \
		<"$LAB_DIR/found" >"$LAB_DIR/jq" || t_fail "$(<"$LAB_DIR/found")"
	assert_found permanent "$SERVICE" fail PERMANENT
}
