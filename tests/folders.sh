# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The table of the folders in docs/architecture.md, which is where their order stands. To be sourced.

FOLDERS_TABLE=docs/architecture.md

# folders_rows: lines "folder<TAB>what it is<TAB>may include", in the order of the table.
folders_rows() {
	awk -F ' *[|] *' -v OFS='\t' '
		$2 == "folder" { inside = 1; next }
		inside && !/^[|]/ { exit }
		inside && $2 ~ /^`/ { gsub(/`/, "", $2); sub(/\/$/, "", $2); print $2, $3, $4 }' "$FOLDERS_TABLE"
}

# folders_allowed: lines "folder other": what each may include, and so call. All of loader/ may include
# bpf/ as well. What a row allows has to stand above it: "? folder other" where it does not.
folders_allowed() {
	folders_rows | awk -F '\t' '
		function allow(other) { print (other in above ? "" : "? ") folder " " other }
		function allow_all(prefix, except, i) {
			for (i = 1; i <= count; i++)
				if (index(order[i], prefix) == 1 && order[i] != except)
					allow(order[i])
		}
		{
			folder = $1
			if ($3 ~ /^everything/)
				allow_all("")
			else if ($3 ~ /^all above/) {
				except = $3
				gsub(/^[^`]*`|`.*$/, "", except)
				allow_all("", except ~ /\// ? except : "loader/" except)
			} else if ($3 ~ /^all of `bpf\/`/)
				allow_all("bpf")
			else {
				words = split($3, word, /[`, ]+/)
				for (i = 1; i <= words; i++) {
					sub(/\/$/, "", word[i])
					if (word[i] ~ /^[a-z]/ && word[i] != "bpf")
						allow(word[i] ~ /\// ? word[i] : "loader/" word[i])
				}
				if (folder ~ /^loader/)
					allow_all("bpf")
			}
			above[folder]
			order[++count] = folder
		}' | sort -u
}
