# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cases where garpd must send nothing, in IPv6.

# How long after a solicitation an announcement could still come: 1.05 s, and the second round.
LAST_WORD6=3

assert_silent_for6() {
	assert_frames_count 0 lan 'kind=announce-.*' "tlla=$1"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$1"
}

# ipv6_solicit ADDRESS ARGS...: guest `new` solicits; then waits for as long as it could be announced.
ipv6_solicit() {
	lab_winguest new -f -k 10000 "${@:2}" eth0 "$MAC_NEW" "$1"
	assert_await_frames lan 1 5 "kind=probe src=$MAC_NEW .* target=$1 "
	protocol_time "$LAST_WORD6"
}

# A real Linux host that has the address replies to the solicitation, to all nodes.
case_ipv6_conflict_advertisement() {
	lab_ipv6
	lab_own6 other eth0 "$SERVICE6/64"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 5 "kind=announce-na src=$MAC_OTHER"
	protocol_time "$LAST_WORD6"
	assert_silent_for6 "$MAC_NEW"
	assert_frames_count 1 lan 'kind=announce-.*'
	assert_claim "$SERVICE6" state conflict
	assert_router_mac "$SERVICE6" "$MAC_OTHER"
}

# The same with a guest of the lab, which defends as Windows does.
case_ipv6_conflict_windows() {
	ipv6_start
	lab_winguest other -n 0 -i -k 20000 eth0 "$MAC_OTHER" "$SERVICE6"
	lab_await "$LAB_DIR"/winguest.other.* 5 owns || t_fail "the defender did not start"
	ipv6_solicit "$SERVICE6"
	assert_frames_count 1 lan kind=announce-na "src=$MAC_OTHER" "tlla=$MAC_OTHER"
	assert_silent_for6 "$MAC_NEW"
	assert_claim "$SERVICE6" state conflict
}

case_ipv6_conflict_from_uplink() {
	lab_ipv6
	lab_own6 router lan0 "$SERVICE6/128"
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 5 "kind=announce-na src=$MAC_ROUTER"
	protocol_time "$LAST_WORD6"
	assert_silent_for6 "$MAC_NEW"
	assert_claim "$SERVICE6" state conflict
}

case_ipv6_conflict_while_announcing() {
	ipv6_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 8 'kind=announce-'
	lab_winguest other -n 0 -a -q eth0 "$MAC_OTHER" "$SERVICE6"
	protocol_time "$LAST_WORD6"
	assert_frames_count 1 lan 'kind=announce-.*' "tlla=$MAC_NEW"
	assert_router_mac "$SERVICE6" "$MAC_OTHER"
}

# The first one hears the second, and gives up (RFC 4862 5.4.3). The second begins after the first one's
# solicitation, and has the address: its answer tells.
ipv6_both_solicit() {
	ipv6_start
	lab_winguest new "${@:1:$#/2}" -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 5 'kind=probe'
	lab_winguest other "${@:1+$#/2}" -k 10000 eth0 "$MAC_OTHER" "$SERVICE6"
	assert_await_frames lan 2 8 "kind=announce-.* tlla=$MAC_OTHER "
	protocol_time "$LAST_WORD6"
	assert_silent_for6 "$MAC_NEW"
	assert_frames_count 2 lan 'kind=announce-.*' "tlla=$MAC_OTHER"
	assert_claim "$SERVICE6" state owned
	assert_router_mac "$SERVICE6" "$MAC_OTHER"
}

case_ipv6_both_solicit() {
	ipv6_both_solicit -N 0102030405aa -N 0102030405bb
}

# The same with neither nonce: two MACs are two hosts.
case_ipv6_both_solicit_without_nonce() {
	ipv6_both_solicit
}

# Two real kernels in DAD for one address. Each waits up to 1 s before it solicits: usually the first
# one's solicitation makes the other one, which has not solicited yet, give up. Where both have solicited,
# both or only the first give up. Which one has the address is announced.
case_ipv6_both_kernels() {
	local machine mac announced=0
	ipv6_start
	for machine in new other; do
		kernel_guest "$machine"
	done
	in_ns_exec new ip addr add "$SERVICE6/64" dev eth0 &
	in_ns other ip addr add "$SERVICE6/64" dev eth0
	wait "$!"
	for machine in new other; do
		lab_wait 5 kernel_has_decided "$machine" || t_fail "$machine is in DAD for too long"
	done
	for machine in "new $MAC_NEW" "other $MAC_OTHER"; do
		if kernel_has_address "${machine% *}"; then
			assert_await_frames lan 2 8 "kind=announce-.* tlla=${machine#* } "
		fi
	done
	protocol_time "$LAST_WORD6"
	for machine in "new $MAC_NEW" "other $MAC_OTHER"; do
		mac=${machine#* }
		if kernel_has_address "${machine% *}"; then
			announced=2
			assert_frames_count 2 lan 'kind=announce-.*' "tlla=$mac"
			assert_router_mac "$SERVICE6" "$mac"
		else
			assert_silent_for6 "$mac"
		fi
	done
	assert_frames_count "$announced" lan 'kind=announce-.*'
}

# Not silence: the network returned the guest's own solicitation (RFC 7527), which is not an objection.
case_ipv6_looped_solicitation() {
	ipv6_start
	lab_winguest new -N 0102030405aa -k 10000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 5 'kind=probe'
	lab_winguest other -q -N 0102030405aa eth0 "$MAC_OTHER" "$SERVICE6"
	lab_winguest router -q -N 0102030405aa lan0 00:00:5e:00:53:0d "$SERVICE6"
	assert_await_frames lan 2 8 "kind=announce-na src=$MAC_NEW"
	assert_frame_after_ms 1050 lan 1 "kind=probe src=$MAC_NEW" 1 kind=announce-na
	assert_announced6 2
	assert_equals "looped probes" 2 "$(lab_counter probe_looped)"
	assert_claim "$SERVICE6" conflicts 0
}

case_ipv6_uplink_ignored() {
	lab_ipv6
	lab_start_garpd
	lab_capture lan new eth0
	lab_winguest router -k 10000 lan0 00:00:5e:00:53:0d "$SERVICE6"
	assert_await_frames lan 1 5 'kind=probe'
	protocol_time "$LAST_WORD6"
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_equals "claims" "" "$(claim_field "$SERVICE6" state)"
	assert_equals "probes of the uplink" 1 "$(lab_counter probe_uplink)"
}

# Link-local addresses exist on every link, and no router forwards to them (RFC 4291 2.5.6).
case_ipv6_link_local_ignored() {
	ipv6_start
	ipv6_solicit fe80::1234
	assert_silent_for6 "$MAC_NEW"
	assert_equals "claims" "[]" "$(lab_claims | jq -c .)"
	assert_equals "link-local probes" 1 "$(lab_counter probe_link_local)"
}

case_ipv6_link_local_where_configured() {
	ipv6_start -c "$(lab_config 'link_local: yes')"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" fe80::1234
	assert_await_frames lan 2 8 'kind=announce-'
	assert_announced6 2 fe80::1234
}

# IPv4-mapped: in the table of claims it would be an IPv4 address.
case_ipv6_mapped_ignored() {
	ipv6_start
	ipv6_solicit "::ffff:$SERVICE"
	assert_silent_for6 "$MAC_NEW"
	assert_equals "claims" "[]" "$(lab_claims | jq -c .)"
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_equals "probes for no unicast address" 1 "$(lab_counter probe_target)"
}

# The host's own firewall forbids the guest the address: garpd cannot announce it, either.
case_ipv6_nft_stops_the_forbidden_address() {
	drop_in_bridge prerouting iifname v-new ip6 saddr "$SERVICE6"
	ipv6_start
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE6" 2001:db8:10::11
	assert_await_frames lan 2 8 "kind=announce-.* target=2001:db8:10::11 "
	assert_frames_count 1 lan kind=probe "target=$SERVICE6"
	assert_announced6 2 2001:db8:10::11
	assert_router_mac "$SERVICE6" "$MAC_OLD"
}

# Declaring it does not help: the host's own address is always denied.
case_ipv6_host_address_never() {
	ipv6_start --declare "$HOST6=$MAC_NEW"
	ipv6_solicit "$HOST6"
	assert_silent_for6 "$MAC_NEW"
	assert_claim "$HOST6" state denied
}

# Also an address that the host gets while garpd runs.
case_ipv6_host_address_added_later() {
	ipv6_start --declare "2001:db8:10::2=$MAC_NEW"
	in_hv ip addr add 2001:db8:10::2/64 dev br0 nodad
	lab_wait 5 is_denied_for denied_host 2001:db8:10::2 || t_fail "not the host's: $(lab_claims)"
	ipv6_solicit 2001:db8:10::2
	assert_silent_for6 "$MAC_NEW"
}

case_ipv6_next_hop_only_where_declared() {
	lab_ipv6
	in_hv ip route add default via 2001:db8:10::fd dev br0
	lab_start_garpd
	lab_capture lan router lan0
	ipv6_solicit 2001:db8:10::fd
	assert_silent_for6 "$MAC_NEW"
	assert_claim 2001:db8:10::fd state denied
	lab_stop_garpd
	lab_start_garpd --declare "2001:db8:10::fd=$MAC_NEW"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 2001:db8:10::fd
	assert_await_frames lan 1 8 "kind=announce-.* src=$MAC_NEW"
}
