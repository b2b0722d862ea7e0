#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# takes 40 s, QUICK 0 s
# garpd report with 500 addresses and 100,000 events: how long it writes, and how long the page takes to open in
# Chromium; beside it grep over the same log, and a page of one word.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

type -P chromium >/dev/null || lab_die "chromium is missing; dist/deps.sh browser installs it"
"$LAB_ROOT/tests/report/load" "$(often 3 1)" | while IFS=$'\t' read -r what who ms; do
	sample report "$what" "$who" ms "$ms"
done
