# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# XDP beside xdp-filter, by libxdp's dispatcher: both work, and each can come and go while the other stays.
# The dispatcher uses freplace programs, which not every kernel supports.

# shellcheck source=tests/lab/cases/xdp.sh
source "$(dirname "${BASH_SOURCE[0]}")/xdp.sh"

FROM_NEW=192.0.2.20
FROM_OTHER=192.0.2.21

has_dispatcher() {
	[[ $(in_hv ip -j -d link show "$1" | pick xdp.prog.name) == xdp_dispatcher ]]
}

# filter_up [MODE]: starts xdp-filter on v-new and v-other; it passes everything so far.
filter_up() {
	t_need xdp-filter xdp-loader bpftool ping
	grep -q 'libxdp\.so' "$GARPD" || t_skip "this garpd is built without libxdp"
	"$LAB_BIN/freplace" || t_skip "this kernel has no freplace, and libxdp so no dispatcher"
	in_hv xdp-filter load -m "${1:-native}" -f ethernet v-new
	in_hv xdp-filter load -m "${1:-native}" -f ethernet v-other
	has_dispatcher v-new || t_fail "no dispatcher: $(in_hv xdp-loader status v-new)"
	# Static entries: after a dropped ARP request the kernel would retry at an arbitrary time.
	in_ns new ip addr add "$FROM_NEW/24" dev eth0
	in_ns new ip neigh replace "$ROUTER" lladdr "$MAC_ROUTER" dev eth0 nud permanent
	in_ns other ip addr add "$FROM_OTHER/24" dev eth0
	in_ns other ip neigh replace "$ROUTER" lladdr "$MAC_ROUTER" dev eth0 nud permanent
}

# component_id PORT NAME: prints the id of each program of this name that the dispatcher calls.
component_id() {
	in_hv xdp-loader status "$1" | sed -nE "s/^ => .* $2 +([0-9]+) .*/\1/p"
}

# assert_components PORT NAME...: the programs that the dispatcher calls, in order.
assert_components() {
	local found
	has_dispatcher "$1" || t_fail "no dispatcher on $1: $(in_hv xdp-loader status "$1")"
	found=$(in_hv xdp-loader status "$1" | sed -nE 's/^ => +[0-9]+ +([^ ]+) .*/\1/p' | paste -sd ' ')
	assert_equals "what the dispatcher of $1 calls" "${*:2}" "$found"
}

can_reach_router() {
	in_ns "$1" ping -q -n -c 1 -W 1 "$ROUTER" >/dev/null
}

# assert_filters: xdp-filter drops frames of the given MAC, and only those.
assert_filters() {
	in_hv xdp-filter ether -m src "$MAC_OTHER"
	! can_reach_router other || t_fail "xdp-filter does not drop what other sends"
	can_reach_router new || t_fail "what new sends is dropped"
	in_hv xdp-filter ether -r -m src "$MAC_OTHER"
	can_reach_router other || t_fail "xdp-filter still drops what other sends"
}

assert_joins_in_mode() {
	filter_up "$2"
	lab_start_garpd --mode "$1"
	assert_components v-new xdpfilt_alw_eth garpd_xdp
	assert_components v-other xdpfilt_alw_eth garpd_xdp
	assert_equals "program on v-old, which has no other" garpd_xdp \
		"$(in_hv ip -j -d link show v-old | pick xdp.prog.name)"
	in_hv "$GARPD" show ports -j | jq -e --arg mode "$1" '.[] | select(.port == "v-new") |
		.mode == $mode and .why == "requested, through libxdp'"'"'s dispatcher with xdpfilt_alw_eth"
		and (.others | length == 1 and (.[0] | test("^xdp xdpfilt_alw_eth \\(id [0-9]+\\)$")))' \
		>/dev/null || t_fail "show ports: $(in_hv "$GARPD" show ports -j)"
	assert_filters
	assert_announces
}

case_xdp_join_both_work() {
	assert_joins_in_mode xdp native
}

case_xdp_join_both_work_generic() {
	assert_joins_in_mode xdp-generic skb
}

# The filter runs first: garpd does not hear frames that it drops.
case_xdp_join_filtered_guest_is_not_heard() {
	filter_up
	lab_start_garpd --mode xdp --declare "$SERVICE=$MAC_NEW"
	in_hv xdp-filter ether -m src "$MAC_NEW"
	lab_capture lan router lan0
	lab_winguest new -k 1000 eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	assert_frames_count 0 lan 'kind=(probe|announce-.*)'
	assert_equals "claim" "" "$(claim_field "$SERVICE" state)"
	in_hv xdp-filter ether -r -m src "$MAC_NEW"
	lab_winguest new -k 5000 eth0 "$MAC_NEW" "$SERVICE"
	assert_announced_at_once
}

# The new program is added before the old one is removed, and the window goes on.
case_xdp_join_killed_and_adopted() {
	local before
	filter_up
	lab_start_garpd --mode xdp
	before=$(component_id v-new garpd_xdp)
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 5 'kind=probe'
	lab_kill9_garpd
	assert_components v-new xdpfilt_alw_eth garpd_xdp
	assert_equals "program of a dead daemon" "$before" "$(component_id v-new garpd_xdp)"
	lab_start_garpd --mode xdp
	grep -q 'port v-new adopted (guest, xdp)' "$GARPD_LOG" || t_fail "not adopted: $(<"$GARPD_LOG")"
	assert_components v-new xdpfilt_alw_eth garpd_xdp
	[[ $(component_id v-new garpd_xdp) != "$before" ]] || t_fail "still the dead daemon's program"
	assert_announced_after_the_window 2
	assert_claim "$SERVICE" probes 3
	assert_filters
}

case_xdp_join_detach_leaves_the_filter() {
	filter_up
	lab_start_garpd --mode xdp
	lab_stop_garpd
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_components v-new xdpfilt_alw_eth
	assert_components v-other xdpfilt_alw_eth
	assert_xdp_mode v-old none
	assert_equals "pins left" "" "$(in_hv find /sys/fs/bpf -path '*garpd*')"
	assert_filters
	in_hv xdp-filter unload v-new
	assert_xdp_mode v-new none
}

# xdp-filter leaves, garpd stays and announces; it comes back, and both work.
case_xdp_join_filter_goes_and_comes() {
	filter_up
	lab_start_garpd --mode xdp
	in_hv xdp-filter unload v-new
	assert_components v-new garpd_xdp
	assert_announces
	in_hv xdp-filter load -m native -f ethernet v-new
	assert_components v-new xdpfilt_alw_eth garpd_xdp
	assert_filters
	in_hv xdp-filter unload v-new
	lab_stop_garpd
	lab_start_garpd --mode xdp
	assert_components v-new garpd_xdp
	lab_stop_garpd
	in_hv xdp-filter unload v-other
	lab_start_garpd --mode xdp-generic # no foreign program is in the dispatchers: the mode can change
	assert_xdp_mode v-new generic
	lab_stop_garpd
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_xdp_mode v-new none
	assert_equals "dispatchers left for v-new" "" "$(in_hv find /sys/fs/bpf/xdp -name \
		"dispatch-$(in_hv cat /sys/class/net/v-new/ifindex)-*")"
}

case_xdp_join_mode_changes_with_a_restart() {
	filter_up
	lab_start_garpd --mode xdp
	lab_stop_garpd
	lab_start_garpd --mode auto
	assert_components v-new xdpfilt_alw_eth
	lab_stop_garpd
	lab_start_garpd --mode xdp
	assert_components v-new xdpfilt_alw_eth garpd_xdp
	assert_announces
	assert_filters
}

# A daemon that cannot start removes its own programs, and no foreign one.
case_xdp_join_refusals_leave_the_filter() {
	filter_up
	assert_mode_refused 'v-(new|other): .*dispatcher is attached in the other mode; use "mode: xdp" to join' \
		xdp-generic
	assert_components v-new xdpfilt_alw_eth
	in_hv ip link add vx0 type vxlan id 7 dstport 4789 local 127.0.0.1
	in_hv ip link set vx0 master br0 up
	assert_mode_refused 'vx0: its driver has no native XDP' xdp
	assert_components v-new xdpfilt_alw_eth
	assert_components v-other xdpfilt_alw_eth
}

# Without the pins of garpd its ports are unknown; detach still finds the programs that have joined.
case_xdp_join_detach_without_pins() {
	filter_up
	lab_start_garpd --mode xdp
	lab_stop_garpd
	in_hv rm -r /sys/fs/bpf/garpd
	assert_components v-new xdpfilt_alw_eth garpd_xdp
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_components v-new xdpfilt_alw_eth
	assert_filters
}
