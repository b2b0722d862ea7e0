# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which cases run in the guests. To be sourced.

# What is left out here runs in the lab tier on every check. A case stays in for what a kernel does:
# the hooks, the verifier, tags, neighbour and forwarding tables, XDP, a device of some kind. It is left
# out where no kernel makes a difference.

# Files of such cases, by their names: what programs of others send (the same frames everywhere; the
# kernels' own DAD, ipv6_senders, stays in), and fabrics, whose routing daemons are too large here.
SCOPE_FILES_LEFT_OUT=(senders fabric)

SCOPE_LEFT_OUT=(
	# what is said of bad input, and what the command line does with the maps alone
	usage_is_2 not_loaded_is_said no_bridge_is_an_error bad_config_is_said_with_its_line
	config_is_read_again bridge_is_waited_for log_json watch second_daemon_refused systemd_is_told
	announce_is_refused_without_an_owner manual_names_every_verb_and_flag
	router_and_bridge_by_name_is_refused router_relay_is_read_again no_ring_buffer_is_said

	# how captures are read; the tagged ones stay, since kernels differ in where a tag is
	replay_win7_eleven_cycles replay_win10 replay_iphone replay_cisco_device_tracking
	replay_ipv6_win7_eleven_cycles replay_ipv6_win10 replay_ipv6_linux
	replay_ipv6_linux_three_solicitations replay_ipv6_linux_ndisc_notify replay_ipv6_linux_conflict

	# what the claim machine makes of frames that other cases, which stay, bring to it by the same
	# way: one program, whose instructions mean the same to every kernel that takes them
	use_inside_window use_after_one_probe several_addresses_at_once both_probe newer_prober_wins
	lone_probe aborted_after_two_probes conflict_gratuitous_request conflict_while_announcing
	link_local_ignored declared_for_another_mac router_unheard_defence
	ipv6_use_inside_window ipv6_three_solicitations ipv6_several_addresses_at_once
	ipv6_both_solicit ipv6_both_solicit_without_nonce ipv6_looped_solicitation
	ipv6_conflict_windows ipv6_conflict_while_announcing ipv6_link_local_ignored
	ipv6_link_local_where_configured ipv6_mapped_ignored ipv6_declared_for_another_mac
	ipv6_sender_keepalived)

# A kernel runs everything in the mode that `auto` takes there; these files again in its others.
SCOPE_AGAIN=(declared vlan ports)

# scope_cases FILE...: lines "case file", of all that run.
scope_cases() {
	awk -v out="${SCOPE_LEFT_OUT[*]}" -v files="${SCOPE_FILES_LEFT_OUT[*]}" '
		BEGIN {
			count = split(out, names, " ")
			for (i = 1; i <= count; i++) left[names[i]]
			count = split(files, names, " ")
			for (i = 1; i <= count; i++) left_file[names[i]]
		}
		/^case_[a-z0-9_]+\(\) \{$/ {
			name = $1
			gsub(/^case_|\(\)$/, "", name)
			file = FILENAME
			gsub(/^.*\/|\.sh$/, "", file)
			if (!(name in left || file in left_file)) print name, file
		}' "$@"
}

# scope_tree TREE TO [again]: a copy of the lab whose runner finds only what is to run.
scope_tree() {
	local file name
	mkdir -p "$2/tests"
	cp -r "$1/tests/lab" "$2/tests/"
	ln -s "$1/build" "$1/dist" "$2/"
	for name in "${SCOPE_FILES_LEFT_OUT[@]}"; do
		rm -f -- "$2/tests/lab/cases/$name.sh"
	done
	sed -i -E "s/^case_($(printf '%s|' "${SCOPE_LEFT_OUT[@]}")-)\(\) \{\$/left_out_\1() {/" \
		"$2"/tests/lab/cases/*.sh
	[[ ${3:-} == again ]] || return 0
	for file in "$2"/tests/lab/cases/*.sh; do
		name=${file##*/}
		[[ " ${SCOPE_AGAIN[*]} " == *" ${name%.sh} "* ]] || rm -- "$file"
	done
}
