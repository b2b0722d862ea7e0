# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Wrong announcements: a guest that has not got the address is not announced, however silent the wire is. And
# the other way round: doubt about a guest that has it ends.

# How long after the last probe an announcement could still come, and how long a second slot or a question.
QUIET=4

# assert_guest_lost MACHINE ADDRESS: it gave the address up.
assert_guest_lost() {
	lab_await "$LAB_DIR/winguest.$1".* 5 "duplicate=$2\$" || t_fail "$1 did not give $2 up"
}

# holder FORM MAC ADDRESS: a host on v-other that has it and objects in that form.
holder() {
	lab_winguest other -n 0 -i -o "$1" -k 60000 eth0 "$2" "$3"
	lab_await "$LAB_LAST_LOG" 5 owns || t_fail "no holder of $3"
}

# ---- a: forms of objection ----

# The guest gives three of four addresses up, and is announced for the fourth.
case_wrong_objection_forms() {
	lab_start_garpd
	lab_capture lan router lan0
	holder group "$MAC_OTHER" 192.0.2.61
	holder plain "$MAC_OTHER" 192.0.2.62
	lab_winguest other -n 0 -i -c -k 60000 eth0 "$MAC_OTHER" 192.0.2.63
	lab_winguest new -k 20000 eth0 "$MAC_NEW" 192.0.2.61 192.0.2.62 192.0.2.63 "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW .*spa=$SERVICE "
	protocol_time "$QUIET"
	for address in 192.0.2.61 192.0.2.62 192.0.2.63; do
		assert_guest_lost new "$address"
		assert_claim "$address" state conflict
		assert_frames_count 0 lan 'kind=announce-.*' "sha=$MAC_NEW" "spa=$address"
	done
	assert_frames_count 4 lan 'kind=announce-.*' "sha=$MAC_NEW"
}

# What the guest's own kernel makes of each form decides. It does not heed a solicited advertisement to all
# nodes (RFC 4861 7.1.2).
case_wrong_objection_forms_ipv6() {
	local form n=0 address
	local -A address_of=()
	lab_ipv6
	lab_start_garpd
	lab_capture lan router lan0
	kernel_guest new
	for form in plain group bare hop long solicited; do
		address_of[$form]=2001:db8:10::6$((++n))
		holder "$form" "$MAC_OTHER" "${address_of[$form]}"
	done
	for address in "${address_of[@]}" "$SERVICE6"; do
		in_ns new ip addr add "$address/64" dev eth0
	done
	for address in "$SERVICE6" "${address_of[solicited]}"; do
		assert_await_frames lan 2 8 "kind=announce-na src=$MAC_NEW .*target=$address "
	done
	for form in plain group bare hop long; do
		grep -q dadfailed <<<"$(in_ns new ip addr show dev eth0 to "${address_of[$form]}")" ||
			t_fail "the kernel does not heed $form"
		assert_claim "${address_of[$form]}" state conflict
		assert_frames_count 0 lan 'kind=announce-.*' "tlla=$MAC_NEW" "target=${address_of[$form]}"
	done
	grep -qE 'dadfailed|tentative' <<<"$(in_ns new ip addr show dev eth0 to "${address_of[solicited]}")" &&
		t_fail "the kernel heeds a solicited one"
	assert_frames_count 2 lan 'kind=announce-.*' "tlla=$MAC_NEW" "target=${address_of[solicited]}"
	assert_frames_count 4 lan 'kind=announce-.*' "tlla=$MAC_NEW"
}

# ---- c: the address moves to another machine ----

# assert_dead_owner_stays_silent ADDRESS ANNOUNCED: the guest is announced, dies before its second slot, and a host
# behind the uplink takes the address over.
assert_dead_owner_stays_silent() {
	local before
	lab_start_garpd -c "$(lab_config 'refresh: 10s')"
	lab_capture lan router lan0
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$1"
	assert_await_frames lan "$2" 8 "kind=announce-.* src=$MAC_NEW"
	kill "$LAB_LAST"
	protocol_time 0.3
	before=$(frames_count lan "src=$MAC_NEW")
	lab_winguest router -k 20000 lan0 00:00:5e:00:53:0d "$1"
	lab_await "$LAB_DIR"/winguest.router.* 6 owns || t_fail "the new owner does not get it"
	protocol_time 9 # the refresh, and its questions
	assert_frames_count "$before" lan "src=$MAC_NEW"
	! grep duplicate "$LAB_DIR"/winguest.router.* || t_fail "its detection failed"
}

case_wrong_dead_owner() {
	assert_dead_owner_stays_silent "$SERVICE" 2
}

case_wrong_dead_owner_ipv6() {
	lab_ipv6
	assert_dead_owner_stays_silent "$SERVICE6" 1
}

# ---- e: those who only ask ----

# A router without an address asks for its dead gateway, and a scanner for each of a /24, three times; then an
# honest failover there.
case_wrong_scanner() {
	local i addresses=()
	in_ns old ip addr add 192.0.2.20/24 dev eth0
	for ((i = 2; i < 250; i++)); do
		addresses+=("192.0.2.$i")
	done
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -q -g 1030 eth0 "$MAC_NEW" 192.0.2.253
	lab_winguest other -q -k 10000 eth0 "$MAC_OTHER" "${addresses[@]}"
	lab_await_frames lan $((3 * ${#addresses[@]})) 20 "kind=probe src=$MAC_OTHER" || t_fail "no scan"
	protocol_time "$QUIET"
	assert_frames_count 0 lan 'kind=announce-.*'
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 1050 lan 3 "kind=probe src=$MAC_NEW tpa=$SERVICE" 1 "kind=announce-request src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_frames_count 0 lan 'kind=announce-.*' "sha=$MAC_OTHER"
}

# Of a /16, behind a router port: more addresses than a port has claims. An honest failover is announced.
case_wrong_scanner_of_a_router_port() {
	local net i addresses
	in_ns router ip addr add 198.18.255.254/16 dev lan0
	lab_start_garpd_at router --router lan0
	for net in 1 2 3; do
		addresses=()
		for ((i = 0; i < 1000; i++)); do
			addresses+=("198.18.$((net * 4 + i / 250)).$((i % 250 + 1))")
		done
		lab_winguest other -q -g 300 -k 1000 eth0 "$MAC_OTHER" "${addresses[@]}"
	done
	wait "$LAB_LAST"
	(($(lab_counter probe_over_quota) > 0)) || t_fail "not more than a port can have"
	lab_wait 10 claims_below 1000 || t_fail "claims of a scanner stay: $(lab_ports)"
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 12 "$SERVICE: announced for $MAC_NEW" || t_fail "not announced: $(lab_claims | jq length)"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_equals "announced" 1 "$(lab_claims | jq '[.[] | select(.announcements > 0)] | length')"
}

claims_below() {
	(($(lab_claims | jq length) < $1))
}

# ---- f: a migration told by RARP alone ----

# assert_silent_after_migration ADDRESS ANNOUNCED: the guest leaves for another hypervisor right after its first
# announcement; its old port stays.
assert_silent_after_migration() {
	lab_start_garpd -c "$(lab_config 'refresh: 10s')"
	lab_capture lan router lan0 -Q in
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$1"
	assert_await_frames lan "$2" 8 "kind=announce-.* src=$MAC_NEW"
	kill "$LAB_LAST"
	in_ns router "$LAB_BIN/hostile" lan0 3 1 rarp "$MAC_NEW" "$SERVICE" >/dev/null
	assert_fdb_port "$MAC_NEW" up0
	protocol_time 12
	assert_frames_count "$2" lan 'kind=announce-.*'
	assert_frames_count 0 lan 'kind=(request|ns)' "src=$MAC_NEW"
	assert_fdb_port "$MAC_NEW" up0
}

case_wrong_migrated() {
	assert_silent_after_migration "$SERVICE" 2
}

case_wrong_migrated_ipv6() {
	lab_ipv6
	assert_silent_after_migration "$SERVICE6" 1
}

# ---- g: without the daemon ----

# The first guest probes, and loses the addresses to one on a port that garpd does not know yet.
case_wrong_after_a_stop() {
	lab_ipv6
	lab_start_garpd
	lab_kill9_garpd
	lab_capture lan router lan0
	lab_winguest new -k 100 eth0 "$MAC_NEW" "$SERVICE6"
	lab_winguest new -k 100 eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	lab_guest late 00:00:5e:00:53:1a
	lab_winguest late -k 60000 eth0 00:00:5e:00:53:1a "$SERVICE6"
	lab_winguest late -k 60000 eth0 00:00:5e:00:53:1a "$SERVICE"
	protocol_time 15
	lab_start_garpd
	protocol_time 3
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
}

# ---- i: filtered guests ----

# A guest that its port's rule forbids the address objects: it is not heeded.
case_wrong_objector_without_the_right() {
	lab_start_garpd -c "$(lab_config 'ports:' '  - port: v-other' '    addresses: [192.0.2.11]')"
	lab_capture lan router lan0
	drop_in_bridge prerouting iifname v-other ether type arp arp saddr ip "$SERVICE"
	holder plain "$MAC_OTHER" "$SERVICE"
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 1050 lan 3 "kind=probe src=$MAC_NEW" 1 "kind=announce-request src=$MAC_NEW"
	assert_frames_count 0 lan "src=$MAC_OTHER" "spa=$SERVICE"
	assert_claim "$SERVICE" conflicts 0
}

case_wrong_objector_without_the_right_ipv6() {
	ipv6_start -c "$(lab_config 'ports:' '  - port: v-other' '    addresses: [2001:db8:10::11]')"
	drop_in_bridge prerouting iifname v-other icmpv6 type nd-neighbor-advert
	holder plain "$MAC_OTHER" "$SERVICE6"
	kernel_guest new
	in_ns new ip addr add "$SERVICE6/64" dev eth0
	assert_await_frames lan 2 8 "kind=announce-na src=$MAC_NEW"
	assert_frame_after_ms 1050 lan 1 "kind=probe src=$MAC_NEW" 1 "kind=announce-na src=$MAC_NEW"
	kernel_has_address new || t_fail "its detection failed"
	(($(lab_counter other_ruled_out) > 0)) || t_fail "no objection was heard"
	assert_frames_count 0 lan "src=$MAC_OTHER" "target=$SERVICE6"
	assert_claim "$SERVICE6" conflicts 0
}

# ---- j: doubt that ends ----

# assert_announced_after_objector_dies ADDRESS ANNOUNCED: the old owner answers the first probe and dies; the guest
# tries again a second later.
assert_announced_after_objector_dies() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest old -n 0 -i -k 60000 eth0 "$MAC_OLD" "$1"
	lab_await "$LAB_LAST_LOG" 5 owns || t_fail "no owner"
	lab_winguest new -n 1 -g 100 -k 100 eth0 "$MAC_NEW" "$1"
	lab_wait 5 claim_is "$1" state conflict || t_fail "no conflict: $(lab_claims)"
	in_ns old ip link set eth0 down
	protocol_time 1
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$1"
	assert_await_frames lan "$2" 10 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$1" "$MAC_NEW"
	assert_claim "$1" state owned
}

case_wrong_objector_dies() {
	assert_announced_after_objector_dies "$SERVICE" 4
}

case_wrong_objector_dies_ipv6() {
	lab_ipv6
	assert_announced_after_objector_dies "$SERVICE6" 2
}

# An owner probes again, as after its link was down, and one stray frame of another host comes in between.
case_wrong_stray_frame_in_a_window() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 claim_is "$SERVICE" announcements 2 || t_fail "not announced"
	lab_winguest new -n 3 -f -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 5 "kind=probe src=$MAC_NEW"
	lab_winguest other -n 0 -u 0 -q eth0 "$MAC_OTHER" "$SERVICE"
	lab_wait 5 claim_is "$SERVICE" state conflict || t_fail "no conflict: $(lab_claims)"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "for ever: $(lab_claims)"
	assert_claim "$SERVICE" mac "$MAC_NEW"
}

# ---- k: what the guest cannot have heard, and what garpd cannot ----

# A router answers a client's question in the window, by proxy ARP: the guest has to answer twice.
case_wrong_proxy_arp() {
	in_ns router ip route add "$SERVICE/32" via "$CLIENT" dev wan0
	lab_set router ipv4/conf/lan0/proxy_arp=1 ipv4/neigh/lan0/proxy_delay=0
	in_ns other ip addr add 192.0.2.30/24 dev eth0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 5 'kind=probe'
	in_ns other arping -q -c 1 -w 1 -I eth0 "$SERVICE" || t_fail "the router does not answer for $SERVICE"
	lab_set router ipv4/conf/lan0/proxy_arp=0 # it would answer the announcement, too
	assert_await_frames lan 4 10 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 2050 lan 3 "kind=probe src=$MAC_NEW" 1 "kind=announce-request src=$MAC_NEW"
	(($(lab_counter answered_once) == 1)) || t_fail "asked once only"
	assert_claim "$SERVICE" state owned
}

# The same by proxied Neighbor Discovery: the router's advertisement does not override (O=0).
case_wrong_proxied_ndp() {
	lab_ipv6
	lab_own6 other eth0 2001:db8:10::30/64
	lab_set router ipv6/conf/lan0/proxy_ndp=1 ipv6/neigh/lan0/proxy_delay=0
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture client other eth0 -Q in
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 5 'kind=probe'
	in_ns router ip neigh add proxy "$SERVICE6" dev lan0
	in_ns other ping -q -c 1 -W 1 "$SERVICE6" >/dev/null || true
	assert_await_frames client 1 1 "kind=na src=$MAC_ROUTER dst=$MAC_OTHER .*target=$SERVICE6 "
	in_ns router ip neigh del proxy "$SERVICE6" dev lan0 # it would object to the announcement, too
	assert_await_frames lan 2 10 "kind=announce-na src=$MAC_NEW"
	assert_frame_after_ms 2050 lan 1 "kind=probe src=$MAC_NEW" 1 kind=announce-na
	(($(lab_counter answered_once) == 1)) || t_fail "asked once only"
	assert_claim "$SERVICE6" state owned
}

# owner_behind_new: a bridge in the guest's machine, with the machine `old` behind it.
owner_behind_new() {
	in_ns_ip new <<-LINES
		link add in0 address $MAC_NEW type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add o0 up type veth peer name in0 address 00:00:5e:00:53:1b netns ${LAB_PID[old]}
		link set o0 master in0
		link set eth0 master in0
		link set in0 up
	LINES
	in_ns old ip link set in0 up
}

# The living owner is behind the guest's own port: its reply does not come by.
case_wrong_owner_behind_the_guests_port() {
	owner_behind_new
	in_ns old ip addr add "$SERVICE/24" dev in0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 20000 in0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 'kind=probe'
	assert_guest_lost new "$SERVICE"
	protocol_time "$QUIET"
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_frames_count 0 lan "spa=$SERVICE"
}

# An advertisement for a guest in detection goes to all nodes: it is kept from leaving the guest's machine.
case_wrong_owner_behind_the_guests_port_ipv6() {
	lab_ipv6
	owner_behind_new
	lab_ipv6_on new in0
	lab_ipv6_on old in0
	lab_own6 old in0 "$SERVICE6/64"
	t_need_nft_bridge
	in_ns new nft -f - <<-RULES
		table bridge lab {
			chain drops {
				type filter hook forward priority 0;
				oifname eth0 icmpv6 type nd-neighbor-advert drop
			}
		}
	RULES
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 20000 in0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 5 'kind=probe'
	assert_guest_lost new "$SERVICE6"
	protocol_time "$QUIET"
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE6" conflicts 0
}
