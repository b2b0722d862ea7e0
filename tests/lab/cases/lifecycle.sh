# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Ports that come and go, daemons that die, and what is left at the end.

assert_new_is_announced() {
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 1050 lan 3 "kind=probe src=$MAC_NEW" 1 "kind=announce-request src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

case_port_added() {
	local mac=00:00:5e:00:53:1a
	lab_start_garpd
	lab_capture lan router lan0
	lab_guest late "$mac"
	assert_await_attached v-late
	lab_winguest late -k 10000 eth0 "$mac" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$mac"
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_router_mac "$SERVICE" "$mac"
	assert_fdb_port "$mac" v-late
}

case_tap_added() {
	local mac=00:00:5e:00:53:1a
	lab_start_garpd
	lab_capture lan router lan0
	lab_tapguest tap0 -k 3000 tap0 "$mac" "$SERVICE"
	assert_await_attached tap0
	lab_tap_go tap0
	assert_await_frames lan 2 8 "kind=announce-.* src=$mac"
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
}

case_port_removed() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest other -k 10000 eth0 "$MAC_OTHER" 192.0.2.11
	assert_await_frames lan 3 5 'kind=probe'
	in_hv ip link del v-other
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_new_is_announced
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_OTHER"
	kill -0 "$GARPD_PID" || t_fail "garpd died"
}

# A virtual machine that restarts: the same name, a new device.
case_port_replaced() {
	lab_start_garpd
	lab_capture lan router lan0
	in_hv ip link del v-new
	lab_link new eth0 "$MAC_NEW" v-new
	assert_await_attached v-new 2
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_new_is_announced
}

case_port_renamed() {
	lab_start_garpd
	lab_capture lan router lan0
	in_hv ip link set v-new down
	in_hv ip link set v-new name v-renamed
	in_hv ip link set v-renamed up
	lab_await "$GARPD_LOG" 5 'v-new: renamed to v-renamed' || t_fail "not noticed"
	lab_wait 5 port_is v-renamed forwarding true || t_fail "v-renamed does not forward"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_new_is_announced
	assert_fdb_port "$MAC_NEW" v-renamed
	assert_claim "$SERVICE" port v-renamed
}

case_port_leaves_the_bridge() {
	lab_start_garpd
	lab_capture guest new eth0
	in_hv ip link set v-new nomaster
	lab_await "$GARPD_LOG" 5 'v-new: no longer a port; detached' || t_fail "not noticed"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames guest 3 5 'kind=probe'
	protocol_time 2.5
	assert_equals "claim of a port that left" "" "$(claim_field "$SERVICE" state)"
	assert_host_mac "$SERVICE" "$MAC_OLD"
}

# A port with a foreign filter was never attached: no detach is logged.
case_port_that_was_never_had_leaves() {
	lab_start_garpd --mode tc
	in_hv ip link set v-new nomaster
	lab_await "$GARPD_LOG" 5 'v-new: no longer a port; detached' || t_fail "not noticed"
	in_hv tc qdisc add dev v-new clsact
	in_hv tc filter add dev v-new ingress pref 1 handle 0x6761 \
		bpf da object-pinned "/sys/fs/bpf/garpd/garpd_speak"
	in_hv ip link set v-new master br0
	lab_await "$GARPD_LOG" 5 "v-new: another program's filter" || t_fail "not logged"
	in_hv ip link set v-new nomaster
	in_hv ip link set v-other nomaster
	lab_await "$GARPD_LOG" 5 'v-other: no longer a port; detached' || t_fail "not noticed"
	assert_equals "times v-new was detached" 1 "$(grep -c 'v-new: no longer a port' "$GARPD_LOG")"
}

# Killed between the second probe and the third, started again: announced once, and on time.
case_killed_mid_window() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 5 'kind=probe'
	lab_kill9_garpd
	lab_start_garpd
	assert_new_is_announced
	assert_await_frames lan 4 5 'kind=announce-'
	protocol_time 2.5
	assert_frames_count 2 lan kind=announce-request
	assert_frames_count 2 lan kind=announce-reply
	assert_claim "$SERVICE" probes 3
}

# The programs heard everything meanwhile: what was due is announced at once.
case_due_while_away() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 'kind=probe'
	lab_kill9_garpd
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 2
	assert_frames_count 0 lan 'kind=announce-.*'
	lab_start_garpd
	assert_await_frames lan 2 3 'kind=announce-'
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

case_second_daemon_refused() {
	local status=0
	lab_start_garpd
	in_hv timeout "$LAB_START_SECONDS" "$GARPD" run --bridge br0 >"$LAB_DIR/second" 2>&1 || status=$?
	assert_equals "exit status of a second garpd run" 1 "$status"
	assert_equals "its lines" 1 "$(wc -l <"$LAB_DIR/second")"
	kill -0 "$GARPD_PID" || t_fail "the first one died"
}

# assert_detached MODE WORDS: nothing of garpd is left, but a foreign filter is; garpd says what it removed.
assert_detached() {
	in_hv tc qdisc add dev v-other clsact
	in_hv tc filter add dev v-other ingress prio 7 handle 1 bpf bytecode '1,6 0 0 0' action ok ||
		in_hv tc filter add dev v-other ingress prio 7 handle 1 bpf bytecode '1,6 0 0 0'
	lab_start_garpd --mode "$1" --declare "$SERVICE=$MAC_NEW"
	lab_stop_garpd
	in_hv "$GARPD" detach >"$LAB_DIR/detached" || t_fail "garpd detach failed"
	grep -qE "^removed 6 programs from br0, up0, v-[a-z, -]*$2, [0-9]+ pins$" "$LAB_DIR/detached" ||
		t_fail "it says: $(<"$LAB_DIR/detached")"
	assert_nothing_left
	assert_equals "what is left to remove" "nothing to remove" "$(in_hv "$GARPD" detach)"
	assert_equals "clsact qdiscs left" v-other \
		"$(in_hv tc -j qdisc show | pick kind=clsact dev)"
	assert_equals "foreign filters" 1 \
		"$(in_hv tc filter show dev v-other ingress | grep -c 'handle 0x1')"
	# A program that no tool lists would still hear this.
	lab_capture lan router lan0
	lab_winguest new -k 5000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 'kind=probe'
	assert_frames_count 0 lan 'kind=announce-.*'
}

case_detach_leaves_nothing() {
	assert_detached auto "$(kernel_has_tcx || echo ", 4 qdiscs")"
}

case_detach_leaves_nothing_tc() {
	assert_detached tc ", 4 qdiscs"
}

# The qdisc below garpd was deleted.
case_detach_without_the_qdisc_tc() {
	lab_start_garpd --mode tc
	lab_stop_garpd
	in_hv tc qdisc del dev v-other ingress
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_nothing_left
}

case_mode_tc_announces() {
	lab_start_garpd --mode tc
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_new_is_announced
}

case_show_without_daemon() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_new_is_announced
	lab_kill9_garpd
	assert_claim "$SERVICE" mac "$MAC_NEW"
	in_hv bpftool -j map dump pinned /sys/fs/bpf/garpd/claims >"$LAB_DIR/dump" ||
		t_fail "bpftool cannot read the claims"
	jq -e '.[0].formatted.value | has("state")' "$LAB_DIR/dump" >/dev/null ||
		t_fail "bpftool shows no field names: $(<"$LAB_DIR/dump")"
}

case_announce_by_hand() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	lab_stale "$SERVICE" "$MAC_OLD"
	in_hv "$GARPD" announce "$SERVICE" || t_fail "garpd announce failed"
	assert_await_frames lan 6 3 'kind=announce-'
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# A new daemon replaces the program in the existing links: no port is without one meanwhile.
case_adopted_without_a_gap() {
	local link=/sys/fs/bpf/garpd/links before after
	kernel_has_tcx || t_skip "this kernel has no tcx, and so no link"
	lab_start_garpd
	link+=/$(in_hv cat /sys/class/net/v-new/ifindex)
	before=$(in_hv bpftool -j link show pinned "$link" | pick id prog_id)
	lab_kill9_garpd
	lab_start_garpd
	grep -q 'port v-new adopted' "$GARPD_LOG" || t_fail "not adopted: $(<"$GARPD_LOG")"
	after=$(in_hv bpftool -j link show pinned "$link" | pick id prog_id)
	assert_equals "id of v-new's link" "${before% *}" "${after% *}"
	[[ ${before#* } != "${after#* }" ]] || t_fail "the program is still the old one"
}

# A port that left its bridge without a daemon is detached by the next one.
case_port_left_while_away() {
	lab_start_garpd
	lab_kill9_garpd
	in_hv ip link set v-other nomaster
	lab_start_garpd
	in_hv "$GARPD" show ports -j | jq -e 'all(.port != "v-other")' >/dev/null ||
		t_fail "v-other is still a port"
}

# lab_service_manager: what garpd notifies it of is in $LAB_DIR/notified.
lab_service_manager() {
	t_need socat
	lab_spawn "$LAB_DIR/notified" socat -u "UNIX-RECV:$LAB_DIR/notify" STDOUT
	lab_wait 5 test -S "$LAB_DIR/notify" || t_fail "no notification socket"
}

assert_notified() {
	lab_wait 10 grep -qF "$1" "$LAB_DIR/notified" || t_fail "no $1: $(<"$LAB_DIR/notified")"
}

# The last STATUS= is the first line of garpd status.
status_agrees() {
	local told said
	told=$(sed 's/[A-Z]*=/\n&/g' "$LAB_DIR/notified" | sed -n 's/^STATUS=//p' | tail -n 1) # one line, of all
	said=$(in_hv "$GARPD" status | sed -n '1s/^garpd  *//p')
	[[ -n $told && $told == "$said" ]]
}

assert_status_agrees() {
	lab_wait 5 status_agrees ||
		t_fail "STATUS= and garpd status: $(<"$LAB_DIR/notified") $(in_hv "$GARPD" status)"
}

case_systemd_is_told() {
	lab_service_manager
	WATCHDOG_USEC=500000 NOTIFY_SOCKET=$LAB_DIR/notify lab_start_garpd
	assert_notified READY=1
	assert_notified WATCHDOG=1
	assert_notified 'STATUS=4 ports, 0 claims'
	assert_status_agrees
	in_hv ip addr add 192.0.2.77/24 dev br0
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" 192.0.2.77
	assert_notified 'STATUS=4 ports, 1 claim; 1 claim needs attention: garpd show claims --problems'
	assert_status_agrees
	in_hv ip link set v-other nomaster
	assert_notified 'STATUS=3 ports, 1 claim; 1 claim needs attention: garpd show claims --problems'
	assert_status_agrees
}

case_systemd_is_told_that_it_observes() {
	lab_service_manager
	NOTIFY_SOCKET=$LAB_DIR/notify lab_start_garpd --observe
	assert_notified 'STATUS=OBSERVING, nothing is sent; 4 ports, 0 claims'
	assert_status_agrees
}

# systemd restarts it at once, so it waits by itself, after it has said why.
case_failed_start_is_not_repeated_at_once() {
	local status=0
	lab_service_manager
	in_hv umount /sys/fs/bpf
	NOTIFY_SOCKET=$LAB_DIR/notify lab_spawn "$LAB_DIR/failed" in_ns_exec hv "$GARPD" run --bridge br0
	lab_await "$LAB_DIR/failed" "$LAB_START_SECONDS" 'no BPF file system' 1 "$LAB_LAST" || t_fail "$(<"$LAB_DIR/failed")"
	kill -0 "$LAB_LAST" || t_fail "it has ended"
	kill -TERM "$LAB_LAST"
	wait "$LAB_LAST" || status=$?
	assert_equals "exit status" 1 "$status"
}
