# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What goes wrong around the daemon: queues and tables that are full, things that vanish in a window,
# a stopped clock, disks that take nothing. What a daemon that is killed leaves is in lifecycle.sh.

PINS=/sys/fs/bpf/garpd

# addresses A COUNT: COUNT addresses of the segment's wider net, 198.18.A.1 and on.
addresses() {
	local i
	for ((i = 0; i < $2; i++)); do
		printf '198.18.%d.%d\n' $(($1 + i / 250)) $((i % 250 + 1))
	done
}

# announced_addresses CAPTURE: how many addresses there was a request for.
announced_addresses() {
	lab_frames "$1" kind=announce-request | grep -oE ' spa=[^ ]+' | sort -u | wc -l
}

assert_alive() {
	kill -0 "$GARPD_PID" || t_fail "garpd died"
}

# The addresses that probe_all takes are outside the host's subnet, so the host has none here.
host_has_no_subnet() {
	in_hv ip addr del "$HOST/24" dev br0
}

# probe_all COUNT: each guest of the lab probes for COUNT addresses of its own.
probe_all() {
	# shellcheck disable=SC2046 # a list of addresses
	{
		lab_winguest old -q -k 60000 eth0 "$MAC_OLD" $(addresses 10 "$1")
		lab_winguest new -q -k 60000 eth0 "$MAC_NEW" $(addresses 20 "$1")
		lab_winguest other -q -k 60000 eth0 "$MAC_OTHER" $(addresses 30 "$1")
	}
}

# ---- full ----

# The daemon sleeps while three guests send 9,000 probes, for whose events the ring buffer has no room.
# timeout ring_buffer_full 120
case_ring_buffer_full() {
	host_has_no_subnet
	lab_start_garpd
	lab_capture lan router lan0
	kill -STOP "$GARPD_PID"
	probe_all 1000
	lab_wait 60 probed_thrice 3000 || t_fail "not all has been probed for"
	(($(lab_counter event_lost) > 0)) || t_fail "the ring buffer was never full"
	kill -CONT "$GARPD_PID"
	lab_wait 20 grep -q 'events lost .*reading the claims again' "$GARPD_LOG" ||
		t_fail "the loss is not said: $(tail -n 3 "$GARPD_LOG")"
	lab_wait 60 all_announced lan 3000 ||
		t_fail "announced: $(announced_addresses lan) addresses of 3000"
	lab_wait 30 all_owned 3000 || t_fail "not all claims are settled"
	assert_equals "second announcements" 3000 "$(lab_claims | jq '[.[] | select(.announcements == 2)] | length')"
	assert_alive
}

# The same on a fabric: whoever was announced meanwhile, the table that zebra reads has it.
# timeout ring_buffer_full_evpn 120
case_ring_buffer_full_evpn() {
	in_hv ip addr add 198.18.255.254/16 dev br0
	lab_start_garpd --config "$(lab_config 'bridges: [br0]' 'uplinks: [up0]' 'evpn: yes')"
	lab_capture lan router lan0
	kill -STOP "$GARPD_PID"
	# Nothing comes of these: two probes are too few.
	# shellcheck disable=SC2046 # a list of addresses
	{
		lab_winguest old -q -n 2 -k 60000 eth0 "$MAC_OLD" $(addresses 110 1000)
		lab_winguest new -q -n 2 -k 60000 eth0 "$MAC_NEW" $(addresses 120 1000)
		lab_winguest other -q -n 2 -k 60000 eth0 "$MAC_OTHER" $(addresses 130 1000)
	}
	lab_wait 30 ring_is_full || t_fail "the ring buffer was never full"
	# shellcheck disable=SC2046
	lab_winguest new -k 60000 eth0 "$MAC_NEW" $(addresses 20 200)
	lab_wait 30 probed_thrice 200 || t_fail "not all has been probed for"
	protocol_time 1.5 # all windows end: all is due at once, and the buffer still full
	kill -CONT "$GARPD_PID"
	lab_wait 30 svi_has 200 "$MAC_NEW" || t_fail "of 200: $(svi_count "$MAC_NEW")"
	assert_equals "written" 200 "$(lab_counter host_evpn_written)"
	assert_alive
}

# svi_count MAC: how many addresses of probe_all's net the host has at that MAC.
svi_count() {
	in_hv ip neigh show dev br0 | grep -c "^198\.18\..* lladdr $1 " || true
}

svi_has() {
	[[ $(svi_count "$2") == "$1" ]]
}

probed_thrice() {
	lab_claims | jq -e --argjson count "$1" '[.[] | select(.probes >= 3)] | length == $count'
}

all_announced() {
	[[ $(announced_addresses "$1") == "$2" ]]
}

all_owned() {
	lab_claims | jq -e --argjson count "$1" '[.[] | select(.state == "owned")] | length == $count'
}

# daemon_misses COMMAND...: while the daemon looks away, a guest announces itself for an address, the
# ring buffer fills up, and another guest probes for the same address; then COMMAND. What is left in
# the buffer says that the first one's claim waits for nothing.
daemon_misses() {
	# shellcheck disable=SC2046 # a list of addresses
	lab_winguest old -q -n 1 -k 60000 eth0 "$MAC_OLD" $(addresses 10 200)
	lab_winguest new -q -a eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 claim_is "$SERVICE" state owned || t_fail "it has not announced itself"
	probe_all 1000
	lab_wait 30 ring_is_full || t_fail "the ring buffer was never full"
	lab_winguest other -q -k 60000 eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 3 10 "kind=probe src=$MAC_OTHER .*tpa=$SERVICE "
	"$@"
	assert_await_frames lan 1 8 "kind=announce-request src=$MAC_OTHER .*spa=$SERVICE "
	assert_router_mac "$SERVICE" "$MAC_OTHER"
}

ring_is_full() {
	(($(lab_counter event_lost) > 0))
}

# timeout events_lost_while_stopped 120
case_events_lost_while_stopped() {
	host_has_no_subnet
	lab_start_garpd
	lab_capture lan router lan0
	kill -STOP "$GARPD_PID"
	daemon_misses kill -CONT "$GARPD_PID"
}

# timeout events_lost_without_daemon 120
case_events_lost_without_daemon() {
	host_has_no_subnet
	lab_start_garpd
	lab_capture lan router lan0
	lab_kill9_garpd
	daemon_misses lab_start_garpd
}

# Of the daemon's rtnetlink sockets: how many messages the kernel could not queue.
netlink_drops() {
	local inodes
	inodes=" $(find "/proc/$GARPD_PID/fd" -lname 'socket:*' -printf '%l ' | tr -cd '0-9 ') "
	awk -v inodes="$inodes" \
		'index(inodes, " " $10 " ") { sum += $9 } END { print sum + 0 }' \
		"/proc/$GARPD_PID/net/netlink"
}

# alias_changes COUNT: as many news of a link, to fill the daemon's queue with.
alias_changes() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "link set v-other alias a$i"
	done | in_ns_ip hv
}

# While the daemon sleeps its links, addresses and routes change more often than its queue has room for.
# timeout rtnetlink_overrun 120
case_rtnetlink_overrun() {
	lab_guest gone 00:00:5e:00:53:1b
	lab_start_garpd
	lab_capture lan router lan0
	kill -STOP "$GARPD_PID"
	alias_changes 6000
	lab_guest late 00:00:5e:00:53:1a
	in_hv ip link del v-gone
	in_hv ip addr add 192.0.2.77/24 dev br0
	in_hv ip route add 203.0.113.0/24 via 192.0.2.88
	(($(netlink_drops) > 0)) || t_fail "the kernel queued all of it"
	kill -CONT "$GARPD_PID"
	lab_await "$GARPD_LOG" 10 'port v-late attached' || t_fail "v-late: $(tail "$GARPD_LOG")"
	lab_await "$GARPD_LOG" 10 'v-gone: gone' || t_fail "v-gone: $(tail "$GARPD_LOG")"
	lab_winguest late -k 10000 eth0 00:00:5e:00:53:1a "$SERVICE"
	lab_winguest other -q -k 10000 eth0 "$MAC_OTHER" 192.0.2.77 192.0.2.88
	assert_await_frames lan 2 8 'kind=announce-.* src=00:00:5e:00:53:1a'
	assert_router_mac "$SERVICE" 00:00:5e:00:53:1a
	lab_wait 5 claim_is 192.0.2.77 reason denied_host || t_fail "the host's address is not guarded"
	lab_wait 5 claim_is 192.0.2.88 reason denied_next_hop || t_fail "the next hop is not guarded"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_OTHER"
}

# What the kernel could not queue is the newest of all: what is left in the queue says nothing against it.
# timeout rtnetlink_overrun_ends_newest 120
case_rtnetlink_overrun_ends_newest() {
	lab_start_garpd
	kill -STOP "$GARPD_PID"
	alias_changes 1500
	in_hv ip link add v-x type veth peer name x-v
	alias_changes 5000
	in_hv ip link set v-x master br0
	(($(netlink_drops) > 0)) || t_fail "the kernel queued all of it"
	kill -CONT "$GARPD_PID"
	lab_await "$GARPD_LOG" 10 'port v-x attached' || t_fail "v-x: $(tail "$GARPD_LOG")"
	lab_guest late 00:00:5e:00:53:1a
	lab_await "$GARPD_LOG" 10 'port v-late attached' || t_fail "v-late: $(tail "$GARPD_LOG")"
	! grep -q 'v-x: no longer a port' "$GARPD_LOG" || t_fail "v-x: $(tail "$GARPD_LOG")"
	assert_equals "v-x is there as" guest "$(port_field v-x role)"
}

# neighbour_changes COUNT: as many news of an entry that is nobody's.
neighbour_changes() {
	local i
	in_hv ip link add d0 up type veth peer name d1
	for ((i = 0; i < $1; i++)); do
		echo "neigh replace 203.0.113.7 lladdr 00:00:5e:00:53:$((i % 2 + 10)) dev d0 nud permanent"
	done | in_ns_ip hv
}

# follows_neighbours: is one of its rtnetlink sockets in RTNLGRP_NEIGH, the third group?
follows_neighbours() {
	local inodes
	inodes=" $(find "/proc/$GARPD_PID/fd" -lname 'socket:*' -printf '%l ' | tr -cd '0-9 ') "
	awk -v inodes="$inodes" \
		'index(inodes, " " $10 " ") && $4 ~ /[4567cdef]$/ { found = 1 } END { exit !found }' \
		"/proc/$GARPD_PID/net/netlink"
}

follows_no_neighbours() {
	! follows_neighbours
}

# The table, which changes all the time, is followed for as long as there is a tunnel.
case_evpn_tunnel_leaves() {
	on_a_fabric
	follows_neighbours || t_fail "it does not follow the table"
	in_hv ip link set vx0 nomaster
	lab_wait 5 follows_no_neighbours || t_fail "it still follows the table"
	in_hv ip link set vx0 master br0
	lab_wait 5 follows_neighbours || t_fail "it does not follow the table again"
}

# The tunnel belongs to another bridge: nothing can be said as from there, which is counted.
case_evpn_without_a_tunnel() {
	in_hv ip link add br1 up type bridge
	on_a_fabric br1
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev br0 nud noarp extern_learn
	lab_wait 5 counter_is fabric_no_port 1 || t_fail "counted: $(lab_counter fabric_no_port)"
	assert_frames_count 0 lan 'kind=announce-.*'
}

# The entry that EVPN had written is gone, and nobody could tell the daemon: who had the address here
# before is asked for, and announced, all the same.
# timeout evpn_withdrawal_lost 120
case_evpn_withdrawal_lost() {
	on_a_fabric
	lab_winguest old -n 0 -i -k 60000 eth0 "$MAC_OLD" "$SERVICE"
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev br0 nud noarp extern_learn
	lab_await "$GARPD_LOG" 5 "$SERVICE: announced for $MAC_NEW on vx0 .EVPN" ||
		t_fail "not announced, as from vx0: $(<"$GARPD_LOG")"
	kill -STOP "$GARPD_PID"
	neighbour_changes 40000
	in_hv ip neigh del "$SERVICE" dev br0
	(($(netlink_drops) > 0)) || t_fail "the kernel queued all of it"
	kill -CONT "$GARPD_PID"
	lab_await "$GARPD_LOG" 10 "$SERVICE: announced for $MAC_OLD on v-old .EVPN" ||
		t_fail "nobody is told: $(<"$GARPD_LOG")"
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_host_mac "$SERVICE" "$MAC_OLD"
}

# on_a_fabric [BRIDGE]: it has a tunnel, and garpd takes all for a fabric's; zebra's part is done by hand.
on_a_fabric() {
	in_ns_ip hv <<-LINES
		link add vx0 type vxlan id 100 local 203.0.113.1 dstport 4789 nolearning
		link set vx0 master ${1:-br0} up
	LINES
	lab_start_garpd --config "$(lab_config 'bridges: ["br*"]' 'uplinks: [up0]' 'evpn: yes')"
	lab_capture lan router lan0
}

# 2,000 addresses move at once: they are announced in four turns, 50 ms apart.
case_evpn_moves_in_turns() {
	local address i
	in_hv ip addr add 198.18.255.254/16 dev br0
	on_a_fabric
	kill -STOP "$GARPD_PID"
	for address in $(addresses 10 2000); do
		echo "neigh replace $address lladdr $MAC_NEW dev br0 nud noarp extern_learn"
	done | in_ns_ip hv
	kill -CONT "$GARPD_PID"
	lab_await "$LAB_DIR/lan.frames" 10 'kind=announce-request' 2000 || t_fail "not all are announced"
	for i in 500 1000 1500; do
		assert_gap 0 $((50000 + T_LATE_MS * 1000)) \
			lan "$i" kind=announce-request $((i + 1)) kind=announce-request
	done
}

# The table of claims is full: what is in it goes on, what is not is counted; and there is room
# again for whoever comes after some were forgotten.
# timeout claims_full 90
case_claims_full() {
	local claims
	printf 'bridges: [br0]\nuplinks: [up0]\nlimits:\n  claims: 16\ntiming:\n  max_age_s: 3\n' \
		>"$LAB_DIR/garpd.yaml"
	host_has_no_subnet
	lab_start_garpd_at hv -c "$LAB_DIR/garpd.yaml"
	lab_capture lan router lan0
	probe_all 16
	lab_await "$LAB_DIR/lan.frames" 10 'kind=probe' 144 || t_fail "not all was probed for"
	claims=$(lab_claims | jq length)
	((claims > 0 && claims <= 16)) || t_fail "$claims claims in a table of 16"
	(($(lab_counter probe_no_room) > 0)) || t_fail "no probe was refused"
	lab_await "$LAB_DIR/lan.frames" 10 'kind=announce-request' $((2 * claims)) ||
		t_fail "of $claims claims: $(frames_count lan kind=announce-request) announcements"
	lab_wait 10 no_claims || t_fail "claims are not forgotten"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# The host has more subnets than the map has room for; then fewer again: each counts.
# timeout subnets_full 90
case_subnets_full() {
	local i
	t_need bpftool
	lab_start_garpd
	lab_capture lan router lan0
	subnets add 4200
	lab_await "$GARPD_LOG" 20 'not every foreign address is guarded' ||
		t_fail "not said: $(tail -n 3 "$GARPD_LOG")"
	subnets del 200
	lab_wait 10 subnets_are 4002 || t_fail "not all subnets are in the map" # with br0's, and all others
	for i in 1001 4200; do
		lab_winguest new -q -k 10000 eth0 "$MAC_NEW" "$(subnet_address "$i" 2)"
	done
	for i in 1001 4200; do
		assert_await_frames lan 1 10 "kind=announce-request .*spa=$(subnet_address "$i" 2) "
	done
	assert_equals "denied" 0 "$(lab_counter denied_foreign)"
}

subnets_are() {
	[[ $(in_hv bpftool -j map dump pinned "$PINS/subnets" | jq length) == "$1" ]]
}

# subnet_address I N: the Nth address of the Ith of 10.0.0.0/30, 10.0.0.4/30, ...
subnet_address() {
	echo "10.$(($1 / 16384)).$(($1 / 64 % 256)).$(($1 % 64 * 4 + $2))"
}

# subnets VERB COUNT: gives the host an address in the first of them, or takes it away.
subnets() {
	local i
	for ((i = 1; i <= $2; i++)); do
		echo "addr $1 10.$((i / 16384)).$((i / 64 % 256)).$((i % 64 * 4 + 1))/30 dev br0"
	done | in_ns_ip hv
}

# ---- what vanishes in a window ----

window_opens() {
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan "${1:-1}" 5 "kind=probe src=$MAC_NEW"
}

# The guest's link flaps and is back before its window ends.
case_link_flaps_in_the_window() {
	lab_start_garpd
	window_opens 1
	in_hv ip link set v-new down
	in_hv ip link set v-new up
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
}

# Down when the window ends: nothing can be said, that is said, and when it is up again the guest's
# next probes count.
case_link_down_at_the_end_of_the_window() {
	lab_start_garpd
	window_opens 3
	in_hv ip link set v-new down
	lab_await "$GARPD_LOG" 5 "$SERVICE.*not announced: its port is down" ||
		t_fail "not said: $(<"$GARPD_LOG")"
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_router_mac "$SERVICE" "$MAC_OLD"
	in_hv ip link set v-new up
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# A virtual machine that is reset in its window: another device, and it probes again.
case_port_replaced_in_the_window() {
	lab_start_garpd
	window_opens 2
	in_hv ip link del v-new
	lab_link new eth0 "$MAC_NEW" v-new
	lab_await "$GARPD_LOG" 5 'port v-new attached' 2 || t_fail "not attached again"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 10 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
	protocol_time 2.5
	assert_frames_count 2 lan kind=announce-request
}

# br0 is deleted in a window and made again, as `ifreload` does it: nothing is left of the old one.
case_bridge_made_again_in_the_window() {
	local port
	lab_start_garpd
	window_opens 2
	in_hv ip link del br0
	lab_await "$GARPD_LOG" 5 'v-new: no longer a port; detached' || t_fail "$(<"$GARPD_LOG")"
	lab_bridge
	for port in up0 v-old v-new v-other; do
		in_hv ip link set "$port" master br0
		lab_await "$GARPD_LOG" 5 "port $port attached" 2 || t_fail "$port: $(<"$GARPD_LOG")"
	done
	assert_equals "ports" 4 "$(lab_ports | jq length)"
	protocol_time 1.5
	assert_frames_count 0 lan 'kind=announce-.*'
	lab_stale "$SERVICE" "$MAC_OLD"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_alive
}

# A container dies: its namespace goes, with its end of the veth and so with the port.
case_namespace_gone_in_the_window() {
	lab_start_garpd
	window_opens 2
	kill -KILL "$LAB_LAST" "${LAB_PID[new]}"
	unset 'LAB_PID[new]'
	lab_await "$GARPD_LOG" 10 'v-new: gone' || t_fail "v-new is not missed: $(<"$GARPD_LOG")"
	protocol_time 2.5
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_alive
	lab_winguest other -k 10000 eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_OTHER"
	assert_router_mac "$SERVICE" "$MAC_OTHER"
}

# ---- time ----

# Nobody runs while the machine is suspended, and CLOCK_MONOTONIC, which all deadlines are in, stands
# still: a window goes on where it was, and guests of this machine have slept as long. To garpd it is
# therefore less than what is played here, where the clock goes on and only the daemon stands still:
# what fell due is said at once when it wakes, once, and what follows keeps its distance.
case_stopped_and_continued() {
	lab_start_garpd
	window_opens 3
	kill -STOP "$GARPD_PID"
	protocol_time 4
	assert_frames_count 0 lan 'kind=announce-.*'
	kill -CONT "$GARPD_PID"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 1100 lan 1 kind=announce-request 2 kind=announce-request
	protocol_time 2.5
	assert_frames_count 2 lan kind=announce-request
	assert_frames_count 2 lan kind=announce-reply
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# Somebody answered while the daemon stood still: it does not say then what it would have said.
case_contradicted_while_stopped() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 "kind=probe src=$MAC_NEW"
	kill -STOP "$GARPD_PID"
	lab_winguest old -i -k 10000 eth0 "$MAC_OLD" "$SERVICE"
	assert_await_frames lan 3 5 "kind=probe src=$MAC_NEW"
	protocol_time 2
	kill -CONT "$GARPD_PID"
	lab_wait 5 claim_is "$SERVICE" state conflict || t_fail "state: $(claim_field "$SERVICE" state)"
	protocol_time 2.5
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
}

# ---- what cannot be written ----

# The kernel does not run garpd_speak twice, and then does.
start_refused() {
	lab_spawn "$LAB_DIR/garpd.refused.log" in_ns_exec hv "$LAB_BIN/refuse" run \
		"$GARPD" run --bridge br0 --uplink up0
	GARPD_LOG=$LAB_DIR/garpd.refused.log
	lab_await "$GARPD_LOG" 10 '^ready$' || t_fail "not ready"
}

# The announcement waits, and is not lost.
case_speak_is_refused() {
	start_refused
	window_opens 3
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 3050 lan 3 kind=probe 1 kind=announce-request
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_equals "lines about it" 1 \
		"$(grep -c "^br0: $SERVICE: cannot run garpd_speak: .*retried each second" "$GARPD_LOG")"
}

# Nor is a move that EVPN tells of.
case_speak_of_a_move_is_refused() {
	in_hv ip link add vx0 type vxlan id 7 dstport 4789 local 127.0.0.1
	in_hv ip link set vx0 master br0 up
	in_hv bridge link set dev vx0 neigh_suppress on
	start_refused
	lab_capture lan router lan0
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev br0 nud reachable extern_learn
	assert_await_frames lan 1 5 "kind=announce-request src=$MAC_NEW"
	assert_equals "lines about it" 1 \
		"$(grep -c "^br0: $SERVICE: cannot run garpd_speak: .*retried each second" "$GARPD_LOG")"
}

# The claim of a port that has left is forgotten a little later.
case_speak_of_a_port_that_left_is_refused() {
	lab_start_garpd
	window_opens 3
	lab_wait 8 claim_is "$SERVICE" announcements 2 || t_fail "$(lab_claims)"
	lab_stop_garpd
	in_hv ip link del v-new
	start_refused
	lab_wait 20 no_claims || t_fail "it stays: $(lab_claims)"
	assert_equals "lines about it" 1 \
		"$(grep -c "^br0: $SERVICE: cannot run garpd_speak: .*retried each second" "$GARPD_LOG")"
}

# log_is_full ARGS...: its log goes to a full disk; the work goes on.
log_is_full() {
	lab_capture lan router lan0
	# shellcheck disable=SC2016 # the inner shell expands it
	lab_spawn "$LAB_DIR/full" in_ns_exec hv bash -c 'exec "$@" >/dev/full' lab \
		"$GARPD" run --bridge br0 --uplink up0 "$@"
	GARPD_PID=$LAB_LAST
	lab_wait 5 in_hv test -e "$PINS/garpd_speak" || t_fail "it does not start"
	lab_wait 5 ports_are 4 || t_fail "nothing is attached"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	kill -HUP "$GARPD_PID"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_alive
}

case_log_disk_full() {
	log_is_full
}

case_log_disk_full_json() {
	log_is_full --log json
}

# Nobody reads the log: announcing does not wait, and how much is missing is said later.
case_log_reader_stopped() {
	local reader
	host_has_no_subnet
	mkfifo "$LAB_DIR/fifo"
	lab_spawn "$LAB_DIR/log" cat "$LAB_DIR/fifo"
	reader=$LAB_LAST
	lab_capture lan router lan0
	# shellcheck disable=SC2016 # the inner shell expands it
	lab_spawn "$LAB_DIR/full" in_ns_exec hv bash -c 'fifo=$1 && shift && exec "$@" >"$fifo"' lab \
		"$LAB_DIR/fifo" "$GARPD" run --bridge br0 --uplink up0
	GARPD_PID=$LAB_LAST
	lab_await "$LAB_DIR/log" 10 '^ready$' || t_fail "not ready"
	kill -STOP "$reader"
	probe_all 300
	lab_wait 20 all_announced lan 900 || t_fail "announced: $(announced_addresses lan) of 900"
	kill -CONT "$reader"
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 grep -qE '^[0-9]+ lines of this log are lost' "$LAB_DIR/log" ||
		t_fail "not said: $(tail -n 3 "$LAB_DIR/log")"
	lab_wait 10 grep -q "$SERVICE.*probe received" "$LAB_DIR/log" || t_fail "the log does not go on"
}

# reload WORDS LINE...: a new configuration of the lab, until the log has the words.
reload() {
	local before
	before=$(grep -c "$1" "$GARPD_LOG" || true)
	lab_config 'bridges: [br0]' 'uplinks: [up0]' "${@:2}" >/dev/null
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 "$1" $((before + 1)) || t_fail "no line with: $1"
}

# A configuration that cannot be written, twice: its rules hold for no port, those of the last one do.
case_reload_that_fails_leaves_the_rules() {
	local right="ports: [{port: v-new, addresses: [$SERVICE]}]" i
	t_need bpftool
	lab_start_garpd_at hv -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]' "$right")"
	lab_capture lan router lan0
	reload 'configuration reloaded' "$right"
	in_hv bpftool map freeze pinned "$PINS/gateways"
	for i in 1 2; do
		reload 'gateways: cannot write' "${right/$SERVICE/192.0.2.1$i}"
	done
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# Nor does anything else of it hold: what was written before it failed is taken back.
case_reload_that_fails_is_taken_back() {
	t_need bpftool
	lab_start_garpd_at hv -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]')"
	lab_capture lan router lan0
	in_hv bpftool map freeze pinned "$PINS/gateways"
	reload 'gateways: cannot write' "addresses: [{address: $SERVICE, announce: never}]"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	# That of the gateways it cannot know to be as it was.
	grep -q 'cannot write.*partly applied.*cannot be restored' "$GARPD_LOG" ||
		t_fail "$(tail -n 1 "$GARPD_LOG")"
}

case_bpffs_read_only_at_the_start() {
	local status=0
	in_hv mount -o remount,ro /sys/fs/bpf
	in_hv timeout 10 "$GARPD" run --bridge br0 >"$LAB_DIR/out" 2>&1 || status=$?
	assert_equals "exit status" 1 "$status"
	assert_equals "lines" 1 "$(wc -l <"$LAB_DIR/out")"
	grep -q '/sys/fs/bpf is mounted read-only.*remount,rw' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	assert_no_programs
	in_hv mount -o remount,rw /sys/fs/bpf
	lab_start_garpd
}

# Links are pinned, so a port that comes cannot be had in tcx mode; it is said, all else goes on, and it
# is tried again when the configuration is read.
case_bpffs_read_only_while_running() {
	lab_start_garpd
	in_hv mount -o remount,ro /sys/fs/bpf
	lab_guest late 00:00:5e:00:53:1a
	if kernel_has_tcx; then
		lab_await "$GARPD_LOG" 5 'v-late: cannot pin.*Read-only' || t_fail "$(<"$GARPD_LOG")"
	fi
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_alive
	in_hv mount -o remount,rw /sys/fs/bpf
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'port v-late attached' || t_fail "v-late: $(<"$GARPD_LOG")"
	# As it was: the next daemon finds everything.
	lab_kill9_garpd
	lab_start_garpd
	grep -q 'port v-late adopted' "$GARPD_LOG" || t_fail "v-late: $(<"$GARPD_LOG")"
	assert_claim "$SERVICE" mac "$MAC_NEW"
}

# ---- killed ----

# Six times in one window and the announcements behind it. (tests/bench/kills.sh: 500 windows.)
# timeout killed_again_and_again 90
case_killed_again_and_again() {
	local i
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	for ((i = 0; i < 6; i++)); do
		protocol_time "0.$((RANDOM % 400 + 100))"
		lab_kill9_garpd
		lab_start_garpd
	done
	assert_await_frames lan 4 10 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	protocol_time 2.5
	assert_frames_count 2 lan kind=announce-request
	assert_frames_count 2 lan kind=announce-reply
}

# killed_after_ms MS: a daemon that is given no more time than that, less than a second.
killed_after_ms() {
	lab_spawn "$LAB_DIR/killed.$1" in_ns_exec hv "$GARPD" run --bridge br0 --uplink up0
	protocol_time "0.$(printf %03d "$1")"
	kill -KILL "$LAB_LAST"
	wait "$LAB_LAST" 2>/dev/null || true
}

# Killed while it starts, at whatever point: the next one starts all the same, and nothing is doubled.
case_killed_while_starting() {
	local i
	lab_capture lan router lan0
	for ((i = 0; i < 15; i++)); do
		killed_after_ms $((i * 12))
	done
	lab_start_garpd
	assert_equals "ports" 4 "$(lab_ports | jq length)"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	protocol_time 2.5
	assert_frames_count 2 lan kind=announce-request
	assert_frames_count 2 lan kind=announce-reply
	lab_stop_garpd
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_nothing_left
}

# ---- another version ----

layout_bytes() {
	in_hv bpftool -j map lookup pinned "$PINS/settings" key hex 00 00 00 00 |
		jq -r '.value | map(ltrimstr("0x")) | join(" ")'
}

# What this machine's garpd of another layout would have left: settings.abi is its first number.
make_other_layout() {
	local value
	value=$(layout_bytes)
	# shellcheck disable=SC2086 # a list of bytes
	in_hv bpftool map update pinned "$PINS/settings" key hex 00 00 00 00 value hex fe ${value#* }
}

# A map of another size in place of the one called $1, and one that this version does not know.
make_other_map() {
	in_hv rm "$PINS/$1"
	in_hv bpftool map create "$PINS/$1" type hash key 24 value 64 entries 64 name "$1" flags 1
	in_hv bpftool map create "$PINS/formerly" type array key 4 value 4 entries 1 name formerly
}

# assert_replaced MODE NEW_MODE WORDS COMMAND...: garpd of NEW_MODE comes where one of MODE with another layout was.
assert_replaced() {
	local links=$PINS/links settings
	t_need bpftool
	lab_start_garpd --mode "$1"
	settings=$(layout_bytes)
	window_opens 1
	lab_kill9_garpd
	"${@:4}"
	# Tools of this version do not read it.
	! in_hv "$GARPD" show claims >/dev/null 2>"$LAB_DIR/err" || t_fail "another layout is shown"
	grep -q 'another version of garpd' "$LAB_DIR/err" || t_fail "$(<"$LAB_DIR/err")"
	# A port that left in between, and is nobody's when the new one comes.
	in_hv ip link set v-other nomaster
	lab_start_garpd --mode "$2"
	grep -qE "$PINS: replaced the pins of another garpd version .*$3" "$GARPD_LOG" ||
		t_fail "not said: $(<"$GARPD_LOG")"
	in_hv test ! -e "$PINS/formerly" || t_fail "a map that nobody knows is left"
	in_hv test ! -e "$PINS/next" || t_fail "the place for the new maps is left"
	assert_equals "settings" "$settings" "$(layout_bytes)"
	assert_equals "ports" 3 "$(lab_ports | jq length)"
	in_hv test ! -e "$links/$(in_hv cat /sys/class/net/v-other/ifindex)" || t_fail "v-other's link"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 192.0.2.77
	assert_await_frames lan 4 8 "kind=announce-.* spa=192.0.2.77"
	protocol_time 1.5
	assert_frames_count 2 lan kind=announce-request spa=192.0.2.77
	# The window that was open is lost: the two probes that came after it are too few.
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$SERVICE"
	# One program a port, and it is of the new maps: the other one would have counted, too.
	assert_equals "probes counted" 3 "$(claim_field 192.0.2.77 probes)"
	lab_stop_garpd
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_nothing_left
}

case_other_layout_is_replaced() {
	assert_replaced auto auto 'layout 254 there' make_other_layout
}

case_other_layout_is_replaced_tc() {
	assert_replaced tc tc 'layout 254 there' make_other_layout
}

case_other_layout_is_replaced_in_another_mode() {
	assert_replaced tc xdp 'layout 254 there' make_other_layout
}

case_other_map_is_replaced() {
	assert_replaced auto auto 'map claims: value size 64 there' make_other_map claims
}

# Killed at whatever point of replacing: what is left is replaced, or swept, by the next one.
# timeout killed_while_replacing 120
case_killed_while_replacing() {
	local i
	t_need bpftool
	lab_start_garpd --mode tc
	lab_kill9_garpd
	in_hv ip link set v-other nomaster
	for ((i = 0; i < 20; i++)); do
		make_other_layout
		killed_after_ms $((i * 15))
	done
	lab_start_garpd
	assert_equals "ports" 3 "$(lab_ports | jq length)"
	assert_equals "pins of two layouts" "" "$(in_hv find "$PINS" -path '*next*')"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	protocol_time 1.5
	assert_frames_count 2 lan kind=announce-request
	lab_stop_garpd
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_nothing_left
}

# Should the new one not load, everything is as it was.
case_other_layout_stays_where_nothing_loads() {
	local before
	lab_start_garpd
	lab_kill9_garpd
	make_other_layout
	before=$(in_hv find /sys/fs/bpf | sort)
	! in_hv setpriv --inh-caps=-all --bounding-set=-all,+bpf,+net_admin \
		"$GARPD" run --bridge br0 >"$LAB_DIR/out" 2>&1 || t_fail "it starts without CAP_PERFMON"
	assert_equals "lines" 1 "$(wc -l <"$LAB_DIR/out")"
	assert_equals "pins" "$before" "$(in_hv find /sys/fs/bpf | sort)"
	in_hv "$GARPD" detach >"$LAB_DIR/out" 2>&1 || t_fail "garpd detach failed"
	assert_equals "what detach says" "" "$(<"$LAB_DIR/out")"
	assert_nothing_left
}

# ---- the same address twice ----

# Two bridges are two segments: a guest of each takes the address, and each is announced on its own.
case_two_bridges_with_the_same_address() {
	local mac=00:00:5e:00:53:1c
	in_ns_ip hv <<-LINES
		link add br1 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set br1 up
	LINES
	lab_machine far
	lab_machine near
	in_ns_ip hv <<-LINES
		link add v-far type veth peer name eth0 address $mac netns ${LAB_PID[far]}
		link set v-far master br1 up
		link add v-near type veth peer name eth0 netns ${LAB_PID[near]}
		link set v-near master br1 up
	LINES
	in_ns far ip link set eth0 up
	in_ns near ip link set eth0 up
	lab_start_garpd --bridge br1
	lab_capture lan router lan0
	lab_capture near near eth0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest far -k 10000 eth0 "$mac" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_await_frames near 4 8 "kind=announce-.* src=$mac"
	assert_frames_count 0 lan "src=$mac"
	assert_frames_count 0 near "src=$MAC_NEW"
	assert_equals "claims" 2 "$(lab_claims | jq length)"
	assert_equals "conflicts" 0 "$(lab_claims | jq '[.[].conflicts] | add')"
}
