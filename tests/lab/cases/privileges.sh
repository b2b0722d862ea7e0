# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which rights of root the daemon keeps, who can read the pins, and which pin directories are accepted.
# Every case of the lab runs the confined daemon, and fails without a right that is needed.

PINS=/sys/fs/bpf/garpd
# capabilities(7), as /proc/PID/status has them.
CAPS_NONE=0000000000000000
CAPS=0000008000001000      # CAP_BPF, CAP_NET_ADMIN
CAPS_JOIN=000000c000201000 # plus CAP_PERFMON, CAP_SYS_ADMIN, to join libxdp's dispatcher

status_of() {
	awk -v key="$1:" '$1 == key { print $2 }' "/proc/$GARPD_PID/status"
}

# assert_status KEY VALUE...
assert_status() {
	while (($#)); do
		assert_equals "$1 of the daemon" "$2" "$(status_of "$1")"
		shift 2
	done
}

# assert_confined CAPABILITIES [BOUNDING_SET]
assert_confined() {
	assert_status CapPrm "$1" CapEff "$1" CapBnd "${2:-$1}" CapInh "$CAPS_NONE" CapAmb "$CAPS_NONE" \
		NoNewPrivs 1 Seccomp 2
}

case_privileges_are_dropped() {
	lab_start_garpd
	assert_confined "$CAPS"
	assert_announces
	# With those rights: a new port, a port that goes, a reload.
	lab_guest late 00:00:5e:00:53:1a
	assert_await_attached v-late
	in_hv ip link del v-late
	lab_await "$GARPD_LOG" 5 'v-late: gone' || t_fail "v-late is not missed"
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'configuration reloaded' || t_fail "SIGHUP: $(<"$GARPD_LOG")"
	in_hv ip link set v-other nomaster
	lab_await "$GARPD_LOG" 5 'v-other: no longer a port; detached' || t_fail "not detached"
}

case_privileges_are_dropped_tc() {
	lab_start_garpd --mode tc
	assert_confined "$CAPS"
	lab_kill9_garpd
	# Recognises garpd's filters without the right to open programs by their ids.
	lab_start_garpd --mode tc
	grep -q 'port v-new adopted (guest, tc)' "$GARPD_LOG" || t_fail "$(<"$GARPD_LOG")"
	assert_announces
}

case_privileges_for_the_dispatcher() {
	grep -q 'libxdp\.so' "$GARPD" || t_skip "a build without libxdp"
	lab_start_garpd --mode xdp
	assert_confined "$CAPS_JOIN"
}

case_forbidden_calls_are_refused() {
	local what
	"$LAB_BIN/confined" >"$LAB_DIR/confined" </dev/null || t_fail "not confined"
	for what in fork clone3 execve ptrace kill 'tgkill init' 'mprotect executable' 'mmap executable' mount \
		unshare init_module setuid 'no_new_privs off' terminal 'socket AF_INET' \
		'socket AF_PACKET'; do
		grep -qx "$what: ENOSYS" "$LAB_DIR/confined" || t_fail "$what: $(<"$LAB_DIR/confined")"
	done
	for what in mmap 'tgkill itself' 'socket AF_NETLINK' 'socket AF_UNIX'; do
		grep -qx "$what: done" "$LAB_DIR/confined" || t_fail "$what: $(<"$LAB_DIR/confined")"
	done
}

# unit_bounds: prints the unit's CapabilityBoundingSet in the syntax of setpriv.
unit_bounds() {
	sed -n 's/^CapabilityBoundingSet=//p' "$LAB_ROOT/dist/garpd.service" |
		sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]'
}

# unit_paths_mount: makes the unit's ReadOnlyPaths read-only; mounts below, such as /sys/fs/bpf, stay. And
# its /proc, which has processes only.
unit_paths_mount() {
	local path
	! grep -qx ProcSubset=pid "$LAB_ROOT/dist/garpd.service" || in_hv mount -t proc -o subset=pid proc /proc
	while read -r path; do
		in_hv test -e "$path" || continue
		in_hv mount --rbind "$path" "$path"
		in_hv mount -o remount,ro,bind "$path"
	done < <(sed -n 's/^ReadOnlyPaths=//p' "$LAB_ROOT/dist/garpd.service" | tr ' ' '\n' | sed 's/^-//')
}

lab_start_within() {
	local log=$LAB_DIR/garpd.within.log
	lab_spawn "$log" in_ns_exec hv setpriv --inh-caps=-all \
		--bounding-set="-all,$(unit_bounds)" "$GARPD" run "$@"
	GARPD_PID=$LAB_LAST GARPD_LOG=$log
	lab_await_ready "$log" "$GARPD_PID" || t_fail "not ready: $(<"$log")"
}

# Files of root outside of ProtectSystem=strict, which need no capability to be written.
case_unit_keeps_the_kernels_files() {
	local path
	unit_paths_mount
	for path in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /sys/kernel/uevent_helper; do
		! in_hv bash -c ": >>$path" 2>"$LAB_DIR/err" || t_fail "$path can be written"
	done
	lab_start_within --bridge br0 --uplink up0
	assert_announces
	lab_stop_garpd
	in_hv "$GARPD" detach || t_fail "not detached"
}

# What the unit grants is enough, and is dropped after the start.
case_unit_grants_what_is_needed() {
	group_config
	[[ -n $(unit_bounds) ]] || t_fail "no CapabilityBoundingSet in the unit"
	lab_start_within -c "$LAB_DIR/garpd.yaml"
	assert_confined "$CAPS"
	assert_equals "pin directory" "750 0:4711" "$(in_hv stat -c '%a %u:%g' "$PINS")"
}

# Started with only the rights that are kept, without those for dropping others, it works as well. (Linux
# 5.10 counts maps as locked memory, so that limit has to be off.)
case_no_more_than_needed_is_enough() {
	# shellcheck disable=SC2016 # the inner shell expands it
	lab_spawn "$LAB_DIR/garpd.few.log" in_ns_exec hv bash -c '
		ulimit -l unlimited 2>/dev/null || true
		exec "$@"' lab setpriv --inh-caps=-all \
		--bounding-set=-all,+bpf,+net_admin,+perfmon "$GARPD" run --bridge br0 --uplink up0
	GARPD_PID=$LAB_LAST GARPD_LOG=$LAB_DIR/garpd.few.log
	lab_await_ready "$GARPD_LOG" "$GARPD_PID" || t_fail "not ready: $(<"$GARPD_LOG")"
	assert_confined "$CAPS" 000000c000001000 # none can be regained
	assert_announces
}

# ---- who can read the pins ----

# group_config: writes a configuration with a group that exists only in the hypervisor.
group_config() {
	printf 'root:x:0:\nwatchers:x:4711:\n' >"$LAB_DIR/group"
	in_hv mount --bind "$LAB_DIR/group" /etc/group
	printf 'bridges: [br0]\nuplinks: [up0]\ngroup: watchers\n' >"$LAB_DIR/garpd.yaml"
}

# as_member GROUP COMMAND...: as user nobody in that group, without any capability.
as_member() {
	in_hv setpriv --reuid=65534 --regid=65534 --groups="$1" --inh-caps=-all \
		--bounding-set=-all "${@:2}"
}

# can_members_read: Linux before 6.0 requires CAP_BPF for every call unless this setting is 0.
can_members_read() {
	local version
	version=$(uname -r)
	((${version%%.*} >= 6)) || [[ $(</proc/sys/kernel/unprivileged_bpf_disabled) == 0 ]]
}

# apart group_may_look
case_group_may_look() {
	group_config
	lab_start_garpd_at hv -c "$LAB_DIR/garpd.yaml"
	lab_winguest new -n 1 -k 100 eth0 "$MAC_NEW" "$SERVICE"
	wait "$LAB_LAST"
	assert_equals "pin directory" "750 0:4711" "$(in_hv stat -c '%a %u:%g' "$PINS")"
	assert_equals "claims" "640 0:4711" "$(in_hv stat -c '%a %u:%g' "$PINS/claims")"
	assert_equals "garpd_speak" "600 0:0" "$(in_hv stat -c '%a %u:%g' "$PINS/garpd_speak")"
	if can_members_read; then
		as_member 4711 "$GARPD" show claims -j >"$LAB_DIR/claims" || t_fail "a member cannot read"
		assert_equals state probing "$(pick "address=$SERVICE" state <"$LAB_DIR/claims")"
		as_member 4711 "$GARPD" explain "$SERVICE" >"$LAB_DIR/explain" || t_fail "no explain"
		grep -q "$SERVICE on br0: probing" "$LAB_DIR/explain" || t_fail "$(<"$LAB_DIR/explain")"
		as_member 4711 "$GARPD" show counters >"$LAB_DIR/counters" || t_fail "no counters"
		grep -q window_opened "$LAB_DIR/counters" || t_fail "$(<"$LAB_DIR/counters")"
		as_member 4711 "$GARPD" show ports -j >"$LAB_DIR/ports" 2>"$LAB_DIR/note" || t_fail "no ports"
		assert_equals role guest "$(pick port=v-new role <"$LAB_DIR/ports")"
		assert_equals others null "$(jq '.[0].others' "$LAB_DIR/ports")"
		grep -q 'others.*CAP_SYS_ADMIN' "$LAB_DIR/note" || t_fail "not logged: $(<"$LAB_DIR/note")"
	else
		! as_member 4711 "$GARPD" show claims 2>"$LAB_DIR/err" || t_fail "a member can read"
		grep -q 'unprivileged_bpf_disabled' "$LAB_DIR/err" || t_fail "$(<"$LAB_DIR/err")"
	fi
	# Members can read, not act; other users can do neither.
	! as_member 4711 "$GARPD" announce "$SERVICE" 2>"$LAB_DIR/err" || t_fail "a member can announce"
	grep -q 'not permitted.*root' "$LAB_DIR/err" || t_fail "$(<"$LAB_DIR/err")"
	! as_member 4711 "$GARPD" detach 2>"$LAB_DIR/err" || t_fail "a member can detach"
	! as_member 2 "$GARPD" show claims 2>"$LAB_DIR/err" || t_fail "another user can read"
	grep -qE 'not permitted.*("group" in garpd.yaml|bpf_disabled)' "$LAB_DIR/err" ||
		t_fail "$(<"$LAB_DIR/err")"
	# Mode as systemd mounts it.
	in_hv chmod 0700 /sys/fs/bpf
	! as_member 4711 "$GARPD" show claims 2>"$LAB_DIR/err" || t_fail "show works without access"
	grep -q 'chmod 0711 /sys/fs/bpf' "$LAB_DIR/err" || t_fail "$(<"$LAB_DIR/err")"
	kill -0 "$GARPD_PID" || t_fail "the daemon died"
}

# Without the key no group can, also if one could before.
case_group_is_taken_back() {
	group_config
	lab_start_garpd_at hv -c "$LAB_DIR/garpd.yaml"
	printf 'bridges: [br0]\nuplinks: [up0]\n' >"$LAB_DIR/garpd.yaml"
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'mode, group and ovsdb take effect at the next start, limits.claims after' ||
		t_fail "not logged: $(<"$GARPD_LOG")"
	lab_stop_garpd
	lab_start_garpd_at hv -c "$LAB_DIR/garpd.yaml"
	assert_equals "pin directory" "750 0:0" "$(in_hv stat -c '%a %u:%g' "$PINS")"
	assert_equals "claims" "600 0:0" "$(in_hv stat -c '%a %u:%g' "$PINS/claims")"
}

case_group_missing_is_said() {
	printf 'bridges: [br0]\ngroup: nobodys-friends\n' >"$LAB_DIR/garpd.yaml"
	assert_fails 2 'group: .*"nobodys-friends".*groupadd' "$GARPD" check "$LAB_DIR/garpd.yaml"
	assert_fails 1 'group: .*"nobodys-friends".*groupadd' "$GARPD" run -c "$LAB_DIR/garpd.yaml"
	in_hv test ! -e "$PINS" || t_fail "something is left"
}

# Readable with root's rights at the start, but not by a reload: logged at once.
case_config_of_somebody_else_is_said() {
	mkdir -m 0700 "$LAB_DIR/home"
	printf 'bridges: [br0]\n' >"$LAB_DIR/home/garpd.yaml"
	chown -R 65534 "$LAB_DIR/home"
	lab_start_garpd_at hv -c "$LAB_DIR/home/garpd.yaml"
	grep -q 'a reload cannot read it' "$GARPD_LOG" || t_fail "not logged: $(<"$GARPD_LOG")"
	kill -HUP "$GARPD_PID"
	lab_await "$GARPD_LOG" 5 'Permission denied.*stays in force' || t_fail "$(<"$GARPD_LOG")"
}

# ---- the pin directory ----

# assert_directory_refused WORDS: run, show and detach refuse it; nothing is attached or changed.
assert_directory_refused() {
	local before status verb
	before=$(in_hv find /sys/fs/bpf -printf '%p %y %m %u\n')
	while read -r status verb; do
		# shellcheck disable=SC2086 # a verb with its arguments
		assert_fails "$status" "$PINS: $1" "$GARPD" $verb
	done <<-VERBS
		1 run --bridge br0
		4 show claims
		4 watch
		4 announce $SERVICE
		1 detach
	VERBS
	assert_equals "pins" "$before" "$(in_hv find /sys/fs/bpf -printf '%p %y %m %u\n')"
	assert_no_programs
}

case_foreign_directory_is_refused() {
	in_hv mkdir -m 0750 "$PINS"
	in_hv chown 65534 "$PINS"
	assert_directory_refused 'belongs to user 65534.*remove it'
	in_hv chown 0 "$PINS"
	in_hv chmod 0770 "$PINS"
	assert_directory_refused 'writable by others \(mode 0770\).*remove it'
	in_hv chmod 0757 "$PINS"
	assert_directory_refused 'writable by others \(mode 0757\).*remove it'
	in_hv rmdir "$PINS"
	in_hv mkdir -m 0750 /sys/fs/bpf/elsewhere
	in_hv ln -s /sys/fs/bpf/elsewhere "$PINS"
	assert_directory_refused 'is a symbolic link.*remove it'
	in_hv rm "$PINS"
	lab_start_garpd
}

# A member may open the directories of the group, and so lock them; the daemon locks another one.
case_group_cannot_keep_garpd_away() {
	group_config
	lab_start_garpd_at hv -c "$LAB_DIR/garpd.yaml"
	lab_stop_garpd
	lab_spawn "$LAB_DIR/holder" as_member 4711 flock -o "$PINS" sh -c 'echo held; sleep 60'
	lab_await "$LAB_DIR/holder" 5 '^held$' 1 "$LAB_LAST" || t_fail "a member cannot lock: $(<"$LAB_DIR/holder")"
	! as_member 4711 flock -n "$PINS/lock" true 2>/dev/null || t_fail "a member can open the lock"
	lab_start_garpd_at hv -c "$LAB_DIR/garpd.yaml"
	assert_fails 1 'another .garpd run. is running' "$GARPD" detach
}

# The pins name interfaces by their ifindex: in another namespace the same numbers are other ones.
case_pins_of_another_namespace_are_refused() {
	local elsewhere=/proc/${LAB_PID[other]}/ns/net
	lab_start_garpd
	lab_kill9_garpd
	assert_fails 1 'another network namespace, net:\[[0-9]+\][:0-9]*; run garpd there' \
		nsenter "--net=$elsewhere" "$GARPD" run --router eth0
	assert_fails 1 'another network namespace' nsenter "--net=$elsewhere" "$GARPD" detach
	lab_start_garpd
	lab_wait 5 port_is v-new heard heard || t_fail "v-new: $(port_field v-new heard)"
	assert_equals "adopted" 5 "$(grep -c adopted "$GARPD_LOG")"
	lab_stop_garpd
	in_hv "$GARPD" detach
	lab_spawn "$LAB_DIR/elsewhere" in_ns_exec hv nsenter "--net=$elsewhere" "$GARPD" run --router eth0
	GARPD_PID=$LAB_LAST
	lab_await_ready "$LAB_DIR/elsewhere" "$GARPD_PID" || t_fail "$(<"$LAB_DIR/elsewhere")"
	grep -q '^ready$' "$LAB_DIR/elsewhere" || t_fail "it waits for its port: $(<"$LAB_DIR/elsewhere")"
}

# programs_are IFACE NAMES
programs_are() {
	[[ $(in_hv "$LAB_BIN/tcx" "$1") == "$2" ]]
}

# Somebody has put the link of another interface in the place of v-new's.
case_link_of_another_interface_is_not_adopted() {
	local links=$PINS/links new old
	kernel_has_tcx || t_skip "this kernel has no tcx"
	lab_start_garpd
	lab_stop_garpd
	new=$(in_hv cat /sys/class/net/v-new/ifindex)
	old=$(in_hv cat /sys/class/net/v-old/ifindex)
	in_hv mv "$links/$new" "$links/aside"
	in_hv mv "$links/$old" "$links/$new"
	in_hv rm "$links/aside"
	lab_start_garpd
	# The kernel takes a program off a moment after its link was closed.
	for new in v-new v-old; do
		lab_wait 5 programs_are "$new" garpd_tc || t_fail "programs on $new: $(in_hv "$LAB_BIN/tcx" "$new")"
	done
}
