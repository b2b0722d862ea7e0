#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh build|deb|demo|test|browser|vm|cross: installs missing Debian packages and prints their names. The
# one list of what garpd needs; docs/dependencies.md has the reasons.
set -eu

build="gcc make clang bpftool pkg-config libc6-dev linux-libc-dev libbpf-dev libxdp-dev libmnl-dev
	libcyaml-dev libyaml-dev libjansson-dev libsystemd-dev libcap-ng-dev libseccomp-dev
	libpcap-dev"
# For make deb.
package="debhelper lintian dpkg-dev binutils"
# For the lab and the demo.
run="iproute2 tcpdump jq procps util-linux"
tests="libcriterion-dev libclang-rt-dev llvm valgrind iputils-arping iputils-ping busybox dhcpcd-base udhcpc
	avahi-autoipd keepalived frr socat qemu-system-x86 nftables iptables tshark dbus systemd bc xdp-tools strace cppcheck clang-format
	shellcheck mandoc man-db groff bsdextrautils zsh fish python3-jsonschema openvswitch-switch prometheus prometheus-node-exporter gnuplot-nox"
# For the page of garpd report.
browser="chromium chromium-driver fonts-dejavu-core poppler-utils python3"
# For emulated machines with Debian's kernels.
emulation="seabios xz-utils zstd cpio kmod dash debootstrap"
# For other architectures, and for Spin, the other model checker.
cross="gcc-aarch64-linux-gnu gcc-s390x-linux-gnu libc6-dev-arm64-cross libc6-dev-s390x-cross qemu-user-static
	qemu-system-arm musl-tools spin"

case "${1:-}" in
build) wanted="$build" ;;
deb) wanted="$build $package" ;;
demo) wanted="$build $run" ;;
test) wanted="$build $run $tests" ;;
browser) wanted="$build $browser" ;;
vm) wanted="$build $package $run $tests $emulation" ;;
cross) wanted="$build $package $run $tests $emulation $cross" ;;
*)
	echo "usage: $0 build|deb|demo|test|browser|vm|cross" >&2
	exit 2
	;;
esac

missing=
for package in $wanted; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "deps.sh: these packages are missing, and only root can install them:$missing" >&2
	exit 1
fi
echo "deps.sh: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# The lab starts daemons by itself, in namespaces. No package may start its service on this machine,
# now or at the next boot.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap 'rm -f "$policy"' EXIT
	trap 'exit 1' INT TERM
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
for service in frr openvswitch-switch; do
	case "$missing " in
	*" $service "*) systemctl disable --quiet "$service.service" 2>/dev/null || true ;;
	esac
done
