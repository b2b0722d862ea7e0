# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# garpd is first in line on each port, or says where it is not; and attaches again where its program was
# removed. The holder of the address is a real host on v-other, whose objection is what may pass garpd by.

# objector: the machine `other` has the service address, and foreign programs are loaded.
objector() {
	t_need bpftool
	in_ns other ip addr add "$SERVICE/24" dev eth0
	in_hv bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
}

# tcx_on PORT PROGRAM [-b]: a foreign program on its tcx ingress; with -b before all others.
tcx_on() {
	kernel_has_tcx || t_skip "this kernel has no tcx"
	lab_spawn "$LAB_DIR/tcx" in_ns_exec hv "$LAB_BIN/tcx" ${3:+"$3"} "$1" "/sys/fs/bpf/foreign/$2"
	lab_await "$LAB_DIR/tcx" 5 '^attached$' 1 "$LAB_LAST" || t_fail "$(<"$LAB_DIR/tcx")"
}

# look_again: garpd looks at the order of every port when it reloads, and every minute.
look_again() {
	kill -HUP "$GARPD_PID"
}

# is_heard_again PORT: a program leaves the port some time after the process that held it.
is_heard_again() {
	look_again
	port_is "$1" heard heard
}

# assert_unheard PORT HEARD: said once in the log, and shown.
assert_unheard() {
	lab_wait 5 port_is "$1" heard "$2" || t_fail "$1: $(port_field "$1" heard)"
	lab_await "$GARPD_LOG" 5 "$1: not heard: " || t_fail "not logged: $(<"$GARPD_LOG")"
}

# assert_conflict_heard: the objection was.
assert_conflict_heard() {
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 5 claim_is "$SERVICE" state conflict || t_fail "state: $(claim_field "$SERVICE" state)"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
}

case_unheard_first_in_line_tcx() {
	objector
	tcx_on v-other foreign_ends
	lab_start_garpd
	assert_equals heard heard "$(port_field v-other heard)"
	assert_conflict_heard
}

case_unheard_first_in_line_tc() {
	objector
	in_hv tc qdisc add dev v-other clsact
	in_hv tc filter add dev v-other ingress prio 5 protocol all bpf direct-action object-pinned \
		/sys/fs/bpf/foreign/foreign_ends
	lab_start_garpd --mode tc
	assert_equals heard heard "$(port_field v-other heard)"
	assert_conflict_heard
	# The qdisc and the filter of others stay.
	lab_stop_garpd
	in_hv "$GARPD" detach
	[[ $(in_hv tc filter show dev v-other ingress) == *foreign_ends* ]] || t_fail "their filter is gone"
}

# The guest gave the address up, and does not answer.
case_unheard_tcx_guest_is_asked() {
	objector
	lab_start_garpd
	tcx_on v-other foreign_ends -b
	look_again
	assert_unheard v-other "behind tcx"
	lab_capture lan router lan0
	lab_winguest new -q eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 12 claim_is "$SERVICE" state unanswered || t_fail "state: $(claim_field "$SERVICE" state)"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
	assert_equals "heard on v-new" heard "$(port_field v-new heard)"
}

# assert_denied_unheard CONFIG-LINE...: whoever probes in the segment.
assert_denied_unheard() {
	objector
	lab_start_garpd -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]' "$@")"
	tcx_on v-other foreign_ends -b
	local tcx=$LAB_LAST
	look_again
	assert_unheard v-other "behind tcx"
	lab_winguest new -n 1 -g 50 -q eth0 "$MAC_NEW" 192.0.2.77
	lab_wait 5 claim_is 192.0.2.77 reason denied_unheard || t_fail "$(claim_field 192.0.2.77 reason)"
	in_hv "$GARPD" explain 192.0.2.77 >"$LAB_DIR/explained" || true
	grep -q 'not heard on v-other' "$LAB_DIR/explained" || t_fail "explain: $(<"$LAB_DIR/explained")"
	kill "$tcx"
	lab_wait 5 is_heard_again v-other || t_fail "v-other: $(port_field v-other heard)"
	lab_await "$GARPD_LOG" 5 'v-other: heard again' || t_fail "not logged"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 192.0.2.78
	lab_wait 5 claim_is 192.0.2.78 state probing || t_fail "$(claim_field 192.0.2.78 state)"
}

case_unheard_denies_where_nobody_is_asked() {
	assert_denied_unheard 'ask: no'
}

case_unheard_denies_with_deaf_deny() {
	assert_denied_unheard 'deaf: deny'
}

# Declared addresses are announced whoever objects; the guests of other segments are not concerned.
case_unheard_declared_is_announced() {
	objector
	lab_start_garpd -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]' 'deaf: deny' \
		"addresses: [{address: $SERVICE, announce: immediate, owners: ['$MAC_NEW']}]")"
	tcx_on v-other foreign_ends -b
	look_again
	assert_unheard v-other "behind tcx"
	lab_capture lan router lan0
	lab_winguest new -f -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 "kind=announce-.* src=$MAC_NEW"
}

case_unheard_behind_xdp() {
	objector
	lab_start_garpd
	in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev v-other
	look_again
	assert_unheard v-other "behind xdp"
}

# ---- tc: qdiscs that others change ----

# Somebody deletes the qdisc below garpd: said at once, and attached again after 2 s.
case_unheard_qdisc_is_deleted() {
	objector
	lab_start_garpd --mode tc
	in_hv tc qdisc del dev v-other ingress
	assert_unheard v-other detached
	lab_wait 5 port_is v-other heard heard || t_fail "v-other: $(port_field v-other heard)"
	lab_await "$GARPD_LOG" 1 'v-other: heard again' || t_fail "not logged"
	assert_conflict_heard
}

# As libvirt does it: the qdisc goes and comes. garpd attaches again after 2 s without a change, so its own is never
# in the way. On a starved CPU this case itself may take that long: then garpd is right to be there again.
# timeout unheard_qdisc_is_replaced 120
case_unheard_qdisc_is_replaced() {
	local -i i began
	objector
	lab_start_garpd --mode tc
	for ((i = 0; i < 200; i++)); do
		began=${EPOCHREALTIME/[.,]/}
		in_hv tc qdisc del dev v-other ingress || t_fail "$i: nothing to delete"
		lab_nap 50
		if ! in_hv tc qdisc add dev v-other ingress; then
			((${EPOCHREALTIME/[.,]/} - began > 1900000)) || t_fail "$i: cannot be added"
			in_hv tc qdisc del dev v-other clsact
			in_hv tc qdisc add dev v-other ingress
		fi
	done
	lab_wait 65 port_is v-other heard heard || t_fail "v-other: $(port_field v-other heard)"
	assert_conflict_heard
	# It is theirs: detaching leaves it.
	lab_stop_garpd
	in_hv "$GARPD" detach
	[[ $(in_hv tc qdisc show dev v-other ingress) == *ingress* ]] || t_fail "their qdisc is gone"
}

# Their ingress qdisc is there already: garpd uses it, and a police that conforms comes after it.
case_unheard_ingress_qdisc_is_shared() {
	objector
	in_hv tc qdisc add dev v-other ingress
	in_hv tc filter add dev v-other parent ffff: protocol all u32 match u32 0 0 police rate 1gbit \
		burst 1m conform-exceed drop/ok flowid :1 || t_skip "this kernel has no police"
	lab_start_garpd --mode tc
	assert_equals heard heard "$(port_field v-other heard)"
	assert_conflict_heard
	lab_stop_garpd
	in_hv "$GARPD" detach
	[[ $(in_hv tc filter show dev v-other parent ffff:) == *police* ]] || t_fail "their filter is gone"
}

# A police in front, at the first priority: garpd does not fight for the place.
case_unheard_behind_a_police() {
	objector
	in_hv tc qdisc add dev v-other ingress
	in_hv tc filter add dev v-other parent ffff: prio 1 protocol all u32 match u32 0 0 police rate 1gbit \
		burst 1m conform-exceed drop/ok flowid :1 || t_skip "this kernel has no police"
	lab_start_garpd --mode tc
	assert_unheard v-other "behind tc"
}

# Somebody deletes the filter on the bridge's own ingress alone.
case_unheard_ingress_of_the_bridge() {
	lab_start_garpd --mode tc
	in_hv tc filter del dev br0 ingress
	lab_await "$GARPD_LOG" 5 'br0: not heard: ' || t_fail "not logged: $(<"$GARPD_LOG")"
	lab_await "$GARPD_LOG" 5 'br0: heard again' || t_fail "not attached again: $(<"$GARPD_LOG")"
	[[ $(in_hv tc filter show dev br0 ingress) == *garpd_host_in* ]] || t_fail "garpd is not there"
}

# redirect_to_ifb PRIORITY: what comes in on v-other takes the way over ifb0, as a shaper has it.
redirect_to_ifb() {
	in_hv ip link add ifb0 type ifb || t_skip "this kernel has no ifb"
	in_hv ip link set ifb0 up
	in_hv tc qdisc add dev v-other ingress
	in_hv tc filter add dev v-other parent ffff: prio "$1" protocol all u32 match u32 0 0 \
		action mirred egress redirect dev ifb0 || t_skip "this kernel has no mirred"
}

case_unheard_redirect_behind_garpd() {
	objector
	redirect_to_ifb 5
	lab_start_garpd --mode tc
	assert_equals heard heard "$(port_field v-other heard)"
	assert_conflict_heard
}

# Before garpd it steals the objection. The guest hears it, gives the address up, and does not answer.
case_unheard_redirect_before_garpd() {
	objector
	lab_ipv6
	lab_own6 other eth0 "$SERVICE6/64"
	redirect_to_ifb 1
	lab_start_garpd --mode tc
	assert_unheard v-other "behind tc"
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE6" # one solicitation is a whole attempt
	lab_wait 8 claim_is "$SERVICE6" state unanswered || t_fail "state: $(claim_field "$SERVICE6" state)"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
	# Without the question it is denied.
	lab_stop_garpd
	lab_start_garpd --mode tc -c "$(lab_config 'ask: no')"
	lab_winguest new -k 20000 eth0 "$MAC_NEW" 192.0.2.11
	lab_wait 5 claim_is 192.0.2.11 state denied || t_fail "state: $(claim_field 192.0.2.11 state)"
	assert_equals reason denied_unheard "$(claim_field 192.0.2.11 reason)"
}

# is_no_longer_denied ADDRESS: for lab_wait.
is_no_longer_denied() {
	! is_denied_for denied_unheard "$1"
}

# The map of ports is full, to its last place: a port that does not fit is said in one line, and its segment is
# unheard until it leaves.
case_unheard_port_beyond_the_map() {
	objector
	lab_start_garpd -c "$(lab_config 'ask: no')"
	(($(in_hv "$LAB_BIN/fill" ports) > 16000)) || t_fail "the map was not filled"
	in_hv ip link add v-late type veth peer name g-late
	in_hv ip link set v-late master br0 up
	in_hv ip link set g-late up
	lab_await "$GARPD_LOG" 5 'v-late: more than 16384 ports; not attached; objections from there are not heard' ||
		t_fail "not said: $(<"$GARPD_LOG")"
	lab_winguest new -k 20000 eth0 "$MAC_NEW" 192.0.2.11
	lab_wait 5 claim_is 192.0.2.11 state denied || t_fail "state: $(claim_field 192.0.2.11 state)"
	assert_equals reason denied_unheard "$(claim_field 192.0.2.11 reason)"
	assert_equals "lines about v-late" 1 "$(grep -c v-late "$GARPD_LOG")"
	in_hv ip link del v-late
	lab_wait 5 is_no_longer_denied 192.0.2.13 || t_fail "the segment stays unheard"
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" 192.0.2.12
	assert_await_frames lan 1 8 "kind=announce-request src=$MAC_NEW"
}

# A port that garpd cannot be attached to, here for the XDP program of another one; more ports than fit are
# the same to it.
case_unheard_port_that_cannot_be_attached() {
	objector
	lab_start_garpd --mode xdp-generic -c "$(lab_config 'ask: no')"
	in_hv ip link add v-late type veth peer name g-late
	in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev v-late
	in_hv ip link set v-late master br0
	lab_await "$GARPD_LOG" 5 'v-late: .*objections from there are not heard' ||
		t_fail "not said: $(<"$GARPD_LOG")"
	lab_winguest new -k 20000 eth0 "$MAC_NEW" 192.0.2.11
	lab_wait 5 claim_is 192.0.2.11 state denied || t_fail "state: $(claim_field 192.0.2.11 state)"
	assert_equals reason denied_unheard "$(claim_field 192.0.2.11 reason)"
	# The port leaves: the others are heard.
	in_hv ip link del v-late
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" 192.0.2.12
	assert_await_frames lan 1 8 "kind=announce-request src=$MAC_NEW"
}
