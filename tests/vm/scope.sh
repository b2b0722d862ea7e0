# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which cases run in the guests. To be sourced.

# The lab tier runs every case at each check, on the kernel of this machine. The guests are emulated, slow,
# and there are four of them, so they run what can depend on the kernel: hooks and verifier, re-injection,
# tags, neighbour and forwarding tables, rights, kinds of devices. What happens after a frame was heard is
# one program, whose instructions mean the same on every kernel that accepts it.

# Whole files: hooks and devices that this machine's kernel may lack, and libxdp's dispatcher.
SCOPE_FILES=(above declared ovs ports trunk unheard vlan xdp_join zz_locked)
# But for these of them: Debian's cloud kernels have no ifb. The lab tier runs them.
SCOPE_NOT=(unheard_redirect_before_garpd unheard_redirect_behind_garpd)

SCOPE_CASES=(
	# what garpd doctor asks of kernels that differ
	doctor_kernel doctor_memlock doctor_bridges doctor_rulesets doctor_unheard doctor_bond

	# re-injection and tags
	probe_only_announced same_mac_other_port probing_guest_never_hears_itself_tap tagged tagged_twice
	tagged_is_another_segment replay_tagged replay_tagged_twice conflict_from_uplink stp_blocked_port
	nft_stops_the_forbidden_address ipv6_probe_only_announced ipv6_tagged_twice ipv6_tap ipv6_immediate
	ipv6_immediate_nonce ipv6_immediate_keeps_tags ipv6_traffic_returns_at_once

	# the question
	ask_ipv4 ask_ipv6 asked_from_off_its_link asked_former_owner wrong_objection_forms_ipv6
	named_guest_is_announced

	# the kernel as a sender and as a receiver
	ipv6_sender_linux ipv6_sender_linux_optimistic ipv6_sender_linux_ndisc_notify
	ipv6_sender_linux_conflict ipv6_mld_snooping ipv6_neigh_suppress ipv6_accept_untracked_na
	ipv6_drop_unsolicited_na host_entry_is_looked_at host_table_by_the_answer host_table_ipv6
	listener_is_nudged_and_confirms nudge_reaches_who_drops_gratuitous nudge_in_xdp_generic
	ipv6_nudge_makes_an_entry refresh_while_the_owner_answers

	# attaching, adopting, detaching; foreign programs
	port_added tap_added port_replaced killed_mid_window detach_leaves_nothing detach_leaves_nothing_tc
	adopted_without_a_gap foreign_filter_is_said bpftool_shows_names show_ports_names_tcx_programs
	needs_no_btf_of_the_kernel other_layout_is_replaced rtnetlink_overrun explain_confirmed
	port_rule_stops_the_forbidden_address

	# uplinks
	uplink_bond_failover uplink_back_announces_each_guest_once echo_ipv6_uplink_reflects

	# joined bridges
	firewall_bridge_is_announced firewall_bridge_failover_has_one_owner
	firewall_bridge_stops_the_forbidden_address firewall_bridge_ipfilter_stops_the_forbidden_address
	firewall_bridge_macvlan_above_it_objects firewall_bridge_three_in_a_row
	firewall_bridge_appears_and_vanishes firewall_bridge_joined_in_the_window

	# rights
	privileges_are_dropped privileges_are_dropped_tc no_more_than_needed_is_enough group_may_look
	missing_privilege_is_said

	# router ports on each kind of device
	router_entry_follows router_immediate router_relay_keeps_tags router_macvlan router_bridge_device
	router_vlan_device router_vlan_on_the_card router_bond router_vrf router_tc_mode router_xdp_immediate
	router_xdp_generic_bridge_device ipv6_router_entry_follows ipv6_router_relay_keeps_tags

	# XDP
	xdp_native xdp_tap xdp_generic_declared xdp_inline_tags xdp_killed_and_adopted
	xdp_jumbo_passes_unchanged xdp_foreign_program_is_said xdp_foreign_program_above_is_said
	xdp_native_is_not_there xdp_generic_detach_leaves_nothing xdp_flood_is_dropped ipv6_xdp)

# A kernel runs everything in the mode that `auto` chooses. These files run again in the other mode, on one
# kernel: where `auto` does not choose a mode, it is a setting for one who has a reason, and 5.10 and 6.1 run
# everything in it.
SCOPE_AGAIN=(above declared vlan ports)
SCOPE_AGAIN_ON=6.12

# A short run (SHORT=yes), that of `make check-deep`, has these columns: a case runs on one kernel. 5.10, which
# lacks most, runs all of them but Open vSwitch's. The kernel that runs files again has the whole files, and of the
# other cases these: those that 5.10 cannot run, and the main ones. `make check-release` runs all on every kernel.
declare -A SCOPE_SHORT=([5.10]=tc [6.12]="tcx,ovs")
SCOPE_SHORT_AGAIN=(
	show_ports_names_tcx_programs adopted_without_a_gap ipv6_accept_untracked_na xdp_jumbo_passes_unchanged
	xdp_foreign_program_above_is_said probe_only_announced ipv6_probe_only_announced ask_ipv4 ask_ipv6
	conflict_from_uplink killed_mid_window detach_leaves_nothing xdp_native router_entry_follows)

# With a bridge of Open vSwitch for br0 (LAB_BRIDGE=ovs), on these kernels: these cases, and those of ovs.sh. Open
# vSwitch is this machine's (Debian 12 has 3.1), or that of the Debian that SCOPE_OVS_OF names (trixie has 3.5).
SCOPE_OVS_ON=(6.1 6.12 sid)
declare -A SCOPE_OVS_OF=([6.12]=trixie [sid]=trixie)
SCOPE_OVS=(
	probe_only_announced conflict_from_uplink killed_mid_window immediate_daemon_gone
	ipv6_probe_only_announced listener_is_nudged_and_confirms)

# On one kernel (SCOPE_AGAIN_ON) these, too: all that garpd does is done there as on a Linux bridge.
SCOPE_OVS_MORE=(
	ask_ipv4 ask_ipv6 conflict_reply wrong_dead_owner wrong_objection_forms_ipv6 ipv6_immediate same_mac_other_port
	tagged port_added port_replaced port_removed port_has_so_many_claims detach_leaves_nothing adopted_without_a_gap
	host_table_by_the_answer host_table_ipv6 nudge_reaches_who_drops_gratuitous refresh_while_the_owner_answers)

# Of ovs.sh, these ask garpd about the database, or what depends little on kernel and version: they run on one
# kernel (SCOPE_AGAIN_ON).
SCOPE_OVS_ONCE=(
	ovs_database_away_hybrid_plug ovs_database_hangs ovs_ifindex_of_another_namespace ovs_guests_are_named
	ovs_ovn_is_left_alone ovs_fake_bridge ovs_bond_gets_its_own_back ovs_offload_without_a_card)

# scope_short KERNEL...: prints those of them that a short run has.
scope_short() {
	local label
	for label; do
		[[ -z ${SCOPE_SHORT[$label]:-} ]] || printf '%s ' "$label"
	done
}

# scope_linux KERNEL: prints those of SCOPE_CASES that run there on a Linux bridge.
scope_linux() {
	if [[ ${SHORT:-} == yes && $1 == "$SCOPE_AGAIN_ON" ]]; then
		echo "${SCOPE_SHORT_AGAIN[*]}"
	else
		echo "${SCOPE_CASES[*]}"
	fi
}

# scope_has_ovs KERNEL
scope_has_ovs() {
	[[ " ${SCOPE_OVS_ON[*]} " == *" $1 "* ]]
}

# scope_switch KERNEL: prints the Debian whose Open vSwitch runs there; nothing: this machine's.
scope_switch() {
	echo "${SCOPE_OVS_OF[$1]:-}"
}

# scope_ovs KERNEL: prints the lab's cases that run there with a bridge of Open vSwitch.
scope_ovs() {
	local -a cases=("${SCOPE_OVS[@]}")
	[[ $1 != "$SCOPE_AGAIN_ON" ]] || cases+=("${SCOPE_OVS_MORE[@]}")
	echo "${cases[*]}"
}

# scope_again KERNEL: prints the files that run there again.
scope_again() {
	[[ $1 != "$SCOPE_AGAIN_ON" ]] || echo "${SCOPE_AGAIN[*]}"
}

# scope_once KERNEL: prints the cases of ovs.sh that do not run there.
scope_once() {
	[[ $1 == "$SCOPE_AGAIN_ON" ]] || echo "${SCOPE_OVS_ONCE[*]}"
}

# scope_cases FILE...: prints lines "case file" for all that run. 1 if SCOPE_CASES has one that is in no
# file.
scope_cases() {
	awk -v cases="${SCOPE_CASES[*]} ${SCOPE_OVS_MORE[*]}" -v files="${SCOPE_FILES[*]}" -v not="${SCOPE_NOT[*]}" '
		BEGIN {
			count = split(cases, names, " ")
			for (i = 1; i <= count; i++) taken[names[i]]
			count = split(files, names, " ")
			for (i = 1; i <= count; i++) taken_file[names[i]]
			count = split(not, names, " ")
			for (i = 1; i <= count; i++) left_out[names[i]]
		}
		/^case_[a-z0-9_]+\(\) \{$/ {
			name = $1
			gsub(/^case_|\(\)$/, "", name)
			file = FILENAME
			gsub(/^.*\/|\.sh$/, "", file)
			if (name in taken || file in taken_file && !(name in left_out)) print name, file
			delete taken[name]
			delete left_out[name]
		}
		END {
			for (name in left_out) taken[name]
			for (name in taken) {
				print "scope.sh: no case " name >"/dev/stderr"
				status = 1
			}
			exit status
		}' "$@"
}

# scope_leave_out FILE CASE...: leaves all but these cases out of the copy of a file.
scope_leave_out() {
	sed -i -E "s/^case_([a-z0-9_]+)\(\) \{\$/left_out_\1() {/
		s/^left_out_($(printf '%s|' "${@:2}")-)\(\) \{\$/case_\1() {/" "$1"
}

# scope_not FILE CASE...: leaves these cases out of the copy of a file.
scope_not() {
	sed -i -E "s/^case_($(printf '%s|' "${@:2}")-)\(\) \{\$/left_out_\1() {/" "$1"
}

# scope_tree TREE TO KERNEL [again|ovs]: makes a copy of the lab that has only the cases to run there.
scope_tree() {
	local file name
	mkdir -p "$2/tests"
	cp -r "$1/tests/lab" "$1/tests/progress.sh" "$2/tests/"
	ln -s "$1/build" "$1/dist" "$2/"
	for file in "$2"/tests/lab/cases/*.sh; do
		name=${file##*/}
		name=${name%.sh}
		if [[ ${4:-} == ovs && $name != ovs ]]; then
			# shellcheck disable=SC2046 # a list of words
			scope_leave_out "$file" $(scope_ovs "$3")
		elif [[ ${4:-} == ovs ]]; then
			# shellcheck disable=SC2046 # a list of words
			scope_not "$file" $(scope_once "$3")
		elif [[ $name == ovs ]]; then
			rm -- "$file"
		elif [[ ${4:-} == again && " ${SCOPE_AGAIN[*]} " != *" $name "* ]]; then
			rm -- "$file"
		elif [[ " ${SCOPE_FILES[*]} " != *" $name "* ]]; then
			# shellcheck disable=SC2046 # a list of words
			scope_leave_out "$file" $(scope_linux "$3")
		else
			scope_not "$file" "${SCOPE_NOT[@]}"
		fi
	done
}
