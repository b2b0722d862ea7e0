# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where guests live (docs/where.md): macvtaps. Trunk guests are in tests/vm/cases/trunk.sh.

# macvtap_on LOWER: adds macvtap0, or skips.
macvtap_on() {
	in_hv ip link add macvtap0 link "$1" type macvtap mode bridge || t_skip "this kernel has no macvtap"
	in_hv ip link set macvtap0 up
}

# On the bridge itself: said, and what it says is heard like anything above the bridge.
case_macvtap_on_a_bridge_is_said() {
	macvtap_on br0
	in_hv ip link add macvtap1 link br0 type macvtap mode bridge
	lab_start_garpd
	lab_await "$GARPD_LOG" 5 'br0: guests on a macvtap \(macvtap0\) are not announced' || t_fail "not said"
	assert_equals "lines about macvtaps" 1 "$(grep -c macvtap "$GARPD_LOG")"
	lab_config 'bridges: [br0]' >/dev/null
	in_hv "$GARPD" check "$LAB_DIR/garpd.yaml" >"$LAB_DIR/out" || t_fail "exit status $?"
	grep -q '^would warn: guests on macvtap0, a macvtap on br0, are not announced$' "$LAB_DIR/out" ||
		t_fail "$(<"$LAB_DIR/out")"
	assert_announces
}

# Beside every bridge, and one that appears later.
case_macvtap_on_a_card_is_said() {
	in_hv ip link add card0 up type veth peer name card1
	lab_start_garpd
	macvtap_on card0
	lab_await "$GARPD_LOG" 5 'card0: guests on a macvtap \(macvtap0\) are not heard' || t_fail "not said"
	# Why there is no port to hear: Linux has none.
	! in_hv ip link set macvtap0 master br0 2>/dev/null || t_fail "a macvtap is a port"
	! in_hv ip link set card0 master br0 2>/dev/null || t_fail "a port is below a macvtap"
}
