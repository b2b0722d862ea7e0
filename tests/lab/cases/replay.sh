# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Captures of real machines, played through a tap port at their own pace. Only idle gaps between
# their conversations are shortened: the windows of garpd are protocol time.

# The guest "MAC ADDRESS" of a capture that has got its address, and replies for it after the capture's end.
REPLAY_OWNER=()

# replay FILE MAC|all IDLE_MAX_MS [GARPD_ARGS...]: to its end, and for as long as garpd could still
# announce.
replay() {
	t_need_capture "$1"
	lab_tapguest tap0 -r "$CAPTURE" -s "$2" -m "$3" -k 5000 tap0 "${REPLAY_OWNER[@]}"
	# The captures have other subnets than the lab.
	[[ -e $LAB_DIR/garpd.yaml ]] || : >"$LAB_DIR/garpd.yaml"
	echo 'foreign: yes' >>"$LAB_DIR/garpd.yaml"
	lab_start_garpd -c "$LAB_DIR/garpd.yaml" "${@:4}"
	lab_capture lan router lan0
	lab_tap_go tap0
	wait "$LAB_TAP_PID" || t_fail "the replay ended early: $(<"$LAB_DIR/tap0.log")"
	"$LAB_BIN/frames" -r "$CAPTURE" >"$LAB_DIR/sent.frames"
}

# assert_replay_untouched FILE MAC IDLE_MAX_MS [GARPD_ARGS...]: all announcements on the wire are from the
# capture.
assert_replay_untouched() {
	replay "$@"
	assert_frames_count "$(frames_count sent kind=probe "src=$2")" lan kind=probe "src=$2"
	assert_frames_count "$(frames_count sent 'kind=announce-.*' "src=$2")" lan 'kind=announce-.*'
}

# assert_self_announced6 ADDRESS TIMES: Windows does DAD for its link-local address, too, which is ignored unless
# configured, and announces it each time.
assert_self_announced6() {
	assert_claim "$1" probes "$2"
	assert_claim "$1" self_announced "$2"
	assert_claim "$1" announcements 0
	assert_claim "$1" state owned
}

# timeout replay_win7_eleven_cycles 240
case_replay_win7_eleven_cycles() {
	REPLAY_OWNER=(68:5d:43:8b:f9:de 192.168.0.13)
	echo 'link_local: yes' >"$LAB_DIR/garpd.yaml" # its own address of IPv6
	assert_replay_untouched win7-wifi-dhcp-11cycles.arp.pcap 68:5d:43:8b:f9:de 3000
	assert_frames_count 33 lan kind=probe op=1
	assert_frames_count 11 lan kind=announce-request
	assert_claim 192.168.0.13 probes 33
	assert_claim 192.168.0.13 self_announced 11
	assert_claim 192.168.0.13 announcements 0
	assert_self_announced6 fe80::9154:c66f:8d0e:33cb 11
	assert_frames_count 11 lan kind=announce-na csum=ok
}

case_replay_win10() {
	REPLAY_OWNER=(08:00:27:e6:e5:59 10.0.2.15)
	echo 'link_local: yes' >"$LAB_DIR/garpd.yaml"
	assert_replay_untouched win10-vbox-dhcp.arp.pcap 08:00:27:e6:e5:59 3000
	assert_claim 10.0.2.15 self_announced 1
	assert_claim 10.0.2.15 announcements 0
	assert_self_announced6 fe80::c50d:519f:96a4:e108 1
}

case_replay_iphone() {
	REPLAY_OWNER=(c4:61:8b:35:82:a9 192.168.2.17)
	assert_replay_untouched iphone-apple-timing.arp.pcap c4:61:8b:35:82:a9 3000
	assert_claim 192.168.2.17 announcements 0
}

case_replay_cisco_device_tracking() {
	replay cisco-ipdt-unicast-probe.arp.pcap all 1000
	assert_equals "claims" "[]" "$(lab_claims | jq -c .)"
	assert_frames_count "$(frames_count sent 'kind=announce-.*')" lan 'kind=announce-.*'
}

case_replay_tagged() {
	replay dot1q-garp-zeek.pcap all 1000
	assert_equals "claims" "[]" "$(lab_claims | jq -c .)"
	assert_frames_count "$(frames_count sent 'kind=announce-.*')" lan 'kind=announce-.*'
}

case_replay_tagged_twice() {
	replay qinq-8021ad-arp.pcap all 1000
	assert_equals "claims" "[]" "$(lab_claims | jq -c .)"
	assert_frames_count 1 lan kind=request vlan=ad:200:0,2001:0
	assert_frames_count 0 lan 'kind=announce-.*'
}

# ---- IPv6 ----

# replay6_linux NAME MAC|all: frames of Linux guests; `all` plays two guests behind one port.
replay6_linux() {
	[[ $2 == all ]] || REPLAY_OWNER=("$2" fd00:9::5:1)
	replay "linux-v6-$1.pcap" "$2" 3000
}

case_replay_ipv6_linux() {
	replay6_linux dad-default 02:00:00:00:00:0b
	assert_announced6 2 fd00:9::5:1 02:00:00:00:00:0b
	assert_frame_after_ms 1050 lan 1 kind=probe 1 kind=announce-na
}

case_replay_ipv6_linux_three_solicitations() {
	replay6_linux dad-transmits3 02:00:00:00:00:0b
	assert_frames_count 3 lan kind=probe
	assert_announced6 2 fd00:9::5:1 02:00:00:00:00:0b
	assert_frame_after_ms 1050 lan 3 kind=probe 1 kind=announce-na
}

case_replay_ipv6_linux_ndisc_notify() {
	replay6_linux dad-ndisc_notify 02:00:00:00:00:0b
	assert_announced6 1 fd00:9::5:1 02:00:00:00:00:0b
	assert_claim fd00:9::5:1 self_announced 1
	assert_claim fd00:9::5:1 announcements 0
}

case_replay_ipv6_linux_conflict() {
	replay6_linux dad-conflict all
	assert_announced6 1 fd00:9::5:1 02:00:00:00:00:0a # sent by the owner
	assert_claim fd00:9::5:1 state conflict
}

# ---- garpd replay ----

# capture_port NAME IFACE: tcpdump on a port of the hypervisor, into $LAB_DIR/NAME.pcap.
capture_port() {
	lab_spawn "$LAB_DIR/$1.tcpdump" in_ns_exec hv tcpdump -i "$2" -Z root -U -w "$LAB_DIR/$1.pcap" arp
	CAPTURE_PID=$LAB_LAST
	lab_await "$LAB_DIR/$1.tcpdump" 10 'listening on' 1 "$CAPTURE_PID" || t_fail "$(<"$LAB_DIR/$1.tcpdump")"
}

# What garpd has logged of a guest, `garpd replay` says of its capture, with no right at all.
case_replay_of_a_capture_says_what_garpd_said() {
	local -a plain=(setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --regid=65534 --clear-groups)
	lab_start_garpd --observe --log json
	capture_port guest v-new
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 9 '"event":"observed"' || t_fail "not observed"
	kill -INT "$CAPTURE_PID"
	wait "$CAPTURE_PID" || true
	in_hv "${plain[@]}" "$GARPD" replay -j - "$SERVICE" <"$LAB_DIR/guest.pcap" >"$LAB_DIR/json" ||
		t_fail "exit status $?"
	# In the log repeats are left out.
	assert_equals "events" \
		"$(jq -r "select(.address == \"$SERVICE\").event" <"$GARPD_LOG" | uniq | xargs)" \
		"$(jq -r '.events[].event' <"$LAB_DIR/json" | uniq | xargs)"
	in_hv "${plain[@]}" "$GARPD" replay - "$SERVICE" <"$LAB_DIR/guest.pcap" >"$LAB_DIR/said"
	grep -qE "^$SERVICE: $MAC_NEW probed 3 times, (about )?[01]\.[0-9]+ s apart, and (did not announce itself; garpd would have asked|was cut off .*; garpd would ask) it at \+3\.[0-9]+ s" <<<"$(sed -n 1p "$LAB_DIR/said")" ||
		t_fail "it says: $(<"$LAB_DIR/said")"
}

case_replay_of_a_capture_exits_as_others_do() {
	local file=$LAB_ROOT/tests/lab/captures/linux-v6-dad-conflict.pcap status=0
	in_hv "$GARPD" replay "$file" >"$LAB_DIR/said" || t_fail "exit status $?"
	in_hv "$GARPD" replay "$file" 192.0.2.1 >"$LAB_DIR/said" || status=$?
	assert_equals "exit status of an address that is not there" 3 "$status"
	grep -q '^192.0.2.1: no host probed for it' "$LAB_DIR/said" || t_fail "it says: $(<"$LAB_DIR/said")"
	assert_fails 2 'not a valid address' "$GARPD" replay "$file" 192.0.2.300
	assert_fails 2 'not a valid unicast MAC; write' "$GARPD" replay --guest 00:15:5d "$file"
	assert_fails 1 'No such file' "$GARPD" replay "$LAB_DIR/none.pcap"
	assert_fails 1 'is the file that is read' "$GARPD" replay -w "$file" "$file"
	cp "$file" "$LAB_DIR/in.pcap"
	ln "$LAB_DIR/in.pcap" "$LAB_DIR/same.pcap"
	in_hv "$GARPD" replay -w "$LAB_DIR/same.pcap" - <"$LAB_DIR/in.pcap" 2>"$LAB_DIR/said" && t_fail "written over itself"
	grep -q 'is the file that is read' "$LAB_DIR/said" || t_fail "it says: $(<"$LAB_DIR/said")"
	# What is there stays as long as there is nothing to write.
	assert_fails 1 'No such file' "$GARPD" replay -w "$LAB_DIR/in.pcap" "$LAB_DIR/none.pcap"
	assert_fails 1 'no capture' "$GARPD" replay -w "$LAB_DIR/in.pcap" "$LAB_ROOT/LICENSE"
	assert_fails 2 'not a valid unicast MAC; write' "$GARPD" replay --guest 00:15:5d -w "$LAB_DIR/in.pcap" "$file"
	cmp -s "$file" "$LAB_DIR/in.pcap" || t_fail "a capture was overwritten"
	assert_fails 2 'name a file' "$GARPD" replay -w - "$file"
	in_hv "$GARPD" replay --uplink 02:00:00:00:00:0a,02:00:00:00:00:0b "$file" >"$LAB_DIR/said"
	grep -q 'is behind the uplink' "$LAB_DIR/said" || t_fail "it says: $(<"$LAB_DIR/said")"
	in_hv "$GARPD" replay -w "$LAB_DIR/out.pcap" "$file" >"$LAB_DIR/said" || t_fail "exit status $?"
	grep -q 'out.pcap: 2 frames of the capture, and 0 of garpd' "$LAB_DIR/said" || t_fail "it says: $(<"$LAB_DIR/said")"
}
