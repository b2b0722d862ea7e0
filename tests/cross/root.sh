# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The libraries of another architecture, from Debian's packages, unpacked once into the cache. To be
# sourced. Nothing of them is installed: apt runs with its own lists and state, as for the kernels.

# shellcheck source=tests/vm/kernels.sh
source tests/vm/kernels.sh # kernel_apt, kernel_sources, VM_CACHE

# What garpd links with, what the C library needs, and its locale. The unit tests have a stand-in for
# Criterion.
ROOT_PACKAGES=(libc6-dev linux-libc-dev libc-bin libbpf-dev libxdp-dev libmnl-dev libcyaml-dev libyaml-dev
	libjansson-dev libsystemd-dev libcap-ng-dev libseccomp-dev libpcap-dev)

# root_unpack DIR ARCH
root_unpack() {
	local dir=$1 arch=$2 package folder
	mkdir -p "$dir"/{state/lists/partial,cache/archives/partial}
	: >"$dir/status"
	KERNEL_ARCH=$arch kernel_sources bookworm >"$dir/sources.list"
	{
		KERNEL_ARCH=$arch kernel_apt "$dir" apt-get update &&
			KERNEL_ARCH=$arch kernel_apt "$dir" apt-get install -y --no-install-recommends \
				--download-only "${ROOT_PACKAGES[@]}"
	} >"$dir/apt.log" 2>&1 || {
		cat "$dir/apt.log" >&2
		vm_die "cannot download Debian's libraries for $arch: no mirror can be reached"
	}
	for folder in bin sbin lib lib64; do
		mkdir -p "$dir/root/usr/$folder"
		ln -s "usr/$folder" "$dir/root/$folder"
	done
	for package in "$dir"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$package" | tar -x -C "$dir/root" --keep-directory-symlink
	done
}

# root_get ARCH: sets ROOT to its directory in the cache. One at a time, among all runs; a directory is
# complete or missing.
root_get() {
	local work key
	key=$(printf '%s\n' "${ROOT_PACKAGES[@]}" | cksum) # another list is another directory
	ROOT=$VM_CACHE/root-$1.${key%% *}
	mkdir -p "$VM_CACHE"
	exec {ROOT_LOCK}>"$VM_CACHE/lock"
	flock "$ROOT_LOCK"
	if [[ ! -d $ROOT ]]; then
		echo "cross: downloading Debian's libraries for $1"
		work=$(mktemp -d "$VM_CACHE/download.XXXXXX")
		(
			trap 'rm -rf -- "$work"' EXIT
			root_unpack "$work" "$1"
			rm -rf -- "$VM_CACHE/root-$1".*
			mv "$work/root" "$ROOT"
		) || exit 1
	fi
	exec {ROOT_LOCK}>&-
}
