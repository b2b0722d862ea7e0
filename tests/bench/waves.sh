# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Many labs at a time. To be sourced after lab.sh. A wave is a number of labs, each with a trial of its own, at the same
# time: all are ready before the first begins, and none is taken down before the last has ended, so that no lab disturbs
# the measurement of another by setting up. A TRIAL is words with slashes between them: function trial of the bench, in
# a shell of its own, gets its NUMBER in the wave and those words. It calls wave_ready and wave_done with that NUMBER.

wave=
waves_status=0

wave_ready() {
	: >"$wave/ready.$1"
	lab_wait 600 test -e "$wave/go"
}

wave_done() {
	: >"$wave/done.$1"
	lab_wait 600 test -e "$wave/end"
}

# wave_is_at STEP NUMBER PID: the trial has got so far, or has failed.
wave_is_at() {
	[[ -e $wave/$1.$2 ]] || ! kill -0 "$3" 2>/dev/null
}

# wave_run TRIAL...
wave_run() {
	local i trial
	local -a words pids=()
	wave=$(mktemp -d "${TMPDIR:-/tmp}/garpd-wave.XXXXXX")
	for trial in "$@"; do
		IFS=/ read -r -a words <<<"$trial"
		(trial "${#pids[@]}" "${words[@]}") >"$wave/out.${#pids[@]}" </dev/null &
		pids+=($!)
	done
	for i in "${!pids[@]}"; do
		lab_wait 300 wave_is_at ready "$i" "${pids[i]}" || true
	done
	: >"$wave/go"
	for i in "${!pids[@]}"; do
		lab_wait 300 wave_is_at "done" "$i" "${pids[i]}" || true
	done
	: >"$wave/end"
	for i in "${!pids[@]}"; do
		wait "${pids[i]}" || wave_failed "${@:i+1:1}"
		cat "$wave/out.$i"
	done
	rm -rf -- "$wave"
}

wave_failed() {
	echo "bench: $1: not measured" >&2
	waves_status=1
}

# waves LABS TRIAL...: so many at once.
waves() {
	local labs=$1 at
	local -a all=("${@:2}")
	for ((at = 0; at < ${#all[@]}; at += labs)); do
		wave_run "${all[@]:at:labs}"
	done
}

# waves_end: fails if a trial has failed.
waves_end() {
	((waves_status == 0))
}
