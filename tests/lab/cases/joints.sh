# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Joints that appear and vanish, while garpd runs and while it does not; what becomes of claims.

# shellcheck source=tests/lab/joints.sh
source "$LAB_ROOT/tests/lab/joints.sh"

# A guest is started while garpd runs, as Proxmox does it; and stopped.
case_firewall_bridge_appears_and_vanishes() {
	lab_start_garpd
	firewall_bridge 1 new "$MAC_NEW"
	lab_wait 5 port_is v-new bridge br0 || t_fail "not followed: $(lab_ports)"
	lab_wait 5 port_is v-new forwarding true || t_fail "it does not forward: $(lab_ports)"
	lab_wait 5 joints_are_free || t_fail "a joint has a program: $(lab_ports)"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	in_hv ip link del fwln1
	lab_wait 5 is_no_port v-new || t_fail "still followed: $(lab_ports)"
	in_hv ip link del fwbr1
	lab_wait 15 no_claims || t_fail "the claim stays: $(lab_claims)"
}

# The joint appears between the second and the third probe: the window goes on in br0, and its guest is
# announced there, once.
case_firewall_bridge_joined_in_the_window() {
	firewall_bridge 1 new "$MAC_NEW"
	in_hv ip link del fwln1
	lab_start_garpd --bridge 'fwbr*'
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 5 claim_is "$SERVICE" probes 2 || t_fail "not heard: $(lab_claims)"
	assert_claim "$SERVICE" bridge fwbr1
	firewall_joint 1
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	protocol_time 1
	assert_frames_count 1 lan kind=probe "src=$MAC_NEW"
	assert_frames_count 2 lan kind=announce-request "spa=$SERVICE"
	assert_frames_count 2 lan kind=announce-reply "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	assert_claim "$SERVICE" probes 3
	assert_equals "claims moved" 1 "$(lab_counter segment_moved)"
}

# The same while no daemon runs: the next one takes the claim along.
case_firewall_bridge_joined_without_a_daemon() {
	firewall_bridge 1 new "$MAC_NEW"
	in_hv ip link del fwln1
	lab_start_garpd --bridge 'fwbr*'
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	lab_stop_garpd
	firewall_joint 1
	lab_start_garpd --bridge 'fwbr*'
	lab_wait 5 claim_is "$SERVICE" bridge br0 || t_fail "not taken along: $(lab_claims)"
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" announcements 2
}

# The joint vanishes while no daemon runs: so it does then.
case_firewall_bridge_parted_without_a_daemon() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd --bridge 'fwbr*'
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	assert_claim "$SERVICE" bridge br0
	lab_stop_garpd
	in_hv ip link del fwln1
	lab_start_garpd --bridge 'fwbr*'
	lab_wait 5 claim_is "$SERVICE" bridge fwbr1 || t_fail "not taken along: $(lab_claims)"
	protocol_time 12 # claims of ports that have left are swept by then
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" announcements 2
	assert_equals "claims" 1 "$(lab_claims | grep -c "$SERVICE")"
}

# A port that is put into another bridge meanwhile is somewhere else: its claim is swept.
case_firewall_bridge_moved_port_without_a_daemon() {
	in_hv ip link add br1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	lab_start_garpd --bridge br1
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	lab_stop_garpd
	in_hv ip link set v-new master br1
	lab_start_garpd --bridge br1
	lab_wait 15 no_claims || t_fail "the claim is left: $(lab_claims)"
	assert_equals "claims moved" "" "$(lab_counter segment_moved | tr -d 0)"
}

# The joint vanishes and comes back: the claim goes with its guest's bridge, as it is.
case_firewall_bridge_claim_survives_its_joint() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd --bridge 'fwbr*'
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	assert_claim "$SERVICE" bridge br0
	in_hv ip link del fwln1
	lab_wait 5 claim_is "$SERVICE" bridge fwbr1 || t_fail "not taken along: $(lab_claims)"
	assert_claim "$SERVICE" state owned
	firewall_joint 1
	lab_wait 5 claim_is "$SERVICE" bridge br0 || t_fail "not taken along: $(lab_claims)"
	protocol_time 12 # claims of ports that have left are swept by then
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" announcements 2
}

# Another process is stopped within a call of garpd_speak, and holds its lock: the owner is taken along later.
case_joined_while_garpd_speak_is_busy() {
	local holder
	firewall_bridge 1 new "$MAC_NEW"
	in_hv ip link del fwln1
	lab_start_garpd --bridge 'fwbr*'
	lab_winguest new -k 50000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	protocol_time 2
	lab_spawn "$LAB_DIR/holder" in_ns_exec hv flock -o /sys/fs/bpf/garpd/links sh -c 'echo held; sleep 60'
	holder=$LAB_LAST
	lab_await "$LAB_DIR/holder" 5 held || t_fail "the lock is not free"
	firewall_joint 1
	lab_wait 5 port_is v-new bridge br0 || t_fail "not followed: $(lab_ports)"
	lab_await "$GARPD_LOG" 5 'cannot run garpd_speak: .*busy' || t_fail "not said: $(<"$GARPD_LOG")"
	lab_kill TERM "$holder"
	wait "$holder" || true
	lab_wait 5 claim_is "$SERVICE" bridge br0 || t_fail "not taken along: $(lab_claims)"
	assert_claim "$SERVICE" state owned
}

# A port that is put into another bridge is somewhere else: its claim does not follow, also where garpd hears
# of both bridges at once.
case_firewall_bridge_moved_port_takes_no_claim() {
	in_hv ip link add br1 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	lab_start_garpd --bridge br1
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	kill -STOP "$GARPD_PID"
	in_hv ip link set v-new master br1
	kill -CONT "$GARPD_PID"
	lab_wait 5 port_is v-new bridge br1 || t_fail "not followed: $(lab_ports)"
	lab_wait 15 no_claims || t_fail "the claim is left: $(lab_claims)"
	assert_equals "claims moved" "" "$(lab_counter segment_moved | tr -d 0)"
}

is_no_port() {
	[[ -z $(port_field "$1" role) ]]
}

joints_are_free() {
	is_no_port fwln1 && is_no_port fwpr1
}

# Both sides have an owner of the address when they are joined: the later probe stays, and nothing is announced
# for either, nor while both go on using it.
case_joined_with_two_owners() {
	firewall_bridge 1 new "$MAC_NEW"
	in_hv ip link del fwln1
	lab_start_garpd --bridge 'fwbr*'
	lab_winguest old -k 40000 eth0 "$MAC_OLD" "$SERVICE"
	lab_wait 8 owner_is br0 "$MAC_OLD" || t_fail "not owned: $(lab_claims)"
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 8 owner_is fwbr1 "$MAC_NEW" || t_fail "not owned: $(lab_claims)"
	lab_capture lan router lan0
	firewall_joint 1
	lab_wait 5 claim_is "$SERVICE" bridge br0 || t_fail "not taken along: $(lab_claims)"
	lab_wait 5 counter_is segment_merged 1 || t_fail "not merged: $(lab_claims)"
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
	protocol_time 4
	assert_frames_count 0 lan 'kind=announce-.*'
	# The other host is heard: the owner is in doubt, and neither is announced.
	in_ns old "$LAB_BIN/hostile" eth0 5 1 asks "$MAC_OLD" "$SERVICE" "$ROUTER" >/dev/null || true
	protocol_time 12 # claims of ports that have left are swept by then
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_equals "claims" 1 "$(lab_claims | grep -c "$SERVICE")"
}

# owner_is BRIDGE MAC
owner_is() {
	[[ $(lab_claims | pick "address=$SERVICE" "bridge=$1" mac state | tr '\t' ' ') == "$2 owned" ]]
}

# In XDP the guest behind a joint is announced in the outer segment, too; the joints carry no program.
joined_in_xdp() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd --mode "$1"
	assert_equals "segment of v-new" br0 "$(port_field v-new bridge)"
	assert_equals "mode of v-new" "$1" "$(port_field v-new mode)"
	joints_are_free || t_fail "a joint has a program: $(lab_ports)"
	grep -q xdp <<<"$(in_hv ip -d link show fwpr1)" && t_fail "XDP on fwpr1"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" fwpr1
	assert_one_claim "$SERVICE" "$MAC_NEW" v-new
}

case_joined_in_xdp() {
	joined_in_xdp xdp
}

case_joined_in_xdp_generic() {
	joined_in_xdp xdp-generic
}

# The outer bridge stays the outer one while garpd runs; a daemon that finds another one at its start gives the
# segment that name, and the claims of either bridge go along as they are.
case_joined_outer_is_another_after_a_restart() {
	firewall_bridge 1 new "$MAC_NEW"
	lab_start_garpd --bridge 'fwbr*'
	lab_winguest new -k 40000 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest other -k 40000 eth0 "$MAC_OTHER" 192.0.2.12
	lab_wait 8 claim_is "$SERVICE" state owned || t_fail "not owned: $(lab_claims)"
	lab_wait 8 claim_is 192.0.2.12 state owned || t_fail "not owned: $(lab_claims)"
	lab_wait 5 claim_is 192.0.2.12 announcements 2 || t_fail "not announced: $(lab_claims)"
	lab_wait 5 claim_is "$SERVICE" announcements 2 || t_fail "not announced: $(lab_claims)"
	in_hv ip link set up0 nomaster
	in_hv ip link set up0 master fwbr1
	lab_wait 5 port_is up0 bridge br0 || t_fail "br0 is not the outer one: $(lab_ports)"
	assert_claim "$SERVICE" bridge br0
	lab_stop_garpd
	lab_capture lan router lan0
	lab_start_garpd --bridge 'fwbr*'
	assert_equals "segment of up0" fwbr1 "$(port_field up0 bridge)"
	lab_wait 5 claim_is "$SERVICE" bridge fwbr1 || t_fail "not taken along: $(lab_claims)"
	lab_wait 5 claim_is 192.0.2.12 bridge fwbr1 || t_fail "not taken along: $(lab_claims)"
	protocol_time 12 # claims of ports that have left are swept by then
	assert_claim "$SERVICE" announcements 2
	assert_claim 192.0.2.12 announcements 2
	assert_equals "claims" 2 "$(lab_claims | grep -c 192.0.2.1)"
	assert_frames_count 0 lan 'kind=announce-.*'
}
