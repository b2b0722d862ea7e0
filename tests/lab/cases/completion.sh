# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `garpd completion`, in the shells themselves.

# offers SHELL LINE: what the shell offers behind it, sorted, on one line.
offers() {
	local path=${GARPD%/*}:$PATH script=$LAB_DIR/garpd.$1
	[[ -e $script ]] || "$GARPD" completion "$1" >"$script"
	# shellcheck disable=SC2016 # the inner shell expands it
	case $1 in
	bash) in_hv env PATH="$path" bash -c 'source "$0"; COMP_LINE=$1 COMP_POINT=${#1}; _garpd
		printf "%s\n" "${COMPREPLY[@]}"' "$script" "$2" ;;
	zsh) in_hv env PATH="$path" timeout 20 zsh -f "$LAB_ROOT/tests/lab/complete.zsh" "$script" "$2" ;;
	fish) in_hv env PATH="$path" HOME="$LAB_DIR" fish --no-config -c "source $script; complete -C '$2'" | cut -f 1 ;;
	esac | sort -u | xargs
}

# assert_offers SHELL LINE WORDS
assert_offers() {
	assert_equals "$1 behind \"$2\"" "$3" "$(offers "$1" "$2")"
}

# completes SHELL: verbs, words, options and their words, interfaces, files, and addresses of claims.
completes() {
	t_need "$1"
	lab_start_garpd
	assert_offers "$1" 'garpd sh' show
	assert_offers "$1" 'garpd help th' thaw
	assert_offers "$1" 'garpd show ' 'claims counters latency listeners metrics ports'
	assert_offers "$1" 'garpd show --co' --color
	assert_offers "$1" 'garpd show --color ' 'always auto never'
	assert_offers "$1" 'garpd run --mode x' 'xdp xdp-generic'
	assert_offers "$1" 'garpd run --bridge ' br0
	assert_offers "$1" 'garpd show --port v-n' v-new
	in_hv mkdir -p /run/netns/tenant
	assert_offers "$1" 'garpd status --netns ' tenant
	assert_equals "$1, a file" "garpd.$1" "$(basename "$(offers "$1" "garpd check $LAB_DIR/garpd.$1")")"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 9 "$SERVICE: .*announced" || t_fail "not announced"
	assert_offers "$1" 'garpd explain ' "$SERVICE"
	assert_offers "$1" 'garpd announce 192' "$SERVICE"
	assert_offers "$1" 'garpd show --mac ' "$MAC_NEW"
	lab_stop_garpd
	in_hv "$GARPD" detach
	assert_offers "$1" 'garpd explain ' ''
}

case_completes_in_bash() {
	completes bash
}

case_completes_in_zsh() {
	completes zsh
}

case_completes_in_fish() {
	completes fish
}
