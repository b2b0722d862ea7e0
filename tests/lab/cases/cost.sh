# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What an event costs the daemon (docs/architecture.md has the table): with one claim and with a thousand, the
# elements of the map of claims that it touches.

# shellcheck source=tests/lab/trace.sh
source "$LAB_ROOT/tests/lab/trace.sh"

MANY=1000
COST_IFACE=0 # of the port that was made last
COST_LOG=0   # lines of the log

# cost_of WHAT COMMAND...: sets COST[WHAT]. The command ends when the daemon has logged what it did; what it does
# after that is over within protocol_time.
declare -A COST=()
cost_of() {
	COST_LOG=$(wc -l <"$GARPD_LOG")
	trace_next
	"${@:2}"
	protocol_time 0.3
	COST[$1]=$(touched claims)
}

# logs SECONDS REGEX: waits for a new line of the log.
logs() {
	lab_wait "$1" logged "$2" || t_fail "not logged: $2"
}

logged() {
	grep -qE -- "$1" <<<"$(tail -n "+$((COST_LOG + 1))" "$GARPD_LOG")"
}

# A window opens, and ends without an announcement.
probe_once() {
	lab_winguest new -n 1 -g 50 -q eth0 "$MAC_NEW" "$1"
	logs 6 "$1: .*ignored: 1 of 3 required probes"
}

port_appears() {
	COST_IFACE=$((COST_IFACE + 1))
	in_ns_ip hv <<-LINES
		link add v-cost$COST_IFACE up type veth peer name p-cost$COST_IFACE
		link set p-cost$COST_IFACE up
		link set v-cost$COST_IFACE master br0
	LINES
	logs 5 "port v-cost$COST_IFACE attached"
	lab_wait 5 port_is "v-cost$COST_IFACE" forwarding true || t_fail "it does not forward"
}

port_changes() {
	in_hv ip link set "v-cost$COST_IFACE" down
	lab_wait 5 port_is "v-cost$COST_IFACE" forwarding false || t_fail "it forwards"
	in_hv ip link set "v-cost$COST_IFACE" up
	lab_wait 5 port_is "v-cost$COST_IFACE" forwarding true || t_fail "it does not forward"
}

port_is_renamed() {
	in_hv ip link set "v-cost$COST_IFACE" name "v-cast$COST_IFACE"
	logs 5 "renamed to v-cast$COST_IFACE"
	in_hv ip link set "v-cast$COST_IFACE" name "v-cost$COST_IFACE"
	logs 5 "renamed to v-cost$COST_IFACE"
}

reload() {
	kill -HUP "$GARPD_PID"
	logs 5 'configuration reloaded'
}

# cost_with COUNT ADDRESS: measures with so many claims.
cost_with() {
	lab_wait 5 claims_are "$1" || t_fail "not $1 claims"
	cost_of "$1 frame and deadline" probe_once "$2"
	cost_of "$1 port appears" port_appears
	cost_of "$1 port changes" port_changes
	cost_of "$1 port is renamed" port_is_renamed
	cost_of "$1 reload" reload
}

claims_are() {
	[[ $(lab_claims | jq length) == "$1" ]]
}

ports_leave() {
	local i
	for ((i = 1; i <= COST_IFACE; i++)); do
		echo "link del v-cost$i"
	done | in_ns_ip hv
	logs 5 "v-cost$COST_IFACE: gone"
	lab_wait 15 has_walked || t_fail "the claims of ports that left are not looked for"
}

has_walked() {
	(($(walks claims) > 0))
}

# timeout cost_does_not_grow_with_claims 120
case_cost_does_not_grow_with_claims() {
	local what
	lab_start_garpd --mode auto
	in_hv "$LAB_BIN/fill" br0 v-other 198.18.0.1 1
	trace_begin
	lab_wait 15 has_walked || t_fail "a start does not look for claims of ports that left"
	assert_equals "claims read ten seconds after the start" 1 "$(touched claims)"
	cost_with 1 192.0.2.31
	in_hv "$LAB_BIN/fill" br0 v-other 198.18.1.1 $((MANY - 1))
	cost_with "$MANY" 192.0.2.32
	for what in 'frame and deadline' 'port appears' 'port changes' 'port is renamed' reload; do
		assert_equals "claims touched: $what" "${COST["1 $what"]}" "${COST["$MANY $what"]}"
	done
	((COST["1 frame and deadline"] > 0)) || t_fail "nothing is counted"
	for what in 'port appears' 'port changes' 'port is renamed' reload; do
		assert_equals "claims touched: $what" 0 "${COST["$MANY $what"]}"
	done
	cost_of 'ports leave' ports_leave
	assert_equals "claims touched when two ports leave" "$MANY" "${COST['ports leave']}"
	assert_equals "readings of all claims" 1 "$(walks claims)"
}

# A start reads each claim once, and once more for those of ports that left; a port that begins to forward has
# its own claims touched, and not those of the others.
case_cost_of_a_start_and_of_a_port_that_forwards() {
	lab_start_garpd --mode auto
	in_hv "$LAB_BIN/fill" br0 v-other 198.18.0.1 "$MANY"
	in_hv "$LAB_BIN/fill" br0 v-new 198.18.8.1 3
	lab_stop_garpd
	trace_start --mode auto
	protocol_time 0.3
	assert_equals "claims touched at the start" $((MANY + 3)) "$(touched claims)"
	assert_equals "readings of all claims" 1 "$(walks claims)"
	trace_next
	lab_wait 15 has_walked || t_fail "a start does not look for claims of ports that left"
	in_hv bridge link set dev v-new state 0
	lab_wait 5 port_is v-new forwarding false || t_fail "v-new forwards"
	trace_next
	in_hv bridge link set dev v-new state 3
	lab_wait 5 port_is v-new forwarding true || t_fail "v-new does not forward"
	protocol_time 0.3
	assert_equals "claims touched" 3 "$(touched claims)"
}
