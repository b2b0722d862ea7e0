# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # tests/system/run uses it
# Debian with systemd, as an archive that is made once and kept. To be sourced, after tests/vm/kernels.sh.

declare -A SYSTEM_SUITE=([debian12]=bookworm [debian13]=trixie)
declare -A SYSTEM_KERNEL=([debian12]=6.1 [debian13]=6.12)
# What a hypervisor has anyway.
SYSTEM_PACKAGES=systemd,systemd-sysv,udev,dbus,kmod,iproute2,procps,bpftool
# With their dependencies; all are loaded by the initramfs.
SYSTEM_MODULES=(virtio_pci virtio_blk veth bridge sch_ingress cls_bpf)

# The packages that garpd depends on are in the image, to be installed by apt: there is no network.
system_repository() {
	local root=$1
	shift
	mkdir -p "$root/repository"
	chroot "$root" apt-get clean
	DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -q -y --no-install-recommends --download-only install "$@"
	mv "$root"/var/cache/apt/archives/*.deb "$root/repository/"
	(cd "$root/repository" && dpkg-scanpackages -m . >Packages)
	rm -rf -- "$root"/var/lib/apt/lists/*
	echo 'deb [trusted=yes] file:/repository ./' >"$root/etc/apt/sources.list"
	chroot "$root" apt-get -q update
}

# The tests end by switching the machine off.
system_unit() {
	cat >"$1/etc/systemd/system/system-test.service" <<-'UNIT'
		[Unit]
		Description=The tests
		After=basic.target
		[Service]
		Type=oneshot
		Environment=HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive
		StandardOutput=file:/dev/ttyS1
		StandardError=file:/dev/ttyS1
		ExecStart=/bin/bash /mnt/tests/system/inside
		ExecStopPost=/bin/systemctl poweroff --force --force
		[Install]
		WantedBy=multi-user.target
	UNIT
	ln -s /etc/systemd/system/system-test.service "$1/etc/systemd/system/multi-user.target.wants/"
	# Nothing else is to run in between.
	ln -s /dev/null "$1/etc/systemd/system/apt-daily.timer"
	ln -s /dev/null "$1/etc/systemd/system/apt-daily-upgrade.timer"
	ln -s /dev/null "$1/etc/systemd/system/dpkg-db-backup.timer"
}

system_make() {
	local suite=$1 root=$2 archive=$3
	shift 3
	debootstrap --variant=minbase "--include=$SYSTEM_PACKAGES" "$suite" "$root" "$(kernel_mirror Debian)"
	system_repository "$root" "$@"
	system_unit "$root"
	rm -rf -- "$root"/usr/share/{man,locale}
	tar -C "$root" --numeric-owner -cf "$archive" .
}

# system_get LABEL PACKAGE...: sets SYSTEM_ARCHIVE to the root of that Debian; the packages can be installed
# there. One at a time, among all runs.
system_get() {
	local suite=${SYSTEM_SUITE[$1]} work key
	shift
	key=$({ declare -f system_repository system_unit system_make && echo "$SYSTEM_PACKAGES" "$@"; } | cksum)
	SYSTEM_ARCHIVE=$VM_CACHE/$suite.${key%% *}.tar
	mkdir -p "$VM_CACHE"
	exec {SYSTEM_LOCK}>"$VM_CACHE/$suite.lock"
	flock "$SYSTEM_LOCK"
	if [[ ! -e $SYSTEM_ARCHIVE ]]; then
		echo "system: making Debian $suite (once, 2 minutes)"
		work=$(mktemp -d "$VM_CACHE/make.XXXXXX")
		(
			trap 'rm -rf -- "$work"' EXIT
			system_make "$suite" "$work/root" "$work/archive" "$@" >"$VM_CACHE/$suite.log" 2>&1 || {
				tail -n 20 "$VM_CACHE/$suite.log" >&2
				vm_die "cannot make Debian $suite: is a mirror reachable?"
			}
			rm -f -- "$VM_CACHE/$suite".*.tar # made for other packages
			mv "$work/archive" "$SYSTEM_ARCHIVE"
		) || exit 1
	fi
	exec {SYSTEM_LOCK}>&-
}

# system_initrd KERNEL_DIR OUT: loads the modules, and makes a root of two archives, one on each disk. It is in
# memory: while the kernel waits for a disk, virtual time would run ahead.
system_initrd() {
	local root
	root=$(mktemp -d "$2.XXXXXX")
	image_system "$root"
	image_copy "$root" "$(type -P busybox)"
	ln -s busybox "$root/bin/sh"
	mkdir "$root/new"
	cp -r "$1/modules" "$root/modules"
	cat >"$root/init" <<-'INIT'
		#!/bin/sh
		/bin/busybox mount -t devtmpfs dev /dev
		while read -r module; do /bin/busybox insmod "/modules/$module.ko"; done </modules/order
		until [ -b /dev/vdb ]; do /bin/busybox sleep 0.1; done
		/bin/busybox mount -t tmpfs -o size=1G root /new
		/bin/busybox tar -x -f /dev/vda -C /new
		/bin/busybox tar -x -f /dev/vdb -C /new/mnt
		exec /bin/busybox switch_root /new /lib/systemd/systemd
	INIT
	chmod +x "$root/init"
	image_pack "$root" >"$2"
	rm -rf -- "$root"
}
