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
		reference_line(rest)
	else if (word == "stats")
		stats[name] = rest
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

function reference_line(rest,	at) {
	at = index(rest, " for ")
	references[name]++
	reference[name, references[name]] = at ? substr(rest, 1, at - 1) : rest
	reference_for[name, references[name]] = at ? substr(rest, at + 5) : "*"
}

# The peer or floor of that row: the last line that matches.
function reference_of(name, row,	i, found) {
	for (i = 1; i <= references[name]; i++)
		if (matches(row, reference_for[name, i]))
			found = reference[name, i]
	return found
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
