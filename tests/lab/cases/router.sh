# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Router ports. garpd runs on the router alone; the hypervisor of the other cases is here a plain switch
# between the router and the guests.

LAN_MAC=$MAC_ROUTER # the router's, on the interface in use

router_start() {
	lab_start_garpd_at router --router "$@"
}

router_start_relay() {
	router_start "$1" -c "$(lab_config 'relay: yes')" "${@:2}"
}

# router_old_host: adds an old host of the LAN, with a stale entry; captures its wire as `wire`.
router_old_host() {
	in_ns other ip addr add 192.0.2.12/24 dev eth0
	in_ns other ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev eth0 nud reachable
	lab_capture wire other eth0
}

# router_use_interface IFACE: makes this interface the router's LAN, with the stale entry.
router_use_interface() {
	in_ns router ip addr flush dev lan0
	in_ns router ip link set "$1" up
	in_ns router ip addr add "$ROUTER/24" dev "$1"
	in_ns router ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev "$1" nud reachable
	LAN_MAC=$(in_ns router cat "/sys/class/net/$1/address")
}

entry_is() {
	[[ $(lab_mac_in "$@") == "$MAC_NEW" ]]
}

# assert_entry_follows MACHINE IFACE
assert_entry_follows() {
	lab_wait 8 entry_is "$@" "$SERVICE" ||
		t_fail "$1 still believes $(lab_mac_in "$@" "$SERVICE")"
}

# assert_router_silent_on_the_wire: no frame in the guest's name except its own.
assert_router_silent_on_the_wire() {
	assert_frames_count 0 wire 'kind=announce-.*'
	assert_frames_count 0 wire "src=$LAN_MAC" "sha=$MAC_NEW"
}

# assert_relayed [VLAN]: two rounds for the guest, with the router's MAC as Ethernet source.
assert_relayed() {
	assert_await_frames wire 4 8 'kind=announce-'
	assert_frames_count 2 wire kind=announce-request "src=$LAN_MAC" dst=ff:ff:ff:ff:ff:ff \
		"sha=$MAC_NEW" "spa=$SERVICE" tha=00:00:00:00:00:00 "tpa=$SERVICE" "vlan=${1:--}"
	assert_frames_count 2 wire kind=announce-reply "src=$LAN_MAC" dst=ff:ff:ff:ff:ff:ff \
		"sha=$MAC_NEW" "spa=$SERVICE" "tha=$MAC_NEW" "tpa=$SERVICE" "vlan=${1:--}"
}

# ---- the router's own entry ---------------------------------------------------------------------

case_router_entry_follows() {
	lab_capture wire other eth0
	lab_capture lan router lan0
	router_start lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-' # injected: not on any wire
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_entry_follows router lan0
	protocol_time 0.2
	assert_router_silent_on_the_wire
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" port lan0
	assert_claim "$SERVICE" host_refreshed 2
	assert_equals "refreshed in all" 2 "$(lab_counter host_refreshed)"
	assert_equals "relayed" 0 "$(lab_counter relayed)"
	assert_equals "role of lan0" router "$(port_field lan0 role)"
}

# apart router_traffic_returns
# The client's stream goes on, with the new guest.
case_router_traffic_returns() {
	in_ns old ip addr add "$SERVICE/24" dev eth0
	router_start lan0
	lab_spawn "$LAB_DIR/recv" "$LAB_BIN/outage" recv -d 15 \
		-n "old=/proc/${LAB_PID[old]}/ns/net" -n "new=/proc/${LAB_PID[new]}/ns/net" \
		"$SERVICE_PORT"
	local receiver=$LAB_LAST ms
	lab_await "$LAB_DIR/recv" 5 '^listening$' 1 "$receiver" || t_fail "no receiver"
	lab_spawn "$LAB_DIR/send" in_ns_exec client "$LAB_BIN/outage" send "$SERVICE" \
		"$SERVICE_PORT" 20
	lab_await "$LAB_DIR/recv" 5 '^receiving' 1 "$receiver" || t_fail "nothing reaches old"
	in_ns old ip link set eth0 down
	protocol_time 0.2
	lab_winguest new -A -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	wait "$receiver" || t_fail "the outage did not end: $(<"$LAB_DIR/recv")"
	ms=$(sed -nE 's/^outage ms=([0-9]+).*/\1/p' "$LAB_DIR/recv")
	((ms < 3250 + T_LATE_MS)) || t_fail "an outage of $ms ms"
}

case_router_immediate() {
	lab_capture wire other eth0
	lab_capture lan router lan0
	router_start lan0 --declare "$SERVICE=$MAC_NEW"
	kill -STOP "$GARPD_PID" # the kernel half alone
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 'kind=announce-'
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 kind=announce-request
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 kind=announce-reply
	assert_entry_follows router lan0
	assert_router_silent_on_the_wire
}

# ---- silence ------------------------------------------------------------------------------------

case_router_conflict_silences() {
	lab_capture lan router lan0
	router_start_relay lan0
	lab_winguest other -n 0 -i -c -k 20000 eth0 "$MAC_OTHER" "$SERVICE"
	lab_await "$LAB_DIR"/winguest.other.* 5 owns || t_fail "the defender did not start"
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 "kind=announce-request src=$MAC_OTHER"
	protocol_time 7
	assert_frames_count 0 lan 'kind=announce-.*' "sha=$MAC_NEW"
	assert_claim "$SERVICE" state conflict
	assert_router_mac "$SERVICE" "$MAC_OTHER"
}

# The owner's reply is unicast to the prober, and the switch does not deliver it here. The prober gives up,
# so its window lapses.
case_router_unheard_defence() {
	t_need_iputils_arping
	in_ns other ip addr add "$SERVICE/24" dev eth0
	lab_capture lan router lan0
	router_start_relay lan0
	in_ns new arping -D -c 3 -w 4 -I eth0 "$SERVICE" >"$LAB_DIR/arping" &&
		t_fail "no answer: $(<"$LAB_DIR/arping")"
	assert_await_frames lan 1 3 kind=probe
	protocol_time 4
	assert_frames_count 0 lan kind=reply
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_equals "lapsed" 1 "$(lab_counter lapsed)"
}

# ---- relay --------------------------------------------------------------------------------------

# The same announcement in two Ethernet forms: garpd's leaves the switch unchanged, the other one moves the
# guest's FDB entry to the router's port, so that frames no longer reach the guest.
case_router_relay() {
	router_old_host
	router_start_relay lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_relayed
	assert_entry_follows other eth0
	assert_entry_follows router lan0
	assert_fdb_port "$MAC_NEW" v-new
	assert_equals "relayed" 2 "$(lab_counter relayed)"
	protocol_time 2.5
	assert_frames_count 4 wire 'kind=announce-.*'
	lab_spawn "$LAB_DIR/other-form" in_ns_exec router "$LAB_BIN/winguest" -n 0 -a -q lan0 \
		"$MAC_NEW" "$SERVICE"
	assert_await_frames wire 1 3 "kind=announce-request src=$MAC_NEW"
	assert_fdb_port "$MAC_NEW" up0
}

case_router_relay_immediate() {
	router_old_host
	router_start_relay lan0 --declare "$SERVICE=$MAC_NEW"
	lab_winguest new -n 1 -k 1000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames wire 2 3 "kind=announce-.* src=$MAC_ROUTER"
	assert_gap 0 "$KERNEL_LATE_US" wire 1 kind=probe 1 kind=announce-reply
	assert_entry_follows other eth0
	assert_fdb_port "$MAC_NEW" v-new
}

# The guest's tags are kept if the router port hears them.
case_router_relay_keeps_tags() {
	lab_capture wire other eth0
	router_start_relay lan0
	lab_winguest new -v 100:5 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_relayed 100:5
	assert_claim "$SERVICE" vlan 100
}

case_router_relay_is_read_again() {
	router_old_host
	router_start lan0 -c "$(lab_config 'relay: no')"
	assert_equals "relay of lan0" false "$(port_field lan0 relay)"
	lab_config 'relay: yes' >/dev/null
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'configuration reloaded'
	assert_equals "relay of lan0" true "$(port_field lan0 relay)"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_relayed
}

case_router_mac_is_followed() {
	router_old_host
	router_start_relay lan0
	LAN_MAC=00:00:5e:00:53:fd
	in_ns router ip link set lan0 address "$LAN_MAC"
	in_ns router ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev lan0 nud reachable
	lab_wait 5 port_mac_is '[0,0,94,0,83,253]' || t_fail "not followed"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_relayed
	assert_entry_follows other eth0
	assert_entry_follows router lan0
}

# port_mac_is NUMBERS: the MAC in the map of the only port.
port_mac_is() {
	[[ $(in_ns router bpftool -j map dump pinned /sys/fs/bpf/garpd/ports |
		jq -c '.[].formatted.value.mac') == "$1" ]]
}

# Two independent garpd: one on the hypervisor, one on the router, with relay. The hypervisor ignores what
# the router relays, and the guest stays at its port.
case_router_beside_a_hypervisor() {
	local counters
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	router_old_host
	router_start_relay lan0 --declare "$SERVICE=$MAC_NEW"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames wire 2 3 "kind=announce-.* src=$MAC_ROUTER"
	assert_await_frames wire 2 3 "kind=announce-.* src=$MAC_NEW"
	protocol_time 6
	assert_fdb_port "$MAC_NEW" v-new
	assert_entry_follows router lan0
	assert_entry_follows other eth0
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" conflicts 0
	export GARPD_AT=hv
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" conflicts 0
	assert_claim "$SERVICE" port v-new
	counters=$(in_hv "$GARPD" show counters -j)
	# As it follows the guest's own probe, it is taken for one that comes back.
	jq -e 'map(select(.counter == "seen" or .counter == "came_back").value) | add > 0' <<<"$counters" >/dev/null ||
		t_fail "the hypervisor has heard no relayed frame: $counters"
}

# ---- kinds of interfaces ------------------------------------------------------------------------

# assert_kind_works IFACE: hears, its entry follows, relays with its own MAC, and no FDB entry moves.
assert_kind_works() {
	router_use_interface "$1"
	router_old_host
	router_start_relay "$1"
	lab_winguest new -k 10000 "${@:2}" eth0 "$MAC_NEW" "$SERVICE"
	assert_entry_follows router "$1"
	assert_claim "$SERVICE" port "$1"
	assert_fdb_port "$MAC_NEW" v-new
}

case_router_macvlan() {
	in_ns router ip link add mv0 link lan0 type macvlan mode bridge
	assert_kind_works mv0
	assert_relayed
	assert_entry_follows other eth0
	lab_wait 3 claim_is "$SERVICE" host_refreshed 2 || t_fail "refreshed is $(claim_field "$SERVICE" host_refreshed)"
	[[ $LAN_MAC != "$MAC_ROUTER" ]] || t_fail "mv0 has the MAC of lan0"
}

# The bridge device itself is the router's interface; its ports are ignored.
case_router_bridge_device() {
	in_ns router ip link add lanbr type bridge stp_state 0 forward_delay 0
	in_ns router ip link set lan0 master lanbr
	assert_kind_works lanbr
	assert_relayed
	assert_entry_follows other eth0
	assert_equals "ports" 1 "$(lab_ports | jq length)"
}

case_router_vlan_device() {
	in_ns router ip link add link lan0 name lan0.100 type vlan id 100 2>/dev/null ||
		t_skip "this kernel has no VLAN devices (802.1Q)"
	assert_kind_works lan0.100 -v 100:5
	assert_relayed 100:0 # the device adds the tag
	assert_claim "$SERVICE" vlan null
}

# Heard tagged on the card: the entry of the VLAN device on it follows.
case_router_vlan_on_the_card() {
	in_ns router ip link add link lan0 name lan0.100 type vlan id 100 2>/dev/null ||
		t_skip "this kernel has no VLAN devices (802.1Q)"
	router_use_interface lan0.100
	router_start lan0
	lab_winguest new -v 100 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_entry_follows router lan0.100
	assert_claim "$SERVICE" vlan 100
	lab_wait 3 claim_is "$SERVICE" host_refreshed 2 || t_fail "refreshed is $(claim_field "$SERVICE" host_refreshed)"
}

case_router_bond() {
	in_ns router ip link add bond0 type bond mode active-backup miimon 20 2>/dev/null ||
		t_skip "this kernel has no bonding"
	in_ns router ip link set lan0 down
	in_ns router ip link set lan0 master bond0
	in_ns router ip link set bond0 up
	lab_wait 5 bond_is_up || t_fail "bond0 has no carrier"
	assert_kind_works bond0
	assert_relayed
	assert_entry_follows other eth0
}

bond_is_up() {
	[[ $(in_ns router cat /sys/class/net/bond0/carrier) == 1 ]]
}

case_router_vrf() {
	in_ns router ip link add vrf0 type vrf table 10 2>/dev/null ||
		t_skip "this kernel has no VRF devices"
	in_ns router ip link set vrf0 up
	in_ns router ip link set lan0 master vrf0
	assert_kind_works lan0
	assert_relayed
}

# ---- coming, going, and what cannot be a router port --------------------------------------------

case_router_waits_and_follows() {
	router_start 'lan*' --router 'late*'
	lab_await "$GARPD_LOG" 3 'late\*: no interface for a router port yet' ||
		t_fail "not logged of late*: $(<"$GARPD_LOG")"
	in_ns router ip link add late0 type veth peer name far0
	lab_await "$GARPD_LOG" 3 'late0: router port attached' || t_fail "late0 is not attached"
	in_ns router ip link set late0 name late7
	lab_await "$GARPD_LOG" 3 'late0: renamed to late7' || t_fail "late7 is not followed"
	in_ns router ip link del late7
	lab_await "$GARPD_LOG" 3 'late7: gone' || t_fail "late7 is not forgotten"
	lab_await "$GARPD_LOG" 3 'late\*: no interface' 2 || t_fail "not logged of late*"
	assert_equals "ports" 1 "$(lab_ports | jq length)"
}

case_router_down_and_up() {
	router_start lan0
	assert_equals "forwarding of lan0" true "$(port_field lan0 forwarding)"
	in_ns router ip link set lan0 down
	lab_wait 3 port_is lan0 forwarding false || t_fail "lan0 is down, and forwards"
	in_ns router ip link set lan0 up
	lab_wait 3 port_is lan0 forwarding true || t_fail "lan0 is up, and does not forward"
	in_ns router ip neigh replace "$SERVICE" lladdr "$MAC_OLD" dev lan0 nud reachable
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_entry_follows router lan0
}

# A daemon dies, the next one takes its ports over; detach leaves nothing.
case_router_adopted_and_detached() {
	router_start lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 5 claim_is "$SERVICE" state probing || t_fail "no window: $(lab_claims)"
	lab_kill9_garpd
	router_start lan0
	grep -q 'lan0: router port adopted' "$GARPD_LOG" || t_fail "not adopted: $(<"$GARPD_LOG")"
	assert_entry_follows router lan0
	lab_stop_garpd
	in_ns router "$GARPD" detach
	in_ns router test ! -e /sys/fs/bpf/garpd || t_fail "pins are left"
	[[ -z $(in_ns router tc qdisc show dev lan0 ingress) ]] || t_fail "a qdisc is left"
}

case_router_tc_mode() {
	router_start_relay lan0 --mode tc
	router_old_host
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_relayed
	assert_entry_follows router lan0
	assert_equals "mode of lan0" tc "$(port_field lan0 mode)"
}

# ---- XDP, where the daemon sends all announcements -----------------------------------------------

# assert_router_announces_twice IFACE: on time, and injected frames are not taken for the guest's own.
assert_router_announces_twice() {
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_entry_follows router "$1"
	protocol_time 0.5
	assert_frames_count 2 lan kind=announce-request
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" self_announced 0
}

case_router_xdp() {
	lab_capture lan router lan0
	router_start lan0 --mode xdp
	assert_router_announces_twice lan0
	assert_equals "mode of lan0" xdp "$(port_field lan0 mode)"
}

case_router_xdp_immediate() {
	lab_capture wire other eth0
	lab_capture lan router lan0
	router_start_relay lan0 --mode xdp --declare "$SERVICE=$MAC_NEW"
	lab_winguest new -n 1 -A -i -k 1500 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 'kind=announce-'
	assert_gap 0 "$DAEMON_LATE_US" lan 1 kind=probe 1 kind=announce-request
	assert_entry_follows router lan0
	assert_await_frames wire 2 3 'kind=announce-'
}

# A bridge device has no native XDP; generic XDP on it sees injected frames, without garpd's mark.
case_router_xdp_generic_bridge_device() {
	in_ns router ip link add lanbr type bridge stp_state 0 forward_delay 0
	in_ns router ip link set lan0 master lanbr
	router_use_interface lanbr
	lab_capture lan router lanbr
	router_start lanbr --mode xdp-generic
	assert_router_announces_twice lanbr
}

# It stays a bridge, and a warning is logged.
case_router_port_of_a_bridge_is_said() {
	lab_start_garpd --router 'v-*' --router 'br*'
	grep -q 'v-new: cannot be a router port: member of a bridge or bond' "$GARPD_LOG" ||
		t_fail "not logged of v-new: $(<"$GARPD_LOG")"
	grep -q 'br0: cannot be a router port: in "bridges" already' "$GARPD_LOG" ||
		t_fail "not logged of br0: $(<"$GARPD_LOG")"
	lab_ports | jq -e 'all(.[]; .role != "router")' >/dev/null ||
		t_fail "a router port on a bridge"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_entry_follows router lan0
}

case_router_and_bridge_by_name_is_refused() {
	local status=0
	in_hv "$GARPD" run --bridge br0 --router br0 2>"$LAB_DIR/err" || status=$?
	assert_equals "exit status" 2 "$status"
	grep -q -- '--router br0: br0 is a bridge and a router port' "$LAB_DIR/err" ||
		t_fail "output: $(<"$LAB_DIR/err")"
}
