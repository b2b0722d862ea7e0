# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An uplink that comes back: the switches beyond have to learn where the guests are.

# own_both: guest `new` has SERVICE and 192.0.2.11, and all announcements are sent. Its first word after that
# is garpd's.
own_both() {
	lab_capture lan router lan0
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest new -k 30000 eth0 "$MAC_NEW" 192.0.2.11
	assert_await_frames lan 2 10 "kind=announce-request src=$MAC_NEW .*spa=$SERVICE "
	assert_await_frames lan 2 10 "kind=announce-request src=$MAC_NEW .*spa=192.0.2.11 "
}

# bounce_uplink: its carrier goes, and comes back.
bounce_uplink() {
	in_ns router ip link set lan0 down
	lab_wait 5 port_is up0 forwarding false || t_fail "up0 still forwards"
	in_ns router ip link set lan0 up
	lab_wait 5 port_is up0 forwarding true || t_fail "up0 does not forward"
}

case_uplink_back_announces_each_guest_once() {
	lab_start_garpd -c "$(lab_config 'announce_on_link: yes')"
	own_both
	bounce_uplink
	assert_await_frames lan 5 5 "kind=announce-request src=$MAC_NEW"
	(($(lab_counter asking_link) > 0)) || t_fail "the guest was not asked"
	protocol_time 0.5
	assert_frames_count 5 lan kind=announce-request "src=$MAC_NEW"
	# Not again within a minute.
	bounce_uplink
	protocol_time 3
	assert_frames_count 5 lan kind=announce-request "src=$MAC_NEW"
}

# It no longer has the address: nobody is announced for it.
case_uplink_back_asks_first() {
	local guest
	lab_start_garpd -c "$(lab_config 'announce_on_link: yes')"
	lab_capture lan router lan0
	lab_winguest new -k 7000 eth0 "$MAC_NEW" "$SERVICE"
	guest=$LAB_LAST
	assert_await_frames lan 2 10 "kind=announce-request src=$MAC_NEW"
	wait "$guest" || true
	bounce_uplink
	lab_wait 5 counter_is asking_link 1 || t_fail "not asked"
	protocol_time 0.5
	assert_frames_count 2 lan kind=announce-request "src=$MAC_NEW"
}

# It has given one of its two up.
case_uplink_back_announces_an_address_that_the_guest_has() {
	local former
	lab_start_garpd -c "$(lab_config 'announce_on_link: yes')"
	lab_capture lan router lan0
	lab_winguest new -k 40000 eth0 "$MAC_NEW" 192.0.2.11
	assert_await_frames lan 2 10 "kind=announce-request src=$MAC_NEW .*spa=192.0.2.11 "
	lab_winguest new -k 7000 eth0 "$MAC_NEW" "$SERVICE"
	former=$LAB_LAST
	assert_await_frames lan 2 10 "kind=announce-request src=$MAC_NEW .*spa=$SERVICE "
	wait "$former" || true
	bounce_uplink
	assert_await_frames lan 3 10 "kind=announce-request src=$MAC_NEW .*spa=192.0.2.11 "
	assert_frames_count 2 lan kind=announce-request "spa=$SERVICE"
}

counter_is() {
	[[ $(lab_counter "$1") == "$2" ]]
}

# By default only bonds and teams.
case_uplink_back_by_default_says_nothing() {
	lab_start_garpd
	own_both
	bounce_uplink
	protocol_time 2.5
	assert_frames_count 4 lan kind=announce-request "src=$MAC_NEW"
	assert_equals "asked" 0 "$(lab_counter asking_link)"
}

# The second member leads to another switch, which has never heard of the guest.
case_uplink_bond_failover() {
	in_hv ip link add bond0 type bond mode active-backup miimon 20 2>/dev/null ||
		t_skip "this kernel has no bonding"
	in_hv ip link add up1 type veth peer name lan1
	in_hv ip link set lan1 netns "${LAB_PID[router]}"
	in_ns router ip link set lan1 up
	in_hv ip link set up0 down
	in_hv ip link set up0 master bond0
	in_hv ip link set up1 master bond0
	in_hv ip link set bond0 up
	in_hv ip link set bond0 type bond active_slave up0
	in_hv ip link set bond0 master br0
	lab_start_garpd
	lab_wait 5 port_is bond0 forwarding true || t_fail "bond0 does not forward"
	lab_capture lan router lan0
	lab_capture beyond router lan1
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 10 "kind=announce-request src=$MAC_NEW"
	assert_frames_count 0 beyond "src=$MAC_NEW"
	in_hv ip link set bond0 type bond active_slave up1
	assert_await_frames beyond 1 5 "kind=announce-request src=$MAC_NEW"
}
