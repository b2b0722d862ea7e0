# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The question itself does no harm, and reaches guests that answer late or not every sender.

# The guest's kernel has the address, and an entry of its own for the host.
assert_entry_for_host() {
	assert_equals "entry of new for $1" "$2" "$(lab_mac_in new eth0 "$1")"
}

# Two subnets on the segment: each guest is asked from the one that it is in.
case_asked_from_its_own_subnet() {
	in_hv ip addr add 198.18.0.1/24 dev br0
	in_ns new ip addr add 198.18.0.9/24 dev eth0
	in_ns new ping -q -c 1 -W 2 198.18.0.1 >/dev/null || t_fail "no way to the host"
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture guest new eth0 -Q in
	lab_winguest new -A -k 20000 eth0 "$MAC_NEW" 198.18.0.10 "$SERVICE"
	assert_await_frames lan 8 8 "kind=announce-.* src=$MAC_NEW"
	(($(frames_count guest op=1 "sha=$MAC_HOST" spa=198.18.0.1 tpa=198.18.0.10) >= 2)) || t_fail "not asked"
	assert_frames_count 0 guest op=1 "sha=$MAC_HOST" spa=198.18.0.1 "tpa=$SERVICE"
	assert_frames_count 0 guest op=1 "sha=$MAC_HOST" "spa=$HOST" tpa=198.18.0.10
	assert_entry_for_host 198.18.0.1 "$MAC_HOST"
	assert_host_mac "$SERVICE" "$MAC_NEW"
}

# The address that asked has left: further questions come from what is left.
case_asked_after_the_sender_left() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture guest new eth0 -Q in
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 8 'kind=probe'
	kill -STOP "$LAB_LAST"
	assert_await_frames guest 3 8 "sha=$MAC_HOST spa=$HOST .*tpa=$SERVICE "
	in_hv ip addr del "$HOST/24" dev br0
	assert_await_frames guest 2 8 "sha=$MAC_HOST spa=169.254"
	kill -CONT "$LAB_LAST"
	assert_await_frames lan 4 15 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# A kernel that does not answer senders off its links (rp_filter, no default route) answers 0.0.0.0, which asks
# when even a slow prober has its address.
case_asked_from_off_its_link() {
	in_hv ip addr flush dev br0 scope global
	lab_set new ipv4/conf/{all,eth0}/rp_filter=1
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture guest new eth0 -Q in
	lab_winguest new -A -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 10 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 2300 lan 3 "kind=probe src=$MAC_NEW" 1 "kind=announce-request src=$MAC_NEW"
	(($(frames_count guest op=1 "sha=$MAC_HOST" 'spa=169.254.*') > 0)) || t_fail "not asked"
	(($(lab_counter answered_zero) > 0)) || t_fail "not counted"
}

# A virtual machine is paused in its window for 20 s. It is asked as soon as it is heard again.
case_asked_after_a_pause() {
	in_ns new ip addr add 192.0.2.40/24 dev eth0
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 8 'kind=probe'
	kill -STOP "$LAB_LAST"
	protocol_time 20
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE" state unanswered
	kill -CONT "$LAB_LAST"
	lab_await "$LAB_DIR"/winguest.new.* 3 owns || t_fail "the guest does not run again"
	in_ns new arping -q -c 1 -w 1 -I eth0 -s 192.0.2.40 "$ROUTER"
	assert_await_frames lan 2 2 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# assert_back_at_the_former_owner ADDRESS KIND: it is announced, for the fourth time, 5 s after the other at the
# latest, by the wire; and the router follows.
assert_back_at_the_former_owner() {
	assert_await_frames lan 4 8 "$2 src=$MAC_OLD"
	assert_gap 0 5000000 lan 1 "$2 src=$MAC_NEW" 4 "$2 src=$MAC_OLD"
	assert_router_mac "$1" "$MAC_OLD"
	assert_fdb_port "$MAC_OLD" v-old
}

# A declared node is announced at its first probe and dies. The old owner lives; its defence was lost.
declared_node_dies() {
	lab_start_garpd --declare "$SERVICE=$MAC_OLD,$MAC_NEW"
	lab_capture lan router lan0
	lab_winguest old -A -n 1 -k 60000 eth0 "$MAC_OLD" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	lab_set old ipv4/conf/eth0/arp_ignore=8
	lab_winguest new -d -n 1 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 "kind=announce-.* src=$MAC_NEW"
}

case_asked_former_owner() {
	declared_node_dies
	lab_set old ipv4/conf/eth0/arp_ignore=0
	assert_back_at_the_former_owner "$SERVICE" kind=announce-request
}

# It died with its port, as a virtual machine does with its process.
case_asked_former_owner_when_the_port_is_gone() {
	declared_node_dies
	in_hv ip link del v-new
	lab_set old ipv4/conf/eth0/arp_ignore=0
	assert_back_at_the_former_owner "$SERVICE" kind=announce-request
}

# The defence was lost: the probe did not reach the owner.
case_asked_former_owner_ipv6() {
	ipv6_start --declare "$SERVICE6=$MAC_OLD,$MAC_NEW"
	no_echo
	lab_winguest old -A -n 1 -k 60000 eth0 "$MAC_OLD" "$SERVICE6"
	lab_wait 8 claim_is "$SERVICE6" state owned || t_fail "not owned: $(lab_claims)"
	lab_stale "$SERVICE6" "$MAC_OLD"
	drop_in_bridge forward oifname v-old ip6 saddr ::
	lab_winguest new -d -n 1 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 3 "kind=announce-na src=$MAC_NEW"
	assert_router_mac "$SERVICE6" "$MAC_NEW"
	assert_back_at_the_former_owner "$SERVICE6" kind=announce-na
}

# A virtual machine that was paused after its solicitation.
case_asked_after_a_pause_ipv6() {
	ipv6_start
	in_ns new ip addr add 192.0.2.40/24 dev eth0
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 1 8 'kind=probe'
	kill -STOP "$LAB_LAST"
	protocol_time 6 # the next question is due after 12 s
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE6" state unanswered
	kill -CONT "$LAB_LAST"
	lab_await "$LAB_DIR"/winguest.new.* 3 owns || t_fail "the guest does not run again"
	in_ns new arping -q -c 1 -w 1 -I eth0 -s 192.0.2.40 "$ROUTER"
	assert_await_frames lan 1 2 "kind=announce-na src=$MAC_NEW"
	assert_router_mac "$SERVICE6" "$MAC_NEW"
}
