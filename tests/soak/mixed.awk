# SPDX-License-Identifier: GPL-2.0-or-later
# The frames of a round, by what is expected of it (mixed.sh): each address that moved is announced for its new
# guest alone, between `least` times and twice, after its window; one that is kept, for the host that has it; no other.
# Prints the number of announcements, and how many were not due because this machine held the guest up while it probed;
# or what was wrong.

function fail(what) {
	print what ": " $0
	failed = 1
	exit 1
}

# A guest that this machine held up for a while sends two at once: they count as one.
function count_probe(address) {
	if (f["src"] != mac[address])
		return
	if (f["t"] - probed[address] > 0.5)
		probes[address]++
	probed[address] = f["t"]
}

function check(address) {
	if (!(address in kind))
		fail("announced, and nobody has it")
	if (f["src"] != mac[address] || (("sha" in f) && f["sha"] != mac[address]) ||
	    (("tlla" in f) && f["tlla"] != mac[address]))
		fail("not the guest's announcement")
	if (kind[address] == "kept")
		return
	if (kind[address] != "moved")
		fail("announced without a reason")
	if (probes[address] < 1 || f["t"] - probed[address] < 1.049)
		fail("announced before its window ended")
	said[address " " f["kind"]]++
	total++
}

function must_be_said(address, what) {
	count = said[address " " what] + 0
	enough = probes[address] >= (address ~ /:/ ? 1 : 3)
	held_up += !enough && !count
	if (count > 2 || (enough && count < least)) {
		print address ": " what " " count " times"
		failed = 1
	}
}

FILENAME == ARGV[1] {
	kind[$2] = $1
	mac[$2] = $3
	next
}
/^t=/ {
	delete f
	for (i = 1; i <= NF; i++) {
		at = index($i, "=")
		f[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
	address = "target" in f ? f["target"] : f["kind"] ~ /^announce/ ? f["spa"] : f["tpa"]
	if (f["kind"] == "probe")
		count_probe(address)
	else if (f["kind"] ~ /^announce/)
		check(address)
}
END {
	if (failed)
		exit 1
	for (address in kind) {
		if (kind[address] != "moved")
			continue
		if (address ~ /:/) {
			must_be_said(address, "announce-na")
		} else {
			must_be_said(address, "announce-request")
			must_be_said(address, "announce-reply")
		}
	}
	if (failed)
		exit 1
	print total + 0, held_up + 0
}
