# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # as it says
# The package itself. To be sourced by tests/system/run, whose `work`, `top`, `results`, `passed` and `failed`
# it uses.

PACKAGE_TESTS=(lintian reproducible stripped)
PACKAGE_NEXT=99.0 # the version of the upgrade

# package_make DIR: makes it there, below `work`.
package_make() {
	make -s -C "$top" deb DEBDIR="$work/$1" >/dev/null || vm_die "make deb fails; see above"
}

# This version's, and a next one, which is this one by another name.
package_build() {
	local next=$work/unpacked
	package_make first
	dpkg-deb -R "$work"/first/*.deb "$next"
	sed -i "s/^Version: .*/Version: $PACKAGE_NEXT/" "$next/DEBIAN/control"
	mkdir "$work/next"
	dpkg-deb --root-owner-group -b "$next" "$work/next" >/dev/null
}

# package_libraries: sets PACKAGE_LIBRARIES to what it depends on.
package_libraries() {
	mapfile -t PACKAGE_LIBRARIES < <(dpkg-deb -f "$work"/first/*.deb Depends | tr ',' '\n' |
		sed 's/|.*//; s/ *(.*//; s/ //g' | sort)
}

package_lintian() {
	lintian --allow-root --fail-on error,warning "$work"/first/*.deb
}

# Another directory, another time, other rights for new files.
package_reproducible() (
	umask 027
	package_make again
	cmp "$work"/first/*.deb "$work"/again/*.deb
)

package_stripped() {
	file_is_stripped "$work/unpacked/usr/sbin/garpd"
}

file_is_stripped() {
	[[ -x $1 ]] && ! readelf -S "$1" | grep -E '\.(symtab|debug_info)'
}

package_tests() {
	local name
	for name in "${PACKAGE_TESTS[@]}"; do
		if "package_$name" >"$results/package.log" 2>&1; then
			passed+=1
			echo "ok package $name"
		else
			failed+=1
			echo "FAIL package $name"
			sed 's/^/    /' "$results/package.log"
		fi
	done
}
