#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# page.sh HTML CSS JS: prints the page of garpd report: the template with its style and script. Its policy
# allows these two by their hashes, and nothing else: neither a script that got in with the data, nor a
# request.
set -eu

# As it stands in the element: between its tags, each on a line of its own.
hash_of() {
	hex=$({ echo && cat "$1"; } | sha256sum | cut -c 1-64)
	# That of coreutils, which knows \x.
	env printf "$(echo "$hex" | sed 's/../\\x&/g')" | base64 -w 0
}

awk -v css="$2" -v js="$3" -v style_hash="$(hash_of "$2")" -v script_hash="$(hash_of "$3")" '
	function insert(file, line) {
		while ((getline line < file) > 0)
			print line
	}
	$0 == "@style@" { insert(css); next }
	$0 == "@script@" { insert(js); next }
	{
		gsub(/@style_hash@/, style_hash)
		gsub(/@script_hash@/, script_hash)
		print
	}' "$1"
