# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Joins lab.sh in the guest. jq 1.6 compiles its own library whenever it starts, 0.3 s under
# emulation, and the lab asks it the same few things hundreds of times: those are answered by awk.

# jq_fields KEY VALUE FIELD [BUT_KEY BUT_VALUE]: FIELD of each object of an array whose KEY is VALUE
# and whose BUT_KEY is not BUT_VALUE, as jq -r has it; the objects hold no others.
jq_fields() {
	awk -v RS='}' -v key="$1" -v value="$2" -v field="$3" -v but="${4:-}" -v not="${5:-}" '
		function get(name, found) {
			if (!match($0, "\"" name "\" *: *(\"[^\"]*\"|[^],\n\" ]+)"))
				return "null"
			found = substr($0, RSTART, RLENGTH)
			sub(/^"[^"]*" *: */, "", found)
			gsub(/^"|"$/, "", found)
			return found
		}
		/\{/ && (key == "" || get(key) == value) && (but == "" || get(but) != not) {
			print get(field)
		}'
}

jq() {
	local filter=${*: -1} word='[a-z_]+' value found
	local select="^\.\[\] \| select\(\.($word) == (\\\$$word|\"[^\"]*\")\) \| \.($word)\$"
	case $* in
	"-r .[0].lladdr // \"none\"")
		found=$(jq_fields '' '' lladdr | sed -n '1s/^null$/none/; 1p')
		echo "${found:-none}"
		;;
	"-r --arg mac "*".mac == \$mac and .state != \"permanent\")][0].ifname"*)
		found=$(jq_fields mac "$4" ifname state permanent | sed -n 1p)
		echo "${found:-none}"
		;;
	*)
		if [[ ($# == 2 || $# == 5 && $2 == --arg) && $1 == -r && $filter =~ $select ]]; then
			value=${BASH_REMATCH[2]//\"/}
			[[ $value != \$* ]] || value=$4
			jq_fields "${BASH_REMATCH[1]}" "$value" "${BASH_REMATCH[3]}"
		else
			command jq "$@"
		fi
		;;
	esac
}
