# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The names of guests, for people: aliases, Proxmox' names of ports, and a qemu process that holds a tap.

case_guest_has_its_alias() {
	in_hv ip link set v-new alias 'web 1'
	in_hv ip link set v-other alias 'db "2"'
	in_hv ip link set v-old alias 'old'
	lab_start_garpd
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 15 "$SERVICE: announced for $MAC_NEW on v-new \[web 1\] \(2 of 2\)" || t_fail "not in the log"
	lab_winguest other -n 1 -k 100 eth0 "$MAC_OTHER" "$HOST"
	lab_await "$GARPD_LOG" 5 "$HOST: $MAC_OTHER on v-other \[db \"2\"\]: denied" || t_fail "v-other is not in the log"
	assert_claim "$SERVICE" guest 'web 1'
	assert_equals "guest of a port" 'web 1' "$(port_field v-new guest)"
	assert_equals "guest of an uplink" null "$(in_hv "$GARPD" show ports -j | jq -r '.[] | select(.port == "up0").guest')"
	grep -q ' GUEST ' <<<"$(in_hv "$GARPD" show claims -w)" || t_fail "no column"
	in_hv "$GARPD" explain "$SERVICE" >"$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	grep -q "$MAC_NEW on v-new \[web 1\]\$" "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	in_hv "$GARPD" status >"$LAB_DIR/out" || true
	grep -q "$HOST on br0 \[db \"2\"\]: denied" "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	in_hv "$GARPD" show metrics --guests >"$LAB_DIR/out"
	grep -qxF 'garpd_port_claims{segment="br0",port="v-new",guest="web 1"} 1' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	grep -qxF 'garpd_port_claims_problems{segment="br0",port="v-other",guest="db \"2\""} 1' "$LAB_DIR/out" ||
		t_fail "$(<"$LAB_DIR/out")"
	t_need promtool
	promtool check metrics <"$LAB_DIR/out" >"$LAB_DIR/err" 2>&1 || t_fail "$(<"$LAB_DIR/err")"
	# It changes while the daemon runs, and a name that Proxmox gives follows.
	in_hv ip link set v-new alias ''
	in_hv ip link set v-new down
	in_hv ip link set v-new name veth102i0
	in_hv ip link set veth102i0 up
	lab_wait 5 port_is veth102i0 forwarding true || t_fail "veth102i0 does not forward"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" 192.0.2.11
	lab_await "$GARPD_LOG" 15 "192.0.2.11: announced for $MAC_NEW on veth102i0 \[CT 102\] \(1 of 2\)" || t_fail "its port has no new name in the log"
	assert_claim 192.0.2.11 guest 'CT 102'
}

# qemu_tap TAP NAME: a port of br0 that a qemu process holds, which runs no guest.
qemu_tap() {
	in_hv ip tuntap add "$1" mode tap
	in_hv ip link set "$1" master br0 up
	lab_spawn "$LAB_DIR/$1.log" in_ns_exec hv qemu-system-x86_64 -S -M none -accel tcg -nodefaults -no-user-config \
		-display none -name "$2" -netdev "tap,id=net0,ifname=$1,script=no,downscript=no"
}

case_guest_is_that_of_qemu() {
	t_need qemu-system-x86_64
	lab_start_garpd
	qemu_tap vnet3 'guest=web-1,debug-threads=on'
	qemu_tap tap101i0 'db-1'
	assert_await_attached vnet3
	lab_wait 20 port_is vnet3 guest web-1 || t_fail "the guest of vnet3 is $(port_field vnet3 guest); $(<"$LAB_DIR/vnet3.log")"
	lab_wait 20 port_is tap101i0 guest db-1 || t_fail "the guest of tap101i0 is $(port_field tap101i0 guest)"
	# The alias comes first. Without the rights to see qemu, the number is what remains.
	in_hv ip link set vnet3 alias mail
	lab_wait 5 port_is vnet3 guest mail || t_fail "the alias does not come first"
	assert_equals "without rights" 'VM 101' "$(in_hv setpriv --reuid 65534 --inh-caps +bpf,+dac_override \
		--ambient-caps +bpf,+dac_override "$GARPD" show ports -j | pick port=tap101i0 guest)"
}
