# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels with lockdown, as Secure Boot sets it. It can only be raised, so what runs after these cases runs on a
# locked kernel: hence the name of the file, and the order in it.

# lock LEVEL
lock() {
	local file=/sys/kernel/security/lockdown
	[[ -d /sys/kernel/security ]] || t_skip "this kernel has no securityfs"
	[[ -e $file ]] || mount -t securityfs securityfs /sys/kernel/security
	[[ -e $file ]] || t_skip "this kernel has no lockdown"
	[[ $(<"$file") == *"[$1]"* ]] || echo "$1" >"$file"
	[[ $(<"$file") == *"[$1]"* ]] || t_fail "not locked: $(<"$file")"
}

# Modules are signed, and what the kernel is may not be changed. Nothing of bpf(2) is refused.
case_locked_every_integrity() {
	lock integrity
	lab_start_garpd --declare "192.0.2.44=$MAC_OTHER"
	assert_announces
}

# What the kernel has in its memory may not be read either: helpers of tracing programs, which garpd has none of.
case_locked_every_confidentiality() {
	lock confidentiality
	lab_start_garpd --declare "192.0.2.44=$MAC_OTHER"
	assert_announces
	lab_stop_garpd
	in_hv "$GARPD" detach >"$LAB_DIR/out"
	assert_nothing_left
}
