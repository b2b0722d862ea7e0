# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # as it says
# The package itself. To be sourced by tests/system/run, whose `work`, `top`, `results`, `passed` and `failed`
# it uses.

PACKAGE_TESTS=(lintian reproducible stripped installed_below_any_prefix installed_below_usr_local)
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

# make_into DIR TARGET WORD...: make of this tree, with DESTDIR.
make_into() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$top" "$2" DESTDIR="$work/$1" "${@:3}"
}

files_of() {
	(cd "$work/$1" && find . -type f | sort)
}

# is_filled_in DIR FILE TEXT: the words @...@ of the file are filled in.
is_filled_in() {
	grep -qF "$3" "$work/$1/$2" && ! grep -E '@[a-z]+@' "$work/$1/$2"
}

# prefix and PREFIX are the same, and nothing is installed beside it; only install-strip strips; uninstall leaves
# no file.
package_installed_below_any_prefix() {
	make_into lower install prefix=/opt/garpd && make_into upper install-strip PREFIX=/opt/garpd &&
		grep -qx ./opt/garpd/sbin/garpd <<<"$(files_of lower)" &&
		diff <(files_of lower) <(files_of upper) &&
		! files_of lower | grep -v '^\./opt/garpd/' &&
		! file_is_stripped "$work/lower/opt/garpd/sbin/garpd" >/dev/null &&
		file_is_stripped "$work/upper/opt/garpd/sbin/garpd" &&
		is_filled_in lower opt/garpd/lib/systemd/system/garpd.service 'ExecStart=/opt/garpd/sbin/garpd ' &&
		is_filled_in lower opt/garpd/share/man/man8/garpd.8 /opt/garpd/share/doc/garpd &&
		is_filled_in lower opt/garpd/share/man/man5/garpd.yaml.5 /opt/garpd/share/doc/garpd &&
		"$work/upper/opt/garpd/sbin/garpd" --version >/dev/null &&
		make_into lower uninstall prefix=/opt/garpd &&
		[[ -z $(files_of lower) ]]
}

# Where systemd looks for the units of administrators.
package_installed_below_usr_local() {
	make_into local install &&
		grep -qx ./usr/local/sbin/garpd <<<"$(files_of local)" &&
		grep -qx ./etc/systemd/system/garpd.service <<<"$(files_of local)" &&
		! files_of local | grep -vE '^\./(usr/local|etc/systemd/system)/'
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
