# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's packages of another architecture, unpacked once into the cache. To be sourced. Nothing of them
# is installed: apt runs with its own lists and state, as for the kernels.

# shellcheck source=tests/vm/kernels.sh
source tests/vm/kernels.sh # cache_get, kernel_apt, kernel_sources, VM_CACHE

# `libraries` to link with: the unit tests have a stand-in for Criterion. libc-bin has their locale.
# `machine` to boot: the same libraries, and the tools that the lab calls.
declare -A ROOT_PACKAGES=(
	[libraries]="libc6-dev linux-libc-dev libc-bin libbpf-dev libxdp-dev libmnl-dev libcyaml-dev
		libyaml-dev libjansson-dev libsystemd-dev libcap-ng-dev libseccomp-dev libpcap-dev"
	[machine]="libbpf1 libxdp1 libmnl0 libcyaml1 libyaml-0-2 libjansson4 libsystemd0 libcap-ng0
		libseccomp2 libpcap0.8 bash busybox coreutils dash findutils grep iproute2 iputils-arping
		iputils-ping jq mawk mount nftables procps sed tcpdump util-linux bpftool"
)

# root_unpack ARCH WHAT WORK: into WORK/done.
root_unpack() {
	local dir=$3 folder package
	local -x KERNEL_ARCH=$1
	mkdir -p "$dir"/{state/lists/partial,cache/archives/partial}
	: >"$dir/status"
	kernel_sources bookworm >"$dir/sources.list"
	# shellcheck disable=SC2086 # a list of words
	{
		kernel_apt "$dir" apt-get update && kernel_apt "$dir" apt-get install -y \
			--no-install-recommends --download-only ${ROOT_PACKAGES[$2]}
	} >"$dir/apt.log" 2>&1 || {
		cat "$dir/apt.log" >&2
		vm_die "cannot download Debian's packages for $1: no mirror can be reached"
	}
	for folder in bin sbin lib lib64; do
		mkdir -p "$dir/done/usr/$folder"
		ln -s "usr/$folder" "$dir/done/$folder"
	done
	for package in "$dir"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$package" | tar -x -C "$dir/done" --keep-directory-symlink
	done
}

# root_get ARCH WHAT: sets ROOT to its directory in the cache.
root_get() {
	local key
	key=$(cksum <<<"${ROOT_PACKAGES[$2]}") # another list is another directory
	ROOT=$VM_CACHE/$2-$1.${key%% *}
	cache_get "$ROOT" "$VM_CACHE/$2-$1" "cross: downloading Debian's $2 for $1" root_unpack "$1" "$2"
}
