# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Real programs and kernels that do DAD: garpd announces only those that do not announce themselves.

sender6_watch() {
	ipv6_start "$@"
	lab_capture guest new eth0 -Q out
}

# kernel_address_add [OPTION...]: adds the address to the guest's kernel, which does DAD.
kernel_address_add() {
	in_ns new ip addr add "$SERVICE6/64" dev eth0 "$@"
}

assert_kernel_has_address() {
	kernel_has_address new || t_fail "the guest has no address: $(in_ns new ip addr show eth0)"
}

# Linux sends nothing after its DAD, which ends 1 s after the solicitation.
case_ipv6_sender_linux() {
	sender6_watch
	kernel_guest new
	kernel_address_add
	assert_await_frames lan 2 10 'kind=announce-'
	assert_kernel_has_address
	assert_frames_count 1 guest kind=probe
	assert_frames_count 0 guest 'kind=announce-.*'
	assert_announced6 2
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
	assert_probe_unchanged
	assert_all_follow6
}

# apart ipv6_sender_linux_declared
# Announced during its DAD, which must not notice.
case_ipv6_sender_linux_declared() {
	sender6_watch --declare "$SERVICE6=$MAC_NEW"
	no_echo
	kernel_guest new
	kernel_address_add
	assert_announced6_at_first_probe
	assert_announced6 1
	lab_wait 3 kernel_has_address new
	assert_kernel_has_address
	assert_await_frames lan 3 5 'kind=announce-'
	assert_frames_count 1 guest kind=probe
	assert_probe_unchanged
	assert_claim "$SERVICE6" conflicts 0
}

# After the window, as soon as it answers: its own DAD ends 1.02 s after the last solicitation, or later on
# a busy machine, and until then it answers no question.
assert_announced_with_answer() {
	local answered announced
	assert_gap 1049000 2700000 lan 3 kind=probe 1 kind=announce-na
	answered=$(frame_time_us guest 1 "kind=na .* target=$SERVICE6") || t_fail "the guest has not answered"
	announced=$(frame_time_us lan 1 kind=announce-na)
	((announced - answered <= DAEMON_LATE_US)) ||
		t_fail "announced $((announced - answered)) us after the answer"
}

case_ipv6_sender_linux_three_solicitations() {
	sender6_watch
	kernel_guest new 3
	kernel_address_add
	assert_await_frames lan 2 12 'kind=announce-'
	assert_kernel_has_address
	assert_frames_count 3 guest kind=probe
	assert_announced_with_answer
	assert_announced6 2
	assert_all_follow6
}

# Its own advertisement comes 1.02 s after the solicitation, before garpd's window ends.
case_ipv6_sender_linux_ndisc_notify() {
	sender6_watch
	kernel_guest new
	lab_set new ipv6/conf/eth0/ndisc_notify=1
	kernel_address_add
	assert_await_frames lan 1 8 'kind=announce-'
	protocol_time 3
	assert_frames_count 1 guest kind=announce-na
	assert_none_added lan guest
	assert_all_follow6
	assert_claim "$SERVICE6" self_announced 1
	assert_claim "$SERVICE6" announcements 0
}

# RFC 4429: the address is used before its DAD is over. It solicits neighbours from another address, so
# that no host learns this one, and a host with a stale entry cannot reply.
case_ipv6_sender_linux_optimistic() {
	local conf=ipv6/conf/eth0
	t_need ping
	t_need_setting new "$conf/optimistic_dad"
	sender6_watch
	kernel_guest new
	lab_set new "$conf/optimistic_dad=1" "$conf/use_optimistic=1"
	kernel_address_add optimistic
	assert_await_frames lan 1 5 kind=probe
	! in_ns new ping -q -c 1 -W 0.5 -I "$SERVICE6" "$HOST6" >/dev/null || t_fail "no stale entry"
	assert_await_frames guest 1 3 "kind=ns .* target=$HOST6"
	assert_frames_count 0 lan 'kind=announce-.*' # during its DAD
	assert_await_frames lan 2 8 'kind=announce-'
	assert_kernel_has_address
	assert_frames_count 0 guest 'kind=announce-.*'
	assert_announced6 2
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
	assert_all_follow6
}

# A second real host has the address: the guest's DAD fails, and it is not announced.
case_ipv6_sender_linux_conflict() {
	lab_ipv6
	lab_own6 other eth0 "$SERVICE6/64"
	lab_start_garpd
	lab_capture lan router lan0
	kernel_guest new
	kernel_address_add
	assert_await_frames lan 1 5 "kind=announce-na src=$MAC_OTHER"
	protocol_time 3
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
	! kernel_has_address new || t_fail "the guest took the owner's address"
	assert_claim "$SERVICE6" state conflict
}

# keepalived does no DAD for its virtual address, and sends five advertisements, 5 s later five more. The
# claim of a guest that garpd has announced moves with them, and garpd adds nothing.
case_ipv6_sender_keepalived() {
	t_need keepalived
	sender6_watch
	lab_winguest old -k 20000 eth0 "$MAC_OLD" "$SERVICE6"
	assert_await_frames lan 2 8 "kind=announce-na src=$MAC_OLD"
	assert_claim "$SERVICE6" state owned
	kill "$LAB_LAST" # it dies
	cat >"$LAB_DIR/keepalived.conf" <<-CONF
		vrrp_instance lab {
			state MASTER
			interface eth0
			virtual_router_id 10
			priority 200
			advert_int 1
			native_ipv6
			virtual_ipaddress {
				$SERVICE6/64
			}
		}
	CONF
	lab_spawn "$LAB_DIR/keepalived.frames" in_private new timeout 30 keepalived \
		--dont-fork --log-console --vrrp --use-file "$LAB_DIR/keepalived.conf"
	assert_await_frames guest 10 20 "kind=announce-na .* target=$SERVICE6"
	protocol_time 3
	assert_none_added lan guest "src=$MAC_NEW"
	assert_frames_count 2 lan 'kind=announce-.*' "src=$MAC_OLD"
	assert_all_follow6
	assert_claim "$SERVICE6" state owned
	assert_claim "$SERVICE6" mac "$MAC_NEW"
	assert_claim "$SERVICE6" moves 1
	assert_claim "$SERVICE6" announcements 2 # those of the former guest
}
