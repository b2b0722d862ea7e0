# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# On this machine, not in a guest: the guests are virtual machines, which boot VM_KERNEL and VM_INITRD
# (image_machine).

# vm_start NAME MAC: starts an emulated machine whose virtio NIC is the tap port NAME of br0. It runs
# commands from NAME.in, and writes their output and "done" to NAME.out.
vm_start() {
	local name=$1 mac=$2
	in_hv ip tuntap add "$name" mode tap
	in_hv ip link set "$name" master br0 up
	mkfifo "$LAB_DIR/$name.in" "$LAB_DIR/$name.out"
	lab_spawn "$LAB_DIR/$name.said" cat "$LAB_DIR/$name.out"
	lab_spawn "$LAB_DIR/$name.log" in_ns_exec hv setpriv --pdeathsig KILL qemu-system-x86_64 -M q35 \
		-cpu qemu64 -m 256M -accel tcg -smp 1 -nodefaults -no-user-config -display none \
		-monitor none -no-reboot -serial "file:$LAB_DIR/$name.console" \
		-chardev "pipe,id=talk,path=$LAB_DIR/$name" -serial chardev:talk \
		-netdev "tap,id=net,ifname=$name,script=no,downscript=no" \
		-device "virtio-net-pci,netdev=net,mac=$mac,romfile=" -kernel "$VM_KERNEL" -initrd "$VM_INITRD" \
		-append "console=ttyS0 quiet panic=-1 mitigations=off nokaslr norandmaps \
cryptomgr.notests random.trust_cpu=on"
}

vm_await_boot() {
	lab_await "$LAB_DIR/$1.said" 60 '^ready' || t_fail "$1 does not boot: $(
		cat "$LAB_DIR/$1.log" "$LAB_DIR/$1.console"
	)"
}

# vm_send NAME COMMAND: starts it in the machine, without waiting.
vm_send() {
	echo "$2" >"$LAB_DIR/$1.in"
}

# take_over NAME MAC COUNT: probes for the address and adds it without announcing it; expects COUNT
# announcements, and that the client reaches it.
take_over() {
	vm_send "$1" "arping -D -q -c 3 -I eth0 $SERVICE"
	vm_send "$1" "ip addr add $SERVICE/24 dev eth0; ip route add default via $ROUTER"
	assert_await_frames lan "$3" 30 "kind=announce-.* src=$2"
	assert_frames_count 3 lan kind=probe "src=$2"
	lab_await "$LAB_DIR/$1.said" 10 '^done' 2 || t_fail "$1 did not get its address"
	assert_router_mac "$SERVICE" "$2"
	assert_host_mac "$SERVICE" "$2"
	assert_fdb_port "$2" "$1"
	lab_wait 5 in_ns client busybox ping -c 1 -W 1 "$SERVICE" ||
		t_fail "the client does not reach $1"
}

case_real_virtual_machines() {
	local first second mac_first=00:00:5e:00:53:2a mac_second=00:00:5e:00:53:2b
	t_need qemu-system-x86_64 busybox
	vm_start vm0 "$mac_first"
	first=$LAB_LAST
	vm_start vm1 "$mac_second"
	second=$LAB_LAST
	vm_await_boot vm0
	vm_await_boot vm1
	lab_start_garpd
	lab_capture lan router lan0
	take_over vm0 "$mac_first" 4
	assert_frames_count 0 lan 'kind=announce-.*' "src=$mac_second"
	kill -KILL "$first"
	! in_ns client busybox ping -c 1 -W 1 "$SERVICE" >/dev/null 2>&1 || t_fail "vm0 is not dead"
	take_over vm1 "$mac_second" 4
	kill -0 "$second" || t_fail "vm1 died"
	assert_claim "$SERVICE" port vm1
}
