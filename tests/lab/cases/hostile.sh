# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A hostile guest, on v-other. Meanwhile an honest guest, on v-new, takes the service address over and is
# announced; the hostile one never is. tests/bench/hostile.sh measures how fast.

# More than a veth pair and one CPU can carry.
FLOOD_RATE=200000
FLOOD_SECONDS=8

# hostile KIND RATE SECONDS MAC ADDRESS [TARGET]: in the background; LAB_LAST is its pid.
hostile() {
	lab_spawn "$LAB_DIR/hostile.$1" in_ns_exec other "$LAB_BIN/hostile" eth0 "$2" "$3" "$1" "${@:4}"
}

# The captures filter for what the cases need: the kernel would drop some of a flood.
wire_start() {
	lab_capture lan router lan0 -f "ether src $MAC_NEW"
	lab_capture hostile router lan0 -f "not ether src $MAC_NEW and not ether src $MAC_ROUTER and
		((arp and arp[14:4] != 0) or (icmp6 and ip6[40] == 136))"
}

# The honest guest takes the service address over as Windows does, without announcing it.
honest_start() {
	lab_winguest new -k 30000 "$@" eth0 "$MAC_NEW" "$SERVICE"
}

# Both rounds, none before the end of the window, and all receivers follow.
assert_honest_announced() {
	assert_await_frames lan 4 15 "kind=announce-.* spa=$SERVICE "
	assert_gap 1049000 15000000 lan 3 "kind=probe tpa=$SERVICE" 1 "kind=announce-request spa=$SERVICE"
	protocol_time 1
	assert_frames_count 2 lan kind=announce-request "spa=$SERVICE"
	assert_frames_count 2 lan kind=announce-reply "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
}

# No guest but the honest one was announced.
assert_hostile_silent() {
	wait "$HOSTILE" || t_fail "$(cat "$LAB_DIR"/hostile.*)"
	assert_frames_count 0 hostile "kind=announce-.*" "${@}"
}

# assert_counted COUNTER: it is above 0.
assert_counted() {
	(($(lab_counter "$1") > 0)) || t_fail "$1 was not counted"
}

# assert_port_claims MOST PORT: its count is the number of its claims in the table, and at most MOST. The
# daemon is stopped meanwhile, so that no claim lapses in between.
assert_port_claims() {
	local counted
	kill -STOP "$GARPD_PID"
	counted=$(port_field "$2" claims)
	((counted > 0 && counted <= $1)) || t_fail "$2 has $counted claims of $1"
	assert_equals "claims of $2 in the table" "$counted" \
		"$(lab_claims | pick "port=$2" address | wc -l)"
	kill -CONT "$GARPD_PID"
}

# Adds a subnet with millions of addresses to the host, so that none is foreign.
host_add_wide_subnet() {
	in_hv ip addr add 10.255.255.254/8 dev br0
}

# ---- addresses of others ----

case_hostile_wants_gateway_host_and_neighbour() {
	in_hv ip route add default via "$ROUTER"
	in_ns old ip addr add 192.0.2.20/24 dev eth0
	lab_start_garpd
	wire_start
	lab_capture own other eth0 -Q out
	lab_winguest other -f -a -k 15000 eth0 "$MAC_OTHER" "$ROUTER" "$HOST" 192.0.2.20
	HOSTILE=$LAB_LAST
	honest_start
	assert_honest_announced
	assert_claim "$ROUTER" reason denied_next_hop
	assert_claim "$HOST" reason denied_host
	assert_claim 192.0.2.20 state conflict
	assert_none_added hostile own "src=$MAC_OTHER"
	assert_equals "announcements for it" 0 \
		$(($(lab_counter announced) - $(claim_field "$SERVICE" announcements)))
}

case_hostile_wants_a_foreign_address() {
	lab_start_garpd
	wire_start
	hostile one 5 8 "$MAC_OTHER" 203.0.113.7
	HOSTILE=$LAB_LAST
	honest_start
	assert_honest_announced
	assert_hostile_silent
	assert_claim 203.0.113.7 reason denied_foreign
}

# ---- floods ----

case_hostile_floods_addresses() {
	host_add_wide_subnet
	lab_start_garpd
	wire_start
	hostile addresses "$FLOOD_RATE" "$FLOOD_SECONDS" "$MAC_OTHER" 10.0.0.0
	HOSTILE=$LAB_LAST
	honest_start
	assert_honest_announced
	assert_hostile_silent
	assert_port_claims 2048 v-other
	assert_counted probe_over_limit
	assert_counted probe_over_quota
	# too few probes for each: they lapse, and there is room again
	lab_wait 10 port_is v-other claims 0 || t_fail "claims stay: $(lab_ports)"
}

# A port may have four claims, and its guest wants eight addresses: it gets four. Another guest is not delayed.
case_port_has_so_many_claims() {
	lab_start_garpd -c "$(lab_config 'limits:' '  claims_per_port: 4')"
	wire_start
	lab_capture greedy router lan0 -f "ether src $MAC_OTHER and arp and arp[14:4] != 0"
	# shellcheck disable=SC2046 # a list of addresses
	lab_winguest other -k 30000 eth0 "$MAC_OTHER" $(printf '192.0.2.%d ' {31..38})
	honest_start
	assert_honest_announced
	assert_await_frames greedy 16 8 'kind=announce-'
	assert_frames_count 16 greedy 'kind=announce-.*'
	assert_port_claims 4 v-other
	assert_equals "addresses of v-other that are owned" 4 \
		"$(lab_claims | pick port=v-other state=owned address | wc -l)"
	assert_counted probe_over_quota
}

# A port that leaves and comes back keeps its claims; those of one that is gone are forgotten.
case_port_leaves_and_its_claims_with_it() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -n 3 -k 30000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11 192.0.2.12
	lab_wait 5 port_is v-new claims 3 || t_fail "claims: $(lab_ports)"
	in_hv ip link set v-new nomaster
	lab_await "$GARPD_LOG" 5 'v-new: no longer a port' || t_fail "not noticed"
	in_hv ip link set v-new master br0
	lab_wait 5 port_is v-new claims 3 || t_fail "counted anew: $(lab_ports)"
	lab_await "$GARPD_LOG" 10 "$SERVICE: announced for" || t_fail "the window is lost"
	in_hv ip link del v-new
	assert_await_frames lan 2 3 "kind=announce-.* spa=$SERVICE "
	lab_await "$GARPD_LOG" 20 "$SERVICE: .* forgotten: its port is gone" ||
		t_fail "not forgotten: $(lab_claims)"
	lab_wait 5 no_claims || t_fail "claims are left: $(lab_claims)"
	assert_frames_count 2 lan 'kind=announce-.*' "spa=$SERVICE" # no second round: its guest is gone
}

# Each port has its ten seconds, also those that left before the daemon started.
case_port_is_back_in_time() {
	lab_start_garpd
	lab_winguest new -n 3 -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 8 "$SERVICE: .*2 of 2" || t_fail "not announced"
	in_hv ip link set v-new nomaster
	lab_await "$GARPD_LOG" 5 'v-new: no longer a port' || t_fail "not noticed"
	protocol_time 8
	in_hv ip link set v-new master br0
	lab_wait 5 port_is v-new claims 1 || t_fail "its claim is gone: $(lab_claims)"
	assert_claim "$SERVICE" mac "$MAC_NEW"
}

# leaves_for_br1 COMMAND: v-new, whose guest has a claim, goes from br0 to br1 by the command: the claim stays behind
# and is swept, and the port is heard there.
leaves_for_br1() {
	in_hv ip link add br1 up type bridge stp_state 0 forward_delay 0
	lab_start_garpd --bridge br1
	lab_capture lan router lan0
	lab_capture there hv br1
	lab_winguest new -n 1 -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 5 port_is v-new claims 1 || t_fail "claims: $(lab_ports)"
	"$@"
	lab_wait 5 port_is v-new bridge br1 || t_fail "v-new is no port of br1"
	lab_wait 5 port_is v-new forwarding true || t_fail "v-new does not forward"
	lab_winguest new -n 3 -k 10000 eth0 "$MAC_NEW" 192.0.2.11
	lab_await "$GARPD_LOG" 10 'br1: 192.0.2.11: announced' || t_fail "not announced there"
	assert_await_frames there 4 5 "kind=announce-.* src=$MAC_NEW .*spa=192.0.2.11 "
	lab_wait 20 port_is v-new claims 1 || t_fail "claims: $(lab_claims)"
	assert_claim 192.0.2.11 bridge br1
	assert_frames_count 0 lan 'kind=announce-.*'
}

go_in_two_steps() {
	in_hv ip link set v-new nomaster
	lab_await "$GARPD_LOG" 5 'v-new: no longer a port' || t_fail "not noticed"
	in_hv ip link set v-new master br1
	assert_await_attached v-new 2
}

# The daemon hears of both at once: its program stays where it is.
go_in_one_step() {
	kill -STOP "$GARPD_PID"
	in_hv ip link set v-new nomaster
	in_hv ip link set v-new master br1
	kill -CONT "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'br1: port v-new: moved here from br0$' || t_fail "not logged"
}

case_port_goes_to_another_bridge() {
	leaves_for_br1 go_in_two_steps
}

case_port_goes_to_another_bridge_at_once() {
	leaves_for_br1 go_in_one_step
}

# apart hostile_floods_one_address_as_many
case_hostile_floods_one_address_as_many() {
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	wire_start
	hostile macs "$FLOOD_RATE" "$FLOOD_SECONDS" 02:00:5e:66:00:00 "$SERVICE"
	HOSTILE=$LAB_LAST
	honest_start -f # another host's probes are an objection (RFC 5227 2.1.1)
	assert_await_frames lan 4 15 "kind=announce-.* spa=$SERVICE "
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_hostile_silent
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_counted denied_owner
	assert_counted probe_over_limit
}

# Each of a thousand windows is taken over by the next MAC; none is announced, and few lines are logged.
case_hostile_quarrels_with_itself() {
	lab_start_garpd
	wire_start
	hostile macs 1000 8 02:00:5e:66:00:00 192.0.2.66
	HOSTILE=$LAB_LAST
	honest_start
	assert_honest_announced
	assert_hostile_silent
	local lines
	lines=$(grep -c '192\.0\.2\.66' "$GARPD_LOG")
	((lines < 50)) || t_fail "$lines lines in the log"
}

# In IPv6 one solicitation is a claim, and it replies for each of them: questions beyond the port's rate
# limit wait. (The addresses are its own: no other host wants them.)
case_hostile_floods_solicitations() {
	lab_ipv6
	in_hv ip addr add 2001:db8:66::1/64 dev br0 nodad
	lab_start_garpd -c "$(lab_config 'limits:' '  announcements_burst: 50')"
	lab_capture lan router lan0 -f "ether src $MAC_NEW"
	lab_winguest other -n 0 -i -e -k 60000 eth0 "$MAC_OTHER" 2001:db8:66::
	hostile solicits "$FLOOD_RATE" "$FLOOD_SECONDS" "$MAC_OTHER" 2001:db8:66::
	HOSTILE=$LAB_LAST
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE6" 2001:db8:10::11
	assert_await_frames lan 4 15 "kind=announce-na "
	assert_frames_count 2 lan kind=announce-na "target=$SERVICE6"
	assert_router_mac "$SERVICE6" "$MAC_NEW"
	wait "$HOSTILE"
	assert_counted ask_over_limit
	assert_counted probe_over_limit
	assert_port_claims 2048 v-other
	(($(lab_counter announced) > 50)) || t_fail "it was not announced: $(lab_counter announced)"
}

# ---- the listeners ----

# The router replies to a guest: from then on it is a known gateway, which every address is announced to.
learn_gateway() {
	in_ns other ip addr add 192.0.2.30/24 dev eth0
	in_ns other ping -q -c 1 -W 2 "$ROUTER" >/dev/null || t_fail "no way to the router"
}

assert_gateway_confirms() {
	assert_await_frames lan 1 15 "kind=request src=$MAC_NEW dst=$MAC_ROUTER .*spa=$SERVICE .*tpa=$ROUTER"
	lab_wait 5 claim_is "$SERVICE" confirmed_by "$ROUTER" || t_fail "not confirmed by $ROUTER"
	assert_frames_count 0 lan kind=request "src=$MAC_NEW" "dst=$MAC_OTHER"
}

has_flooded_listeners() {
	(($(lab_counter listener_learned) > 32768))
}

# More targets than there is room for listeners, however long a busy machine takes.
case_hostile_floods_listeners() {
	lab_start_garpd
	lab_capture lan router lan0 -f "ether src $MAC_NEW"
	learn_gateway
	hostile asks 20000 60 "$MAC_OTHER" 192.0.2.30 198.18.0.0
	lab_wait 50 has_flooded_listeners || t_fail "$(lab_counter listener_learned) listeners"
	lab_kill TERM "$LAB_LAST"
	wait "$LAB_LAST" || true
	honest_start
	assert_gateway_confirms
}

case_hostile_answers_as_the_gateway() {
	lab_start_garpd
	lab_capture lan router lan0 -f "ether src $MAC_NEW"
	learn_gateway
	hostile answers 20 8 "$MAC_OTHER" "$ROUTER" "$SERVICE"
	HOSTILE=$LAB_LAST
	honest_start
	assert_gateway_confirms
	assert_counted listener_spoofed
	wait "$HOSTILE"
}

# ---- spoofed frames ----

case_hostile_spoofs_its_source() {
	lab_start_garpd
	wire_start
	hostile spoofed 300 8 "$MAC_OTHER" 192.0.2.66
	HOSTILE=$LAB_LAST
	honest_start
	assert_honest_announced
	assert_hostile_silent "src=$MAC_OTHER" "sha=$MAC_OTHER"
	assert_counted probe_spoofed
	assert_counted malformed # group MACs
	assert_equals "claim of a spoofer" "" "$(claim_field 192.0.2.66 state)"
}

# Probes with all kinds of tags: none reaches the untagged segment.
case_hostile_hops_vlans() {
	lab_start_garpd
	wire_start
	hostile tagged 100 8 "$MAC_OTHER" "$SERVICE"
	HOSTILE=$LAB_LAST
	honest_start
	assert_await_frames lan 4 15 "kind=announce-.* vlan=- .*spa=$SERVICE "
	assert_hostile_silent vlan=-
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
}

case_hostile_sends_broken_arp() {
	in_hv ip link set v-other mtu 9000
	in_ns other ip link set eth0 mtu 9000
	lab_start_garpd
	wire_start
	hostile broken 2000 8 "$MAC_OTHER" "$HOST"
	HOSTILE=$LAB_LAST
	honest_start
	assert_honest_announced
	assert_hostile_silent
	assert_counted malformed
	assert_claim "$HOST" state denied # by the intact ones among them
}

case_hostile_bombs_with_options() {
	lab_ipv6
	lab_start_garpd
	wire_start
	hostile bombs 2000 8 "$MAC_OTHER" "$SERVICE6"
	HOSTILE=$LAB_LAST
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE6"
	assert_await_frames lan 2 15 "kind=announce-na .*target=$SERVICE6 "
	assert_router_mac "$SERVICE6" "$MAC_NEW"
	assert_hostile_silent
	(($(lab_counter nd_malformed) + $(lab_counter nd_checksum) > 0)) ||
		t_fail "no bomb was counted"
}

# The mark of garpd's own frames is not on the wire: a guest cannot set it.
case_hostile_forges_the_mark() {
	lab_start_garpd
	wire_start
	hostile marked 20 1 "$MAC_OTHER" 192.0.2.66
	HOSTILE=$LAB_LAST
	wait "$HOSTILE"
	assert_equals "frames taken for garpd's own" 0 "$(lab_counter own_frame)"
	(($(claim_field 192.0.2.66 probes) > 0)) || t_fail "the marked probes were not heard"
	honest_start
	assert_honest_announced
}

# A frame with the honest guest's MAC moves the bridge's own entry for it, with or without garpd; but
# garpd ignores it on a port whose rule does not allow that MAC.
case_hostile_replays_announcements() {
	printf 'ports:\n  - port: v-other\n    macs: ["%s"]\n' "$MAC_OTHER" >"$LAB_DIR/garpd.yaml"
	lab_start_garpd -c "$LAB_DIR/garpd.yaml"
	wire_start
	hostile replay 1 12 "$MAC_OTHER" "$SERVICE"
	HOSTILE=$LAB_LAST
	honest_start
	assert_await_frames lan 3 15 "kind=announce-.* spa=$SERVICE "
	wait "$HOSTILE"
	assert_hostile_silent
	assert_claim "$SERVICE" announcements 2
	assert_claim "$SERVICE" self_announced 0
	assert_claim "$SERVICE" port v-new
	assert_counted denied_port_mac
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# It is ignored without such a rule, too: both rounds are sent on the port where the guest probed, and
# nothing elsewhere.
case_hostile_replays_without_a_rule() {
	lab_start_garpd
	wire_start
	hostile replay 1 12 "$MAC_OTHER" "$SERVICE"
	HOSTILE=$LAB_LAST
	honest_start
	assert_await_frames lan 3 15 "kind=announce-.* spa=$SERVICE "
	wait "$HOSTILE"
	assert_claim "$SERVICE" announcements 2
	assert_claim "$SERVICE" self_announced 0
	assert_claim "$SERVICE" port v-new
	assert_counted seen_elsewhere
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# After a guest has used the owner's MAC, the owner is refreshed on its own port, where it was asked.
case_hostile_borrows_the_owner_s_mac() {
	printf 'refresh: 10s\n' >"$LAB_DIR/garpd.yaml"
	lab_start_garpd -c "$LAB_DIR/garpd.yaml"
	lab_capture lan router lan0
	in_ns new ip addr add 192.0.2.40/24 dev eth0
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 claim_is "$SERVICE" announcements 2 || t_fail "not announced"
	lab_winguest other -n 0 -u 0 -q eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	assert_fdb_port "$MAC_NEW" v-other
	in_ns new ping -q -c 1 -W 2 "$ROUTER" >/dev/null # with another of its addresses: it is alive
	assert_fdb_port "$MAC_NEW" v-new
	lab_capture guest new eth0 -Q in
	lab_capture beside other eth0 -Q in
	assert_await_frames lan 6 15 "kind=announce-.* src=$MAC_NEW" # the refresh, when the owner answered
	assert_frames_count 1 guest "dst=$MAC_NEW" op=1 "sha=$MAC_HOST" "tpa=$SERVICE"
	assert_frames_count 0 beside "dst=$MAC_NEW" op=1 "sha=$MAC_HOST"
	assert_fdb_port "$MAC_NEW" v-new
	assert_claim "$SERVICE" port v-new
}

# It invents ever more hosts that follow the owner: a few are logged, and nudged listeners are heard.
case_hostile_follows_as_everybody() {
	lab_start_garpd
	lab_capture lan router lan0 -f "ether src $MAC_NEW"
	lab_winguest new -k 30000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 10 claim_is "$SERVICE" announcements 2 || t_fail "not announced"
	hostile followers "$FLOOD_RATE" 3 "$MAC_OTHER" "$SERVICE" "$MAC_NEW"
	wait "$LAB_LAST" || t_fail "$(cat "$LAB_DIR"/hostile.*)"
	assert_counted answer_seen
	(($(grep -c 'confirmed by' "$GARPD_LOG") <= 10)) || t_fail "the log is full of them"
	assert_equals "events that found no room" 0 "$(lab_counter event_lost)"
	assert_router_mac "$SERVICE" "$MAC_NEW"
}

# ---- forbidden by the host's filters and by the configuration ----

# assert_only_permitted_is_announced ARGS...: the guest may have .11, but not the service address.
assert_only_permitted_is_announced() {
	lab_start_garpd "$@"
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE" 192.0.2.11
	assert_await_frames lan 4 8 "kind=announce-.* spa=192.0.2.11 "
	assert_frames_count 0 lan 'kind=announce-.*' "spa=$SERVICE"
	assert_router_mac "$SERVICE" "$MAC_OLD"
	assert_host_mac "$SERVICE" "$MAC_OLD"
}

case_ebtables_stops_the_forbidden_address() {
	local chain
	t_need_ebtables
	for chain in FORWARD INPUT; do
		in_hv ebtables-nft -t filter -A "$chain" -i v-new -p ARP --arp-ip-src "$SERVICE" -j DROP
	done
	assert_only_permitted_is_announced
}

# The chains of libvirt's filters no-arp-mac-spoofing and no-arp-ip-spoofing for a guest with the address
# .11.
case_libvirt_stops_the_forbidden_address() {
	local chain
	t_need_ebtables
	for chain in libvirt-I-v-new I-v-new-arp-mac I-v-new-arp-ip; do
		in_hv ebtables-nft -t nat -N "$chain"
	done
	# shellcheck disable=SC2016 # the inner shell expands it
	in_hv bash -e -c '
		table="ebtables-nft -t nat"
		$table -A PREROUTING -i v-new -j libvirt-I-v-new
		$table -A libvirt-I-v-new -p ARP -j I-v-new-arp-mac
		$table -A libvirt-I-v-new -p ARP -j I-v-new-arp-ip
		$table -A I-v-new-arp-mac -p ARP --arp-mac-src "$0" -j RETURN
		$table -A I-v-new-arp-mac -j DROP
		$table -A I-v-new-arp-ip -p ARP --arp-ip-src 0.0.0.0 -j RETURN
		$table -A I-v-new-arp-ip -p ARP --arp-ip-src 192.0.2.11 -j RETURN
		$table -A I-v-new-arp-ip -j DROP' "$MAC_NEW"
	assert_only_permitted_is_announced
}

case_port_rule_stops_the_forbidden_address() {
	printf 'ports:\n  - port: "v-n*"\n    addresses: [192.0.2.11]\n' >"$LAB_DIR/garpd.yaml"
	assert_only_permitted_is_announced -c "$LAB_DIR/garpd.yaml"
	assert_claim "$SERVICE" reason denied_port_address
	# after a reload the new rule is in force for the existing port
	printf 'ports:\n  - port: v-new\n    addresses: [192.0.2.0/28]\n' >"$LAB_DIR/garpd.yaml"
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'configuration reloaded' || t_fail "not reloaded"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 "kind=announce-.* spa=$SERVICE "
}

case_only_declared() {
	printf '%s\n' 'segments:' '  - segment: br0' '    only_declared: yes' 'addresses:' \
		'  - address: 192.0.2.11' >"$LAB_DIR/garpd.yaml"
	assert_only_permitted_is_announced -c "$LAB_DIR/garpd.yaml"
	assert_claim "$SERVICE" reason denied_undeclared
}

# ---- foreign addresses, followed live ----

probe_once_for() {
	hostile one 20 1 "$MAC_OTHER" "$1"
	wait "$LAB_LAST"
}

case_foreign_follows_the_host_s_addresses() {
	lab_start_garpd
	probe_once_for 203.0.113.7
	assert_claim 203.0.113.7 reason denied_foreign
	in_hv ip addr add 203.0.113.1/24 dev br0
	lab_wait 5 is_probe_accepted 203.0.113.8 || t_fail "a new subnet is still foreign"
	in_hv ip addr del 203.0.113.1/24 dev br0
	lab_wait 5 is_denied_for denied_foreign 203.0.113.9 || t_fail "a subnet that is gone is not foreign"
	in_hv ip addr flush dev br0
	lab_wait 5 is_probe_accepted 203.0.113.10 || t_fail "foreign, and the host has no address"
	in_hv ip addr add 192.0.2.1/32 dev br0
	lab_wait 5 is_probe_accepted 203.0.113.11 || t_fail "a single address made something foreign"
}

# What the host has a route to, without a gateway, is on the link of the bridge.
case_foreign_follows_routes_on_the_link() {
	lab_start_garpd
	probe_once_for 10.99.0.7
	assert_claim 10.99.0.7 reason denied_foreign
	in_hv ip route add 10.99.0.0/24 dev br0
	lab_wait 5 is_probe_accepted 10.99.0.8 || t_fail "on the link, and foreign"
	probe_once_for 10.98.0.8
	assert_claim 10.98.0.8 reason denied_foreign
	in_hv ip route add 10.98.0.9 dev br0
	lab_wait 5 is_probe_accepted 10.98.0.9 || t_fail "one host on the link is foreign"
	in_hv ip route del 10.99.0.0/24 dev br0
	lab_wait 5 is_denied_for denied_foreign 10.99.0.10 || t_fail "a route that is gone still counts"
}

is_probe_accepted() {
	probe_once_for "$1"
	[[ $(claim_field "$1" state) == probing ]]
}

case_foreign_where_it_is_allowed() {
	lab_start_garpd -c "$(lab_config 'foreign: yes')"
	probe_once_for 203.0.113.7
	assert_claim 203.0.113.7 state probing
}

case_ipv6_foreign() {
	lab_ipv6
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" 2001:db8:77::7 "$SERVICE6"
	assert_await_frames lan 1 8 "kind=announce-na .*target=$SERVICE6 "
	assert_frames_count 0 lan 'kind=announce-.*' target=2001:db8:77::7
	assert_claim 2001:db8:77::7 reason denied_foreign
}

# ---- next hops, followed live ----

case_next_hop_followed_live() {
	lab_start_garpd
	probe_once_for 192.0.2.253
	assert_claim 192.0.2.253 state probing
	in_hv ip route add 203.0.113.0/24 via 192.0.2.253 table 77
	lab_wait 5 is_denied_for denied_next_hop 192.0.2.253 || t_fail "a next hop of another table is allowed"
	in_hv ip route del 203.0.113.0/24 table 77
	in_hv ip route add 203.0.113.0/24 nexthop via 192.0.2.251 nexthop via 192.0.2.252
	lab_wait 5 is_denied_for denied_next_hop 192.0.2.252 || t_fail "one of several next hops is allowed"
	probe_once_for 192.0.2.250
	assert_claim 192.0.2.250 state probing
}

case_ipv6_next_hop_followed_live() {
	lab_ipv6
	lab_start_garpd
	! is_denied_for denied_next_hop 2001:db8:10::fd || t_fail "denied, and no next hop"
	in_hv ip route add 2001:db8:99::/64 via 2001:db8:10::fc dev br0
	lab_wait 5 is_denied_for denied_next_hop 2001:db8:10::fc || t_fail "a next hop is allowed"
	# an IPv6 router can be the next hop of an IPv4 network
	in_hv ip route add 203.0.113.0/24 via inet6 2001:db8:10::fb dev br0
	lab_wait 5 is_denied_for denied_next_hop 2001:db8:10::fb || t_fail "an IPv4 network's router is allowed"
}

# ---- frozen, and thawed by hand ----

case_frozen_is_thawed_by_hand() {
	local i
	printf 'limits:\n  moves: 2\ntiming:\n  min_probes: 1\n  window_ms: 100\n  grace_ms: 0\n' \
		>"$LAB_DIR/garpd.yaml"
	lab_start_garpd -c "$LAB_DIR/garpd.yaml"
	! in_hv "$GARPD" thaw "$SERVICE" >"$LAB_DIR/out" 2>&1 || t_fail "thawed an address without a claim"
	grep -q "^garpd: $SERVICE: no claim: no guest has probed for it" "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	for i in 1 2 3; do
		if ((i % 2)); then
			frozen_guest new "$MAC_NEW"
		else
			frozen_guest other "$MAC_OTHER"
		fi
		lab_wait 5 claim_is_settled || t_fail "owner $i: $(lab_claims)"
		kill "$LAB_LAST"
	done
	frozen_guest other "$MAC_OTHER"
	lab_wait 5 claim_is "$SERVICE" state frozen || t_fail "not frozen: $(lab_claims)"
	lab_capture lan router lan0
	! in_hv "$GARPD" announce "$SERVICE" >/dev/null 2>&1 || t_fail "a frozen claim is announced"
	protocol_time 1.5
	assert_frames_count 0 lan 'kind=announce-.*'
	in_hv "$GARPD" thaw "$SERVICE" >"$LAB_DIR/out" 2>&1 || t_fail "$(<"$LAB_DIR/out")"
	assert_equals "output" "$SERVICE on br0: thawed" "$(<"$LAB_DIR/out")"
	assert_claim "$SERVICE" state owned
	lab_await "$GARPD_LOG" 5 'thawed by hand' || t_fail "not logged"
	! in_hv "$GARPD" thaw "$SERVICE" >"$LAB_DIR/out" 2>&1 || t_fail "thawed twice"
	in_hv "$GARPD" announce "$SERVICE" >/dev/null || t_fail "a thawed claim is not announced"
	assert_await_frames lan 2 3 "kind=announce-.* spa=$SERVICE "
	protocol_time 1.5
	assert_frames_count 1 lan kind=announce-request "spa=$SERVICE"
	assert_frames_count 1 lan kind=announce-reply "spa=$SERVICE"
}

# frozen_guest MACHINE MAC: takes the address with one probe, and lives until it is killed.
frozen_guest() {
	lab_winguest "$1" -n 1 -g 100 -k 30000 eth0 "$2" "$SERVICE"
	lab_wait 5 claim_is "$SERVICE" mac "$2" || t_fail "the probe of $1 was not heard: $(lab_claims)"
}

claim_is_settled() {
	[[ $(claim_field "$SERVICE" state) =~ ^(owned|announcing|frozen)$ ]]
}
