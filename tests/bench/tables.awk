# SPDX-License-Identifier: GPL-2.0-or-later
# Reads the file `tables` (-v tables=FILE), whose head explains it, into title[NAME] and the like.

BEGIN {
	FS = OFS = "\t"
	while ((got = (getline line < tables)) > 0)
		table_line(line)
	if (got < 0)
		fault(tables ": cannot be read")
}

function table_line(line,	word, rest) {
	if (line ~ /^#/ || line ~ /^[ \t]*$/)
		return
	if (line ~ /^\[.*\]$/) {
		name = substr(line, 2, length(line) - 2)
		table[++tables_count] = name
		is_table[name] = 1
		return
	}
	word = line
	sub(/[ \t].*/, "", word)
	rest = line
	sub(/^[^ \t]*[ \t]*/, "", rest)
	if (word == "title")
		title[name] = rest
	else if (word == "text")
		text[name] = text[name] (text[name] ? " " : "") rest
	else if (word == "reference")
		references[name] = for_line(reference, reference_for, name, references[name] + 1, rest)
	else if (word == "stats")
		stats_lines[name] = for_line(stats, stats_for, name, stats_lines[name] + 1, rest)
	else if (word == "ratio")
		ratio[name] = rest
	else if (word == "spread")
		spread[name] = rest
	else if (word == "order")
		order[name] = rest
	else if (word == "plot")
		plot[name] = rest
	else if (word == "goal")
		goal[name, ++goals[name]] = rest
	else
		fault(tables ": no such key: " word)
}

# WORDS [for CASE]
function for_line(words, cases, name, n, rest,	at) {
	at = index(rest, " for ")
	words[name, n] = at ? substr(rest, 1, at - 1) : rest
	cases[name, n] = at ? substr(rest, at + 5) : "*"
	return n
}

# The words of the last line that matches the row.
function for_row(words, cases, name, lines, row,	i, found) {
	for (i = 1; i <= lines; i++)
		if (matches(row, cases[name, i]))
			found = words[name, i]
	return found
}

# The peer or floor of that row.
function reference_of(name, row) {
	return for_row(reference, reference_for, name, references[name], row)
}

function stats_of(name, row) {
	return for_row(stats, stats_for, name, stats_lines[name], row)
}

# In `pattern`, * is any text.
function matches(s, pattern,	expression) {
	expression = pattern
	gsub(/[][\\.^$+?(){}|]/, "[&]", expression)
	gsub(/\[\^\]/, "\\^", expression)
	gsub(/\[\\\]/, "\\\\", expression)
	gsub(/\*/, ".*", expression)
	return s ~ ("^" expression "$")
}

function fault(what) {
	print "bench: " what >"/dev/stderr"
	faults++
}
