# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# XDP: hears as tc does; the daemon sends the announcements; one program on an interface.

# xdp_on PORT: prints "native ID", "generic ID" or "none", as the kernel has it.
xdp_on() {
	local mode id
	read -r mode id < <(in_hv ip -j -d link show "$1" | pick xdp.mode xdp.prog.id)
	case $mode in
	1) echo "native $id" ;;
	2) echo "generic $id" ;;
	*) echo none ;;
	esac
}

assert_xdp_mode() {
	local found
	found=$(xdp_on "$1")
	assert_equals "XDP on $1" "$2" "${found%% *}"
}

program_id() {
	in_hv bpftool -j prog show pinned "/sys/fs/bpf/garpd/$1" | pick id
}

assert_announces_in_mode() {
	lab_start_garpd --mode "$1"
	assert_xdp_mode v-new "$2"
	in_hv test ! -e /sys/fs/bpf/garpd/garpd_tc || t_fail "garpd_tc is loaded although not needed"
	assert_announces
}

case_xdp_native() {
	assert_announces_in_mode xdp native
}

# It sees re-injected frames, without their mark: they must not be taken for the guest's own.
case_xdp_generic() {
	assert_announces_in_mode xdp-generic generic
}

case_xdp_tap() {
	local mac=00:00:5e:00:53:1a
	lab_start_garpd --mode xdp
	lab_capture lan router lan0
	lab_tapguest tap0 -k 3000 tap0 "$mac" "$SERVICE"
	lab_wait 5 in_hv test -e /sys/fs/bpf/garpd/links/"$(in_hv cat /sys/class/net/tap0/ifindex)"-xdp ||
		t_fail "no link for tap0"
	assert_xdp_mode tap0 native
	lab_tap_go tap0
	assert_await_frames lan 2 8 "kind=announce-.* src=$mac"
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
}

assert_announced_at_once() {
	assert_await_frames lan 2 3 "kind=announce-.* src=$MAC_NEW"
	assert_gap 0 "$DAEMON_LATE_US" lan 1 kind=probe 1 "kind=announce-request src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
}

assert_declared_in_mode() {
	lab_start_garpd --mode "$1" --declare "$SERVICE=$MAC_NEW"
	lab_capture lan router lan0
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_announced_at_once
	# and again when the window ends
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
}

case_xdp_declared() {
	assert_declared_in_mode xdp
}

case_xdp_generic_declared() {
	assert_declared_in_mode xdp-generic
}

case_xdp_inline_tags() {
	lab_start_garpd --mode xdp --declare "$SERVICE=$MAC_NEW"
	lab_capture lan router lan0
	lab_winguest new -v 100:6 -v 7:2 -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 "kind=announce-.* vlan=100:6,7:2 "
	assert_claim "$SERVICE" vlan 100
	assert_claim "$SERVICE" inner_vlan 7
	grep -qE '^br0 +[0-9]+\.7 ' <<<"$(in_hv "$GARPD" show claims -w)" || t_fail "no inner VLAN in columns"
}

# Without a daemon nothing is announced; the announcement is deferred, and the next daemon sends it.
case_xdp_daemon_dead() {
	lab_start_garpd --mode xdp --declare "$SERVICE=$MAC_NEW"
	lab_kill9_garpd
	assert_xdp_mode v-new native
	lab_capture lan router lan0
	lab_winguest new -n 1 -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 3 kind=probe
	protocol_time 1
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE" state probing
	lab_start_garpd --mode xdp --declare "$SERVICE=$MAC_NEW"
	assert_await_frames lan 2 3 'kind=announce-'
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# The same link before and after, with the new daemon's program: there was no gap.
case_xdp_killed_and_adopted() {
	local link before after
	t_need bpftool
	lab_start_garpd --mode xdp
	link=/sys/fs/bpf/garpd/links/$(in_hv cat /sys/class/net/v-new/ifindex)-xdp
	before=$(in_hv bpftool -j link show pinned "$link" | pick id)
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 5 'kind=probe'
	lab_kill9_garpd
	assert_equals "XDP of a dead daemon" "native $(program_id garpd_xdp)" "$(xdp_on v-new)"
	lab_start_garpd --mode xdp
	grep -q 'port v-new adopted (guest, xdp)' "$GARPD_LOG" || t_fail "not adopted: $(<"$GARPD_LOG")"
	after=$(in_hv bpftool -j link show pinned "$link" | pick id)
	assert_equals "link of v-new" "$before" "$after"
	assert_equals "XDP of the new daemon" "native $(program_id garpd_xdp)" "$(xdp_on v-new)"
	assert_announced_after_the_window 2
	assert_claim "$SERVICE" probes 3
}

case_xdp_conflict_is_silent() {
	lab_start_garpd --mode xdp
	in_ns other ip addr add "$SERVICE/24" dev eth0
	lab_stale "$SERVICE" "$MAC_OTHER"
	lab_capture lan router lan0
	lab_winguest new -f -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 3 5 'kind=probe'
	protocol_time 3
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_claim "$SERVICE" state conflict
	assert_router_mac "$SERVICE" "$MAC_OTHER"
}

case_xdp_defender_announced_again() {
	in_ns other ip addr add "$SERVICE/24" dev eth0
	lab_stale "$SERVICE" "$MAC_OTHER"
	lab_start_garpd --mode xdp --declare "$SERVICE=$MAC_NEW,$MAC_OTHER"
	lab_capture lan router lan0
	lab_winguest new eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 3 "kind=announce-request src=$MAC_OTHER"
	protocol_time 3
	assert_router_mac "$SERVICE" "$MAC_OTHER"
	assert_host_mac "$SERVICE" "$MAC_OTHER"
	assert_fdb_port "$MAC_OTHER" v-other
	assert_claim "$SERVICE" state conflict
}

# ping compares the reply with what it sent, and forbids fragments.
assert_passes_ping() {
	in_ns new ping -q -n -c 5 -i 0.05 -W 2 -M "do" -s "$1" "$ROUTER" >"$LAB_DIR/ping" ||
		t_fail "payloads of $1 do not pass: $(<"$LAB_DIR/ping")"
	! grep -q 'wrong data' "$LAB_DIR/ping" || t_fail "changed: $(<"$LAB_DIR/ping")"
}

case_xdp_jumbo_passes_unchanged() {
	t_need ping
	grep -q " bpf_xdp_get_buff_len$" /proc/kallsyms ||
		t_skip "this kernel has no XDP for frames of several buffers"
	in_hv ip link set v-new mtu 9000
	in_hv ip link set up0 mtu 9000
	in_ns new ip link set eth0 mtu 9000
	in_ns router ip link set lan0 mtu 9000
	in_ns new ip addr add 192.0.2.20/24 dev eth0
	lab_start_garpd --mode xdp
	assert_xdp_mode v-new native
	assert_xdp_mode up0 native
	assert_passes_ping 56
	assert_passes_ping 1472
	assert_passes_ping 8972
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
}

# ---- foreign programs ----

# foreign_load: pins foreign programs below /sys/fs/bpf/foreign.
foreign_load() {
	t_need bpftool
	in_hv bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
}

# assert_mode_refused WORDS MODE: garpd run fails with these words on one line, and leaves nothing.
assert_mode_refused() {
	assert_fails 1 "$1" timeout "$LAB_START_SECONDS" "$GARPD" run --bridge br0 --uplink up0 --mode "$2"
	assert_nothing_left
}

case_xdp_foreign_program_is_said() {
	local id
	foreign_load
	in_hv bpftool net attach xdpdrv pinned /sys/fs/bpf/foreign/foreign_xdp dev v-new
	id=$(in_hv bpftool -j prog show pinned /sys/fs/bpf/foreign/foreign_xdp | pick id)
	assert_mode_refused "v-new: .*foreign_xdp \(id $id\).*xdp off.*mode: auto" xdp
	assert_mode_refused "v-new: .*foreign_xdp \(id $id\).*xdp off.*mode: auto" xdp-generic
	assert_equals "the foreign program" "native $id" "$(xdp_on v-new)"
	lab_start_garpd # tc and XDP are different hooks
}

# xdp-filter without libxdp's dispatcher, as on a kernel that does not support it: an error in the XDP
# modes, without effect in the others. With a dispatcher: see xdp_join.sh.
case_xdp_filter_is_said_and_lived_with() {
	t_need xdp-filter
	in_hv env LIBXDP_SKIP_DISPATCHER=1 xdp-filter load -m native -f ethernet v-new
	assert_mode_refused 'v-new: .*xdpfilt_[a-z_]+ \(id [0-9]+\); remove it .*libxdp' xdp
	lab_start_garpd
	in_hv env LIBXDP_SKIP_DISPATCHER=1 xdp-filter load -m native -f ethernet v-other
	assert_announces
	in_hv "$GARPD" show ports -j | jq -e '.[] | select(.port == "v-other") |
		.others | length == 1 and (.[0] | test("^xdp xdpfilt_"))' >/dev/null ||
		t_fail "show ports does not name it"
	in_hv xdp-filter ether -m src "$MAC_NEW" || t_fail "xdp-filter takes no address"
	in_ns new ip addr add 192.0.2.20/24 dev eth0
	! in_ns new ping -q -c 1 -W 1 "$ROUTER" >/dev/null || t_fail "xdp-filter filters nothing"
}

# A daemon that cannot start detaches only its own programs, not those of a former one.
case_xdp_failed_start_is_undone() {
	foreign_load
	lab_start_garpd --mode xdp
	lab_kill9_garpd
	lab_guest free 00:00:5e:00:53:1a taken 00:00:5e:00:53:1b
	in_hv bpftool net attach xdpdrv pinned /sys/fs/bpf/foreign/foreign_xdp dev v-taken
	! in_hv timeout "$LAB_START_SECONDS" "$GARPD" run --bridge br0 --uplink up0 --mode xdp >"$LAB_DIR/out" 2>&1 ||
		t_fail "it starts: $(<"$LAB_DIR/out")"
	grep -q '^br0: port v-free attached' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	assert_xdp_mode v-free none
	[[ $(xdp_on v-new) == native* ]] || t_fail "v-new has lost its program"
	assert_equals "ports" 5 "$(lab_ports | jq length)"
}

# assert_start_fails_in_xdp CONFIG-LINE...: after a daemon in mode tc, with foreign XDP on v-other.
assert_start_fails_in_xdp() {
	! in_hv timeout "$LAB_START_SECONDS" "$GARPD" run -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]' \
		'mode: xdp-generic' "$@")" >"$LAB_DIR/out" 2>&1 || t_fail "it starts: $(<"$LAB_DIR/out")"
}

# After a start that fails in another mode, detach still knows and removes what was attached before.
case_xdp_failed_start_loses_no_filter() {
	foreign_load
	lab_start_garpd --mode tc
	lab_stop_garpd
	in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev v-other
	assert_start_fails_in_xdp
	grep -q 'v-other: .*foreign_xdp' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	assert_equals "mode of v-other" tc "$(port_field v-other mode)"
	assert_equals "mode of v-new" xdp-generic "$(port_field v-new mode)"
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	in_hv bpftool net detach xdpgeneric dev v-other
	assert_nothing_left
}

# Nor what the maps have beside the port: here VLANs, which the port would lose in a start that succeeds.
case_xdp_failed_start_keeps_all_of_a_port() {
	local map ifindex key
	foreign_load
	lab_start_garpd --mode tc
	ifindex=$(in_hv cat /sys/class/net/v-other/ifindex)
	lab_stop_garpd
	printf -v key '%d 0 0 0' "$ifindex"
	((ifindex < 256)) || t_fail "ifindex $ifindex"
	for map in port_vlans vlan_ways; do
		# shellcheck disable=SC2046,SC2086 # words
		in_hv bpftool map update pinned "/sys/fs/bpf/garpd/$map" key $key value $(one_in_bytes "$map")
		in_hv bpftool map dump pinned "/sys/fs/bpf/garpd/$map" >"$LAB_DIR/$map"
	done
	in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev v-other
	assert_start_fails_in_xdp
	grep -q "v-other: .*foreign_xdp" "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	for map in port_vlans vlan_ways; do
		in_hv bpftool map dump pinned "/sys/fs/bpf/garpd/$map" | cmp -s - "$LAB_DIR/$map" || t_fail "$map is another"
	done
}

# one_in_bytes MAP: a value of the map: 2, and zeroes.
one_in_bytes() {
	local size
	size=$(in_hv bpftool -j map show pinned "/sys/fs/bpf/garpd/$1" | jq .bytes_value)
	printf '2'
	printf ' 0%.0s' $(seq 2 "$size")
}

list_rules() {
	in_hv bpftool -j map dump pinned /sys/fs/bpf/garpd/rule_addresses | jq -c '.[].formatted' | sort
}

# Such a start leaves ports with the rules of two configurations. A third one changes neither.
case_xdp_failed_start_mixes_no_rules() {
	local rule="ports: [{port: 'v-*', addresses: [$SERVICE]}]"
	foreign_load
	lab_start_garpd_at hv -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]' 'mode: tc' "$rule")"
	lab_stop_garpd
	in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev v-other
	assert_start_fails_in_xdp "${rule/$SERVICE/192.0.2.11}"
	list_rules >"$LAB_DIR/rules"
	assert_equals "rules" 2 "$(wc -l <"$LAB_DIR/rules")"
	in_hv bpftool map freeze pinned /sys/fs/bpf/garpd/gateways
	assert_start_fails_in_xdp "${rule/$SERVICE/192.0.2.12}"
	grep -q 'gateways: cannot write' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	assert_equals "rules that ports had and have not" "" "$(list_rules | comm -13 - "$LAB_DIR/rules")"
}

case_xdp_foreign_program_above_is_said() {
	foreign_load
	in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev br0
	! in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev v-old \
		2>"$LAB_DIR/refusal" || t_skip "this kernel takes XDP below a bridge that has it"
	assert_mode_refused '(v-[a-z]+|up0): br0 above it has .*foreign_xdp \(id [0-9]+\)' xdp
}

# An error, never silently another mode.
case_xdp_native_is_not_there() {
	in_hv ip link add vx0 type vxlan id 7 dstport 4789 local 127.0.0.1
	in_hv ip link set vx0 master br0 up
	assert_mode_refused 'vx0: its driver has no native XDP; use "mode: xdp-generic"' xdp
	lab_start_garpd --mode xdp-generic
	assert_xdp_mode vx0 generic
}

case_xdp_never_by_itself() {
	lab_start_garpd
	assert_xdp_mode v-new none
	in_hv test ! -e /sys/fs/bpf/garpd/garpd_xdp || t_fail "garpd_xdp is loaded although not needed"
}

# ---- leaving ----

has_tcx() {
	in_hv test -e "/sys/fs/bpf/garpd/links/$(in_hv cat /sys/class/net/v-new/ifindex)"
}

has_ingress() {
	[[ $(in_hv tc qdisc show dev v-new) == *ingress* ]]
}

# assert_mode_alone MODE: v-new has a program in this mode, and in no other one.
assert_mode_alone() {
	local xdp=none tcx=no tc=no
	! has_tcx || tcx=yes
	! has_ingress || tc=yes
	xdp=$(xdp_on v-new)
	case $1 in
	tcx) assert_equals "on v-new" "none yes no" "${xdp%% *} $tcx $tc" ;;
	tc) assert_equals "on v-new" "none no yes" "${xdp%% *} $tcx $tc" ;;
	xdp) assert_equals "on v-new" "native no no" "${xdp%% *} $tcx $tc" ;;
	xdp-generic) assert_equals "on v-new" "generic no no" "${xdp%% *} $tcx $tc" ;;
	esac
	assert_equals "mode of v-new" "$1" \
		"$(port_field v-new mode)"
}

case_xdp_mode_changes_with_a_restart() {
	local mode
	local -a modes=(tcx xdp xdp-generic tc xdp)
	lab_start_garpd
	kernel_has_tcx || modes=(xdp xdp-generic tc xdp) # without tcx there is one change less
	lab_stop_garpd
	for mode in "${modes[@]}"; do
		lab_start_garpd --mode "$mode"
		assert_mode_alone "$mode"
		lab_stop_garpd
	done
	lab_start_garpd --mode "$mode"
	assert_announces
}

assert_detach_leaves_nothing() {
	foreign_load
	in_hv ip link add v-alone type veth peer name alone
	in_hv bpftool net attach xdpdrv pinned /sys/fs/bpf/foreign/foreign_xdp dev v-alone
	lab_start_garpd --mode "$1" --declare "$SERVICE=$MAC_NEW"
	lab_stop_garpd
	assert_xdp_mode v-new "$2"
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_xdp_mode v-new none
	assert_xdp_mode v-alone native
	assert_nothing_left
}

case_xdp_detach_leaves_nothing() {
	assert_detach_leaves_nothing xdp native
}

case_xdp_generic_detach_leaves_nothing() {
	assert_detach_leaves_nothing xdp-generic generic
}

# An attached port is deleted, and another one leaves the bridge.
case_xdp_ports_go() {
	lab_start_garpd --mode xdp
	in_hv ip link del v-other
	in_hv ip link set v-old nomaster
	lab_await "$GARPD_LOG" 5 'v-other: gone' || t_fail "not noticed: $(<"$GARPD_LOG")"
	lab_await "$GARPD_LOG" 5 'v-old: no longer a port; detached' || t_fail "not detached"
	assert_xdp_mode v-old none
	# Of up0 and v-new, and the two of the bridge itself.
	assert_equals "links left" 4 "$(in_hv find /sys/fs/bpf/garpd/links -type f | wc -l)"
	assert_announces
}

# With xdp_drop a flood of probes ends in the driver; other frames pass.
case_xdp_flood_is_dropped() {
	printf 'xdp_drop_over_limit: yes\nlimits:\n  probes_per_second: 5\n  probes_burst: 5\n' >"$LAB_DIR/garpd.yaml"
	in_ns new ip addr add 192.0.2.20/24 dev eth0
	lab_start_garpd --mode xdp -c "$LAB_DIR/garpd.yaml"
	lab_capture lan router lan0
	lab_winguest new -n 200 -g 2 eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	local passed
	passed=$((200 - $(lab_counter probe_over_limit)))
	assert_await_frames lan "$passed" 5 kind=probe
	assert_frames_count "$passed" lan kind=probe
	((passed >= 5 && passed <= 10)) || t_fail "$passed of 200 probes passed"
	t_need ping
	assert_passes_ping 56
}

case_xdp_flood_passes_unless_asked() {
	printf 'limits:\n  probes_per_second: 5\n  probes_burst: 5\n' >"$LAB_DIR/garpd.yaml"
	lab_start_garpd --mode xdp -c "$LAB_DIR/garpd.yaml"
	lab_capture lan router lan0
	lab_winguest new -n 200 -g 2 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 200 5 kind=probe
}
