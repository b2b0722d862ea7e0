#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# garpd report with 500 addresses and 100,000 events: how long it writes, and how long the page takes to open in
# Chromium.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

type -P chromium >/dev/null || lab_die "chromium is missing; dist/deps.sh browser installs it"
out=$(mktemp)
trap 'rm -f -- "$out"' EXIT
"$LAB_ROOT/tests/report/load" "$ROUNDS" >"$out"
found_read "$out"
row "report: page of 100,000 events drawn" "<= 2 s" "$(time_text $((FOUND[open_ms] * 1000)))" \
	"the last of 500 addresses, after a jump to it: ${FOUND[lane_ms]} ms"
row "report: written" "-" "$(time_text $((FOUND[write_ms] * 1000)))" "$((FOUND[bytes] / 1048576)) MiB"
