# SPDX-License-Identifier: GPL-2.0-or-later
# A script for gnuplot, which draws a plot for each table (tables.awk) from the lines of summary.awk: -v to=DIR.
# Its background is white, so that it is readable on a page of any colour.
#
# Points: a panel for each unit; a line for each case, and on it a point for each column with its spread.
# Curves: a panel for each WHAT of "WHAT: NUMBER THING"; a line for each column.

$1 in is_table && plot[$1] != "no" {
	curves = plot[$1] ~ /^curves/
	panel = curves ? $2 : $4
	if (curves)
		sub(/: [^:]*$/, "", panel)
	panel_add($1, panel, curves ? panel ", " $4 : $4)
	who_add($1, $3)
	panel = $1 SUBSEP panel
	if (curves) {
		x = $2
		sub(/^.*: /, "", x)
		thing[panel] = x
		sub(/^[^ ]* /, "", thing[panel])
		gsub(/,/, "", x)
		x += 0
	} else
		x = case_add(panel, $2)
	low = spread[$1] == "confidence" ? $12 : $6
	high = spread[$1] == "confidence" ? $13 : stats_of($1, $2) ~ /p99/ ? $9 : $8
	point_add(panel, $3, x, $7, low, high)
}

END {
	for (t = 1; t <= tables_count; t++)
		if (table[t] in panels)
			plot_make(table[t])
}

function panel_add(name, panel, label,	i) {
	for (i = 1; i <= panels[name]; i++)
		if (panel_name[name, i] == panel)
			return
	panel_name[name, ++panels[name]] = panel
	panel_label[name, panels[name]] = label
}

function who_add(name, who,	i) {
	for (i = 1; i <= whos[name]; i++)
		if (who_name[name, i] == who)
			return
	who_name[name, ++whos[name]] = who
}

function case_add(panel, what,	i) {
	for (i = 1; i <= cases[panel]; i++)
		if (case_name[panel, i] == what)
			return i
	case_name[panel, ++cases[panel]] = what
	if (length(what) > longest[panel])
		longest[panel] = length(what)
	return cases[panel]
}

function point_add(panel, who, x, median, low, high) {
	gsub(/>/, "", median)
	gsub(/>/, "", low)
	gsub(/>/, "", high)
	low += 0
	high += 0
	points[panel, who] = points[panel, who] x " " median " " low " " high "\n"
	if (!(panel in least) || low < least[panel])
		least[panel] = low
	if (!(panel in most) || high > most[panel])
		most[panel] = high
}

function quoted(s) {
	gsub(/'/, "''", s)
	return "'" s "'"
}

function plot_make(name,	p, w, panel, height, total, top) {
	total = 0
	for (p = 1; p <= panels[name]; p++)
		total += panel_height(name, panel_name[name, p])
	print "reset session"
	printf "set terminal svg size 900,%d background rgb 'white' font 'sans-serif,12' noenhanced\n", total
	print "set output " quoted(to "/" name ".svg")
	print "set multiplot"
	print "set grid xtics ytics lc rgb '#cccccc'; set border lc rgb '#333333'; set key outside right top"
	top = total
	for (p = 1; p <= panels[name]; p++) {
		panel = name SUBSEP panel_name[name, p]
		if (!panel_height(name, panel_name[name, p]))
			continue
		height = panel_height(name, panel_name[name, p])
		for (w = 1; w <= whos[name]; w++)
			if ((panel, who_name[name, w]) in points)
				printf "$d%d << END\n%sEND\n", w, points[panel, who_name[name, w]]
		top -= height
		printf "set size 1,%.4f; set origin 0,%.4f\n", height / total, top / total
		if (plot[name] ~ /^curves/)
			curves_make(name, panel, panel_label[name, p])
		else
			points_make(name, panel, panel_label[name, p])
	}
	print "unset multiplot\nset output"
}

# None if everything is 0.
function panel_height(name, panel) {
	if (!most[name, panel] && !least[name, panel])
		return 0
	if (plot[name] ~ /^curves/)
		return 300
	return 90 + 14 * (whos[name] + 1) * cases[name, panel]
}

function curves_make(name, panel, label,	w, line) {
	print "set title " quoted(label) "; set xlabel " quoted(thing[panel]) "; unset ylabel; set lmargin 12"
	print "set logscale x; " (least[panel] > 0 ? "set logscale y" : "unset logscale y")
	print "set format x '%.0f'; set format y '%g'; set xrange [*:*]; set yrange [*:*]; set ytics auto"
	for (w = 1; w <= whos[name]; w++)
		if ((panel, who_name[name, w]) in points)
			line = line (line ? ", " : "") sprintf("$d%d using 1:2:3:4 with yerrorlines lw 2 pt 7 ps 0.4 lc %d title %s",
				w, w, quoted(who_name[name, w]))
	print "plot " line
}

# The first case on top.
function points_make(name, panel, label,	w, c, line, tics, step, from) {
	step = 0.8 / (whos[name] + 1)
	for (c = 1; c <= cases[panel]; c++)
		tics = tics (c > 1 ? ", " : "") quoted(case_name[panel, c]) " " (-c)
	print "set title " quoted(label) "; unset xlabel; set lmargin " (longest[panel] + 2)
	print (least[panel] > 0 && most[panel] > 50 * least[panel] ? "set logscale x" : "unset logscale x") "; unset logscale y"
	# A range of less than a decade shows its zero.
	from = least[panel] > 0 && most[panel] > 2 * least[panel] && most[panel] <= 50 * least[panel] ? "0" : "*"
	print "set format x '%g'; set xrange [" from ":*]; set yrange [" (-cases[panel] - 0.5) ":-0.5]; set ytics (" tics ")"
	for (w = 1; w <= whos[name]; w++)
		if ((panel, who_name[name, w]) in points)
			line = line (line ? ", " : "") sprintf("$d%d using 2:(-$1+%.3f):3:4 with xerrorbars lw 2 pt 7 ps 0.6 lc %d title %s",
				w, 0.4 - step * w, w, quoted(who_name[name, w]))
	print "plot " line
}
