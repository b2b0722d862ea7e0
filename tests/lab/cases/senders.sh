# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Real programs that probe: garpd announces only those that do not announce themselves.

sender_watch() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_capture guest new eth0 -Q out
}

# sender_start COMMAND...: in the guest `new`; its output is printed if the case fails.
sender_start() {
	lab_spawn "$LAB_DIR/sender.frames" in_private new "$@"
}

# sender_take: its detection has found no duplicate: the script that called it adds the address.
sender_take() {
	wait "$LAB_LAST" || t_fail "a duplicate: $(<"$LAB_DIR/sender.frames")"
	in_ns new ip addr add "$SERVICE/24" dev eth0
}

assert_announced_for() {
	assert_await_frames lan 2 15 "kind=announce-.* sha=$MAC_NEW"
	assert_frames_count 0 guest 'kind=announce-.*'
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-request
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

case_sender_iputils_arping() {
	t_need_iputils_arping
	sender_watch
	sender_start arping -D -c 3 -w 10 -I eth0 "$SERVICE"
	assert_await_frames guest 3 8 'kind=probe .* tha=ff:ff:ff:ff:ff:ff'
	sender_take
	assert_announced_for
}

case_sender_iputils_arping_once() {
	t_need_iputils_arping
	sender_watch
	sender_start arping -D -c 1 -w 5 -I eth0 "$SERVICE"
	assert_await_frames lan 1 5 'kind=probe'
	protocol_time 6
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_router_mac "$SERVICE" "$MAC_OLD"
}

case_sender_busybox_arping() {
	t_need busybox
	sender_watch
	sender_start busybox arping -D -c 3 -I eth0 "$SERVICE"
	assert_await_frames guest 3 8 'kind=probe'
	sender_take
	assert_announced_for
}

# It announces itself 2.0 s after its last probe, and once more.
case_sender_dhcpcd() {
	t_need dhcpcd
	sender_watch
	sender_start dhcpcd -f /dev/null -B -4 -c /bin/true --nohook resolv.conf \
		-S "ip_address=$SERVICE/24" eth0
	assert_await_frames guest 3 20 'kind=probe'
	assert_await_frames guest 2 10 'kind=announce-'
	protocol_time 2.5
	assert_none_added lan guest
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_claim "$SERVICE" announcements 0
}

# busybox udhcpc -a probes once and sends no announcement: too few probes.
case_sender_busybox_udhcpc() {
	local server
	t_need busybox
	for server in "busybox udhcpd" udhcpd ""; do
		! type -P "${server%% *}" >/dev/null || ! grep -qi 'usage.*udhcpd' <<<"$($server --help 2>&1)" || break
	done
	[[ -n $server ]] || t_missing "there is no udhcpd to lease the address from"
	in_ns other ip addr add 192.0.2.20/24 dev eth0
	cat >"$LAB_DIR/udhcpd.conf" <<-CONF
		start $SERVICE
		end $SERVICE
		interface eth0
		lease_file $LAB_DIR/leases
		pidfile $LAB_DIR/udhcpd.pid
		max_leases 1
		option subnet 255.255.255.0
	CONF
	: >"$LAB_DIR/leases"
	# shellcheck disable=SC2086 # "busybox udhcpd" is two words
	lab_spawn "$LAB_DIR/server.frames" in_ns_exec other $server -f "$LAB_DIR/udhcpd.conf"
	sender_watch
	sender_start busybox udhcpc -f -a -t 10 -T 1 -i eth0 -s /bin/true
	assert_await_frames guest 1 20 "kind=probe .* tpa=$SERVICE"
	protocol_time 6
	assert_frames_count 1 guest kind=probe
	assert_frames_count 0 lan 'kind=announce-.*' "sha=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_OLD"
}

case_sender_avahi_autoipd() {
	t_need avahi-autoipd
	sender_watch
	sender_start bash -c 'mkdir -p /var/lib/avahi-autoipd && exec avahi-autoipd --no-drop-root \
		--no-chroot --no-proc-title --script /bin/true eth0'
	assert_await_frames guest 3 15 'kind=probe .* tpa=169.254.'
	assert_await_frames guest 2 10 'kind=announce-'
	protocol_time 2.5
	assert_none_added lan guest
	assert_equals "claims in 169.254/16" "" \
		"$(lab_claims | jq -r '.[] | select(.address | startswith("169.254.")) | .address')"
}

# networkd needs a read-only /sys; else it waits for udev, which does not run.
case_sender_networkd() {
	local networkd=/lib/systemd/systemd-networkd
	t_need "$networkd"
	sender_watch
	# shellcheck disable=SC2016 # the inner shell expands it
	sender_start bash -c '
		mount -t sysfs -o ro sysfs /sys && mkdir -p /run/systemd/network /run/systemd/netif &&
		printf "[Match]\nName=eth0\n[Network]\nLinkLocalAddressing=no\n[Address]\n%s\n%s\n" \
			"Address=$1/24" DuplicateAddressDetection=ipv4 \
			>/run/systemd/network/10-lab.network &&
		chown -R systemd-network: /run/systemd && exec "$2"' networkd "$SERVICE" "$networkd"
	assert_await_frames guest 3 20 'kind=probe'
	assert_await_frames guest 2 10 'kind=announce-'
	protocol_time 2.5
	assert_none_added lan guest
	assert_router_mac "$SERVICE" "$MAC_NEW"
}
