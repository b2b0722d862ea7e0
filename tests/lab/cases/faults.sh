# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Faults around the daemon: full queues and tables, interfaces that vanish in a window, a stopped daemon,
# full disks. For a daemon that is killed see also lifecycle.sh.

# shellcheck source=tests/lab/trace.sh
source "$LAB_ROOT/tests/lab/trace.sh"

PINS=/sys/fs/bpf/garpd

# addresses A COUNT: prints COUNT addresses of the segment's wider net, from 198.18.A.1 on.
addresses() {
	local i
	for ((i = 0; i < $2; i++)); do
		printf '198.18.%d.%d\n' $(($1 + i / 250)) $((i % 250 + 1))
	done
}

# announced_addresses CAPTURE: prints how many addresses have a gratuitous request.
announced_addresses() {
	lab_frames "$1" kind=announce-request | grep -oE ' spa=[^ ]+' | sort -u | wc -l
}

assert_alive() {
	kill -0 "$GARPD_PID" || t_fail "garpd died"
}

# The addresses of probe_all would be foreign to the host's subnet, so remove it.
host_remove_subnet() {
	in_hv ip addr del "$HOST/24" dev br0
}

# probe_all COUNT: each guest of the lab probes for its own COUNT addresses.
probe_all() {
	# shellcheck disable=SC2046 # a list of addresses
	{
		lab_winguest old -k 60000 eth0 "$MAC_OLD" $(addresses 10 "$1")
		lab_winguest new -k 60000 eth0 "$MAC_NEW" $(addresses 20 "$1")
		lab_winguest other -k 60000 eth0 "$MAC_OTHER" $(addresses 30 "$1")
	}
}

# ---- full ----

# The daemon is stopped while three guests send 9,000 probes: too many events for the ring buffer.
# timeout ring_buffer_full 120
case_ring_buffer_full() {
	host_remove_subnet
	lab_start_garpd
	lab_capture lan router lan0
	trace_begin
	kill -STOP "$GARPD_PID"
	probe_all 1000
	lab_wait 60 probed_thrice 3000 || t_fail "not all has been probed for"
	(($(lab_counter event_lost) > 0)) || t_fail "the ring buffer was never full"
	kill -CONT "$GARPD_PID"
	lab_wait 20 grep -q 'events lost .*reading the claims again' "$GARPD_LOG" ||
		t_fail "the loss is not logged: $(tail -n 3 "$GARPD_LOG")"
	(($(grep -c 'reading the claims again' "$GARPD_LOG") <= 5)) ||
		t_fail "the claims are read again and again: $(grep -c 'reading the claims again' "$GARPD_LOG") times"
	lab_wait 60 all_announced lan 3000 ||
		t_fail "announced: $(announced_addresses lan) addresses of 3000"
	# And one for ports that left before the start.
	(($(walks claims) <= $(grep -c 'reading the claims again' "$GARPD_LOG") + 1)) ||
		t_fail "all claims were read $(walks claims) times"
	lab_wait 30 all_owned 3000 || t_fail "not all claims are settled"
	assert_equals "second announcements" 3000 "$(lab_claims | jq '[.[] | select(.announcements == 2)] | length')"
	assert_alive
}

# The same on a fabric: the table that zebra reads has all guests that were announced meanwhile.
# timeout ring_buffer_full_evpn 120
case_ring_buffer_full_evpn() {
	in_hv ip addr add 198.18.255.254/16 dev br0
	lab_start_garpd --config "$(lab_config 'bridges: [br0]' 'uplinks: [up0]' 'evpn: yes')"
	lab_capture lan router lan0
	kill -STOP "$GARPD_PID"
	# These lapse: two probes are too few.
	# shellcheck disable=SC2046 # a list of addresses
	{
		lab_winguest old -n 2 -k 60000 eth0 "$MAC_OLD" $(addresses 110 1000)
		lab_winguest new -n 2 -k 60000 eth0 "$MAC_NEW" $(addresses 120 1000)
		lab_winguest other -n 2 -k 60000 eth0 "$MAC_OTHER" $(addresses 130 1000)
	}
	lab_wait 30 ring_is_full || t_fail "the ring buffer was never full"
	# shellcheck disable=SC2046
	lab_winguest new -k 60000 eth0 "$MAC_NEW" $(addresses 20 200)
	lab_wait 30 probed_thrice 200 || t_fail "not all has been probed for"
	protocol_time 1.5 # all windows end: all is due at once, while the buffer is still full
	kill -CONT "$GARPD_PID"
	lab_wait 30 svi_has 200 "$MAC_NEW" || t_fail "of 200: $(svi_count "$MAC_NEW")"
	assert_equals "written" 200 "$(lab_counter host_evpn_written)"
	assert_alive
}

# svi_count MAC: prints how many addresses of probe_all's net the host has with that MAC.
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

# assert_missed_event_is_caught_up COMMAND...: while the daemon is stopped, a guest announces itself for an
# address, the ring buffer fills up, and another guest probes for the same address; then COMMAND. The
# events in the buffer show only the first guest's claim, which has no deadline.
assert_missed_event_is_caught_up() {
	# shellcheck disable=SC2046 # a list of addresses
	lab_winguest old -n 1 -k 60000 eth0 "$MAC_OLD" $(addresses 10 200)
	lab_winguest new -a eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 claim_is "$SERVICE" state owned || t_fail "new did not announce itself"
	probe_all 1000
	lab_wait 30 ring_is_full || t_fail "the ring buffer was never full"
	lab_winguest other -k 60000 eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 3 10 "kind=probe src=$MAC_OTHER .*tpa=$SERVICE "
	"$@"
	# Not the router's entry: all namespaces share the kernel's 1,024 entries (gc_thresh3), of which cases
	# beside this one fill so many that it may be evicted.
	assert_await_frames lan 1 8 "kind=announce-request src=$MAC_OTHER .*spa=$SERVICE "
}

ring_is_full() {
	(($(lab_counter event_lost) > 0))
}

# timeout events_lost_while_stopped 120
case_events_lost_while_stopped() {
	host_remove_subnet
	lab_start_garpd
	lab_capture lan router lan0
	kill -STOP "$GARPD_PID"
	assert_missed_event_is_caught_up kill -CONT "$GARPD_PID"
}

# timeout events_lost_without_daemon 120
case_events_lost_without_daemon() {
	host_remove_subnet
	lab_start_garpd
	lab_capture lan router lan0
	lab_kill9_garpd
	assert_missed_event_is_caught_up lab_start_garpd
}

# netlink_drops: prints how many messages the kernel could not queue for the daemon's rtnetlink sockets.
netlink_drops() {
	local inodes
	inodes=" $(find "/proc/$GARPD_PID/fd" -lname 'socket:*' -printf '%l ' | tr -cd '0-9 ') "
	awk -v inodes="$inodes" \
		'index(inodes, " " $10 " ") { sum += $9 } END { print sum + 0 }' \
		"/proc/$GARPD_PID/net/netlink"
}

# alias_changes COUNT: makes as many notifications about a link, to fill the daemon's queue.
alias_changes() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "link set v-other alias a$i"
	done | in_ns_ip hv
}

# While the daemon is stopped, links, addresses and routes change more often than its queue can hold.
# timeout rtnetlink_overrun 240
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
	assert_await_attached v-late
	lab_await "$GARPD_LOG" 10 'v-gone: gone' || t_fail "v-gone: $(tail "$GARPD_LOG")"
	lab_winguest late -k 10000 eth0 00:00:5e:00:53:1a "$SERVICE"
	lab_winguest other -f -k 10000 eth0 "$MAC_OTHER" 192.0.2.77 192.0.2.88
	assert_await_frames lan 2 8 'kind=announce-.* src=00:00:5e:00:53:1a'
	assert_router_mac "$SERVICE" 00:00:5e:00:53:1a
	# The host answers for its address; whichever is heard first, that or the probe, decides the state.
	assert_explained 192.0.2.77 "policy: the address is this host's own"
	lab_wait 5 claim_is 192.0.2.88 reason denied_next_hop || t_fail "the next hop is not guarded"
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_OTHER"
}

# The kernel drops the newest notifications: the queue still has the older state.
# timeout rtnetlink_overrun_ends_newest 240
case_rtnetlink_overrun_ends_newest() {
	lab_start_garpd
	kill -STOP "$GARPD_PID"
	alias_changes 1500
	in_hv ip link add v-x type veth peer name x-v
	alias_changes 5000
	in_hv ip link set v-x master br0
	(($(netlink_drops) > 0)) || t_fail "the kernel queued all of it"
	kill -CONT "$GARPD_PID"
	# its other end is down
	lab_await "$GARPD_LOG" 10 'port v-x attached' || t_fail "v-x: $(tail "$GARPD_LOG")"
	lab_guest late 00:00:5e:00:53:1a
	assert_await_attached v-late
	! grep -q 'v-x: no longer a port' "$GARPD_LOG" || t_fail "v-x: $(tail "$GARPD_LOG")"
	assert_equals "v-x is there as" guest "$(port_field v-x role)"
}

# neighbour_changes COUNT: makes as many notifications about an unrelated entry.
neighbour_changes() {
	local i
	in_hv ip link add d0 up type veth peer name d1
	for ((i = 0; i < $1; i++)); do
		echo "neigh replace 203.0.113.7 lladdr 00:00:5e:00:53:$((i % 2 + 10)) dev d0 nud permanent"
	done | in_ns_ip hv
}

# is_following_neighbours: one of its rtnetlink sockets is in RTNLGRP_NEIGH, the third group.
is_following_neighbours() {
	local inodes
	inodes=" $(find "/proc/$GARPD_PID/fd" -lname 'socket:*' -printf '%l ' | tr -cd '0-9 ') "
	awk -v inodes="$inodes" \
		'index(inodes, " " $10 " ") && $4 ~ /[4567cdef]$/ { found = 1 } END { exit !found }' \
		"/proc/$GARPD_PID/net/netlink"
}

is_not_following_neighbours() {
	! is_following_neighbours
}

# The neighbour table, which changes all the time, is followed only while there is a tunnel.
case_evpn_tunnel_leaves() {
	start_on_a_fabric
	is_following_neighbours || t_fail "it does not follow the table"
	in_hv ip link set vx0 nomaster
	lab_wait 5 is_not_following_neighbours || t_fail "it still follows the table"
	in_hv ip link set vx0 master br0
	lab_wait 5 is_following_neighbours || t_fail "it does not follow the table again"
}

# The tunnel belongs to another bridge: nothing can be announced as from it, which is counted.
case_evpn_without_a_tunnel() {
	in_hv ip link add br1 up type bridge
	start_on_a_fabric br1
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev br0 nud noarp extern_learn
	lab_wait 5 counter_is fabric_no_port 1 || t_fail "counted: $(lab_counter fabric_no_port)"
	assert_frames_count 0 lan 'kind=announce-.*'
}

# The deletion of EVPN's entry is not in the daemon's queue: the last local owner is resolved and
# announced all the same.
# timeout evpn_withdrawal_lost 120
case_evpn_withdrawal_lost() {
	start_on_a_fabric
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
		t_fail "not announced: $(<"$GARPD_LOG")"
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_host_mac "$SERVICE" "$MAC_OLD"
}

# start_on_a_fabric [BRIDGE]: adds a tunnel and starts garpd with `evpn: yes`; cases do zebra's part by hand.
start_on_a_fabric() {
	in_ns_ip hv <<-LINES
		link add vx0 type vxlan id 100 local 203.0.113.1 dstport 4789 nolearning
		link set vx0 master ${1:-br0} up
	LINES
	lab_start_garpd --config "$(lab_config 'bridges: ["br*"]' 'uplinks: [up0]' 'evpn: yes')"
	lab_capture lan router lan0
}

# 2,000 addresses move at once: they are announced in four batches, 50 ms apart.
case_evpn_moves_in_turns() {
	local address i
	in_hv ip addr add 198.18.255.254/16 dev br0
	start_on_a_fabric
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

# The table of claims is full: its claims go on, further ones are counted, and there is room again after
# some were forgotten.
case_claims_full() {
	local claims
	printf 'bridges: [br0]\nuplinks: [up0]\nlimits:\n  claims: 16\ntiming:\n  max_age_s: 3\n' \
		>"$LAB_DIR/garpd.yaml"
	host_remove_subnet
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

# The host has more subnets than the map can hold; then fewer again: all are in the map.
case_subnets_full() {
	local i
	t_need bpftool
	lab_start_garpd
	lab_capture lan router lan0
	subnets add 4200
	lab_await "$GARPD_LOG" 20 'not every foreign address is guarded' ||
		t_fail "not logged: $(tail -n 3 "$GARPD_LOG")"
	subnets del 200
	lab_wait 10 subnets_are 4002 || t_fail "not all subnets are in the map" # including br0's
	for i in 1001 4200; do
		lab_winguest new -k 10000 eth0 "$MAC_NEW" "$(subnet_address "$i" 2)"
	done
	for i in 1001 4200; do
		assert_await_frames lan 1 10 "kind=announce-request .*spa=$(subnet_address "$i" 2) "
	done
	assert_equals "denied" 0 "$(lab_counter denied_foreign)"
}

subnets_are() {
	[[ $(in_hv bpftool -j map dump pinned "$PINS/subnets" | jq length) == "$1" ]]
}

# subnet_address I N: prints the Nth address of the Ith of 10.0.0.0/30, 10.0.0.4/30, ...
subnet_address() {
	echo "10.$(($1 / 16384)).$(($1 / 64 % 256)).$(($1 % 64 * 4 + $2))"
}

# subnets VERB COUNT: adds an address in each of the first COUNT to the host, or deletes it.
subnets() {
	local i
	for ((i = 1; i <= $2; i++)); do
		echo "addr $1 10.$((i / 16384)).$((i / 64 % 256)).$((i % 64 * 4 + 1))/30 dev br0"
	done | in_ns_ip hv
}

# ---- what vanishes in a window ----

open_window() {
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan "${1:-1}" 5 "kind=probe src=$MAC_NEW"
}

# The guest's link flaps and is back before its window ends.
case_link_flaps_in_the_window() {
	lab_start_garpd
	open_window 1
	in_hv ip link set v-new down
	in_hv ip link set v-new up
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
}

# Down when the window ends: the guest cannot be asked. When it is up again, it is, and announced.
case_link_down_at_the_end_of_the_window() {
	lab_start_garpd
	open_window 3
	in_hv ip link set v-new down
	lab_wait 5 claim_is "$SERVICE" state asking || t_fail "not asking: $(lab_claims)"
	protocol_time 1
	assert_frames_count 0 lan 'kind=announce-.*'
	assert_router_mac "$SERVICE" "$MAC_OLD"
	(($(lab_counter ask_no_port) > 0)) || t_fail "the port was not missed"
	in_hv ip link set v-new up
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
	assert_frames_count 3 lan kind=probe
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# A virtual machine is reset in its window: a new device, and it probes again.
case_port_replaced_in_the_window() {
	lab_start_garpd
	open_window 2
	in_hv ip link del v-new
	lab_link new eth0 "$MAC_NEW" v-new
	assert_await_attached v-new 2
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 10 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
	protocol_time 2.5
	assert_frames_count 2 lan kind=announce-request
}

# br0 is deleted in a window and made again, as by `ifreload`: the claims of the old one are gone.
case_bridge_made_again_in_the_window() {
	local port
	lab_start_garpd
	open_window 2
	in_hv ip link del br0
	lab_await "$GARPD_LOG" 5 'v-new: no longer a port; detached' || t_fail "$(<"$GARPD_LOG")"
	lab_bridge
	for port in up0 v-old v-new v-other; do
		in_hv ip link set "$port" master br0
		assert_await_attached "$port" 2
	done
	assert_equals "ports" 5 "$(lab_ports | jq length)"
	protocol_time 1.5
	assert_frames_count 0 lan 'kind=announce-.*'
	lab_stale "$SERVICE" "$MAC_OLD"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_alive
}

# A container dies: its namespace is deleted, with its end of the veth, and so is the port.
case_namespace_gone_in_the_window() {
	lab_start_garpd
	open_window 2
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

# While the machine is suspended nothing runs, and CLOCK_MONOTONIC, which all deadlines use, is stopped:
# a window goes on where it was, as for the guests of this machine. Worse for garpd is this case, where
# the clock goes on and only the daemon is stopped: what was due is announced once when it wakes, and the
# next announcement keeps its distance.
case_stopped_and_continued() {
	lab_start_garpd
	open_window 3
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

# Another host has defended the address while the daemon was stopped: the guest, which ignores that, is not
# announced.
case_contradicted_while_stopped() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -f -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 1 5 "kind=probe src=$MAC_NEW"
	kill -STOP "$GARPD_PID"
	lab_winguest old -n 0 -i -k 10000 eth0 "$MAC_OLD" "$SERVICE"
	assert_await_frames lan 3 5 "kind=probe src=$MAC_NEW"
	protocol_time 2
	kill -CONT "$GARPD_PID"
	lab_wait 5 claim_is "$SERVICE" state conflict || t_fail "state: $(claim_field "$SERVICE" state)"
	protocol_time 2.5
	assert_frames_count 0 lan 'kind=announce-.*' "src=$MAC_NEW"
}

# ---- what cannot be written ----

# start_with_refusals: starts garpd where the first two runs of garpd_speak fail.
start_with_refusals() {
	lab_spawn "$LAB_DIR/garpd.refused.log" in_ns_exec hv "$LAB_BIN/refuse" run \
		"$GARPD" run --bridge br0 --uplink up0
	GARPD_LOG=$LAB_DIR/garpd.refused.log
	lab_await_ready "$GARPD_LOG" || t_fail "not ready"
}

# The announcement is delayed, not lost.
case_speak_is_refused() {
	start_with_refusals
	open_window 3
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 3050 lan 3 kind=probe 1 kind=announce-request
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_equals "lines about it" 1 \
		"$(grep -c "^br0: $SERVICE: cannot run garpd_speak: .*retried each second" "$GARPD_LOG")"
}

# Nor is a move by EVPN.
case_speak_of_a_move_is_refused() {
	in_hv ip link add vx0 type vxlan id 7 dstport 4789 local 127.0.0.1
	in_hv ip link set vx0 master br0 up
	in_hv bridge link set dev vx0 neigh_suppress on
	start_with_refusals
	lab_capture lan router lan0
	in_hv ip neigh replace "$SERVICE" lladdr "$MAC_NEW" dev br0 nud reachable extern_learn
	assert_await_frames lan 1 5 "kind=announce-request src=$MAC_NEW"
	assert_equals "lines about it" 1 \
		"$(grep -c "^br0: $SERVICE: cannot run garpd_speak: .*retried each second" "$GARPD_LOG")"
}

# The claim of a port that has left is forgotten a little later.
case_speak_of_a_port_that_left_is_refused() {
	lab_start_garpd
	open_window 3
	lab_wait 8 claim_is "$SERVICE" announcements 2 || t_fail "$(lab_claims)"
	lab_stop_garpd
	in_hv ip link del v-new
	start_with_refusals
	lab_wait 20 no_claims || t_fail "it stays: $(lab_claims)"
	assert_equals "lines about it" 1 \
		"$(grep -c "^br0: $SERVICE: cannot run garpd_speak: .*retried each second" "$GARPD_LOG")"
}

# run_with_full_log ARGS...: the log goes to a full disk; announcing goes on.
run_with_full_log() {
	lab_capture lan router lan0
	# shellcheck disable=SC2016 # the inner shell expands it
	lab_spawn "$LAB_DIR/full" in_ns_exec hv bash -c 'exec "$@" >/dev/full' lab \
		"$GARPD" run --bridge br0 --uplink up0 "$@"
	GARPD_PID=$LAB_LAST
	lab_wait "$LAB_START_SECONDS" in_hv test -e "$PINS/garpd_speak" || t_fail "it does not start"
	lab_wait 5 ports_are 5 || t_fail "nothing is attached"
	lab_wait 5 port_is v-new forwarding true || t_fail "v-new does not forward"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	kill -HUP "$GARPD_PID"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_alive
}

# A guest that probes for ever new addresses; an announcement of another one is in the log all the same.
case_log_of_one_guest_is_bounded() {
	local lines
	in_hv ip addr add 10.255.255.254/8 dev br0 # so that the addresses are not foreign
	lab_start_garpd
	lab_spawn "$LAB_DIR/hostile.log" in_ns_exec other "$LAB_BIN/hostile" eth0 1000 5 addresses \
		"$MAC_OTHER" 10.0.0.0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 8 "$SERVICE: announced for $MAC_NEW .*2 of 2" || t_fail "$(tail -n 3 "$GARPD_LOG")"
	lines=$(grep -c " on v-other: " "$GARPD_LOG")
	((lines > 10 && lines <= 110)) || t_fail "$lines lines about v-other"
	grep -q 'lines about v-other not logged)$' "$GARPD_LOG" || t_fail "no word of those left out"
}

case_log_disk_full() {
	run_with_full_log
}

case_log_disk_full_json() {
	run_with_full_log --log json
}

# The reader of the log is stopped: announcing does not wait, and the number of lost lines is logged.
case_log_reader_stopped() {
	local reader
	host_remove_subnet
	mkfifo "$LAB_DIR/fifo"
	lab_spawn "$LAB_DIR/log" cat "$LAB_DIR/fifo"
	reader=$LAB_LAST
	lab_capture lan router lan0
	# shellcheck disable=SC2016 # the inner shell expands it
	lab_spawn "$LAB_DIR/full" in_ns_exec hv bash -c 'fifo=$1 && shift && exec "$@" >"$fifo"' lab \
		"$LAB_DIR/fifo" "$GARPD" run --bridge br0 --uplink up0
	GARPD_PID=$LAB_LAST
	lab_await_ready "$LAB_DIR/log" || t_fail "not ready"
	kill -STOP "$reader"
	probe_all 600 # a pipe holds some 900 lines of announcements
	lab_wait 30 all_announced lan 1800 || t_fail "announced: $(announced_addresses lan) of 1800"
	lab_wait 30 all_owned 1800 || t_fail "not all claims are settled" # the daemon has come to all of them
	kill -CONT "$reader"
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 grep -qE '^[0-9]+ log lines lost' "$LAB_DIR/log" ||
		t_fail "not logged: $(tail -n 3 "$LAB_DIR/log")"
	lab_wait 10 grep -q "$SERVICE: " "$LAB_DIR/log" || t_fail "the log does not go on"
}

# reload WORDS LINE...: reloads with a new configuration, and waits for the words in the log.
reload() {
	local before
	before=$(grep -c "$1" "$GARPD_LOG" || true)
	lab_config 'bridges: [br0]' 'uplinks: [up0]' "${@:2}" >/dev/null
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 "$1" $((before + 1)) || t_fail "no line with: $1"
}

# A configuration that cannot be applied, twice: the rules of the former one stay in force.
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

# Nor is anything else of it in force: what was written before the failure is restored.
case_reload_that_fails_is_taken_back() {
	t_need bpftool
	lab_start_garpd_at hv -c "$(lab_config 'bridges: [br0]' 'uplinks: [up0]')"
	lab_capture lan router lan0
	in_hv bpftool map freeze pinned "$PINS/gateways"
	reload 'gateways: cannot write' "addresses: [{address: $SERVICE, announce: never}]"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 8 "kind=announce-.* src=$MAC_NEW"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	# The map of gateways cannot be restored here.
	grep -q 'cannot write.*partly applied.*cannot be restored' "$GARPD_LOG" ||
		t_fail "$(tail -n 1 "$GARPD_LOG")"
}

case_bpffs_read_only_at_the_start() {
	local status=0
	in_hv mount -o remount,ro /sys/fs/bpf
	in_hv timeout "$LAB_START_SECONDS" "$GARPD" run --bridge br0 >"$LAB_DIR/out" 2>&1 || status=$?
	assert_equals "exit status" 1 "$status"
	assert_equals "lines" 1 "$(wc -l <"$LAB_DIR/out")"
	grep -q '/sys/fs/bpf is mounted read-only.*remount,rw' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	assert_no_programs
	in_hv mount -o remount,rw /sys/fs/bpf
	lab_start_garpd
}

# Links are pinned, so a new port cannot be attached in tcx mode; this is logged, all else goes on, and it
# is tried again at a reload.
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
	assert_await_attached v-late
	# Writable again: the next daemon finds everything.
	lab_kill9_garpd
	lab_start_garpd
	grep -q 'port v-late adopted' "$GARPD_LOG" || t_fail "v-late: $(<"$GARPD_LOG")"
	assert_claim "$SERVICE" mac "$MAC_NEW"
}

# ---- killed ----

# Six times in one window and the announcements after it. (tests/bench/kills.sh: 500 windows.)
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

# kill_after_ms MS: starts a daemon and kills it after that time, less than a second.
kill_after_ms() {
	lab_spawn "$LAB_DIR/killed.$1" in_ns_exec hv "$GARPD" run --bridge br0 --uplink up0
	protocol_time "0.$(printf %03d "$1")"
	kill -KILL "$LAB_LAST"
	wait "$LAB_LAST" 2>/dev/null || true
}

# Killed at any point of its start: the next one starts all the same, and nothing is doubled.
case_killed_while_starting() {
	local i
	lab_capture lan router lan0
	for ((i = 0; i < 15; i++)); do
		kill_after_ms $((i * 12))
	done
	lab_start_garpd
	assert_equals "ports" 5 "$(lab_ports | jq length)"
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

# Prints how many maps are pinned.
maps_pinned() {
	grep -c LIBBPF_PIN_BY_NAME "$LAB_ROOT/bpf/maps.h"
}

layout_bytes() {
	in_hv bpftool -j map lookup pinned "$PINS/settings" key hex 00 00 00 00 |
		jq -r '.value | map(ltrimstr("0x")) | join(" ")'
}

# make_other_layout: changes settings.abi, its first number, as if another version had made the pins.
make_other_layout() {
	local value
	value=$(layout_bytes)
	# shellcheck disable=SC2086 # a list of bytes
	in_hv bpftool map update pinned "$PINS/settings" key hex 00 00 00 00 value hex fe ${value#* }
}

# make_other_map NAME: replaces it by a map of another size, and adds one that this version does not know.
make_other_map() {
	in_hv rm "$PINS/$1"
	in_hv bpftool map create "$PINS/$1" type hash key 24 value 64 entries 64 name "$1" flags 1
	in_hv bpftool map create "$PINS/formerly" type array key 4 value 4 entries 1 name formerly
}

# assert_replaced FRAMES MODE NEW_MODE WORDS COMMAND...: garpd of NEW_MODE replaces one of MODE with another layout.
# The window that was open meanwhile ends with so many announcements.
assert_replaced() {
	local links=$PINS/links settings
	t_need bpftool
	lab_start_garpd --mode "$2"
	settings=$(layout_bytes)
	open_window 1
	lab_kill9_garpd
	"${@:5}"
	# Tools of this version do not read it.
	! in_hv "$GARPD" show claims >/dev/null 2>"$LAB_DIR/err" || t_fail "another layout is shown"
	grep -q 'another version of garpd' "$LAB_DIR/err" || t_fail "$(<"$LAB_DIR/err")"
	# A port that leaves in between, before the new one starts.
	in_hv ip link set v-other nomaster
	lab_start_garpd --mode "$3"
	grep -qE "$PINS: replaced the pins of another garpd version .*$4" "$GARPD_LOG" ||
		t_fail "not logged: $(<"$GARPD_LOG")"
	in_hv test ! -e "$PINS/formerly" || t_fail "an unknown map is left"
	in_hv test ! -e "$PINS/next" || t_fail "the place for the new maps is left"
	assert_equals "settings" "$settings" "$(layout_bytes)"
	assert_equals "ports" 4 "$(lab_ports | jq length)"
	in_hv test ! -e "$links/$(in_hv cat /sys/class/net/v-other/ifindex)" || t_fail "v-other's link"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 192.0.2.77
	assert_await_frames lan 4 8 "kind=announce-.* spa=192.0.2.77"
	protocol_time 1.5
	assert_frames_count 2 lan kind=announce-request spa=192.0.2.77
	assert_frames_count "$1" lan 'kind=announce-.*' "spa=$SERVICE"
	# One program a port, which uses the new maps: a second one would have counted, too.
	assert_equals "probes counted" 3 "$(claim_field 192.0.2.77 probes)"
	lab_stop_garpd
	in_hv "$GARPD" detach || t_fail "garpd detach failed"
	assert_nothing_left
}

case_other_layout_is_replaced() {
	assert_replaced 4 auto auto 'layout 254 instead' make_other_layout
}

case_other_layout_is_replaced_tc() {
	assert_replaced 4 tc tc 'layout 254 instead' make_other_layout
}

case_other_layout_is_replaced_in_another_mode() {
	assert_replaced 4 tc xdp 'layout 254 instead' make_other_layout
}

# assert_replaced_is_detached COMMAND...: after it `garpd detach` removes what another version attached by tc, with the
# qdiscs that it made; a qdisc that is not garpd's stays.
assert_replaced_is_detached() {
	t_need bpftool
	in_hv tc qdisc add dev v-other clsact
	lab_start_garpd --mode tc
	lab_kill9_garpd
	make_other_layout
	"$@"
	in_hv "$GARPD" detach >"$LAB_DIR/out" || t_fail "garpd detach failed"
	assert_equals "clsact qdiscs" v-other "$(in_hv tc -j qdisc show | pick kind=clsact dev)"
	in_hv tc qdisc del dev v-other clsact
	assert_nothing_left
}

case_other_layout_is_detached() {
	assert_replaced_is_detached true
	grep -qE '^removed 6 programs from .*, 4 qdiscs, [0-9]+ pins$' "$LAB_DIR/out" || t_fail "it says: $(<"$LAB_DIR/out")"
}

# has_replaced COUNT: a daemon that replaces the maps of another version has replaced so many.
has_replaced() {
	in_hv test -e "$PINS/former/layout" && (($(in_hv find "$PINS/next" -type f | wc -l) == $(maps_pinned) - $1))
}

# stop_when_replaced [COUNT [ARGS...]]: starts a daemon that replaces the maps of another version, and comes to a stop when
# it has replaced so many, or all of them, and attached nothing.
stop_when_replaced() {
	lab_spawn "$LAB_DIR/killed" in_ns_exec hv strace -f -qq -o "$LAB_DIR/strace" -e trace=rename,renameat,renameat2 \
		-e "inject=rename,renameat,renameat2:delay_exit=40000000:when=${1:-$(maps_pinned)}" \
		"$GARPD" run --bridge br0 --uplink up0 "${@:2}"
	STRACE_PID=$LAB_LAST
	lab_wait "$LAB_START_SECONDS" has_replaced "${1:-$(maps_pinned)}" || t_fail "not replaced: $(<"$LAB_DIR/killed")"
}

kill_stopped() {
	local child
	child=$(pgrep -P "$STRACE_PID")
	kill -KILL "$child" "$STRACE_PID"
	lab_wait 5 test ! -e "/proc/$child" || t_fail "it is still there"
	wait "$STRACE_PID" 2>/dev/null || true
}

kill_when_replaced() {
	stop_when_replaced "$@"
	kill_stopped
}

case_other_layout_is_detached_after_a_kill() {
	assert_replaced_is_detached kill_when_replaced
}

# kill_and_start MODE COUNT [ARGS...]: kill_when_replaced, and the next daemon does the rest, in that mode.
kill_and_start() {
	kill_when_replaced "${@:2}"
	lab_start_garpd --mode "$1"
	lab_stop_garpd
}

case_other_layout_is_detached_after_a_kill_and_a_start() {
	assert_replaced_is_detached kill_and_start tc "$(maps_pinned)"
}

case_other_layout_is_detached_after_a_kill_halfway_and_a_start_in_another_mode() {
	assert_replaced_is_detached kill_and_start xdp 5
}

# Of another size than its layout says: nothing is taken over, and the two probes that follow are too few.
case_other_map_is_replaced() {
	assert_replaced 0 auto auto 'map claims: value size 64 instead' make_other_map claims
}

# make_moved_layout: the claims as another version had them: with 8 bytes more, before the first field.
make_moved_layout() {
	# shellcheck disable=SC2016 # the $ are jq's
	local size update='def update(map; value):
		"map update pinned \($pins)/\(map) key \(.key | join(" ")) value \(value | map(tostring) | join(" "))";
		def number: ltrimstr("0x") | explode | map(if . > 96 then . - 87 else . - 48 end) | .[0] * 16 + .[1];'
	in_hv bpftool -j map dump pinned "$PINS/claims" | jq -r --arg pins "$PINS" \
		"$update"'.[] | update("former"; [0, 0, 0, 0, 0, 0, 0, 0] + .value)' >"$LAB_DIR/batch"
	in_hv bpftool -j map dump pinned "$PINS/layout" | jq -r --arg pins "$PINS" \
		"$update"'.[] | select(.value[4] != "0x00") | .value as [$low, $high] |
		(($low | number) + 256 * ($high | number) + 8) as $offset |
		update("layout"; [$offset % 256, ($offset / 256 | floor)] + .value[2:])' >>"$LAB_DIR/batch"
	size=$(in_hv bpftool -j map show pinned "$PINS/claims" | jq .bytes_value)
	in_hv bpftool map create "$PINS/former" type hash key 24 value $((size + 8)) entries 4096 name claims flags 1
	in_hv bpftool batch file "$LAB_DIR/batch"
	in_hv mv "$PINS/former" "$PINS/claims"
}

# The version that made the maps is another one, which was killed in an open window.
case_claims_of_another_layout_go_on() {
	t_need bpftool
	lab_start_garpd
	open_window 3
	lab_kill9_garpd
	make_moved_layout
	lab_start_garpd
	grep -q 'claims: value size .*; took over 1 of 1 claims$' "$GARPD_LOG" || t_fail "$(<"$GARPD_LOG")"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	protocol_time 1.5
	assert_frames_count 2 lan kind=announce-request
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" probes 3
	assert_claim "$SERVICE" port v-new
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_equals "claims that count against the port" 1 "$(port_field v-new claims)"
}

# assert_window_outlives_a_kill COUNT: the programs of the former version hear a guest when the new one has replaced so
# many maps and attached nothing, and the new one is killed.
assert_window_outlives_a_kill() {
	t_need bpftool
	lab_start_garpd
	lab_kill9_garpd
	make_other_layout
	stop_when_replaced "$1"
	in_hv test ! -e "$PINS/next/claims" || t_fail "the claims are not replaced"
	open_window 3
	kill_stopped
	lab_start_garpd
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	protocol_time 1.5
	assert_frames_count 2 lan kind=announce-request
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" probes 3
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_equals "pins of two layouts" "" "$(in_hv find "$PINS" -path '*next*' -o -path '*former*')"
}

case_killed_when_maps_are_replaced() {
	assert_window_outlives_a_kill "$(maps_pinned)"
}

# Where `claims` is replaced, and `layout` is not.
case_killed_when_half_of_the_maps_are_replaced() {
	assert_window_outlives_a_kill 5
	! grep -q 'next/layout' "$LAB_DIR/strace" || t_fail "the layout was replaced, too"
}

# A former version had its programs on both ends of a joint, as on uplinks.
case_other_layout_leaves_the_joints() {
	t_need bpftool
	in_ns_ip hv <<-LINES
		link add fwbr0 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add fwln0 up master fwbr0 type veth peer name fwpr0
		link set fwpr0 up master br0
	LINES
	lab_start_garpd --bridge fwbr0 --uplink fwln0 --uplink fwpr0
	assert_equals "programs on the joint" 2 "$(attached_programs | grep -c '^fw[lp][nr]0')"
	lab_kill9_garpd
	make_other_layout
	lab_start_garpd --bridge fwbr0
	assert_equals "programs on the joint" "" "$(attached_programs | grep '^fw[lp][nr]0' || true)"
	assert_equals "ports" 6 "$(lab_ports | jq length)"
}

# Killed at any point of replacing: the next one replaces or sweeps what is left.
# timeout killed_while_replacing 120
case_killed_while_replacing() {
	local i
	t_need bpftool
	lab_start_garpd --mode tc
	lab_kill9_garpd
	in_hv ip link set v-other nomaster
	for ((i = 0; i < 20; i++)); do
		make_other_layout
		kill_after_ms $((i * 15))
	done
	lab_start_garpd
	assert_equals "ports" 4 "$(lab_ports | jq length)"
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

# If the new one does not load, everything stays as it was.
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
	grep -qE '^removed [0-9]+ programs from br0, .*pins$' "$LAB_DIR/out" || t_fail "detach prints: $(<"$LAB_DIR/out")"
	assert_nothing_left
}

# ---- the same address twice ----

# Two bridges are two segments: a guest of each takes the address, and each is announced on its bridge.
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
