# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest's root file system: tools of this machine with their libraries, garpd, and the lab. To be sourced.

# Required by the lab.
IMAGE_TOOLS=(bash busybox ip tc bridge jq nsenter unshare setpriv mount umount
	awk basename cat chmod chown cp cut date dirname env find flock grep head id ln ls mkdir mkfifo
	mktemp mv nproc od readlink rm rmdir sed seq setsid sleep sort stat stdbuf tail tee timeout touch tr
	true uname uniq wc xargs)
# Without one of these a case is skipped, with a reason.
IMAGE_EXTRAS=(bpftool nft tcpdump arping dhcpcd avahi-autoipd udhcpd udhcpc sysctl ps pgrep kill
	ovsdb-server ovsdb-tool ovs-vswitchd ovs-vsctl ovs-appctl ovs-ofctl
	ping socat xdp-filter xdp-loader /lib/systemd/systemd-networkd)

# image_libraries ROOT FILE...: copies the libraries of these programs, to the same paths.
image_libraries() {
	local root=$1 library
	shift
	{ ldd "$@" 2>/dev/null || true; } | { grep -oE "/[^ ]+\.so[^ ]*" || true; } | sort -u |
		while read -r library; do
			[[ ! -e $root$library ]] || continue
			mkdir -p "$root$(dirname "$library")"
			cp -L "$library" "$root$library"
		done
}

# image_copy ROOT FILE...: copies them to the same paths, with their libraries.
image_copy() {
	local root=$1 file
	shift
	for file in "$@"; do
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file"
	done
	image_libraries "$root" "$@"
}

image_tools() {
	local root=$1 tool path
	local -a paths=()
	for tool in "${IMAGE_TOOLS[@]}"; do
		path=$(type -P "$tool") || vm_die "$tool is not installed"
		paths+=("$path")
	done
	for tool in "${IMAGE_EXTRAS[@]}"; do
		! path=$(type -P "$tool") || paths+=("$path")
	done
	image_copy "$root" "${paths[@]}"
	if [[ -d /usr/lib/x86_64-linux-gnu/bpf ]]; then # loaded by xdp-filter
		cp -r /usr/lib/x86_64-linux-gnu/bpf "$root/usr/lib/x86_64-linux-gnu/"
	fi
	if [[ -d /usr/share/openvswitch ]]; then
		mkdir -p "$root/usr/share/openvswitch"
		cp /usr/share/openvswitch/*.ovsschema "$root/usr/share/openvswitch/"
	fi
	ln -s bash "$root/bin/sh"
	mkdir "$root/usr/lib/busybox"
	for tool in $(busybox --list); do
		ln -s /bin/busybox "$root/usr/lib/busybox/$tool"
	done
}

# image_system ROOT: files of every Linux system that the lab and its senders need.
image_system() {
	local root=$1 dir
	mkdir -p "$root"/{usr/{bin,sbin,lib,lib64,local/bin},dev,proc,sys,tmp,run,root,etc,var/lib}
	ln -s ../run "$root/var/run"
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$root/$dir"
	done
	grep -E '^(root|nobody|systemd-network|_?dhcpcd|avahi-autoipd):' /etc/passwd >"$root/etc/passwd"
	grep -E '^(root|nogroup|systemd-network|_?dhcpcd|avahi-autoipd):' /etc/group >"$root/etc/group"
	: >"$root/etc/resolv.conf"
	mknod -m 600 "$root/dev/console" c 5 1
	mknod -m 666 "$root/dev/null" c 1 3
}

# image_lab ROOT TOP: garpd and the lab of the tree TOP, with the cases of the VM tier added to the lab's.
# IMAGE_BUILD: its build directory, for another architecture.
image_lab() {
	local root=$1 top=$2 build=${IMAGE_BUILD:-$2/build} to=$1/garpd captures
	mkdir -p "$to"/{build,tests/vm}
	image_libraries "$root" "$build/garpd" "$build"/lab/*
	cp -r "$build/lab" "$build/garpd" "$to/build/"
	cp -r "$top/tests/lab" "$top/tests/progress.sh" "$to/tests/"
	cp -r "$top/dist" "$to/"
	mkdir "$to/build/bpf"
	cp "$build/bpf/garpd.bpf.o" "$to/build/bpf/"
	cp "$top"/tests/vm/cases/*.sh "$to/tests/lab/cases/"
	cp "$top"/tests/vm/{inside,scope.sh,garpd-in-mode} "$to/tests/vm/"
	cp "$top/tests/vm/init" "$root/init"
	captures=$(LAB_ROOT=$top && source "$top/tests/lab/lab.sh" && echo "$CAPTURES")
	[[ ! -d $captures ]] || cp -rL "$captures" "$to/captures"
}

# image_pack DIR: writes a cpio archive for the kernel to standard output.
image_pack() {
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | busybox cpio -o -H newc 2>/dev/null)
}

# image_base TOP OUT: writes a cpio archive of all that is the same for every kernel.
image_base() {
	local root
	root=$(mktemp -d "$2.XXXXXX")
	image_system "$root"
	image_tools "$root"
	image_lab "$root" "$1"
	image_pack "$root" >"$2"
	rm -rf -- "$root"
}

# image_of KERNEL_DIR BASE OUT [OVERLAY]: writes the initramfs, with the files of OVERLAY. The kernel accepts several
# archives in a row; a later one replaces files.
image_of() {
	local root
	root=$(mktemp -d "$3.XXXXXX")
	cp -r "$1/modules" "$root/modules"
	[[ -z ${4:-} ]] || cp -r "$4/." "$root/"
	{
		cat "$2"
		image_pack "$root"
	} >"$3"
	rm -rf -- "$root"
}

# image_machine KERNEL_DIR OUT: a machine with busybox and a NIC that runs commands from the second serial
# port, line by line (tests/vm/host).
image_machine() {
	local root applet
	root=$(mktemp -d "$2.XXXXXX")
	image_system "$root"
	image_copy "$root" "$(type -P busybox)"
	for applet in sh mount insmod ip arping ls; do
		ln -s busybox "$root/usr/bin/$applet"
	done
	mkdir "$root/modules"
	cp "$1"/modules/*{virtio,failover}*.ko "$root/modules/"
	grep -E '^(virtio|failover|net_failover)' "$1/modules/order" >"$root/modules/order"
	cat >"$root/init" <<-'INIT'
		#!/bin/sh
		export PATH=/usr/bin
		mount -t proc proc /proc
		mount -t devtmpfs dev /dev
		while read -r module; do insmod "/modules/$module.ko"; done </modules/order
		echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		ip link set eth0 up
		exec </dev/ttyS1 >/dev/ttyS1 2>&1
		echo ready
		while read -r line; do
			sh -c "$line"
			echo "done"
		done
	INIT
	chmod +x "$root/init"
	image_pack "$root" >"$2"
	rm -rf -- "$root"
}
