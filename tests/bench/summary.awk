# SPDX-License-Identifier: GPL-2.0-or-later
# Order statistics of samples "NUMBER TABLE CASE WHO UNIT VALUE", sorted by NUMBER, one for each group, and by
# VALUE: a line for each group, with the columns of summary_columns. Each statistic is a measured value (the
# nearest rank), so ">70000" (not ended after 70000) may be one.

BEGIN {
	FS = OFS = "\t"
	summary_columns = "table case who unit n p10 p50 p90 p99 p99.9 max low high sum"
}

$1 != group {
	summarise()
	group = $1
	head = $2 OFS $3 OFS $4 OFS $5
	n = sum = 0
}

{
	value[++n] = $6
	sum += substr($6, 1, 1) == ">" ? substr($6, 2) : $6
}

END { summarise() }

function summarise(	half) {
	if (!n)
		return
	# The ranks between which the median is with 95 %, by the normal approximation of the binomial distribution.
	half = 1.96 * sqrt(n) / 2
	print head, n, rank(0.1), rank(0.5), rank(0.9), rank(0.99), rank(0.999), value[n],
		at(floor(n / 2 - half)), at(floor(n / 2 + half) + 1), sum + 0
}

function rank(share) {
	return at(ceiling(n * share - 1e-9))
}

function at(i) {
	return value[i < 1 ? 1 : i > n ? n : i]
}

function floor(x) {
	return x < int(x) ? int(x) - 1 : int(x)
}

function ceiling(x) {
	return -floor(-x)
}
