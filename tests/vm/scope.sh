# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which cases run in the guests. To be sourced.

# Those that no kernel makes a difference to: how captures are read, and what is said of bad input.
SCOPE_LEFT_OUT=(
	usage_is_2 not_loaded_is_said no_bridge_is_an_error bad_config_is_said_with_its_line
	config_is_read_again bridge_is_waited_for log_json watch
	announce_is_refused_without_an_owner manual_names_every_verb_and_flag
	replay_win7_eleven_cycles replay_win10 replay_iphone replay_cisco_device_tracking)

# A kernel runs everything in the mode that `auto` takes there; these files again in its others.
SCOPE_AGAIN=(declared vlan ports)

# scope_cases FILE...: lines "case file", of all that run.
scope_cases() {
	awk -v out="${SCOPE_LEFT_OUT[*]}" '
		BEGIN { count = split(out, names, " "); for (i = 1; i <= count; i++) left[names[i]] }
		/^case_[a-z0-9_]+\(\) \{$/ {
			name = $1
			gsub(/^case_|\(\)$/, "", name)
			file = FILENAME
			gsub(/^.*\/|\.sh$/, "", file)
			if (!(name in left)) print name, file
		}' "$@"
}

# scope_tree TREE TO [again]: a copy of the lab whose runner finds only what is to run.
scope_tree() {
	local file name
	mkdir -p "$2/tests"
	cp -r "$1/tests/lab" "$2/tests/"
	ln -s "$1/build" "$1/dist" "$2/"
	for name in "${SCOPE_LEFT_OUT[@]}"; do
		sed -i "s/^case_$name() {\$/left_out_$name() {/" "$2"/tests/lab/cases/*.sh
	done
	[[ ${3:-} == again ]] || return 0
	for file in "$2"/tests/lab/cases/*.sh; do
		name=${file##*/}
		[[ " ${SCOPE_AGAIN[*]} " == *" ${name%.sh} "* ]] || rm -- "$file"
	done
}
