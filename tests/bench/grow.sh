#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What grows with the number of ports, what with that of claims, and what does not. Ports are taps on ten bridges;
# claims are those of guests that announced themselves, written into the map.
#
# In mode tc, unless MODE is given: in tcx the kernel waits for an RCU grace period at each port that is attached
# or detached (tcx_entry_sync(), net/tcx.h), which is all that there is to measure.

# shellcheck source=tests/bench/bench.sh
source "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

MODE=${MODE:-tc}
PORTS=${PORTS-1 10 100 1000 10000}
CLAIMS=${CLAIMS-10 100 1000 10000 65000 1000000}
BRIDGES=10
EVENTS=1000 # of a burst
declare -A BAR=(
	["start 1000"]="<= 1 s" ["start 10000"]="<= 8 s" ["adopt 1000"]="<= 0.5 s" ["adopt 10000"]="<= 4 s"
	["show 65000"]="<= 0.5 s" ["memory 65000"]="<= 16 MiB" ["watch 65000"]="<= 5 %"
)

now_us() {
	echo "${EPOCHREALTIME/[.,]/}"
}

# seconds US COUNT: prints the time, and what it is for each of COUNT.
seconds() {
	awk -v us="$1" 'BEGIN { printf "%.2f s", us / 1000000 }'
}

# each US COUNT WHAT CPU_US: prints that, and the CPU time: all that can be compared on a busy machine.
each() {
	awk -v us="$1" -v count="$2" -v what="$3" -v cpu="$4" -v n="$ROUNDS" \
		'BEGIN { printf "%.1f us a %s, CPU %.2f s, n = %d", us / count, what, cpu / 1000000, n }'
}

# cpu_ns PID: prints for how long it has run.
cpu_ns() {
	awk '{ print $1 }' "/proc/$1/schedstat"
}

# ---- ports ----

ports_make() {
	local i
	{
		for ((i = 0; i < BRIDGES; i++)); do
			echo "link add bg$i up type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
		done
		for ((i = 0; i < $1; i++)); do
			echo "tuntap add dev tg$i mode tap"
			echo "link set tg$i up master bg$((i % BRIDGES))"
		done
	} >"$LAB_DIR/batch"
	in_ns_ip hv <"$LAB_DIR/batch"
}

# start_takes CONFIG: sets `took` to the microseconds until it is ready, `cpu` to those that it ran. With 10,000
# ports the log is too long for bash, so grep waits.
start_takes() {
	local from
	from=$(now_us)
	lab_spawn "$LAB_DIR/grow.log" in_ns_exec hv "$GARPD" run -c "$1"
	GARPD_PID=$LAB_LAST
	GARPD_LOG=$LAB_DIR/grow.log
	grep -m 1 -q '^ready' < <(exec tail -n +1 -s 0.01 -f --pid="$GARPD_PID" "$GARPD_LOG") ||
		lab_die "$(tail -n 3 "$GARPD_LOG")"
	took=$(($(now_us) - from))
	cpu=$(($(cpu_ns "$GARPD_PID") / 1000))
}

ports_measure() {
	local config took cpu start='' start_cpu='' adopt='' adopt_cpu='' i
	lab_begin "grow$1"
	lab_hypervisor
	ports_make "$1"
	config=$(lab_config "mode: $MODE" 'bridges: ["bg*"]')
	for ((i = 1; i <= ROUNDS; i++)); do
		start_takes "$config"
		start+=" $took" start_cpu+=" $cpu"
		lab_stop_garpd
		start_takes "$config"
		adopt+=" $took" adopt_cpu+=" $cpu"
		lab_stop_garpd
		in_hv "$GARPD" detach >/dev/null
	done
	lab_down
	# shellcheck disable=SC2086 # lists of numbers
	{
		start=$(median $start) start_cpu=$(median $start_cpu)
		adopt=$(median $adopt) adopt_cpu=$(median $adopt_cpu)
	}
	row "$1 ports: start to ready ($MODE)" "${BAR[start $1]:--}" "$(seconds "$start")" \
		"$(each "$start" "$1" port "$start_cpu")"
	row "$1 ports: restart to ready" "${BAR[adopt $1]:--}" "$(seconds "$adopt")" \
		"$(each "$adopt" "$1" port "$adopt_cpu")"
}

# ---- claims ----

# events_cost: prints the daemon's CPU time for a burst of probes, a window opened and ended for each.
events_cost() {
	local from
	from=$(cpu_ns "$GARPD_PID")
	probes -b -n 1
	protocol_time 3
	echo $((($(cpu_ns "$GARPD_PID") - from) / 1000))
}

# show_takes: sets `took` and `cpu`, of garpd and the shell that enters the machine.
show_takes() {
	local user system TIMEFORMAT='%R %U %S'
	{ time in_hv "$GARPD" show claims -j >/dev/null; } 2>"$LAB_DIR/time"
	read -r took user system <"$LAB_DIR/time"
	took=$((10#${took/./} * 1000))
	cpu=$(((10#${user/./} + 10#${system/./}) * 1000))
}

watch_share() {
	local from pid
	lab_spawn "$LAB_DIR/watch.log" in_ns_exec hv "$GARPD" watch
	pid=$LAB_LAST
	lab_await "$LAB_DIR/watch.log" 10 BRIDGE || lab_die "watch prints nothing"
	from=$(cpu_ns "$pid")
	protocol_time 5
	awk -v ns=$(($(cpu_ns "$pid") - from)) 'BEGIN { printf "%.1f", ns / 5e7 }'
	kill "$pid"
}

claims_measure() {
	local config took cpu start='' start_cpu='' event='' show='' show_cpu='' memory i
	bench_up "grow$1"
	config=$(lab_config 'bridges: [br0]' 'uplinks: [up0]' "limits: {claims: $(($1 + 4096))}")
	start_takes "$config"
	in_hv "$LAB_BIN/fill" br0 v-other 198.32.0.1 "$1"
	for ((i = 1; i <= ROUNDS; i++)); do
		lab_stop_garpd
		start_takes "$config"
		start+=" $took" start_cpu+=" $cpu"
		event+=" $(events_cost)"
		show_takes
		show+=" $took" show_cpu+=" $cpu"
	done
	# shellcheck disable=SC2086 # lists of numbers
	{
		start=$(median $start) start_cpu=$(median $start_cpu)
		event=$(median $event)
		show=$(median $show) show_cpu=$(median $show_cpu)
	}
	memory=$(awk -v kb="$(status "$GARPD_PID" VmRSS)" 'BEGIN { printf "%.1f MiB", kb / 1024 }')
	row "$1 claims: restart to ready" "-" "$(seconds "$start")" \
		"$(each "$start" "$1" claim "$start_cpu")"
	row "$1 claims: daemon's CPU time for one event" "O(1)" "$(time_text $((event / EVENTS / 2)))" \
		"of $((2 * EVENTS)), n = $ROUNDS"
	row "$1 claims: show claims -j" "${BAR[show $1]:--}" "$(seconds "$show")" \
		"$(each "$show" "$1" claim "$show_cpu")"
	row "$1 claims: daemon's memory (RSS)" "${BAR[memory $1]:--}" "$memory" "after ${ROUNDS} bursts of events"
	(($1 > 100000)) || # a look and its pause would be longer than what is measured
		row "$1 claims: watch, of a CPU" "${BAR[watch $1]:--}" "$(watch_share) %" "while nothing changes"
	bench_down
}

echo "bench: grow takes about six minutes; PORTS and CLAIMS choose the steps" >&2
ADDRESSES=$EVENTS
for count in $PORTS; do
	ports_measure "$count"
done
for count in $CLAIMS; do
	claims_measure "$count"
done
