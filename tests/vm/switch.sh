# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Open vSwitch of another Debian than this machine's, to be laid over the guest's root: its programs, started by
# their own dynamic linker with their own libraries, and its schema. Downloaded once. To be sourced, after
# kernels.sh.

# The programs that the lab calls.
SWITCH_PROGRAMS=(ovsdb-server ovsdb-tool ovs-vswitchd ovs-vsctl ovs-appctl ovs-ofctl)
SWITCH_LINKER=lib64/ld-linux-x86-64.so.2

# switch_download SUITE DIR: unpacks the packages in DIR/root.
switch_download() {
	local dir=$2 folder package
	mkdir -p "$dir"/{state/lists/partial,cache/archives/partial}
	: >"$dir/status"
	kernel_sources "$1" >"$dir/sources.list"
	{
		kernel_apt "$dir" apt-get update && kernel_apt "$dir" apt-get install -y \
			--no-install-recommends --download-only openvswitch-switch
	} >"$dir/apt.log" 2>&1 || {
		cat "$dir/apt.log" >&2
		vm_die "cannot download Open vSwitch of Debian's $1: no mirror can be reached"
	}
	for folder in bin sbin lib lib64; do
		mkdir -p "$dir/root/usr/$folder"
		ln -s "usr/$folder" "$dir/root/$folder"
	done
	for package in "$dir"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$package" | tar -x -C "$dir/root" --keep-directory-symlink
	done
}

# switch_file ROOT PROGRAM: prints where the packages have it; Debian's alternatives are not set up.
switch_file() {
	find "$1/usr/bin" "$1/usr/sbin" "$1/usr/lib/openvswitch-switch" "$1/usr/lib/openvswitch-common" \
		-type f -name "$2" 2>/dev/null | sed -n 1p
}

# switch_program ROOT OUT PROGRAM: copies it with its libraries below OUT/switch, and has OUT/usr/local/bin start it.
switch_program() {
	local root=$1 to=$2/switch file library
	file=$(switch_file "$root" "$3")
	[[ -n $file ]] || vm_die "Open vSwitch has no $3"
	cp "$file" "$to/$3"
	"$root/$SWITCH_LINKER" --library-path "$root/usr/lib/x86_64-linux-gnu" --list "$file" |
		grep -oE "$root/[^ ]+\.so[^ ]*" | while read -r library; do
		cp -L "$library" "$to/"
	done
	cat >"$2/usr/local/bin/$3" <<-WRAPPER
		#!/bin/bash
		exec /switch/ld.so --library-path /switch --argv0 $3 /switch/$3 "\$@"
	WRAPPER
	chmod +x "$2/usr/local/bin/$3"
}

# switch_make SUITE WORK
switch_make() {
	local root=$2/root out=$2/done program
	switch_download "$1" "$2"
	mkdir -p "$out"/{switch,usr/local/bin,usr/share/openvswitch}
	cp -L "$root/$SWITCH_LINKER" "$out/switch/ld.so"
	for program in "${SWITCH_PROGRAMS[@]}"; do
		switch_program "$root" "$out" "$program"
	done
	cp "$root"/usr/share/openvswitch/*.ovsschema "$out/usr/share/openvswitch/"
}

# switch_get SUITE: sets SWITCH_DIR to the overlay in the cache.
switch_get() {
	local key
	key=$(declare -f switch_make switch_program switch_file switch_download | cksum)
	SWITCH_DIR=$VM_CACHE/switch-$1.${key%% *}
	cache_get "$SWITCH_DIR" "$VM_CACHE/switch-$1" "vm: downloading Open vSwitch of Debian's $1" switch_make "$1"
}
