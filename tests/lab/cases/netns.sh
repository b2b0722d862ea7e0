# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --netns NAME: a network namespace that `ip netns` has named, with its own daemon and pins, beside the one of
# the first namespace on the same BPF file system. Here `tenant` is the network of the machine `site`: a
# bridge with a guest, whose interfaces have the same ifindexes as those of `hv`.

PINS=/sys/fs/bpf/garpd
MAC_SITE=00:00:5e:00:53:1a

# site_up: adds the machine `site` with br0, its guest `inn` on v-inn, and the host `peer` on v-peer; names its
# network in the hypervisor's /run/netns.
site_up() {
	lab_machine site
	lab_machine inn
	lab_machine peer
	in_ns_ip site <<-LINES
		link add br0 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add v-inn up type veth peer name eth0 address $MAC_SITE netns ${LAB_PID[inn]}
		link add v-peer up type veth peer name eth0 netns ${LAB_PID[peer]}
		link set v-inn master br0
		link set v-peer master br0
		addr add $HOST/24 dev br0
	LINES
	in_ns inn ip link set eth0 up
	in_ns peer ip link set eth0 up
	name_netns tenant site
}

# name_netns NAME MACHINE: as `ip netns attach` does.
name_netns() {
	in_hv mkdir -p /run/netns
	in_hv touch "/run/netns/$1"
	in_hv mount --bind "/proc/${LAB_PID[$2]}/ns/net" "/run/netns/$1"
}

# start_both: the hypervisor's own daemon first; sets FIRST and TENANT to their pids, and their logs.
start_both() {
	lab_start_garpd
	FIRST=$GARPD_PID FIRST_LOG=$GARPD_LOG
	lab_start_garpd_at hv --netns tenant --bridge br0
	TENANT=$GARPD_PID TENANT_LOG=$GARPD_LOG
}

# of_tenant VERB...: garpd in the namespace.
of_tenant() {
	in_hv "$GARPD" "$@" --netns tenant
}

# The same address in both: each daemon announces its own guest, and shows its own claim.
case_netns_two_daemons() {
	site_up
	start_both
	assert_equals "ports of the tenant" 'br0 v-inn v-peer' \
		"$(of_tenant show ports -j | pick port | sort | paste -sd ' ')"
	lab_capture lan router lan0 -Q in
	lab_capture site peer eth0 -Q in
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_winguest inn -k 10000 eth0 "$MAC_SITE" "$SERVICE"
	assert_await_frames lan 4 8 'kind=announce-'
	assert_await_frames site 4 8 'kind=announce-'
	assert_frames_count 4 lan 'kind=announce-.*' "src=$MAC_NEW"
	assert_frames_count 4 site 'kind=announce-.*' "src=$MAC_SITE"
	assert_frames_count 0 lan "src=$MAC_SITE"
	assert_frames_count 0 site "src=$MAC_NEW"
	assert_claim "$SERVICE" mac "$MAC_NEW"
	assert_equals "claim of the tenant" "$MAC_SITE" \
		"$(of_tenant show claims -j | pick "address=$SERVICE" mac)"
	grep -q "$MAC_SITE on v-inn" <<<"$(of_tenant explain "$SERVICE")" || t_fail "not explained"
	grep -q "$MAC_SITE on v-inn" "$TENANT_LOG" || t_fail "not in its log"
	! grep -q "$MAC_SITE" "$FIRST_LOG" || t_fail "in the other's log"
}

# Each keeps a second daemon of its namespace away, and no other.
case_netns_one_daemon_each() {
	site_up
	start_both
	assert_fails 1 "$PINS/tenant: another .garpd run. .*stop garpd@tenant" \
		"$GARPD" run --netns tenant --bridge br0
	assert_fails 1 "$PINS: another .garpd run. .*stop garpd\)" "$GARPD" run --bridge br0
	grep -q '^daemon  .*running' <<<"$(of_tenant status)" || t_fail "$(of_tenant status)"
	kill "$TENANT"
	wait "$TENANT" || true
	of_tenant status >"$LAB_DIR/out" || true
	grep -q 'NOT RUNNING.*systemctl start garpd@tenant' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	grep -q '^daemon  .*running' <<<"$(in_hv "$GARPD" status)" || t_fail "the other one, too"
}

# programs_in MACHINE: how many of garpd's programs its interfaces have.
programs_in() {
	local iface
	for iface in $(in_ns "$1" ip -j link show | pick ifname); do
		in_ns "$1" tc filter show dev "$iface" ingress | grep garpd || true
		! kernel_has_tcx || in_ns "$1" "$LAB_BIN/tcx" "$iface" | grep '^garpd' || true
	done | wc -l
}

case_netns_detach_leaves_the_other_alone() {
	local before
	site_up
	start_both
	before=$(in_hv find "$PINS" -path "$PINS/tenant" -prune -o -print | sort)
	(($(programs_in site) == 3)) || t_fail "$(programs_in site) programs in the namespace"
	kill "$TENANT"
	wait "$TENANT" || true
	grep -q 'to remove them: garpd detach --netns tenant$' "$TENANT_LOG" || t_fail "$(<"$TENANT_LOG")"
	grep -q '^removed .*br0, v-inn, v-peer' <<<"$(of_tenant detach)" || t_fail "nothing removed"
	assert_equals "programs in the namespace" 0 "$(programs_in site)"
	in_hv test ! -e "$PINS/tenant" || t_fail "pins are left"
	assert_equals "the other's pins" "$before" "$(in_hv find "$PINS" | sort)"
	assert_announces
}

# The other way: the first namespace's detach leaves the tenant's daemon at work; the last one takes the directory.
case_netns_detach_of_the_first() {
	site_up
	start_both
	kill "$FIRST"
	wait "$FIRST" || true
	grep -q '^removed .*br0, up0, v-old' <<<"$(in_hv "$GARPD" detach)" || t_fail "nothing removed"
	assert_equals "what is left" tenant "$(in_hv ls "$PINS")"
	lab_capture site peer eth0 -Q in
	lab_winguest inn -k 10000 eth0 "$MAC_SITE" "$SERVICE"
	assert_await_frames site 4 8 'kind=announce-'
	kill "$TENANT"
	wait "$TENANT" || true
	of_tenant detach >"$LAB_DIR/out"
	in_hv test ! -e "$PINS" || t_fail "the directory is left: $(in_hv find "$PINS")"
}

# Killed and started again it adopts what is there: no frame is missed, the claim goes on.
case_netns_adopts() {
	site_up
	start_both
	lab_capture site peer eth0 -Q in
	lab_winguest inn -k 30000 eth0 "$MAC_SITE" "$SERVICE"
	assert_await_frames site 3 5 'kind=probe'
	kill -KILL "$TENANT"
	wait "$TENANT" || true
	lab_start_garpd_at hv --netns tenant --bridge br0
	assert_await_frames site 4 8 'kind=announce-'
	assert_equals "programs in the namespace" 3 "$(programs_in site)"
}

# What two namespaces would both have is told apart: series of the metrics, lines of the JSON log.
case_netns_metrics_and_log_have_its_name() {
	site_up
	lab_start_garpd
	lab_start_garpd_at hv --netns tenant --bridge br0 --log json
	of_tenant show metrics >"$LAB_DIR/metrics"
	grep -qx 'garpd_daemon_up{netns="tenant"} 1' "$LAB_DIR/metrics" || t_fail "$(<"$LAB_DIR/metrics")"
	! grep -v '^#' "$LAB_DIR/metrics" | grep -v '^garpd_[a-z_]*{netns="tenant"[,}]' || t_fail "without its name"
	grep -qx 'garpd_daemon_up 1' <<<"$(in_hv "$GARPD" show metrics)" || t_fail "the first namespace has a name"
	lab_winguest inn -k 10000 eth0 "$MAC_SITE" "$SERVICE"
	lab_await "$GARPD_LOG" 9 "$SERVICE: announced for" || t_fail "not announced"
	assert_equals "names in its log" '"tenant"' "$(jq -c .netns "$GARPD_LOG" | sort -u)"
	t_need promtool
	promtool check metrics <"$LAB_DIR/metrics" >"$LAB_DIR/err" 2>&1 || t_fail "$(<"$LAB_DIR/err")"
}

# The unit garpd@tenant has a file of its own; what is to be typed names the namespace.
case_netns_doctor() {
	site_up
	of_tenant doctor >"$LAB_DIR/out"
	grep -A 1 '^warn  *config  */etc/garpd/tenant.yaml  *is not there' "$LAB_DIR/out" |
		grep -q "echo 'bridges: \[br0\]' >/etc/garpd/tenant.yaml" || t_fail "$(<"$LAB_DIR/out")"
	grep -q '^ok  *role  *v-inn ' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	in_hv mkdir "$LAB_DIR/etc"
	in_hv cp -a /etc/. "$LAB_DIR/etc"
	in_hv mkdir -p "$LAB_DIR/etc/garpd"
	lab_config 'bridges: [br0]' 'evpn: yes' >/dev/null
	in_hv cp "$LAB_DIR/garpd.yaml" "$LAB_DIR/etc/garpd/tenant.yaml"
	in_hv mount --bind "$LAB_DIR/etc" /etc
	of_tenant doctor >"$LAB_DIR/out"
	grep -q '^ok  *config  */etc/garpd/tenant.yaml  *is right' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	grep -q 'set evpn: auto; then: systemctl reload garpd@tenant$' "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
}

# A name that is one of garpd's own pins would have its directory in the place of that.
case_netns_is_no_pin() {
	local name
	site_up
	lab_start_garpd
	for name in $(in_hv ls "$PINS"); do
		name_netns "$name" site
		assert_fails 2 "$name: garpd's own pins have this name" "$GARPD" show claims --netns "$name"
	done
}

# It keeps no more rights than the daemon of the first namespace: not the one to change the namespace.
case_netns_privileges_are_dropped() {
	site_up
	start_both
	assert_equals "capabilities" "$(grep Cap "/proc/$FIRST/status")" "$(grep Cap "/proc/$TENANT/status")"
	assert_equals "its network" "$(readlink "/proc/${LAB_PID[site]}/ns/net")" "$(readlink "/proc/$TENANT/ns/net")"
}

case_netns_names() {
	site_up
	assert_fails 4 '^garpd: /run/netns/nowhere: no such network namespace' "$GARPD" show claims --netns nowhere
	assert_fails 1 '^garpd: /run/netns/nowhere: no such network namespace' "$GARPD" run --netns nowhere --bridge br0
	in_hv touch /run/netns/unfinished # as ip netns does first: systemd is to try again
	assert_fails 1 '/run/netns/unfinished: not a network namespace' "$GARPD" run --netns unfinished --bridge br0
	assert_fails 2 'not the name of a network namespace' "$GARPD" show claims --netns ../netns/tenant
	assert_fails 2 'not the name of a network namespace' "$GARPD" run --netns . --bridge br0
	name_netns site.1 site
	assert_fails 2 'site.1": the BPF file system takes no name with a dot' "$GARPD" run --netns site.1 --bridge br0
	name_netns claims site
	assert_fails 2 "claims: garpd's own pins have this name" "$GARPD" run --netns claims --bridge br0
	assert_fails 4 "$PINS/tenant/settings: not found.*garpd run --netns tenant" "$GARPD" show claims --netns tenant
	assert_fails 4 'without CAP_SYS_ADMIN' setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \
		"$GARPD" show claims --netns tenant
	in_hv test ! -e "$PINS" || t_fail "pins"
}

# As `ip netns del` does.
unname_netns() {
	in_hv umount -l "/run/netns/$1"
	in_hv rm "/run/netns/$1"
}

# The daemon itself would keep the network namespace alive: it says so, detaches, and ends. Its unit waits for a new one.
case_netns_deleted() {
	local status=0
	site_up
	start_both
	name_netns other peer
	unname_netns other
	lab_winguest inn -k 60000 eth0 "$MAC_SITE" "$SERVICE"
	lab_await "$TENANT_LOG" 9 "$SERVICE: announced for" || t_fail "not announced after another was deleted"
	unname_netns tenant
	wait "$TENANT" || status=$?
	assert_equals "exit status" 1 "$status"
	grep -q '/run/netns/tenant: deleted; detached, and ended.*garpd@tenant waits' "$TENANT_LOG" ||
		t_fail "$(<"$TENANT_LOG")"
	assert_equals "programs in the namespace" 0 "$(programs_in site)"
	in_hv test ! -e "$PINS/tenant" || t_fail "pins are left"
	assert_announces
	# A new one of that name is served, with nothing to remove.
	name_netns tenant site
	lab_start_garpd_at hv --netns tenant --bridge br0
	lab_capture site peer eth0 -Q in
	lab_winguest inn -k 10000 eth0 "$MAC_SITE" 192.0.2.12
	assert_await_frames site 2 8 "kind=announce-request src=$MAC_SITE .*spa=192.0.2.12 "
}

# A name that is given to another network later: the pins are those of the former one.
case_netns_name_of_another_network() {
	site_up
	start_both
	kill "$TENANT"
	wait "$TENANT" || true
	in_hv umount /run/netns/tenant
	name_netns tenant inn
	assert_fails 1 "$PINS/tenant: is of another network namespace.*rm -r $PINS/tenant" \
		"$GARPD" run --netns tenant --bridge br0
}

# What is done by hand, too: the ifindexes of the claims are other interfaces there.
case_netns_commands_of_another_network() {
	lab_start_garpd
	lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 9 "$SERVICE: announced for" || t_fail "not announced"
	assert_fails 4 "$PINS: is of another network namespace" unshare -n "$GARPD" announce "$SERVICE"
	in_hv "$GARPD" announce "$SERVICE" >"$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
}

# A name that is given to another network while its daemon runs in the former one: that serves none of its guests.
case_netns_verbs_of_another_network() {
	local verb
	site_up
	start_both
	in_hv umount /run/netns/tenant
	name_netns tenant inn
	for verb in status 'show ports' "explain $SERVICE" 'show metrics'; do
		# shellcheck disable=SC2086 # a verb and its operand
		assert_fails 4 "$PINS/tenant: is of another network namespace" "$GARPD" $verb --netns tenant
	done
	of_tenant doctor >"$LAB_DIR/out" || true
	grep -q "^FAIL  *pins .*is of another network namespace" "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
}

# The kernel gives the inode of a namespace that is gone to the next one: the link has its cookie, too. One that
# an older garpd has left has none.
case_netns_made_anew() {
	local inode
	site_up
	inode=$(in_ns site readlink /proc/self/ns/net)
	start_both
	kill "$TENANT"
	wait "$TENANT" || true
	in_hv readlink "$PINS/tenant/netns" >"$LAB_DIR/out"
	[[ $(printf '%s\n' 5.14 "$(uname -r)" | sort -V | sed -n 1p) == 5.14 ]] ||
		t_skip "the cookie of a network namespace needs Linux 5.14"
	grep -qE '^net:\[[0-9]+\]:[0-9]+$' "$LAB_DIR/out" || t_fail "without its cookie: $(<"$LAB_DIR/out")"
	in_hv ln -sfn "$inode:1" "$PINS/tenant/netns"
	assert_fails 1 "$PINS/tenant: is of another network namespace.*rm -r $PINS/tenant" \
		"$GARPD" run --netns tenant --bridge br0
	of_tenant doctor >"$LAB_DIR/out" || true
	grep -q "^FAIL  *pins .*is of another network namespace" "$LAB_DIR/out" || t_fail "$(<"$LAB_DIR/out")"
	in_hv ln -sfn "$inode" "$PINS/tenant/netns"
	lab_start_garpd_at hv --netns tenant --bridge br0
}
