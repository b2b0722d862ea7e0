# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An emulated arm64 machine with Debian's kernel, whose root is an initramfs: packages, garpd, and the lab.
# To be sourced, with `work` set to a directory.

# shellcheck source=tests/vm/image.sh
source tests/vm/image.sh # image_lab, image_pack
# shellcheck source=tests/cross/root.sh
source tests/cross/root.sh # root_get

MACHINE_KERNEL=6.1
MACHINE_SECONDS=${GARPD_VM_SECONDS:-1800}

# machine_root DIR: copies the packages without what a machine of tests never reads.
machine_root() {
	local dir=$1 applet
	root_get arm64 machine
	mkdir -p "$dir"/{dev,proc,sys,tmp,run,root,etc,var/lib,usr/lib/busybox}
	cp -a "$ROOT"/{usr,bin,sbin,lib,lib64} "$dir/"
	rm -rf -- "$dir"/usr/share/{doc,man,locale,info,i18n,zoneinfo}
	ln -sf dash "$dir/usr/bin/sh"
	ln -sf mawk "$dir/usr/bin/awk"
	for applet in $(busybox --list); do
		ln -s ../../bin/busybox "$dir/usr/lib/busybox/$applet"
	done
	grep -E '^(root|nobody):' /etc/passwd >"$dir/etc/passwd"
	grep -E '^(root|nogroup):' /etc/group >"$dir/etc/group"
	mknod -m 600 "$dir/dev/console" c 5 1
	mknod -m 666 "$dir/dev/null" c 1 3
}

# machine_init DIR: runs `command` of the kernel's command line, and powers off. Its last line is
# "machine-exit STATUS".
machine_init() {
	cat >"$1/init" <<-'INIT'
		#!/bin/bash
		export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/usr/lib/busybox HOME=/root LC_ALL=C
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t devtmpfs dev /dev
		mount -t tmpfs tmp /tmp
		mount -t tmpfs run /run
		mount -t bpf bpf /sys/fs/bpf
		ln -sf /proc/self/fd /dev/fd
		mkdir -p /dev/net
		while read -r module arguments; do
			busybox insmod "/modules/$module.ko" $arguments 2>/dev/null
		done </modules/order
		ip link set lo up
		cd /garpd
		bash /garpd/command </dev/null 2>&1
		echo "machine-exit $?"
		busybox poweroff -f
	INIT
	chmod +x "$1/init"
}

# machine_boot COMMAND: prints what it printed. The time of the guest is virtual: waiting costs nothing.
machine_boot() {
	local dir=${work:?}/machine out=$work/machine.out
	local -x KERNEL_ARCH=arm64
	kernel_get "$MACHINE_KERNEL"
	mkdir "$dir"
	machine_root "$dir"
	cp -r "$KERNEL_DIR/modules" "$dir/modules"
	IMAGE_BUILD=$PWD/build/cross/arm64 image_lab "$dir" "$PWD"
	machine_init "$dir" # in place of that of tests/vm
	echo "$1" >"$dir/garpd/command"
	image_pack "$dir" >"$work/initrd"
	timeout -k 5 "$MACHINE_SECONDS" qemu-system-aarch64 -M virt -cpu cortex-a57 -m 2G \
		-accel tcg,thread=single -smp 1 -icount shift=0,sleep=off \
		-nodefaults -no-user-config -display none -monitor none -no-reboot -nic none \
		-serial "file:$out" -kernel "$KERNEL_DIR/vmlinuz" -initrd "$work/initrd" \
		-append "console=ttyAMA0 panic=-1 quiet loglevel=0 norandmaps" </dev/null
	tr -d '\r' <"$out" >"$work/said"
	grep -v '^machine-exit' "$work/said"
	grep -qx 'machine-exit 0' "$work/said"
}
