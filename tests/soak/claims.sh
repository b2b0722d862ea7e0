#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Claims are made by a single probe each, and forgotten at the end of their windows. usage: claims.sh COUNT

# shellcheck source=tests/soak/soak.sh
source "$(dirname "${BASH_SOURCE[0]}")/soak.sh"

AT_ONCE=32768
PROBED=4096 # addresses in a burst
((AT_ONCE <= $1 / TENTHS)) || AT_ONCE=$PROBED

claims_round() {
	local i
	for ((i = 0; i < AT_ONCE / PROBED; i++)); do
		in_ns new "$PROBES" -b -c "$PROBED" eth0 "$MAC_NEW" "198.18.$((i * 16)).0" >/dev/null
	done
	lab_wait 60 claims_are_gone || soak_fail "claims are left"
}

claims_are_gone() {
	[[ $(lab_counter lapsed) == "$(lab_counter window_opened)" ]]
}

soak_begin c
soak_rounds claims_round "$1" "$AT_ONCE"
(($(lab_counter window_opened) >= $1 * 9 / 10)) ||
	soak_fail "only $(lab_counter window_opened) claims of $1 were made"
echo "soak: $(lab_counter window_opened) claims, $(lab_counter event_lost) events lost"
