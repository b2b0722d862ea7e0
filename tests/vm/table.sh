# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The guests' output: as results, as the table, as a count. To be sourced; uses `kernels`, `MODES`, modes_of,
# `results`, `host_case` and `host_result` of its caller.
#
# shellcheck disable=SC2154 # kernels and results are the caller's

# A result is a line "kernel mode case ok|FAIL|- why", separated by tabs; the case is * if the whole mode
# is missing.

# results_of KERNEL: prints results of one guest's output on standard input.
results_of() {
	awk -v kernel="$1" -v OFS='\t' '
		function why(line) { line = $0; sub(/^[^ ]+ [^ ]+ /, "", line); return line }
		function name(word) { word = $2; sub(/:$/, "", word); return word }
		/^vm-verified / { print kernel, "verifier", $2, $3, "" }
		/^vm-mode / { mode = $2 }
		/^vm-absent / { print kernel, name(), "*", "-", why() }
		/^skip / { print kernel, mode, name(), "-", why() }
		/^(ok|FAIL) / { print kernel, mode, $2, $1, "" }'
}

# results_cells CASES: prints a line for each cell: "" for one that need not run, ? for one that should
# have run, absent if the kernel lacks the mode. CASES has lines "case file". Of modes_of's columns, if it names any.
results_cells() {
	local kernel
	for kernel in "${kernels[@]}"; do
		awk -v kernel="$kernel" -v modes="${MODES[*]}" -v again="$(scope_again "$kernel")" \
			-v ovs="$(scope_ovs "$kernel")" -v cases="$(scope_linux "$kernel")" -v files="${SCOPE_FILES[*]}" \
			-v once="$(scope_once "$kernel")" -v only="$(modes_of "$kernel")" '
			BEGIN {
				FS = OFS = "\t"
				width = split(modes, mode, " ")
				count = split(only, names, ",")
				for (i = 1; i <= count; i++) wanted[names[i]]
				count = split(again, names, " ")
				for (i = 1; i <= count; i++) repeated[names[i]]
				count = split(cases, names, " ")
				for (i = 1; i <= count; i++) on_linux[names[i]]
				count = split(files, names, " ")
				for (i = 1; i <= count; i++) on_linux_file[names[i]]
				count = split(ovs, names, " ")
				for (i = 1; i <= count; i++) on_ovs[names[i]]
				count = split(once, names, " ")
				for (i = 1; i <= count; i++) elsewhere[names[i]]
			}
			FILENAME != "-" { result[$2, $3] = $4; next }
			{
				split($0, word, " ")
				before = 0
				for (i = 1; i <= width; i++) {
					cell = (mode[i], word[1]) in result ? result[mode[i], word[1]] : "?"
					if ((mode[i], "*") in result)
						cell = "absent"
					else if (word[1] in elsewhere || mode[i] == "ovs" &&
						!(word[1] in on_ovs) && word[2] != "ovs")
						cell = ""
					else if (mode[i] == "ovs")
						;
					else if (word[2] == "ovs" || !(word[1] in on_linux) && !(word[2] in on_linux_file))
						cell = ""
					else if (before++ && !(word[2] in repeated))
						cell = ""
					if (only == "" || mode[i] in wanted)
						print kernel, mode[i], word[1], cell
				}
			}' "$results/$kernel.tsv" - <"$1"
	done
}

table_head() {
	cat <<-'HEAD'
		<!-- Written by tests/vm/run (make check-vm), not by hand: run it again instead. -->

		# Kernels

		The cases of tests/lab and tests/vm that depend on the kernel (tests/vm/scope.sh), on Debian's
		kernels. Each runs in the attach mode that garpd chooses on that kernel; on one of them those that
		depend on the mode run in the other one, too. `-`: it cannot run there, for the reason below the table. `FAIL`:
		it ran and failed. `?`: it should have run and did not. Empty: not to be run in that mode.

	HEAD
}

# table_cells WHAT: prints lines "kernel mode WHAT cell" as a table; without a column for an empty kernel.
table_cells() {
	awk -F '\t' -v what="$1" '
		{
			column = $1 == "" ? $2 : $1 " " $2
			if (!(column in columns)) { columns[column]; order[++width] = column }
			if (!($3 in rows)) { rows[$3]; names[++height] = $3 }
			cell[$3, column] = $4 == "absent" ? "-" : $4
		}
		END {
			printf "| %s |", what
			for (i = 1; i <= width; i++) printf " %s |", order[i]
			printf "\n| --- |"
			for (i = 1; i <= width; i++) printf " --- |"
			printf "\n"
			for (j = 1; j <= height; j++) {
				printf "| %s |", names[j]
				for (i = 1; i <= width; i++) printf " %s |", cell[names[j], order[i]]
				printf "\n"
			}
		}'
}

table_reasons() {
	local kernel
	for kernel in "${kernels[@]}"; do
		cat "$results/$kernel.tsv"
	done | awk -F '\t' '
		$4 == "-" {
			key = $3 == "*" ? $5 : $3 ": " $5
			if (!(key in where)) keys[++count] = key
			where[key] = where[key] (key in where && where[key] != "" ? ", " : "") $1 " " $2
		}
		END { for (i = 1; i <= count; i++) printf "- %s (%s)\n", keys[i], where[keys[i]] }'
}

# The limit is 1,000,000 instructions: a program near it may be refused.
table_verified() {
	local kernel
	cat <<-'HEAD'

		## Instructions that the verifier walks

		For each program, over all its branches. Linux refuses a program beyond 1,000,000. Most of the time
		that garpd needs to start is spent here.

	HEAD
	for kernel in "${kernels[@]}"; do
		awk -F '\t' -v OFS='\t' '$2 == "verifier" { print "", $1, $3, $4 }' "$results/$kernel.tsv"
	done | table_cells program
}

# table_kept FILE: prints the section of that docs/kernels.md that is tests/cross/run's, its last one.
table_kept() {
	sed -n '/^## On arm64$/,$p' "$1"
}

# table_arm64 KERNEL RELEASE: prints that section, of the output of tests/vm/inside in an emulated arm64 machine on
# standard input.
table_arm64() {
	local results
	results=$(results_of "$1 arm64")
	cat <<-HEAD
		## On arm64

		The same cases on Debian's $2, in an emulated arm64 machine, written by tests/cross/run (make cross).

	HEAD
	awk -F '\t' '$2 != "verifier" && $3 != "*" { print $1 "\t" $2 "\t" $3 "\t" $4 }' <<<"$results" | table_cells case
	printf '\n'
	awk -F '\t' '$4 == "-" { print "- " ($3 == "*" ? $2 : $3) ": " $5 }' <<<"$results"
	printf '\n'
	awk -F '\t' -v OFS='\t' '$2 == "verifier" { print "", $1, $3, $4 }' <<<"$results" | table_cells program
}

# table_markdown CASES: prints docs/kernels.md, but for the section of tests/cross/run.
table_markdown() {
	table_head
	results_cells "$1" | table_cells case
	printf '\n'
	table_reasons
	cat <<-HOST

		\`$host_case\`: two emulated machines with virtio NICs on tap ports of one bridge; one of them is
		killed. On the kernel of the machine that ran the tests: ${host_result:-not run}
	HOST
	table_verified
}

# results_nowhere CASES: which of them ran on no kernel. For want of a capture none can.
results_nowhere() {
	local kernel
	for kernel in "${kernels[@]}"; do
		cat "$results/$kernel.tsv"
	done | awk -F '\t' '
		FILENAME != "-" { split($0, word, " "); wanted[word[1]]; next }
		$4 == "ok" || $4 == "FAIL" || $5 ~ /^the capture / { delete wanted[$3] }
		END { for (name in wanted) print name }' "$1" - | sort
}

# results_count CASES: prints the last line of a run; 1 if something failed or did not run.
results_count() {
	{
		results_cells "$1"
		printf "host\t\t\t%s\n" "$host_result"
	} | awk -F '\t' '
		$4 == "absent" { if (($1, $2) in absent) next; absent[$1, $2]; $4 = "-" }
		$4 != "" { count[$4]++; total++ }
		END {
			if (count["?"])
				printf "vm: %d of %d did not run\n", count["?"], total
			bad = count["FAIL"] + count["?"]
			printf "vm: %d passed, %d failed, %d skipped\n", count["ok"], bad, count["-"]
			exit !(count["ok"] && !bad)
		}'
}
