#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/dashboard.svg: two minutes of a lab, as Prometheus has them, by the queries of the dashboard in dist/.
# usage: dashboard.sh OUT.svg   (as root)

# shellcheck source=tests/lab/t.sh
source "$(dirname "${BASH_SOURCE[0]}")/t.sh"
# shellcheck source=tests/lab/cases/metrics.sh
source "$LAB_ROOT/tests/lab/cases/metrics.sh"

SECONDS_SHOWN=120
PANELS=('Claims, by state' 'Announcements' 'Nudges to listeners, and what they led to' 'Conflicts, and claims denied'
	'Window to announcement' 'Announcement to confirmation')

# traffic: addresses move; one is contradicted, and one is this host's own.
traffic() {
	local i
	for ((i = 0; i < 8; i++)); do
		in_ns router ping -c 1 -W 1 "192.0.2.$((20 + i))" >/dev/null || true
		lab_winguest new -k 100000 eth0 "$MAC_NEW" "192.0.2.$((20 + i))"
		((i % 3 != 1)) || lab_winguest other -n 1 -k 2000 eth0 "$MAC_OTHER" "$HOST"
		((i % 3 != 2)) || lab_winguest other -k 9000 eth0 "$MAC_OTHER" "192.0.2.$((20 + i))"
		protocol_time $((SECONDS_SHOWN / 8))
	done
}

# What the timer does every 15 s.
scrapes() {
	while :; do
		metrics_file || true
		protocol_time 1
	done
}

# panel_data TITLE DIR: a file "SECOND VALUE" for each series, named by its first label, or as the dashboard does.
panel_data() {
	local query legend
	mkdir -p "$2"
	while IFS=$'\t' read -r query legend; do
		query=${query//\$instance/.*}
		in_hv promtool query range -o json --start="$BEGIN" --end="$((BEGIN + SECONDS_SHOWN))" --step=2s \
			http://127.0.0.1:9090 "${query//\$__rate_interval/10s}" |
			jq -r --argjson begin "$BEGIN" --arg legend "${legend// /_}" '.[] | ([.metric[]] | first // $legend) as $name | .values[] |
				"\($name) \(.[0] - $begin) \(.[1])"' |
			awk -v dir="$2" '{ print $2, $3 >(dir "/" $1); if ($3 + 0 > 0) used[$1] }
				END { for (name in used) print name >>(dir ".used") }'
	done < <(jq -r --arg title "$1" '.panels[] | select(.title == $title).targets[] | "\(.expr)\t\(.legendFormat)"' \
		"$LAB_ROOT/dist/garpd-dashboard.json")
	touch "$2.used"
}

# plot OUT: a plot for each panel, of the series that are not zero all the time.
plot() {
	local i name
	{
		echo "set terminal svg size 900,840 background rgb 'white' font 'sans-serif,11'"
		echo "set output '$1'"
		echo "set multiplot layout 3,2"
		echo "set key outside right font ',9'; set yrange [0:*]; set xrange [0:$SECONDS_SHOWN]; set xlabel 's'"
		for i in "${!PANELS[@]}"; do
			printf "set title '%s'\nplot " "${PANELS[i]}"
			sort -u "$LAB_DIR/panel$i.used" | while read -r name; do
				printf "'%s' with steps lw 2 title '%s', " "$LAB_DIR/panel$i/$name" "${name//_/ }"
			done | sed 's/, $//'
			echo
		done
	} >"$LAB_DIR/plot"
	gnuplot "$LAB_DIR/plot"
	sed -i 's/[[:space:]]*$//' "$1"
}

main() {
	local i
	(($# == 1)) || lab_die "usage: dashboard.sh OUT.svg"
	t_need gnuplot
	lab_up "d$$"
	lab_start_garpd
	prometheus_start
	scrapes &
	LAB_JOBS+=("$!")
	lab_wait 30 prometheus_has 'garpd_daemon_up == 1' || lab_die "Prometheus has no metrics"
	BEGIN=$(date +%s)
	traffic
	for i in "${!PANELS[@]}"; do
		panel_data "${PANELS[i]}" "$LAB_DIR/panel$i"
		[[ -s $LAB_DIR/panel$i.used ]] || lab_die "${PANELS[i]}: no data"
	done
	plot "$1"
}

main "$@"
