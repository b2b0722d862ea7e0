# SPDX-License-Identifier: GPL-2.0-or-later
# The report, in Markdown: a table for each block of `tables` that has figures (tables.awk), from the lines of
# summary.awk. -v whole=1: each has to have some; -v quick=1: not each goal has to have its case. Ends with 1 if a
# figure has no peer or floor beside it, or a goal was not measured.

{
	if (!($1 in is_table))
		fault("no table " $1 " in " tables)
	row = $2 SUBSEP $4
	if (!(($1, row) in row_seen)) {
		row_seen[$1, row] = 1
		rows[$1]++
		row_case[$1, rows[$1]] = $2
		row_unit[$1, rows[$1]] = $4
	}
	column_add($1, $3)
	count[$1, row, $3] = $5
	figure[$1, row, $3, "p10"] = $6
	figure[$1, row, $3, "p50"] = $7
	figure[$1, row, $3, "p90"] = $8
	figure[$1, row, $3, "p99"] = $9
	figure[$1, row, $3, "p99.9"] = $10
	figure[$1, row, $3, "max"] = $11
	figure[$1, row, $3, "low"] = $12
	figure[$1, row, $3, "high"] = $13
	figure[$1, row, $3, "sum"] = $14
}

END {
	for (t = 1; t <= tables_count; t++)
		if (table[t] in rows)
			table_make(table[t])
		else if (whole)
			fault("nothing was measured of the table " table[t])
	printf "%d of %d goals are met. Each figure is the median with its 10th and 90th percentile, or its 95 %% " \
		"confidence interval where that is said; × is the ratio to the column in bold, a peer or the floor; " \
		"n counts single measurements. `>` was not over after that time.\n%s", met, judged, body
	exit faults > 0
}

function column_add(name, who,	words, n, i) {
	if (!(name in columns)) {
		n = split(order[name], words, /, */)
		for (i = 1; i <= n; i++)
			column[name, ++columns[name]] = words[i]
	}
	has[name, who] = 1
	for (i = 1; i <= columns[name]; i++)
		if (column[name, i] == who)
			return
	column[name, ++columns[name]] = who
}

function put(s) {
	body = body s "\n"
}

function table_make(name,	i, c, who, line, rule) {
	put("\n## " title[name] "\n\n" text[name] "\n")
	line = "| |"
	rule = "| --- |"
	for (c = 1; c <= columns[name]; c++) {
		who = column[name, c]
		if (!((name, who) in has))
			continue
		line = line " " (is_reference(name, who) ? "**" who "**" : who) " |"
		rule = rule " ---: |"
	}
	put(line " n |\n" rule " ---: |")
	for (i = 1; i <= rows[name]; i++)
		row_make(name, row_case[name, i], row_unit[name, i])
	if (plot[name] != "no")
		put("\n![" title[name] "](" name ".svg)")
	goals_make(name)
}

function is_reference(name, who,	i) {
	for (i = 1; i <= references[name]; i++)
		if (reference[name, i] == who)
			return 1
	return 0
}

# Of a curve, somewhere on it: a peer may end before it does.
function has_reference(name, what, unit,	i, other, curve) {
	if ((name, what SUBSEP unit, reference_of(name, what), "p50") in figure)
		return 1
	if (plot[name] !~ /^curves/)
		return 0
	curve = what
	sub(/: [^:]*$/, ": ", curve)
	for (i = 1; i <= rows[name]; i++) {
		other = row_case[name, i]
		if (index(other, curve) == 1 && (name, other SUBSEP unit, reference_of(name, other), "p50") in figure)
			return 1
	}
	return 0
}

function row_make(name, what, unit,	statistic, n, i) {
	if (!has_reference(name, what, unit))
		fault(name ": " what ": no figure of " reference_of(name, what) " beside it")
	if (!stats_of(name, what)) {
		line_make(name, what, unit, "p50", what)
		return
	}
	n = split(stats_of(name, what), statistic, / +/)
	for (i = 1; i <= n; i++)
		line_make(name, what, unit, statistic[i], what ", " statistic[i])
}

function line_make(name, what, unit, statistic, label,	c, who, line, row) {
	row = what SUBSEP unit
	line = "| " label ", " unit " |"
	for (c = 1; c <= columns[name]; c++) {
		who = column[name, c]
		if ((name, who) in has)
			line = line " " cell(name, what, row, who, statistic) " |"
	}
	put(line " " counts(name, row) " |")
}

function cell(name, what, row, who, statistic,	other, said) {
	if (!((name, row, who, statistic) in figure))
		return "-"
	said = number(figure[name, row, who, statistic])
	if (!stats_of(name, what) && spread[name] == "confidence")
		said = said range(figure[name, row, who, "low"], figure[name, row, who, "high"])
	else if (!stats_of(name, what))
		said = said range(figure[name, row, who, "p10"], figure[name, row, who, "p90"])
	other = reference_of(name, what)
	if (ratio[name] == "no" || other == who || !((name, row, other, statistic) in figure))
		return said
	return said ratio_said(figure[name, row, who, statistic], figure[name, row, other, statistic])
}

function range(low, high) {
	return low == high ? "" : " [" number(low) (bare(low) < 0 || bare(high) < 0 ? " to " : "-") number(high) "]"
}

function ratio_said(value, other,	sign) {
	if (bare(other) == 0 || (value ~ /^>/ && other ~ /^>/))
		return ""
	sign = value ~ /^>/ ? "> " : other ~ /^>/ ? "< " : ""
	return ", × " sign number(bare(value) / bare(other))
}

# How many measurements each column has; one number for neighbours that have as many.
function counts(name, row,	c, who, said, last) {
	for (c = 1; c <= columns[name]; c++) {
		who = column[name, c]
		if (!((name, row, who) in count))
			continue
		if (last == count[name, row, who])
			continue
		last = count[name, row, who]
		said = said (said == "" ? "" : "; ") grouped(last)
	}
	return said
}

function bare(value) {
	sub(/^>/, "", value)
	return value + 0
}

# Three digits, or all of an integer.
function number(value,	sign, v) {
	sign = value ~ /^>/ ? ">" : ""
	v = bare(value)
	if (v < 0)
		return "-" number(-v)
	if (v >= 100 || v == int(v))
		return sign grouped(sprintf("%.0f", v))
	if (v < 0.0001)
		return sign sprintf("%.1e", v)
	return sign sprintf(v >= 10 ? "%.1f" : v >= 1 ? "%.2f" : v >= 0.1 ? "%.3f" : v >= 0.01 ? "%.4f" : "%.5f", v)
}

function grouped(digits,	said) {
	while (length(digits) > 3) {
		said = "," substr(digits, length(digits) - 2) said
		digits = substr(digits, 1, length(digits) - 3)
	}
	return digits said
}

# ---- goals ----

function goals_make(name,	g, i, part, n) {
	goals_head = "\n| goal | | measured | |\n| --- | --- | ---: | --- |\n"
	for (g = 1; g <= goals[name]; g++) {
		split(goal[name, g], part, / *\| */)
		n = 0
		for (i = 1; i <= rows[name]; i++)
			if (matches(row_case[name, i], part[1])) {
				n++
				goal_make(name, row_case[name, i], row_unit[name, i], part[2], part[3], part[4])
			}
		if (!n && !quick)
			fault(name ": no case " part[1] ", which has a goal")
	}
}

function goal_make(name, what, unit, who, statistic, bound,	word, pair, got, row, limit, good, sign) {
	row = what SUBSEP unit
	sign = who ~ / - / ? "-" : "/"
	split(bound, word, / +/)
	split(who, pair, sign == "-" ? " +- +" : " +/ +")
	limit = what ", " who ", " statistic " | " word[1] " " number(word[2]) \
		(pair[2] && sign == "/" ? " times" : " " unit)
	got = goal_value(name, row, pair[1], pair[2], sign, statistic)
	judged++
	if (got == "") {
		fault(name ": " what ": the goal of " who " was not measured")
		goal_put(limit " | - | not measured |")
		return
	}
	good = word[1] == "<=" ? bare(got) <= word[2] : bare(got) >= word[2]
	good = good && !(got ~ /^>/ && word[1] == "<=")
	met += good
	goal_put(limit " | " number(got) " | " (good ? "met" : "**not met**") " |")
}

function goal_put(line) {
	put(goals_head "| " line)
	goals_head = ""
}

function goal_value(name, row, who, other, sign, statistic,	a, b) {
	if (!((name, row, who, statistic) in figure))
		return ""
	a = figure[name, row, who, statistic]
	if (other == "")
		return a
	if (!((name, row, other, statistic) in figure))
		return ""
	b = figure[name, row, other, statistic]
	if (sign == "-")
		return (a ~ /^>/ ? ">" : "") (bare(a) - bare(b))
	return bare(b) == 0 ? "" : (a ~ /^>/ ? ">" : "") (bare(a) / bare(b))
}
