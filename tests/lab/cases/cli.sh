# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: the output of each verb, errors for bad input, and what is left behind.

assert_no_pins() {
	in_hv test ! -e /sys/fs/bpf/garpd || t_fail "pins are left: $(in_hv ls -R /sys/fs/bpf/garpd)"
}

case_usage_is_2() {
	assert_fails 2 'no such verb' "$GARPD" dance
	assert_fails 2 'run: no option --color; see garpd run --help' "$GARPD" run --color
	assert_fails 2 'run: what is "extra" for\? See garpd run --help' "$GARPD" run extra
	assert_fails 2 'show: claims.* is missing' "$GARPD" show
	assert_fails 2 'show: no subject "guests"; use claims, .* or metrics' "$GARPD" show guests
	assert_fails 2 'show claims: no option --all' "$GARPD" show claims -a
	assert_fails 2 'show counters: what is "192.0.2.0/24" for' "$GARPD" show counters 192.0.2.0/24
	assert_fails 2 'show: no option -x' "$GARPD" show claims -jx
	assert_fails 2 'run -c: its argument is missing' "$GARPD" run -c
	assert_fails 2 'announce: ADDR is missing' "$GARPD" announce
	assert_fails 2 'explain: what is' "$GARPD" explain "$SERVICE" "$SERVICE"
	assert_fails 2 'detach: what is "now" for' "$GARPD" detach now
	assert_fails 2 'claims: not a valid address or prefix' "$GARPD" watch claims
	assert_no_pins
}

# Words are abbreviated as ip(8) does, but for verbs that change something; misspelt ones are recognised.
case_words_are_abbreviated_and_recognised() {
	assert_fails 2 'shwo: no such verb; did you mean show\?' "$GARPD" shwo
	assert_fails 2 'detahc: no such verb; did you mean detach\?' "$GARPD" detahc
	assert_fails 2 'deta: no such verb' "$GARPD" deta
	assert_fails 2 'c: several verbs begin so' "$GARPD" c
	assert_fails 2 'show: no subject "clams"; did you mean claims\?' "$GARPD" show clams
	assert_fails 2 'show: no option --jsno; did you mean --json\?' "$GARPD" show claims --jsno
	assert_fails 2 '--color "nevr"; did you mean never\?' "$GARPD" show claims --color nevr
	assert_fails 2 '--state "ownde"; did you mean owned\?' "$GARPD" show claims --state ownde
	lab_start_garpd
	assert_equals "show claims" '[]' "$(in_hv "$GARPD" sh cl --js)"
	assert_equals "show ports" "$(in_hv "$GARPD" show ports --color never)" "$(in_hv "$GARPD" sho po --co n)"
}

case_help_of_a_verb() {
	local words
	"$GARPD" help show >"$LAB_DIR/help" || t_fail "exit status $?"
	grep -q '^  garpd show claims' "$LAB_DIR/help" || t_fail "output: $(<"$LAB_DIR/help")"
	! grep -q 'garpd run' "$LAB_DIR/help" || t_fail "more than that verb: $(<"$LAB_DIR/help")"
	for words in "show --help" "show -h" "show claims -h" "show --all --help"; do
		# shellcheck disable=SC2086 # a verb with its arguments
		assert_equals "$words" "$(<"$LAB_DIR/help")" "$("$GARPD" $words)"
	done
	assert_fails 2 'dance: no such verb' "$GARPD" help dance
	grep -q -- '--log text|json .*(default: text)' <<<"$("$GARPD" help run)" || t_fail "no default"
	assert_equals "help of an abbreviation" "$("$GARPD" help explain)" "$("$GARPD" help ex)"
}

# Also where an error has its own sentence besides the usage; and before anything is opened.
case_misuse_is_2_with_a_sentence() {
	local -a misused=("run --bridge br0 --mode fast" "run --bridge br0 --log xml" "run --bridge a/b"
		"run --bridge br0 --declare $SERVICE" "explain 192.0.2.300" "announce gateway" "thaw gateway")
	local line
	for line in "${misused[@]}"; do
		# shellcheck disable=SC2086 # a verb with its arguments
		assert_fails 2 "^garpd: (--${line##*--}: |--mode \"fast\"; use auto, |--log \"xml\"; use text or json|${line##* }: not a valid address)" "$GARPD" $line
		assert_equals "lines of $line" 1 "$(wc -l <"$LAB_DIR/err")"
	done
	assert_no_pins
}

case_output_that_cannot_be_written_is_said() {
	local verb
	lab_start_garpd
	for verb in "show counters" "show ports -j" help --version; do
		# shellcheck disable=SC2016,SC2086 # the inner shell expands it
		assert_fails 1 'standard output: cannot be written' bash -c '"$@" >/dev/full' lab "$GARPD" $verb
	done
}

case_not_loaded_is_said() {
	assert_fails 4 '/sys/fs/bpf/garpd/.*garpd run' "$GARPD" show claims
	assert_fails 4 '/sys/fs/bpf/garpd/.*garpd run' "$GARPD" watch
	assert_fails 4 '/sys/fs/bpf/garpd/.*garpd run' "$GARPD" explain "$SERVICE"
	assert_fails 4 '/sys/fs/bpf/garpd/.*garpd run' "$GARPD" announce "$SERVICE"
}

case_bpffs_missing_is_said() {
	in_hv umount /sys/fs/bpf
	assert_fails 1 '/sys/fs/bpf: no BPF file system.*mount -t bpf' "$GARPD" run --bridge br0
	assert_fails 4 '/sys/fs/bpf: no BPF file system.*mount -t bpf' "$GARPD" show claims
}

case_missing_privilege_is_said() {
	local -a plain=(setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --clear-groups)
	assert_fails 1 'not permitted.*root' "${plain[@]}" "$GARPD" run --bridge br0
	# Root without capabilities: the pin directory can be made, the programs cannot be loaded.
	assert_fails 1 'not permitted.*CAP_BPF' \
		setpriv --bounding-set=-all --inh-caps=-all "$GARPD" run --bridge br0
	assert_no_pins
	lab_start_garpd
	assert_fails 4 'not permitted.*root' "${plain[@]}" "$GARPD" show claims
}

# A foreign filter with garpd's handle: that port cannot be attached.
case_foreign_filter_is_said() {
	in_hv tc qdisc add dev v-new clsact
	in_hv bpftool prog loadall "$LAB_ROOT/build/bpf/garpd.bpf.o" /sys/fs/bpf/foreign
	in_hv tc filter add dev v-new ingress pref 1 handle 0x6761 \
		bpf da object-pinned /sys/fs/bpf/foreign/garpd_speak
	assert_fails 1 'v-new: .*(another program|tcx)' "$GARPD" run --bridge br0 --mode tc
	assert_no_pins
	grep -q garpd_speak <<<"$(in_hv tc filter show dev v-new ingress)" || t_fail "the foreign filter is gone"
	! grep -q ingress <<<"$(in_hv tc qdisc show dev v-old)" || t_fail "a qdisc is left on v-old"
}

case_no_bridge_is_an_error() {
	assert_fails 2 'bridge' "$GARPD" run
	assert_no_pins
}

case_bad_config_is_said_with_its_line() {
	printf 'bridges: [br0]\naddresses:\n  - address: 192.0.2.300\n' >"$LAB_DIR/bad.yaml"
	assert_fails 2 'bad.yaml:3: ' "$GARPD" check "$LAB_DIR/bad.yaml"
	assert_fails 2 'bad.yaml:3: ' "$GARPD" run -c "$LAB_DIR/bad.yaml"
	assert_fails 2 'none.yaml: .*No such file' "$GARPD" check "$LAB_DIR/none.yaml"
	assert_fails 2 'none.yaml: .*No such file' "$GARPD" run -c "$LAB_DIR/none.yaml"
	assert_no_pins
	assert_fails 2 'missing.yaml' "$GARPD" run -c "$LAB_DIR/missing.yaml"
}

config_with_owner() {
	printf 'bridges: [br0]\nuplinks: [up0]\naddresses:\n  - address: %s\n    announce: %s\n    owners: ["%s"]\n' \
		"$SERVICE" "$1" "$2" >"$LAB_DIR/garpd.yaml"
}

# SIGHUP: the new file takes effect, a bad one changes nothing.
case_config_is_read_again() {
	config_with_owner immediate "$MAC_OTHER"
	lab_start_garpd -c "$LAB_DIR/garpd.yaml"
	lab_capture lan router lan0
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	assert_claim "$SERVICE" state denied
	echo 'bridges: [' >"$LAB_DIR/garpd.yaml"
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'stays in force' || t_fail "no error about the bad file"
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	assert_frames_count 0 lan 'kind=announce-.*'
	config_with_owner immediate "$MAC_NEW"
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'configuration reloaded' || t_fail "not reloaded"
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 5 'kind=announce-'
}

# A setting that needs a restart is logged at each reload while it differs from the running one.
case_config_takes_a_start() {
	local words='mode, group and ovsdb take effect at the next start, limits.claims after' reading
	lab_start_garpd_at hv -c "$(lab_config 'bridges: [br0]')"
	lab_config 'bridges: [br0]' 'limits: {claims: 1024}' >/dev/null
	for reading in 1 2; do
		kill -HUP "$GARPD_PID"
		lab_await "$GARPD_LOG" 5 'configuration reloaded' "$reading" || t_fail "not reloaded"
		assert_equals "lines about it" "$reading" "$(grep -c "$words" "$GARPD_LOG")"
	done
	lab_config 'bridges: [br0]' >/dev/null
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'configuration reloaded' 3 || t_fail "not reloaded"
	assert_equals "lines about it" 2 "$(grep -c "$words" "$GARPD_LOG")"
}

case_bridge_is_waited_for() {
	local log=$LAB_DIR/garpd.wait.log
	lab_spawn "$log" in_ns_exec hv "$GARPD" run --bridge 'vmbr*'
	GARPD_PID=$LAB_LAST GARPD_LOG=$log
	lab_await_ready "$log" || t_fail "not ready: $(<"$log")"
	grep -q '^ready; waiting for 1 bridge$' "$log" || t_fail "it waits for no bridge: $(<"$log")"
	grep -q 'vmbr\*: no bridge of that name yet' "$log" || t_fail "not logged of the bridge: $(<"$log")"
	in_hv ip link add vmbr7 up type bridge stp_state 0 forward_delay 0
	in_hv ip link set v-new master vmbr7
	assert_await_attached v-new
}

# assert_status STATUS REGEX...: garpd status exits with it and prints each.
assert_status() {
	local status=0 line
	in_hv "$GARPD" status >"$LAB_DIR/status" || status=$?
	assert_equals "exit status" "$1" "$status"
	for line in "${@:2}"; do
		grep -qE "$line" "$LAB_DIR/status" || t_fail "no line $line: $(<"$LAB_DIR/status")"
	done
}

# The whole on one screen: 0 while all is well, 1 with the command that tells more.
case_status() {
	printf 'bridges: [br0]\nuplinks: [up0]\n' >"$LAB_DIR/garpd.yaml"
	lab_start_garpd -c "$LAB_DIR/garpd.yaml"
	assert_status 0 "^daemon .*running since [0-9-]+ [0-9:]+, pid [0-9]+, $LAB_DIR/garpd.yaml\$" \
		'^ports  .*br0: 3 guests, 1 uplink, tcx?$' '^claims  .*0$' '^attention  .*nothing$'
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 9 "$SERVICE: .*announced" || t_fail "not announced"
	assert_status 0 '^claims  .*1: 1 (announcing|owned)$' "^last  .*$SERVICE on br0: .* ago\$"
	lab_winguest other -n 1 -k 100 eth0 "$MAC_OTHER" "$HOST"
	lab_await "$GARPD_LOG" 5 "$HOST: .*denied" || t_fail "not denied"
	assert_status 1 "^attention  .*$HOST on br0: denied: .*; garpd explain $HOST\$"
	in_hv "$GARPD" status -j >"$LAB_DIR/json" || true
	jq -e --arg pid "$GARPD_PID" --arg host "$HOST" '.daemon.running and .daemon.config != null and
		.segments == [{bridge: "br0", guests: 3, uplinks: 1, router: false, mode: .segments[0].mode, observing: false}] and
		.claims.total == 2 and .claims.denied == 1 and .problems[0].command == "garpd explain \($host)" and
		(.observing | not)' "$LAB_DIR/json" >/dev/null || t_fail "JSON: $(<"$LAB_DIR/json")"
	lab_kill9_garpd
	assert_status 1 '^daemon  .*NOT RUNNING: .*systemctl start garpd'
	grep -q 'no daemon runs' <<<"$(in_hv "$GARPD" show claims 2>&1 >/dev/null)" || t_fail "show claims does not tell"
	in_hv "$GARPD" detach
	assert_fails 4 '/sys/fs/bpf/garpd/.*garpd run' "$GARPD" status
}

case_status_of_observing() {
	lab_start_garpd --observe
	assert_status 0 '^garpd  .*OBSERVING, nothing is sent; 4 ports, 0 claims$' '^daemon  .*running since'
}

# shown ARG...: the addresses that show claims prints, in its order, on one line.
shown() {
	in_hv "$GARPD" show claims "$@" | awk 'NR > 1 { print $1 }' | xargs
}

# What needs attention first, then what changed last; 80 columns, which a long address does not widen.
case_show_claims_in_columns() {
	local long=2001:db8:1234:5678:9abc:def0:1234:5678
	lab_start_garpd
	lab_winguest other -k 60000 eth0 "$MAC_OTHER" 192.0.2.77
	lab_await "$GARPD_LOG" 9 '192.0.2.77: announced .*2 of 2' || t_fail "not announced"
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$HOST"
	lab_await "$GARPD_LOG" 5 "$HOST: .*denied" || t_fail "not denied"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$long"
	lab_await "$GARPD_LOG" 9 "$long: .*announced" || t_fail "$long: not announced"
	assert_equals "all" "$HOST $long 192.0.2.77" "$(shown)"
	assert_equals "longest line" yes "$(in_hv "$GARPD" show claims | grep -v "$long" |
		awk '{ if (length > 80) wide = 1 } END { print wide ? "no" : "yes" }')"
	assert_equals "header" "ADDRESS MAC PORT STATE CONFIRMED CHANGED" "$(in_hv "$GARPD" show claims | sed -n 1p | xargs)"
	grep -q 'REASON.*CHANGED' <<<"$(in_hv "$GARPD" show claims -w | sed -n 1p)" || t_fail "-w is not wide"
	assert_equals "problems" "$HOST" "$(shown --problems)"
	assert_equals "of a prefix" "192.0.2.77" "$(shown 192.0.2.64/26)"
	assert_equals "of all IPv6" "$long" "$(shown 2000::/3)"
	assert_equals "on a port" "192.0.2.77" "$(shown --port v-other)"
	assert_equals "of a MAC" "$HOST $long" "$(shown --mac "$MAC_NEW")"
	assert_equals "in a state" "$HOST" "$(shown --state denied)"
	assert_equals "of a segment" "" "$(shown --segment br1)"
	assert_equals "of both" "$long" "$(shown --segment br0 --mac "$MAC_NEW" 2001:db8::/32)"
	assert_equals "JSON" "$HOST" "$(in_hv "$GARPD" show claims -j -p | jq -r '.[].address' | xargs)"
	assert_fails 2 '--mac 1:2: not a valid unicast MAC' "$GARPD" show claims --mac 1:2
}

# On a terminal, or if it is asked for; NO_COLOR forbids the former.
case_colors_on_a_terminal_only() {
	local red=$'\e\\[3[13]m'
	lab_start_garpd
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$HOST"
	lab_await "$GARPD_LOG" 5 "$HOST: .*denied" || t_fail "not denied"
	! grep -q "$red" <<<"$(in_hv "$GARPD" show claims)" || t_fail "colors in a pipe"
	grep -q "$red" <<<"$(in_hv "$GARPD" show claims --color always)" || t_fail "no colors though always"
	grep -q "$red" <<<"$(in_hv script -qec "$GARPD show claims" /dev/null)" || t_fail "no colors on a terminal"
	! grep -q "$red" <<<"$(in_hv env NO_COLOR=1 script -qec "$GARPD show claims" /dev/null)" || t_fail "colors with NO_COLOR"
	! grep -q "$red" <<<"$(in_hv script -qec "$GARPD show claims --color never" /dev/null)" || t_fail "colors though never"
}

# Within 50 ms, including the `ip` that makes it a port. Other labs hold the kernel's lock of all links for longer
# at times, so the quickest of five counts: garpd itself waits for nothing.
case_port_attached_at_once() {
	local began ms least=5000 i
	lab_start_garpd --log json
	for i in 1 2 3 4 5; do
		in_hv ip link add "v-late$i" up type veth peer name "p-late$i"
		began=${EPOCHREALTIME/[.,]/}
		in_hv ip link set "v-late$i" master br0
		# its other end is down
		lab_await "$GARPD_LOG" 5 "port v-late$i attached" || t_fail "v-late$i is not attached"
		ms=$((($(log_time_us "port v-late$i attached") - began) / 1000))
		((ms >= least)) || least=$ms
	done
	((least <= 50 + T_LATE_MS)) || t_fail "attached $least ms after, at best"
	in_hv "$GARPD" show ports -j | jq -e '.[] | select(.port == "v-late1" and .role == "guest")' \
		>/dev/null || t_fail "show ports does not know v-late1"
}

# log_time_us REGEX: time of the first such line of the JSON log, in microseconds since 1970.
log_time_us() {
	local time
	time=$(grep -m 1 -- "$1" "$GARPD_LOG" | pick time)
	date -d "$time" +%s%6N
}

case_log_json() {
	lab_start_garpd --log json
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	lab_await "$GARPD_LOG" 5 '"event": ?"announce_done"' || t_fail "no event announce_done"
	jq -es --arg mac "$MAC_NEW" --arg address "$SERVICE" 'map(select(.event == "answered" and
		.mac == $mac and .address == $address and .port == "v-new" and .bridge == "br0" and
		(.time | test("^[0-9-]+T[0-9:.]+Z$")))) | length == 1' "$GARPD_LOG" >/dev/null ||
		t_fail "no whole event answered: $(<"$GARPD_LOG")"
}

# It takes no events from the daemon, and runs without one.
case_watch() {
	lab_start_garpd
	lab_kill9_garpd
	lab_spawn "$LAB_DIR/watch" in_ns_exec hv "$GARPD" watch -j
	lab_wait 9 is_waiting "$LAB_LAST" || t_fail "watch does not begin"
	lab_spawn "$LAB_DIR/watch.text" in_ns_exec hv "$GARPD" watch
	lab_await "$LAB_DIR/watch.text" 5 '^TIME'
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$LAB_DIR/watch" 5 "\"address\": ?\"$SERVICE\".*\"state\": ?\"probing\"" ||
		t_fail "watch -j prints nothing: $(<"$LAB_DIR/watch")"
	lab_await "$LAB_DIR/watch.text" 5 "^[0-9:.]{12}  br0    *$SERVICE  *none -> probing " || t_fail "watch prints nothing"
}

# A filter lets what ends to match through, too.
case_watch_filters() {
	lab_start_garpd
	lab_spawn "$LAB_DIR/watch" in_ns_exec hv "$GARPD" watch --problems
	lab_spawn "$LAB_DIR/watch.new" in_ns_exec hv "$GARPD" watch 192.0.2.0/26 --mac "$MAC_NEW" -j
	lab_wait 9 is_waiting "$LAB_LAST" || t_fail "watch does not begin"
	lab_await "$LAB_DIR/watch" 5 '^TIME'
	lab_winguest other -k 60000 eth0 "$MAC_OTHER" "$HOST"
	lab_await "$LAB_DIR/watch" 5 "$HOST .* -> denied" || t_fail "no problem: $(<"$LAB_DIR/watch")"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$LAB_DIR/watch.new" 9 '"state": ?"owned"' || t_fail "not owned: $(<"$LAB_DIR/watch.new")"
	! grep -q "$SERVICE" "$LAB_DIR/watch" || t_fail "no problem: $(<"$LAB_DIR/watch")"
	! grep -q "$HOST\"" "$LAB_DIR/watch.new" || t_fail "of another: $(<"$LAB_DIR/watch.new")"
	jq -es 'map(.old_state) | index("probing") and index("none") != null' "$LAB_DIR/watch.new" >/dev/null ||
		t_fail "no from: $(<"$LAB_DIR/watch.new")"
}

# The time is when it was forgotten, not when it last changed.
case_watch_says_what_is_forgotten() {
	lab_start_garpd
	lab_spawn "$LAB_DIR/watch" in_ns_exec hv "$GARPD" watch -j
	lab_wait 9 is_waiting "$LAB_LAST" || t_fail "watch does not begin"
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$LAB_DIR/watch" 8 '"state": ?"none"' || t_fail "watch prints: $(<"$LAB_DIR/watch")"
	jq -es 'map(select(.state == "none")) == [.[-1] | select(.reason == null)] and
		.[-1].changed > .[-2].changed' "$LAB_DIR/watch" >/dev/null ||
		t_fail "watch prints: $(<"$LAB_DIR/watch")"
}

# It is stopped meanwhile, and so cannot see that nothing is pinned for a moment.
case_watch_follows_a_new_start() {
	local watch
	lab_start_garpd
	lab_spawn "$LAB_DIR/watch" in_ns_exec hv "$GARPD" watch
	watch=$LAB_LAST
	lab_await "$LAB_DIR/watch" 5 '^TIME'
	kill -STOP "$watch"
	lab_stop_garpd
	in_hv "$GARPD" detach
	lab_start_garpd
	kill -CONT "$watch"
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$LAB_DIR/watch" 8 "$SERVICE.*owned" || t_fail "watch sees nothing: $(<"$LAB_DIR/watch")"
}

# Nothing is pinned for long enough to notice: reported once, and the next start is followed.
case_watch_waits_for_a_new_start() {
	lab_start_garpd
	lab_spawn "$LAB_DIR/watch" in_ns_exec hv "$GARPD" watch
	lab_await "$LAB_DIR/watch" 5 '^TIME'
	lab_stop_garpd
	in_hv "$GARPD" detach
	lab_await "$LAB_DIR/watch" 5 'not found; garpd is not loaded here' || t_fail "watch waits and prints nothing"
	protocol_time 2.5 # more rounds, which print nothing
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$LAB_DIR/watch" 8 "$SERVICE.*owned" || t_fail "watch has ended: $(<"$LAB_DIR/watch")"
	assert_equals "lines about nothing pinned" 1 "$(grep -c '^garpd: .*not found' "$LAB_DIR/watch")"
}

case_announce_is_refused_without_an_owner() {
	lab_start_garpd
	assert_fails 3 "198.51.100.9: no claim: no guest has probed.*garpd explain 198.51.100.9" \
		"$GARPD" announce 198.51.100.9
	assert_fails 3 "198.51.100.9: no claim" "$GARPD" thaw 198.51.100.9
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	assert_fails 1 "$SERVICE on br0: not announced: probing: .*garpd explain $SERVICE" "$GARPD" announce "$SERVICE"
	assert_fails 1 "$SERVICE on br0: not frozen: probing: " "$GARPD" thaw "$SERVICE"
}

# Each refusal has its reason.
case_announce_names_the_reason() {
	lab_start_garpd -c "$(lab_config 'addresses:' "  - address: 192.0.2.77" '    announce: never')"
	lab_winguest other -n 1 -k 100 eth0 "$MAC_OTHER" "192.0.2.77"
	wait "$LAB_LAST"
	assert_fails 1 "not announced: denied: configured announce: never; see garpd explain" \
		"$GARPD" announce "192.0.2.77"
	in_ns old ip addr add "$SERVICE/24" dev eth0
	lab_winguest new -k 3000 eth0 "$MAC_NEW" "$SERVICE"
	lab_wait 5 claim_is "$SERVICE" state conflict || t_fail "no conflict: $(lab_claims)"
	assert_fails 1 "not announced: conflict with $MAC_OLD; see garpd explain" "$GARPD" announce "$SERVICE"
}

case_check_says_where_it_would_attach() {
	lab_config 'bridges: [br0, nobr]' 'uplinks: [up0]' 'routers: ["br0*"]' >/dev/null
	in_hv "$GARPD" check "$LAB_DIR/garpd.yaml" >"$LAB_DIR/out" || t_fail "exit status $?"
	local line
	for line in 'would attach to v-new on br0 as guest' 'would attach to up0 on br0 as uplink' \
		'would wait for nobr: ' 'would refuse br0 as router port: in "bridges" already'; do
		grep -q "^$line" "$LAB_DIR/out" || t_fail "no '$line' in: $(<"$LAB_DIR/out")"
	done
	assert_no_pins
}

case_ready_says_what_it_waits_for() {
	lab_start_garpd --bridge nobr
	grep -q 'ready; waiting for 1 bridge$' "$GARPD_LOG" || t_fail "$(<"$GARPD_LOG")"
}

# A claim that is refused does not prevent the others from being announced.
case_announce_goes_on_after_a_refusal() {
	lab_start_garpd
	lab_capture lan router lan0
	lab_winguest other -v 30 -k 10000 eth0 "$MAC_OTHER" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-.*vlan=30'
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 5 'kind=probe'
	in_hv "$GARPD" announce "$SERVICE" >"$LAB_DIR/out" || t_fail "refused"
	assert_equals "output" "$SERVICE on br0 vlan 30: announced for $MAC_OTHER" "$(<"$LAB_DIR/out")"
	assert_await_frames lan 6 5 'kind=announce-.*vlan=30'
}

# Calls of garpd_speak could meet on one CPU: they wait for each other, also the daemon's.
case_one_call_of_the_kernel_half_at_a_time() {
	local holder
	lab_start_garpd
	lab_capture lan router lan0
	mkfifo "$LAB_DIR/release"
	lab_spawn "$LAB_DIR/holder" in_ns_exec hv flock -o /sys/fs/bpf/garpd/links timeout 60 cat "$LAB_DIR/release"
	holder=$LAB_LAST
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 6 'cannot run garpd_speak: .*busy.*retried each second' || t_fail "not logged: $(<"$GARPD_LOG")"
	assert_fails 1 'busy' "$GARPD" announce "$SERVICE"
	assert_frames_count 0 lan 'kind=announce-.*'
	: >"$LAB_DIR/release"
	wait "$holder"
	assert_await_frames lan 4 8 "kind=announce-.* src=$MAC_NEW"
	assert_frames_count 2 lan kind=announce-request
}

# bpftool prints names: of the fields of keys and values, and of every counter.
case_bpftool_shows_names() {
	lab_start_garpd
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	in_hv bpftool map dump pinned /sys/fs/bpf/garpd/claims >"$LAB_DIR/dump"
	local word
	for word in '"segment":' '"vlan":' '"addr":' '"mac":' '"state":' '"window_probes":'; do
		grep -q "$word" "$LAB_DIR/dump" || t_fail "no $word in: $(<"$LAB_DIR/dump")"
	done
	in_hv bpftool map dump pinned /sys/fs/bpf/garpd/counters >"$LAB_DIR/dump"
	while read -r word; do
		grep -q "\"$word\":" "$LAB_DIR/dump" || t_fail "bpftool does not name $word"
	done < <(in_hv "$GARPD" show counters -j | pick counter)
}

case_manual_names_every_verb_and_flag() {
	local word
	sed 's/\\-/-/g' "$LAB_ROOT/dist/garpd.8" >"$LAB_DIR/manual"
	while read -r word; do
		grep -qE -- "$word" "$LAB_DIR/manual" ||
			t_fail "garpd.8 lacks $word"
	done < <("$GARPD" help | grep -oE -- '--[a-z]+|garpd [a-z]+ ' | sed 's/garpd //' | sort -u)
}

# The mode, its reason, and foreign programs on the hook, of every kind.
case_show_ports_says_why_and_who_else() {
	local id
	t_need bpftool tc
	in_hv bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
	in_hv tc qdisc add dev v-other clsact
	in_hv tc filter add dev v-other ingress prio 7 handle 1 bpf da \
		object-pinned /sys/fs/bpf/foreign/foreign_tc
	in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev v-other
	lab_start_garpd
	id=$(in_hv bpftool -j prog show pinned /sys/fs/bpf/foreign/foreign_tc | pick id)
	port_field v-other others >"$LAB_DIR/others"
	grep -qE "^\\[\"xdp foreign_xdp \(id [0-9]+\)\",\"tc foreign_tc \(id $id\)\"\\]\$" "$LAB_DIR/others" ||
		t_fail "others on v-other: $(<"$LAB_DIR/others")"
	assert_equals "others on v-new" "[]" "$(port_field v-new others)"
	if kernel_has_tcx; then
		assert_equals why 'auto: tcx works here' "$(port_field v-new why)"
	else
		assert_equals why 'auto: tcx needs Linux 6.6' "$(port_field v-new why)"
	fi
	in_hv "$GARPD" show ports -w >"$LAB_DIR/ports"
	grep -qE '^v-other .* auto: .* xdp foreign_xdp \(id [0-9]+\), tc foreign_tc' "$LAB_DIR/ports" ||
		t_fail "in columns: $(<"$LAB_DIR/ports")"
	lab_stop_garpd
	lab_start_garpd --mode tc
	assert_equals "why tc" requested "$(port_field v-new why)"
	assert_equals "others on v-new" "[]" "$(port_field v-new others)"
}

# ports ARG...: the names that show ports prints, in its order, on one line; all within 80 columns.
ports() {
	in_hv "$GARPD" show ports "$@" >"$LAB_DIR/ports"
	awk 'length > 80' "$LAB_DIR/ports" | grep . && t_fail "wider than a screen"
	awk 'NR > 1 { print $1 }' "$LAB_DIR/ports" | xargs
}

# By name; but first what needs attention.
case_show_ports_in_columns() {
	lab_start_garpd
	assert_equals "ports" "br0 up0 v-new v-old v-other" "$(ports)"
	assert_equals "of another bridge" "" "$(ports --segment nobr)"
	assert_equals "of one name" up0 "$(ports --port up0)"
	assert_equals "no problem" "" "$(ports --problems)"
	in_hv bridge link set dev v-other state 0
	lab_wait 5 port_is v-other forwarding false || t_fail "not seen: $(lab_ports)"
	assert_equals "ports" "v-other br0 up0 v-new v-old" "$(ports)"
	assert_equals "problems" v-other "$(ports --problems)"
	assert_equals "problems in JSON" v-other "$(in_hv "$GARPD" show ports -j -p | pick port)"
	assert_fails 2 'show ports: no option --mac' "$GARPD" show ports --mac "$MAC_NEW"
	grep -q 'PVID.*OTHERS' <<<"$(in_hv "$GARPD" show ports -w | sed -n 1p)" || t_fail "-w has no more columns"
}

# listeners ARG...: those that show listeners prints, in its order, on one line; all within 80 columns.
listeners() {
	in_hv "$GARPD" show listeners "$@" >"$LAB_DIR/listeners"
	awk 'length > 80' "$LAB_DIR/listeners" | grep . && t_fail "wider than a screen"
	awk 'NR > 1 { print $2 }' "$LAB_DIR/listeners" | xargs
}

# One that answers, and one that has gone after it had looked the address up: that is shown first.
case_show_listeners_in_columns() {
	lab_start_garpd
	in_ns other ip addr add 192.0.2.55/24 dev eth0
	in_ns old ip addr add "$SERVICE/24" dev eth0
	in_ns other ping -c 1 -W 1 "$SERVICE" >/dev/null || true
	in_ns router ping -c 1 -W 1 "$SERVICE" >/dev/null || true
	in_ns other ip addr flush dev eth0
	in_ns old ip addr flush dev eth0
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 9 "$SERVICE: .*confirmed by" || t_fail "not confirmed"
	lab_wait 9 listener_is_silent || t_fail "listeners: $(in_hv "$GARPD" show listeners -w)"
	assert_equals "silent" 192.0.2.55 "$(listeners --problems)"
	assert_equals "first" 192.0.2.55 "$(listeners | cut -d ' ' -f 1)"
	assert_equals "by MAC" 192.0.2.55 "$(listeners --mac "$MAC_OTHER")"
	assert_equals "of no address there" "" "$(listeners 198.51.100.0/24 --mac "$MAC_OTHER")"
	assert_equals "of the address" 192.0.2.55 "$(listeners "$SERVICE" --mac "$MAC_OTHER")"
	assert_equals "of another bridge" "" "$(listeners --segment nobr)"
	assert_fails 2 'show listeners: no option --port' "$GARPD" show listeners --port v-new
}

listener_is_silent() {
	[[ $(in_hv "$GARPD" show listeners -j -p | pick listener) == 192.0.2.55 ]]
}

# A name may be any bytes: none reaches a terminal as an escape sequence, and JSON stays valid.
case_names_of_any_bytes_are_cleaned() {
	lab_start_garpd --log json
	in_hv ip link set v-new down
	in_hv ip link set v-new name $'v\xff\e[1m'
	in_hv ip link set $'v\xff\e[1m' up
	lab_capture lan router lan0
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_equals "port of the claim" 'v??[1m' "$(claim_field "$SERVICE" port)"
	in_hv "$GARPD" explain -j "$SERVICE" | jq -e '.[0] | [.heard, .announced] | all(.[0] | contains("v??[1m"))' \
		>/dev/null || t_fail "explain has no sentences"
	in_hv "$GARPD" show ports >"$LAB_DIR/ports"
	grep -qF 'v??[1m' "$LAB_DIR/ports" || t_fail "in columns: $(<"$LAB_DIR/ports")"
	! grep -q $'\e' "$LAB_DIR/ports" || t_fail "an escape sequence"
	lab_await "$GARPD_LOG" 5 '"event": ?"announce_done".*"port": ?"v\?\?\[1m"' || t_fail "$(<"$GARPD_LOG")"
}

case_show_ports_names_tcx_programs() {
	t_need bpftool
	kernel_has_tcx || t_skip "this kernel has no tcx"
	in_hv bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
	lab_spawn "$LAB_DIR/tcx" in_ns_exec hv "$LAB_BIN/tcx" v-other /sys/fs/bpf/foreign/foreign_tc
	lab_await "$LAB_DIR/tcx" 5 '^attached$' 1 "$LAB_LAST" || t_fail "$(<"$LAB_DIR/tcx")"
	lab_start_garpd
	port_field v-other others >"$LAB_DIR/others"
	grep -qE '^\["tcx foreign_tc \(id [0-9]+\)"\]$' "$LAB_DIR/others" ||
		t_fail "others on v-other: $(<"$LAB_DIR/others")"
	assert_equals "others on v-new" "[]" "$(port_field v-new others)"
}

# ---- detach that meets an obstacle ----

# A directory in place of the pin of v-new's link: what is attached there is unknown.
hide_link_of_new() {
	LINK=/sys/fs/bpf/garpd/links/$(in_hv cat /sys/class/net/v-new/ifindex)-xdp-generic
	in_hv rm "$LINK"
	in_hv mkdir "$LINK"
}

case_detach_goes_on_and_says_what_is_left() {
	lab_start_garpd --mode xdp-generic
	lab_stop_garpd
	hide_link_of_new
	assert_fails 1 'v-new: cannot detach' "$GARPD" detach
	in_hv "$GARPD" detach >"$LAB_DIR/left" 2>/dev/null || true
	grep -qx 'left [0-9]* pins' "$LAB_DIR/left" ||
		t_fail "it says: $(<"$LAB_DIR/left")"
	assert_equals "ports left" v-new "$(lab_ports | pick port)"
	in_hv rmdir "$LINK"
	in_hv "$GARPD" detach || t_fail "not even now"
	assert_no_pins
}

# The same without a map that has the ports.
case_detach_without_maps_says_what_is_left() {
	lab_start_garpd --mode xdp-generic
	lab_stop_garpd
	hide_link_of_new
	in_hv rm /sys/fs/bpf/garpd/ports
	assert_fails 1 'v-new: cannot detach' "$GARPD" detach
	in_hv rmdir "$LINK"
	in_hv "$GARPD" detach || t_fail "not even now"
	assert_no_pins
}

# The former mode's program cannot be removed: this is logged, and the next start tries again.
case_former_mode_that_stays_is_said() {
	lab_start_garpd --mode xdp-generic
	lab_stop_garpd
	hide_link_of_new
	assert_fails 1 'v-new: cannot detach' "$GARPD" run --bridge br0 --uplink up0 --mode tc
	assert_equals "the mode of v-new" xdp-generic "$(port_field v-new mode)"
	in_hv rmdir "$LINK"
	lab_start_garpd --mode tc
	assert_equals "the mode of v-new" tc "$(port_field v-new mode)"
}
