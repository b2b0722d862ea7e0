# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Declared addresses: the kernel alone announces at the first probe.

assert_announced_at_first_probe() {
	assert_await_frames lan 2 3 "kind=announce-.* src=$MAC_NEW"
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 "kind=announce-request src=$MAC_NEW"
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 "kind=announce-reply src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
}

case_immediate() {
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	lab_capture lan router lan0
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_announced_at_first_probe
	# and again when the window ends
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
}

case_immediate_daemon_stopped() {
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	kill -STOP "$GARPD_PID"
	lab_capture lan router lan0
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_announced_at_first_probe
}

case_immediate_daemon_gone() {
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	lab_stop_garpd
	lab_capture lan router lan0
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_announced_at_first_probe
}

case_immediate_keeps_tags() {
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	kill -STOP "$GARPD_PID"
	lab_capture lan router lan0
	lab_winguest new -v 100:6 -v 7:2 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 "kind=announce-.* vlan=100:6,7:2 "
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 kind=announce-request
}

# A host that is not on the list is an ordinary prober: no announcement at the first probe.
case_declared_for_another_mac() {
	lab_start_garpd --declare "$SERVICE=$MAC_OTHER"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 2.5
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_router_mac "$SERVICE" "$MAC_OLD"
}

# The kernel announced too early: the owner lives and defends. It is announced again on its own port, so
# that no cache stays with the prober. The prober gives up (RFC 5227).
case_defender_announced_again() {
	in_ns other ip addr add "$SERVICE/24" dev eth0
	lab_stale "$SERVICE" "$MAC_OTHER"
	lab_start_garpd --declare "$SERVICE=$MAC_NEW,$MAC_OTHER"
	lab_capture lan router lan0
	lab_winguest new eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 3 "kind=announce-request src=$MAC_NEW"
	assert_await_frames lan 1 3 "kind=announce-request src=$MAC_OTHER"
	protocol_time 4
	assert_router_mac "$SERVICE" "$MAC_OTHER"
	assert_host_mac "$SERVICE" "$MAC_OTHER"
	assert_fdb_port "$MAC_OTHER" v-other
	assert_claim "$SERVICE" state conflict
}
