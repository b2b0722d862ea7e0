#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deb.sh VERSION OUT: makes garpd_VERSION_ARCH.deb in the directory OUT, from a copy of the sources.
set -euo pipefail

(($# == 2)) || {
	echo "usage: $0 VERSION OUT" >&2
	exit 2
}
version=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/garpd-deb.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
log=$out/garpd_$version.log

tree=$work/garpd-$version
mkdir -p "$tree/tests"
cp -r bpf loader dist docs Makefile ./*.md "$tree/"
cp tests/tests.mk "$tree/tests/"
cp -r dist/debian "$tree/debian"
sed -i "s/@version@/$version/" "$tree/debian/changelog"
# Whatever make was told of this tree says nothing of that one.
if ! (cd "$tree" && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL dpkg-buildpackage -b -us -uc) >"$log" 2>&1; then
	tail -n 40 "$log" >&2
	exit 1
fi
rm -f -- "$out/garpd_${version}_"*.deb
mv "$work"/garpd_"$version"_*.deb "$out/"
ls "$out"/garpd_"$version"_*.deb
