# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What docs/ tells a reader to type into other programs.

# The filter for Wireshark in the row of docs/windows.md that says WHAT.
docs_filter() {
	sed -n "s/^| \`\(.*\)\` | $1.*/\1/p" "$LAB_ROOT/docs/windows.md"
}

# assert_docs_filter WHAT FRAMES: so many of the capture are shown.
assert_docs_filter() {
	local filter shown
	filter=$(docs_filter "$1")
	[[ -n $filter ]] || t_fail "docs/windows.md has no filter for $1"
	shown=$(timeout 60 tshark -r "$CAPTURE" -Y "$filter" 2>"$LAB_DIR/err" | wc -l)
	assert_equals "frames of ${CAPTURE##*/} that \"$filter\" shows" "$2" "$shown"
}

# A Windows that reconnects 11 times.
case_docs_wireshark_filters() {
	t_need tshark
	t_need_capture win7-wifi-dhcp-11cycles.arp.pcap
	assert_docs_filter 'probes\. Windows' 33
	assert_docs_filter 'announcements of IPv4' 11
	assert_docs_filter 'probes of IPv6' 11
	assert_docs_filter 'announcements of IPv6' 11
}

case_docs_wireshark_filters_of_linux() {
	t_need tshark
	t_need_capture linux-v6-dad-ndisc_notify.pcap
	assert_docs_filter 'probes of IPv6' 1
	assert_docs_filter 'announcements of IPv6' 1
	assert_docs_filter 'probes\. Windows' 0
	t_need_capture linux-v6-dad-default.pcap
	assert_docs_filter 'probes of IPv6' 1
	assert_docs_filter 'announcements of IPv6' 0
}

# The capture filters of README and docs/ compile.
case_docs_tcpdump_filters() {
	local line seen=0
	while read -r line; do
		line=${line%%#*}
		tcpdump -d -y EN10MB "$line" >/dev/null 2>"$LAB_DIR/err" ||
			t_fail "tcpdump does not take \"$line\": $(<"$LAB_DIR/err")"
		seen=$((seen + 1))
	done < <(sed -nE 's/^    (# )?tcpdump (.*)/\2/p' "$LAB_ROOT/README.md" "$LAB_ROOT"/docs/*.md |
		sed -E 's/-(eni|i|w) [^ ]+ //g')
	((seen >= 4)) || t_fail "only $seen commands with tcpdump were found"
}
