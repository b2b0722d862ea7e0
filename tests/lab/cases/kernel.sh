# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What garpd needs from the kernel.

# shellcheck source=tests/lab/cases/cli.sh
source "$(dirname "${BASH_SOURCE[0]}")/cli.sh"

# Linux before 5.8: an error that names the reason, and nothing left.
case_no_ring_buffer_is_said() {
	local missing='^garpd: BPF: this kernel has no ring buffer \(BPF_MAP_TYPE_RINGBUF\); .*Linux 5\.8'
	assert_fails 1 "$missing" "$LAB_BIN/refuse" ring "$GARPD" run --bridge br0
	assert_no_pins
	assert_fails 1 "$missing" "$LAB_BIN/refuse" ring "$GARPD" run --bridge br0 --mode xdp
	assert_no_pins
	lab_start_garpd # the lab still works
}

# Neither libbpf nor the verifier needs BTF of the running kernel: many have none.
case_needs_no_btf_of_the_kernel() {
	[[ ! -d /sys/kernel/btf ]] || in_hv mount -t tmpfs none /sys/kernel/btf
	in_hv test ! -e /sys/kernel/btf/vmlinux || t_fail "the types are still there"
	lab_start_garpd --declare "$SERVICE=$MAC_NEW"
	lab_capture lan router lan0
	lab_winguest new -A -i -k 10000 eth0 "$MAC_NEW" "$SERVICE"
	assert_await_frames lan 2 3 'kind=announce-'
	assert_router_mac "$SERVICE" "$MAC_NEW"
}
