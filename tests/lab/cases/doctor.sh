# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# garpd doctor: each check as it should be, and as it should not. What the lab can make neither way (a locked
# kernel, one without JIT, a card's virtual functions) has its answers recorded in tests/unit/test_doctor*.c.

# shellcheck source=tests/lab/cases/faults.sh
source "$(dirname "${BASH_SOURCE[0]}")/faults.sh"

# doctor WORD...: keeps what it finds; its exit status is 1 exactly if a check fails.
doctor() {
	local status=0 failed
	in_hv "$GARPD" doctor -j "$@" >"$LAB_DIR/found" 2>"$LAB_DIR/err" || status=$?
	failed=$(jq 'any(.level == "fail")' <"$LAB_DIR/found") || t_fail "no JSON: $(<"$LAB_DIR/err")"
	[[ $status == 0 && $failed == false || $status == 1 && $failed == true ]] ||
		t_fail "exit status $status: $(<"$LAB_DIR/found")"
}

# doctor_without WHAT [WORD...]: on a kernel that lacks it (refuse.c).
doctor_without() {
	in_hv "$LAB_BIN/refuse" "$1" "$GARPD" doctor -j "${@:2}" >"$LAB_DIR/found" || true
}

# assert_found CHECK OBJECT LEVEL REGEX: that is the only finding of the check about the object.
assert_found() {
	local line
	line=$(jq -r --arg check "$1" --arg object "$2" \
		'.[] | select(.check == $check and .object == $object) | "\(.level) \(.reason)"' <"$LAB_DIR/found")
	[[ $line =~ ^"$3 ".*$4 && $line != *$'\n'* ]] || t_fail "$1 $2: expected '$3 $4', got: $line"
}

# mend CHECK OBJECT: does what the finding says.
mend() {
	local remedy
	remedy=$(jq -r --arg check "$1" --arg object "$2" \
		'.[] | select(.check == $check and .object == $object).remedy' <"$LAB_DIR/found")
	in_hv bash -c "$remedy" || t_fail "$1 $2: cannot be mended: $remedy"
}

all_forward() {
	in_hv bridge -j link show | jq -e --arg bridge "$1" \
		'all(.[] | select(.master == $bridge); .state == "forwarding")' >/dev/null
}

# assert_all_forward BRIDGE: soon, since a port forwards only after its carrier was looked at.
assert_all_forward() {
	lab_wait 5 all_forward "$1" || t_fail "$1: a port does not forward: $(in_hv bridge link show)"
}

# assert_untouched: nothing was pinned, attached, or given a qdisc.
assert_untouched() {
	assert_nothing_left
	assert_equals "qdiscs" "" "$(in_hv tc qdisc show | grep -E 'clsact|ingress' || true)"
}

case_doctor_kernel() {
	local check
	doctor --color always # JSON has none
	for check in bpf tcx ring_buffer btf jit memlock lockdown; do
		assert_found "$check" kernel ok ''
	done
	assert_untouched
	in_hv mount -t tmpfs none /sys/kernel/security
	in_hv bash -c 'echo "none [integrity] confidentiality" >/sys/kernel/security/lockdown'
	doctor
	assert_found lockdown kernel ok 'integrity, which garpd works with'
}

case_doctor_kernel_that_lacks_something() {
	doctor_without ring
	assert_found ring_buffer kernel fail 'no ring buffer'
	doctor_without btf
	assert_found btf kernel fail 'takes no BTF'
	doctor_without tcx
	assert_found tcx kernel ok 'no tcx.*attaches by tc'
	doctor_without tcx -c "$(lab_config 'bridges: [br0]' 'mode: tcx')"
	assert_found tcx kernel fail 'no tcx'
}

# As another user: what cannot be looked at is said, and nothing fails for it.
case_doctor_without_root() {
	local check
	in_hv setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --regid=65534 --clear-groups \
		"$GARPD" doctor -j >"$LAB_DIR/found" || t_fail "exit status $?"
	for check in bpf tcx ring_buffer btf jit; do
		assert_found "$check" kernel warn 'needs root'
	done
	lab_start_garpd
	in_hv setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --regid=65534 --clear-groups \
		"$GARPD" doctor -j >"$LAB_DIR/found" || t_fail "exit status $?"
	assert_found pins /sys/fs/bpf/garpd warn 'needs root'
	assert_found daemon garpd warn 'needs root'
	assert_found heard ports warn 'needs root'
	assert_found ruleset nftables warn 'needs root'
}

case_doctor_installed() {
	doctor
	assert_found bpffs /sys/fs/bpf ok 'mounted'
	assert_found pins /sys/fs/bpf/garpd ok 'nothing is pinned'
	assert_found daemon garpd warn 'does not run'
	lab_start_garpd
	doctor
	assert_found pins /sys/fs/bpf/garpd ok 'layout'
	assert_found daemon garpd ok "pid $GARPD_PID, without a file"
	assert_found watchdog garpd warn 'nothing restarts it'
	lab_stop_garpd
	doctor
	assert_found daemon garpd fail 'its programs hear'
	make_other_layout
	doctor
	assert_found pins /sys/fs/bpf/garpd warn 'another version'
	in_hv chown 65534 "$PINS"
	doctor
	assert_found pins "$PINS" fail 'belongs to user 65534'
	in_hv umount /sys/fs/bpf
	doctor
	assert_found bpffs /sys/fs/bpf fail 'no BPF file system is mounted'
	mend bpffs /sys/fs/bpf
	doctor
	assert_found bpffs /sys/fs/bpf ok 'mounted'
	assert_found pins /sys/fs/bpf/garpd ok 'nothing is pinned'
	in_hv mount -o remount,ro /sys/fs/bpf
	doctor
	assert_found bpffs /sys/fs/bpf fail 'read-only'
	mend bpffs /sys/fs/bpf
}

case_doctor_watchdog() {
	WATCHDOG_USEC=10000000 lab_start_garpd
	doctor
	assert_found watchdog garpd ok 'restarts it'
}

# What a person reads: a failure in capitals, its remedy on the next line.
case_doctor_on_a_screen() {
	in_hv umount /sys/fs/bpf
	in_hv "$GARPD" doctor >"$LAB_DIR/screen" && t_fail "exit status 0"
	grep -qE '^RESULT +CHECK +OBJECT +REASON$' "$LAB_DIR/screen" || t_fail "$(<"$LAB_DIR/screen")"
	grep -A 1 -E '^FAIL +bpffs +/sys/fs/bpf +no BPF file system' "$LAB_DIR/screen" |
		grep -qx ' \{8\}mount -t bpf bpf /sys/fs/bpf' || t_fail "$(<"$LAB_DIR/screen")"
	grep -qE '^ok +ring_buffer +kernel +' "$LAB_DIR/screen" || t_fail "$(<"$LAB_DIR/screen")"
	assert_fails 2 'what is "more" for' "$GARPD" doctor br0 more
}

case_doctor_configured() {
	local config=$LAB_DIR/garpd.yaml
	doctor
	assert_found config /etc/garpd.yaml warn 'every bridge of this host is looked at'
	lab_config 'bridges: [br0]' 'uplinks: [up0]' 'addresses:' "  - address: $SERVICE" >/dev/null
	doctor -c "$config"
	assert_found config "$config" ok '1 declared address'
	assert_found bridge br0 ok '3 guests, 1 uplink'
	assert_found pattern "$config" ok 'its 1 name'
	assert_found own_address "$config" ok 'none of the declared'
	in_hv ip addr add "$SERVICE/32" dev br0
	in_hv ip link set br0 down
	lab_config 'bridges: [br0, up0, "vmbr*"]' 'uplinks: [eno1]' 'routers: [eth9, v-new]' 'group: nobodys-friends' \
		'addresses:' "  - address: $SERVICE" >/dev/null
	doctor -c "$config"
	assert_found config "$config" fail 'line 4: .*nobodys-friends'
	assert_found bridge br0 fail 'is down'
	assert_found bridge up0 fail 'no Linux bridge'
	assert_found bridge 'vmbr*' warn 'waits for it'
	assert_found router eth9 warn 'waits for it'
	assert_found router v-new fail 'member of a bridge'
	assert_found pattern eno1 warn 'uplinks: nothing'
	assert_found own_address "$SERVICE" fail 'br0 of this host has it'
	mend bridge br0
	in_hv ip link add eth9 type veth peer name cable
	lab_config 'bridges: [br0]' 'routers: [eth9]' 'group: root' >/dev/null
	in_hv chmod 0700 /sys/fs/bpf
	doctor -c "$config"
	assert_found bridge br0 ok guests
	assert_found router eth9 ok 'is there'
	assert_found role eth9 ok 'router port: named in routers'
	assert_found bpffs /sys/fs/bpf warn 'by the group root'
	mend bpffs /sys/fs/bpf
	doctor -c "$config"
	assert_found bpffs /sys/fs/bpf ok mounted
	lab_config 'bridges: []' >/dev/null
	doctor -c "$config"
	assert_found config "$config" warn 'names no bridge and no router port'
	doctor -c "$LAB_DIR/missing.yaml"
	assert_found config "$LAB_DIR/missing.yaml" fail 'No such file'
	assert_fails 2 'eth7: no such interface, and not an address' "$GARPD" doctor eth7
	assert_fails 2 'v-new: neither a bridge nor' "$GARPD" doctor v-new
}

# Of the bridges that a pattern matches, one may be unused: that fails no script.
case_doctor_pattern_with_a_bridge_down() {
	in_hv ip link add br9 type bridge
	lab_config 'bridges: ["br*"]' >/dev/null
	doctor -c "$LAB_DIR/garpd.yaml"
	assert_found bridge 'br*' warn 'br9 is down'
	mend bridge 'br*'
	doctor -c "$LAB_DIR/garpd.yaml"
	assert_found bridge 'br*' ok '4 guests'
	in_hv ip link set br0 down
	in_hv ip link set br9 down
	doctor -c "$LAB_DIR/garpd.yaml"
	assert_found bridge 'br*' fail 'is down'
}

# What a daemon that runs was started with.
case_doctor_reads_the_daemons_file() {
	lab_start_garpd -c "$(lab_config 'bridges: [br0]')"
	doctor
	assert_found config "$LAB_DIR/garpd.yaml" ok 'is right'
	in_hv ip link add br1 type bridge
	doctor br1
	assert_found bridge br1 warn 'not in bridges:'
	assert_found stp br1 ok 'no STP'
	[[ $(pick check=stp object <"$LAB_DIR/found") == br1 ]] || t_fail "more than br1: $(<"$LAB_DIR/found")"
}

# In a bridge joined to another one, as Proxmox makes it.
case_doctor_bridges() {
	local check
	in_ns_ip hv <<-LINES
		link add fwbr0 up type bridge
		link add fwln0 up master fwbr0 type veth peer name fwpr0
		link set fwpr0 up master br0
		link add tap0 up master fwbr0 type veth peer name eth9
		link set eth9 up
	LINES
	lab_start_garpd
	assert_await_attached tap0
	assert_all_forward fwbr0
	assert_all_forward br0
	doctor
	assert_found joint fwbr0 ok 'one segment with br0, which fwln0 leads to'
	assert_found role tap0 ok 'guest on br0: a tap,'
	for check in stp mld_snooping forwarding learning isolated hairpin neigh_suppress; do
		assert_found "$check" fwbr0 ok ''
		assert_found "$check" br0 ok ''
	done
	in_hv ip link set fwbr0 type bridge stp_state 1 mcast_querier 1
	in_hv bridge link set dev tap0 learning off isolated on hairpin on neigh_suppress on
	in_hv ip link set v-old down
	in_hv ip link add fwln1 up master fwbr0 type veth peer name fwpr1
	in_hv ip link set fwpr1 up master br0
	doctor
	assert_found stp fwbr0 warn '30 s'
	assert_found mld_snooping fwbr0 warn 'MLD report'
	for check in learning isolated hairpin neigh_suppress; do
		assert_found "$check" tap0 warn ''
		mend "$check" tap0
	done
	assert_found forwarding v-old warn 'is down'
	assert_found joint fwpr1 warn 'it and fwln1 are uplinks: another veth pair'
	mend forwarding v-old
	assert_all_forward br0
	doctor
	for check in learning isolated hairpin neigh_suppress; do
		assert_found "$check" fwbr0 ok ''
	done
	assert_found forwarding br0 ok ''
	doctor br0
	assert_found role tap0 ok 'guest on br0'
	in_hv ip link add inner type bridge
	in_hv ip link add v-behind up master br0 type veth peer name x-behind
	in_hv ip link set x-behind up master inner
	doctor -c "$(lab_config 'bridges: [br0]' 'guests: [v-behind]')"
	assert_found role v-behind warn 'behind the bridge inner'
	assert_found role v-new ok guest
}

case_doctor_unheard() {
	in_hv bpftool prog loadall "$LAB_BIN/foreign.bpf.o" /sys/fs/bpf/foreign
	lab_start_garpd
	doctor
	assert_found heard br0 ok 'on its 5 ports'
	in_hv bpftool net attach xdpgeneric pinned /sys/fs/bpf/foreign/foreign_xdp dev v-other
	doctor
	assert_found heard v-other warn 'xdp foreign_xdp comes before.*in order: xdp foreign_xdp, tcx? garpd_tc'
	lab_stop_garpd
	lab_start_garpd -c "$(lab_config 'deaf: deny')"
	doctor
	assert_found heard v-other fail 'claims of its segment are denied'
	in_hv ip link set v-other xdpgeneric off
	doctor
	assert_found heard br0 ok 'on its 5 ports'
}

# It lists rulesets, and what they are of.
case_doctor_rulesets() {
	t_need_nft_bridge
	doctor
	assert_found ruleset nftables ok 'no ruleset'
	in_hv nft -f - <<-RULES
		table bridge lab {
			chain in {
				type filter hook prerouting priority -300;
			}
			chain through {
				type filter hook forward priority 0;
			}
		}
		table arp host {
			chain in {
				type filter hook input priority 0;
			}
		}
		table netdev card {
			chain in {
				type filter hook ingress device up0 priority 10;
			}
		}
		table inet other {
			chain in {
				type filter hook input priority 0;
			}
		}
	RULES
	doctor
	assert_found ruleset 'bridge lab' warn 'prerouting at -300, forward at 0$'
	assert_found ruleset 'arp host' warn 'input at 0$'
	assert_found ruleset 'netdev card' warn 'ingress of up0 at 10$'
	assert_equals "rulesets" 3 "$(jq '[.[] | select(.check == "ruleset")] | length' <"$LAB_DIR/found")"
	mend ruleset 'bridge lab'
}

# doctor_with_locked_memory KIB: without the right to raise the limit.
doctor_with_locked_memory() {
	# shellcheck disable=SC2016 # the inner shell expands it
	in_hv bash -c 'ulimit -l "$1" 2>/dev/null || true; shift; exec "$@"' lab "$1" \
		setpriv --inh-caps=-all --bounding-set=-all,+bpf,+net_admin,+perfmon,+sys_admin \
		"$GARPD" doctor -j >"$LAB_DIR/found" || true
}

# Since Linux 5.11 maps are memory of their cgroup.
case_doctor_memlock() {
	local level=ok
	doctor_with_locked_memory unlimited
	assert_found memlock kernel ok ''
	[[ $(uname -r) != 5.10.* ]] || level=warn
	doctor_with_locked_memory 4096
	assert_found memlock kernel "$level" ''
}

# It looks at every process of the machine: at those of another run of this case, too.
case_doctor_guests() {
	local check only_one
	exec {only_one}>"${TMPDIR:-/tmp}/garpd-lab-doctor-guests.lock"
	flock "$only_one"
	doctor
	for check in macvtap sr_iov dpdk vhost_user open_vswitch rate_limit; do
		assert_found "$check" host ok ''
	done
	lab_spawn "$LAB_DIR/qemu" in_ns_exec hv bash -c 'read -r -t 60 -u 9; :' qemu \
		-name guest=web-1,debug-threads=on -netdev vhost-user,id=n,chardev=c 9<> <(:)
	in_hv tc qdisc add dev v-new clsact
	in_hv tc qdisc add dev v-old ingress
	lab_wait 5 doctor_finds vhost_user web-1 || t_fail "not found: $(<"$LAB_DIR/found")"
	assert_found vhost_user web-1 warn 'bypasses the kernel'
	assert_found rate_limit v-new warn 'has a clsact qdisc'
	in_hv tc filter add dev v-new egress protocol all bpf bytecode '1,6 0 0 4294967295'
	mend rate_limit v-new # what others filter stays
	[[ -n $(in_hv tc filter show dev v-new egress) ]] || t_fail "the filter of others is gone"
	in_hv tc filter del dev v-new egress
	mend rate_limit v-new
	doctor
	assert_found rate_limit host ok ''
	in_hv tc qdisc add dev v-new ingress || t_fail "the rate cannot be limited"
}

doctor_finds() {
	doctor
	[[ -n $(pick "check=$1" "object=$2" level <"$LAB_DIR/found") ]]
}

# On a card of the host, beside the bridge; and on the bridge, where it is heard as one above it.
case_doctor_macvtap() {
	in_hv ip link add card type veth peer name cable
	doctor
	assert_found macvtap host ok ''
	in_hv ip link add beside link card type macvtap || t_skip "this kernel has no macvtap"
	in_hv ip link add above link br0 type macvtap
	doctor
	assert_found macvtap beside warn 'is on card: its guest is not heard'
	assert_found macvtap above warn 'is on br0: its guest can object'
}

case_doctor_reflects() {
	# shellcheck source=tests/lab/cases/echo.sh
	source "$LAB_ROOT/tests/lab/cases/echo.sh"
	ipv6_start
	doctor
	assert_found reflects br0 ok 'no frame of a guest has come back'
	assert_found bond host ok ''
	reflect
	lab_winguest other -n 0 -u 0 -t "$ROUTER" -q eth0 "$MAC_OTHER" 192.0.2.77
	lab_await "$GARPD_LOG" 5 "$MAC_OTHER on up0: came back from this uplink" || t_fail "not said: $(<"$GARPD_LOG")"
	doctor
	assert_found reflects br0 warn 'came back from an uplink'
}

case_doctor_bond() {
	in_hv ip link add bond0 type bond mode active-backup || t_skip "this kernel has no bonding"
	in_hv ip link set bond0 master br0
	doctor
	assert_found bond bond0 warn 'does not notice'
	mend bond bond0
	doctor
	assert_found bond bond0 ok 'announced after a failover'
	doctor -c "$(lab_config 'bridges: [br0]' 'announce_on_link: no')"
	assert_found bond bond0 warn 'garpd does not tell them'
	in_hv ip link del bond0
	in_hv ip link add bond0 type bond mode 802.3ad miimon 100
	in_hv ip link set bond0 master br0
	doctor
	assert_found bond bond0 warn 'no switch answers'
}
