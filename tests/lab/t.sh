#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the lab's cases are written with: assertions on captured frames and on what the machines
# believe. The runner (run) calls `t.sh FILE CASE` for each case, which has its own lab.
# Exit status: 0 passed, 77 skipped (the reason is the last line), anything else failed.
#
# A case is a function of cases/*.sh; `tests/lab/run NAME` runs case_NAME, in the lab drawn in lab.sh:
#
#	case_example() {
#		lab_start_garpd --declare "$SERVICE=$MAC_NEW"  # `garpd run` on br0, ready
#		lab_capture lan router lan0                    # a wire, into $LAB_DIR/lan.frames
#		lab_winguest new -k 10000 eth0 "$MAC_NEW" "$SERVICE"         # a guest, on v-new
#		assert_await_frames lan 2 3 "kind=announce-.* src=$MAC_NEW"  # two of them, within 3 s
#		assert_frames_count 1 lan kind=announce-reply "spa=$SERVICE" # so far, exactly
#		assert_router_mac "$SERVICE" "$MAC_NEW"                      # ip neigh
#		assert_claim "$SERVICE" state probing                        # garpd show claims
#	}
#
# A line of a capture (frames.c) is t=SECONDS kind= src= dst= vlan=VID:PCP[,...] op= and, of ARP, sha= spa=
# tha= tpa=, of Neighbor Discovery code= src6= dst6= hlim= target= flags= slla= tlla= nonce= csum=; len= is
# the last. kind: probe, announce-request, announce-reply, announce-na, request, reply, ns, na, other. A
# missing value is "-". build/lab/winguest prints the options of a guest, which has the address after its
# duplicate address detection and replies from then on; most used: -n PROBES, -q (only probes), -f (has the
# address whoever objects), -a (announces itself), -k MS (lives so long).

# shellcheck source=tests/lab/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

T_SKIP=77
# How late the daemon may be where every CPU is busy: with an event, or a timer. It tells the end of a steady
# window (1.05 s) from that of any other (2.3 s); how soon garpd acts, the benches say. The kernel half acts while
# it handles the probe, and is given less.
T_LATE_MS=${T_LATE_MS:-1200}
DAEMON_LATE_US=$((T_LATE_MS * 1000))
KERNEL_LATE_US=$((T_LATE_MS * 50))
export DAEMON_LATE_US KERNEL_LATE_US

t_fail() {
	local name
	printf 'failed: %s\n' "$*"
	printf '  at %s\n' "$(caller 1)"
	for name in "$LAB_DIR"/*.frames; do
		[[ -e $name ]] && printf -- '--- %s\n%s\n' "${name##*/}" "$(<"$name")"
	done
	for name in "$LAB_DIR"/garpd.*.log; do
		[[ -e $name ]] && printf -- '--- %s\n%s\n' "${name##*/}" "$(<"$name")"
	done
	[[ -z $GARPD_LOG ]] || lab_claims || true
	exit 1
}

t_skip() {
	printf '%s\n' "$*"
	exit "$T_SKIP"
}

# t_missing WORDS: something of dist/deps.sh is not installed. Skips the case; with T_ALL (make check,
# make ci), which requires all of it, fails.
t_missing() {
	[[ -z ${T_ALL:-} ]] || t_fail "$*"
	t_skip "$*"
}

# t_need TOOL...
t_need() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || t_missing "$tool is not installed"
	done
}

# t_need_capture NAME: finds it in tests/lab/captures or in CAPTURES; sets CAPTURE to its path.
t_need_capture() {
	for CAPTURE in "$LAB_ROOT/tests/lab/captures/$1" "$CAPTURES/$1"; do
		[[ ! -r $CAPTURE ]] || return 0
	done
	t_skip "the capture $1 is not here (CAPTURES=$CAPTURES)"
}

# What a kernel may lack is tried here, before the case: a failure in the case itself is a failure.

t_need_nft_bridge() {
	t_need nft
	in_hv nft -f - <<-RULES || t_skip "this kernel has no nftables for bridges"
		table bridge probe {
			chain probe {
				type filter hook prerouting priority 0;
			}
		}
		delete table bridge probe
	RULES
}

# drop_in_bridge HOOK WORD...: makes the hypervisor's firewall drop what matches, at that hook of bridges.
drop_in_bridge() {
	t_need_nft_bridge
	in_hv nft -f - <<-RULES
		table bridge lab {
			chain drops {
				type filter hook $1 priority 0;
				${*:2} drop
			}
		}
	RULES
}

t_need_ebtables() {
	t_need ebtables-nft
	in_hv ebtables-nft -t nat -N probe || t_skip "this kernel has no ebtables (nft)"
	in_hv ebtables-nft -t nat -A probe -p ARP --arp-ip-src "$HOST" --arp-mac-src "$MAC_HOST" -j DROP ||
		t_skip "this kernel has no ebtables (nft) with ARP matches"
	in_hv ebtables-nft -t nat -F probe
	in_hv ebtables-nft -t nat -X probe
}

# t_need_setting MACHINE KEY: KEY is below /proc/sys/net.
t_need_setting() {
	in_ns "$1" test -e "/proc/sys/net/$2" || t_skip "this kernel has no ${2##*/}"
}

t_need_iputils_arping() {
	t_need arping
	[[ $(arping -V 2>&1) == *iputils* ]] || t_missing "arping is not that of iputils"
}

# protocol_time SECONDS: for cases where nothing must happen, so nothing can be awaited: waits for as
# long as the protocol could take to make it happen.
protocol_time() {
	sleep "$1"
}

assert_equals() {
	[[ $2 == "$3" ]] || t_fail "$1: expected '$2', got '$3'"
}

# assert_fails STATUS REGEX COMMAND...: run in the hypervisor it exits with STATUS and an error that
# matches; of one line, unless STATUS is that of wrong usage.
assert_fails() {
	local status=0
	in_hv "${@:3}" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
	assert_equals "exit status of ${*:3}" "$1" "$status"
	grep -qE -- "$2" "$LAB_DIR/err" || t_fail "expected '$2', got: $(<"$LAB_DIR/err")"
	(($1 == 2)) || assert_equals "lines of ${*:3}" 1 "$(wc -l <"$LAB_DIR/err")"
}

frames_count() {
	lab_frames_count "$@"
}

# assert_frames_count COUNT CAPTURE WORD...
assert_frames_count() {
	local count
	count=$(frames_count "${@:2}") || t_fail "no lines of ${*:2}"
	assert_equals "frames of ${*:2}" "$1" "$count"
}

# frame_time_us CAPTURE NTH WORD...: prints the kernel's time of the NTH (from 1) such frame.
frame_time_us() {
	local line
	line=$(lab_frames "$1" "${@:3}" | sed -n "$2p")
	[[ -n $line ]] || return 1
	line=${line#t=}
	line=${line%% *}
	echo "$((${line%.*} * 1000000 + 10#${line#*.} / 1000))"
}

# assert_gap MIN_US MAX_US CAPTURE NTH_A "WORDS OF A" NTH_B "WORDS OF B"
assert_gap() {
	local from to gap
	# shellcheck disable=SC2086 # the words of a frame are a list
	from=$(frame_time_us "$3" "$4" $5) || t_fail "no frame $4 of: $5"
	# shellcheck disable=SC2086
	to=$(frame_time_us "$3" "$6" $7) || t_fail "no frame $6 of: $7"
	gap=$((to - from))
	((gap >= $1 && gap <= $2)) || t_fail "from $5 to $7: $gap us, not within $1..$2"
}

# assert_frame_after_ms MS CAPTURE NTH_A "WORDS OF A" NTH_B "WORDS OF B": early by one tick of a clock,
# late by DAEMON_LATE_US at most. A daemon that was started meanwhile is late from then on: for how long the
# verifier takes is up to the machine.
assert_frame_after_ms() {
	local from ready
	# shellcheck disable=SC2086 # the words of a frame are a list
	from=$(frame_time_us "$2" "$3" $4) || t_fail "no frame $3 of: $4"
	ready=$((GARPD_READY_US - from))
	assert_gap "$(($1 * 1000 - 1000))" "$(((ready > $1 * 1000 ? ready : $1 * 1000) + DAEMON_LATE_US))" "${@:2}"
}

# assert_await_frames CAPTURE COUNT SECONDS REGEX: waits until so many lines match; anywhere, not by whole
# words as in assert_frames_count. (spa=192.0.2.1 also matches spa=192.0.2.10: end it with a blank.)
assert_await_frames() {
	lab_await_frames "$@" || t_fail "waited $3 s for $2 frames of: $4"
}

assert_router_mac() {
	assert_equals "router's entry for $1" "$2" "$(lab_router_mac_of "$1")"
}

assert_host_mac() {
	assert_equals "host's entry for $1" "$2" "$(lab_host_mac_of "$1")"
}

assert_fdb_port() {
	assert_equals "port of $1" "$2" "$(lab_fdb_port_of "$1")"
}

# assert_none_added WIRE GUEST [WORD...]: every announcement on the wire was sent by the guest itself.
assert_none_added() {
	assert_frames_count "$(frames_count "$2" 'kind=announce-.*' "${@:3}")" \
		"$1" 'kind=announce-.*' "${@:3}"
}

# claim_field ADDRESS FIELD: prints it for the only claim of this address; nothing without a claim.
claim_field() {
	lab_claims | pick "address=$1" "$2"
}

assert_claim() {
	assert_equals "claim $1: $2" "$3" "$(claim_field "$1" "$2")"
}

# port_field PORT FIELD: prints it.
port_field() {
	lab_ports | pick "port=$1" "$2"
}

# assert_explained ADDRESS REGEX: a line of garpd explain, which fails where something needs attention.
assert_explained() {
	in_hv "$GARPD" explain "$1" >"$LAB_DIR/explained" || true
	grep -qE -- "$2" "$LAB_DIR/explained" || t_fail "expected '$2', got: $(<"$LAB_DIR/explained")"
}

# For lab_wait: claim_is ADDRESS FIELD VALUE, port_is PORT FIELD VALUE, ports_are COUNT,
# counter_is NAME VALUE.
claim_is() {
	[[ $(claim_field "$1" "$2") == "$3" ]]
}

port_is() {
	[[ $(port_field "$1" "$2") == "$3" ]]
}

# assert_await_attached PORT [TIMES]: garpd logs it (for the TIMESth time), and the port forwards.
assert_await_attached() {
	lab_await "$GARPD_LOG" 10 "port $1 attached" "${2:-1}" || t_fail "$1 is not attached"
	lab_wait 10 port_is "$1" forwarding true || t_fail "$1 does not forward"
}

ports_are() {
	[[ $(lab_ports | jq length) == "$1" ]]
}

# is_waiting PID: for lab_wait: it has begun, and sleeps in poll(2) until something happens.
is_waiting() {
	[[ $(<"/proc/$1/wchan") == *poll* ]]
}

counter_is() {
	[[ $(lab_counter "$1") == "$2" ]]
}

# is_denied_for REASON ADDRESS: for lab_wait; `other` sends one probe, and that claim is denied.
is_denied_for() {
	lab_winguest other -n 1 -g 50 -q eth0 "$MAC_OTHER" "$2"
	wait "$LAB_LAST" || true
	[[ $(claim_field "$2" reason) == "$1" ]]
}

no_claims() {
	[[ $(lab_claims | jq length) == 0 ]]
}

# assert_announced_after_the_window ROUNDS: checks the wire, which has no more rounds, and the tables.
assert_announced_after_the_window() {
	assert_await_frames lan $((2 * $1)) 8 "kind=announce-.* src=$MAC_NEW"
	assert_frame_after_ms 1050 lan 3 "kind=probe src=$MAC_NEW" 1 "kind=announce-request src=$MAC_NEW"
	protocol_time 1.5
	assert_frames_count "$1" lan kind=announce-request
	assert_frames_count "$1" lan kind=announce-reply
	assert_router_mac "$SERVICE" "$MAC_NEW"
	assert_host_mac "$SERVICE" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
	assert_claim "$SERVICE" state owned
	assert_claim "$SERVICE" self_announced 0
}

# assert_announces: garpd still works: a probing guest is announced.
assert_announces() {
	lab_capture lan router lan0
	lab_winguest new -k 20000 eth0 "$MAC_NEW" "$SERVICE"
	assert_announced_after_the_window 2
}

# ---- what is attached ----

# From the kernel, not from garpd: where tcx exists and garpd cannot use it, cases have to fail.
kernel_has_tcx() {
	grep -q ' tcx_link_attach$' /proc/kallsyms
}

# attached_programs: prints "IFACE HOOK ..." for each program of garpd on an interface of the hypervisor,
# as the kernel has it. (bpftool net of Debian 12 lacks tcx and the names of XDP programs.)
attached_programs() {
	local iface
	for iface in $(in_hv ip -j link show | pick ifname); do
		in_hv ip -j -d link show "$iface" | pick xdp.prog.name | sed -n "s/^garpd/$iface xdp &/p"
		in_hv tc filter show dev "$iface" ingress | sed -n "s/.*garpd/$iface tc &/p"
		! kernel_has_tcx || in_hv "$LAB_BIN/tcx" "$iface" | sed -n "s/^garpd/$iface tcx &/p"
	done
}

# assert_no_programs: no program of garpd is on any interface.
assert_no_programs() {
	assert_equals "programs on interfaces" "" "$(attached_programs)"
}

# empty_qdiscs: the interfaces with an ingress or clsact qdisc without a filter: others make none of these here.
empty_qdiscs() {
	local kind iface
	in_hv tc -j qdisc show | pick kind dev | while read -r kind iface; do
		[[ $kind == ingress || $kind == clsact ]] || continue
		[[ -n $(in_hv tc filter show dev "$iface" ingress)$(in_hv tc filter show dev "$iface" egress) ]] || echo "$iface"
	done
}

# assert_nothing_left: no program of garpd, no qdisc that it made, and no pin.
assert_nothing_left() {
	assert_no_programs
	assert_equals "qdiscs left" "" "$(empty_qdiscs)"
	assert_equals "pins left" "" "$(in_hv find /sys/fs/bpf -path '*garpd*')"
}

# in_private MACHINE COMMAND...: with its own /run and /var/lib, so that a DHCP client or a network
# daemon neither reads nor changes files of this machine, such as resolv.conf.
in_private() {
	local machine=$1
	shift
	# shellcheck disable=SC2016 # the inner shell expands it
	in_ns_exec "$machine" unshare --mount bash -c '
		mount -t tmpfs -o mode=755 tmpfs /run &&
		mount -t tmpfs -o mode=755 tmpfs /var/lib &&
		mount --bind /dev/null "$(readlink -f /etc/resolv.conf)" || exit
		exec "$@"' sender "$@"
}

# ---- IPv6 ----

# ipv6_start ARGS...: enables IPv6, starts garpd, and captures the router's wire as `lan`.
ipv6_start() {
	lab_ipv6
	lab_start_garpd "$@"
	lab_capture lan router lan0
}

# no_echo [WINGUEST_ARGS...]: a broadcast of a guest has not come back from the uplink, and garpd knows: it
# announces an immediate IPv6 address at its first solicitation. After the capture `lan` has begun.
no_echo() {
	lab_winguest other -n 0 -u 0 "$@" -t "$ROUTER" -q eth0 "$MAC_OTHER" 192.0.2.77
	assert_await_frames lan 1 5 "kind=request src=$MAC_OTHER"
	protocol_time 0.25
}

# assert_announced6 COUNT [ADDRESS [MAC [VLAN]]]: exactly the frame of RFC 4861 7.2.6, and no announcement
# of another form.
assert_announced6() {
	local address=${2:-$SERVICE6} mac=${3:-$MAC_NEW}
	assert_frames_count "$1" lan kind=announce-na "src=$mac" dst=33:33:00:00:00:01 \
		"vlan=${4:--}" op=136 code=0 "src6=$address" dst6=ff02::1 hlim=255 \
		"target=$address" flags=O slla=- "tlla=$mac" nonce=- csum=ok
	assert_frames_count "$1" lan 'kind=announce-.*'
}

# assert_all_follow6: router, host and bridge know where the address is.
assert_all_follow6() {
	assert_router_mac "$SERVICE6" "$MAC_NEW"
	assert_host_mac "$SERVICE6" "$MAC_NEW"
	assert_fdb_port "$MAC_NEW" v-new
}

assert_announced6_at_first_probe() {
	assert_await_frames lan 1 3 "kind=announce-.* src=$MAC_NEW"
	assert_gap 0 "$KERNEL_LATE_US" lan 1 kind=probe 1 "kind=announce-na src=$MAC_NEW"
	assert_all_follow6
}

# assert_probe_unchanged: the guest's own frame is on the wire unchanged, before the announcement.
assert_probe_unchanged() {
	local sent passed
	sent=$(lab_frames guest kind=probe | sed 's/^t=[^ ]* //')
	passed=$(lab_frames lan kind=probe | sed 's/^t=[^ ]* //')
	[[ -n $sent ]] || t_fail "the guest has sent no probe"
	assert_equals "the guest's probes on the wire" "$sent" "$passed"
}

# kernel_guest MACHINE [DAD_TRANSMITS]: lets the kernel of this machine do DAD.
kernel_guest() {
	lab_set "$1" ipv6/conf/eth0/accept_dad=1 "ipv6/conf/eth0/dad_transmits=${2:-1}"
}

# kernel_address_is MACHINE CONDITION: the condition of jq holds for the address on the machine.
kernel_address_is() {
	in_ns "$1" ip -j addr show dev eth0 to "$SERVICE6" |
		jq -e "any(.[].addr_info[]?; .local and ($2))" >/dev/null
}

# kernel_has_address MACHINE: DAD is over, and the machine has the address.
kernel_has_address() {
	kernel_address_is "$1" '(.tentative or .dadfailed) | not'
}

# kernel_has_decided MACHINE: DAD is over, whichever way.
kernel_has_decided() {
	kernel_address_is "$1" '.dadfailed or (.tentative | not)'
}

# After `!`, `if` or lab_wait a misspelt helper would only be a status. bash runs this in a subshell,
# which cannot fail the case, so it leaves a file.
command_not_found_handle() {
	printf '%s: no such command\n' "$1" >&2
	[[ -z $LAB_DIR ]] || printf '%s\n' "$1" >>"$LAB_DIR/not_found"
	return 127
}

t_run() {
	set -E
	trap 'echo "failed: ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR
	# shellcheck source=/dev/null
	source "$1"
	"${T_LAB:-lab_up}" "t$$" # a file of cases may use another lab
	"case_$2"
	[[ ! -e $LAB_DIR/not_found ]] || t_fail "no such command: $(sort -u "$LAB_DIR/not_found" | paste -sd ' ')"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	t_run "$@"
fi
