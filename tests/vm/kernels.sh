# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's kernels, downloaded once. To be sourced.
#
# apt runs with its own sources, lists and package state, so those of the machine are not touched. The
# mirror is the machine's, read at run time.

VM_CACHE=${GARPD_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/garpd-vm}
KERNEL_ARCH=${KERNEL_ARCH:-amd64}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
declare -A KERNEL_SUITE=([5.10]=bullseye [6.1]=bookworm [6.12]=trixie [sid]=sid)

# With their dependencies; `name argument...`. A module that a kernel lacks or has built in is not an
# error here: the case that needs it reports that.
KERNEL_MODULES=(
	veth tun bridge 8021q vxlan macvlan vrf 'bonding max_bonds=0' sch_ingress cls_bpf cls_u32 act_police
	nf_tables nft_counter nft_meta_bridge nf_tables_bridge openvswitch
	geneve ip_gre vport_vxlan vport_geneve cls_basic cls_matchall cls_flower act_mirred act_gact act_vlan act_skbedit
	virtio_pci virtio_net)

vm_die() {
	printf 'vm: %s\n' "$*" >&2
	exit 1
}

# kernel_mirror LABEL: prints the mirror of Debian or of Debian-Security.
kernel_mirror() {
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
		sed -n "s/^$1 //p" | sort -u | sed -n 1p
}

# kernel_sources SUITE: prints lines for sources.list.
kernel_sources() {
	local options="[arch=$KERNEL_ARCH signed-by=$KEYRING]" main security
	main=$(kernel_mirror Debian)
	security=$(kernel_mirror Debian-Security)
	[[ -n $main ]] || vm_die "apt knows no Debian mirror here: run apt-get update first"
	echo "deb $options $main $1 main"
	if [[ -n $security && $1 != sid ]]; then
		echo "deb $options $security $1-security main"
	fi
}

# kernel_apt DIR COMMAND...: runs apt-get or apt-cache with its state below DIR.
kernel_apt() {
	local dir=$1 command=$2
	shift 2
	"$command" -q -q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State="$dir/state" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o APT::Architecture="$KERNEL_ARCH" -o APT::Architectures="$KERNEL_ARCH" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o APT::Update::Error-Mode=any \
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

# kernel_depends DIR PACKAGE REGEX: prints the matching names in its Depends.
kernel_depends() {
	kernel_apt "$1" apt-cache show --no-all-versions "$2" | sed -n 's/^Depends: //p' |
		tr ',' '\n' | sed 's/ *(.*//; s/^ *//' | grep -E "^($3)\$"
}

# kernel_download LABEL DIR: unpacks the packages of the suite's cloud kernel in DIR/root. The meta package
# names the newest one, since names with an ABI change.
kernel_download() {
	local suite=${KERNEL_SUITE[$1]} dir=$2 image parts package
	local offline="cannot download Debian's kernel $1 ($suite): no mirror can be reached"
	mkdir -p "$dir"/{state/lists/partial,cache/archives/partial,deb,root}
	: >"$dir/status"
	kernel_sources "$suite" >"$dir/sources.list"
	kernel_apt "$dir" apt-get update >"$dir/apt.log" 2>&1 || {
		cat "$dir/apt.log" >&2
		vm_die "$offline"
	}
	image=$(kernel_depends "$dir" "linux-image-cloud-$KERNEL_ARCH" 'linux-image-[0-9].*' | sed -n 1p)
	[[ -n $image ]] || vm_die "no kernel in Debian's $suite"
	parts=$(kernel_depends "$dir" "$image" 'linux-(binary|modules|base)-[0-9].*' || true)
	# shellcheck disable=SC2086 # a list of words
	(cd "$dir/deb" && kernel_apt "$dir" apt-get download "$image" $parts >"$dir/apt.log" 2>&1) || {
		cat "$dir/apt.log" >&2
		vm_die "$offline"
	}
	for package in "$dir"/deb/*.deb; do
		dpkg -x "$package" "$dir/root"
	done
}

# module_add TREE OUT NAME [ARGUMENT...]: after its dependencies; OUT/order has the order to load.
module_add() {
	local tree=$1 out=$2 name=${3//-/_} file needed
	[[ ! -e $out/$name.ko ]] || return 0
	file=$(find "$tree" -name "$name.ko*" -o -name "${name//_/-}.ko*" | sed -n 1p)
	[[ -n $file ]] || return 0
	case $file in
	*.xz) xz -dc "$file" >"$out/$name.ko" ;;
	*.zst) zstd -qdc "$file" >"$out/$name.ko" ;;
	*) cp "$file" "$out/$name.ko" ;;
	esac
	for needed in $(tr '\0' '\n' <"$out/$name.ko" | sed -n 's/^depends=//p' | tr ',' ' '); do
		module_add "$tree" "$out" "$needed"
	done
	echo "${*:3}" >>"$out/order"
}

kernel_unpack() {
	local from=$1 to=$2 tree module
	tree=$(find "$from" -path '*/lib/modules/*' -name kernel -type d | sed -n 1p)
	[[ -n $tree ]] || vm_die "no modules in the packages of this kernel"
	mkdir -p "$to/modules"
	: >"$to/modules/order"
	for module in "${KERNEL_MODULES[@]}"; do
		# shellcheck disable=SC2086 # a name and its arguments
		module_add "$tree" "$to/modules" $module
	done
	cp "$(find "$from" -name 'vmlinuz*' -type f | sed -n 1p)" "$to/vmlinuz"
	basename "${tree%/kernel}" >"$to/release"
}

# cache_get DIR OLDER WHAT MAKE...: DIR of the cache. Where it is missing, prints what is downloaded, has MAKE
# WORK fill WORK/done, and removes what was made for other lists, OLDER.*. One at a time, among all runs; a
# directory is complete or missing.
cache_get() {
	local work
	mkdir -p "$VM_CACHE"
	exec {CACHE_LOCK}>"$VM_CACHE/lock"
	flock "$CACHE_LOCK"
	if [[ ! -d $1 ]]; then
		echo "$3"
		work=$(mktemp -d "$VM_CACHE/download.XXXXXX")
		(
			trap 'rm -rf -- "$work"' EXIT
			"${@:4}" "$work"
			rm -rf -- "$2".*
			mv "$work/done" "$1"
		) || exit 1
	fi
	exec {CACHE_LOCK}>&-
}

# kernel_make LABEL WORK
kernel_make() {
	kernel_download "$1" "$2"
	kernel_unpack "$2/root" "$2/done"
}

# kernel_get LABEL: sets KERNEL_DIR to its directory in the cache: vmlinuz, release, modules/.
kernel_get() {
	local key name=$1
	[[ -n ${KERNEL_SUITE[$1]:-} ]] || vm_die "no kernel $1; there are: ${!KERNEL_SUITE[*]}"
	# another list of modules is another directory
	key=$(printf '%s\n' "${KERNEL_MODULES[@]}" | cksum)
	[[ $KERNEL_ARCH == amd64 ]] || name+=-$KERNEL_ARCH
	KERNEL_DIR=$VM_CACHE/$name.${key%% *}
	cache_get "$KERNEL_DIR" "$VM_CACHE/$name" "vm: downloading Debian's kernel $1" kernel_make "$1"
}
