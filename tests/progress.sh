# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How far a run has come, and how long it will take. To be sourced.

PROGRESS_EVERY_S=10

# minutes SECONDS: as m:ss.
minutes() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# progress_begin NAME TOTAL
progress_begin() {
	PROGRESS_NAME=$1 PROGRESS_TOTAL=$2 PROGRESS_BEGAN=$SECONDS PROGRESS_NEXT=$((SECONDS + PROGRESS_EVERY_S))
}

# progress DONE: a line now and then. What is left is taken to go on as what is done did.
progress() {
	local left
	((SECONDS >= PROGRESS_NEXT && $1 > 0 && $1 < PROGRESS_TOTAL)) || return 0
	PROGRESS_NEXT=$((SECONDS + PROGRESS_EVERY_S))
	left=$(((SECONDS - PROGRESS_BEGAN) * (PROGRESS_TOTAL - $1) / $1))
	echo "$PROGRESS_NAME: $1 of $PROGRESS_TOTAL, about $(minutes "$left") left"
}
