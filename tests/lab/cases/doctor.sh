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

# doctor_without WHAT: on a kernel that lacks it (refuse.c).
doctor_without() {
	in_hv "$LAB_BIN/refuse" "$1" "$GARPD" doctor -j >"$LAB_DIR/found" || true
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
	doctor_without ring
	assert_found ring_buffer kernel fail 'no ring buffer'
	doctor_without btf
	assert_found btf kernel fail 'takes no BTF'
	doctor_without tcx
	assert_found tcx kernel ok 'no tcx.*attaches by tc'
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
