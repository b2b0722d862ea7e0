# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Captures of real machines, played through a tap port at their own pace. Only idle gaps between
# their conversations are shortened: the windows of garpd are protocol time.

# replay FILE MAC|all IDLE_MAX_MS: to its end, and as long as garpd could still have a word to say.
replay() {
	t_need_capture "$1"
	lab_tapguest tap0 -r "$CAPTURES/$1" -s "$2" -m "$3" -k 5000 tap0
	lab_start_garpd
	lab_capture lan router lan0
	lab_tap_go tap0
	wait "$LAB_TAP_PID" || t_fail "the replay ended early: $(<"$LAB_DIR/tap0.log")"
	"$LAB_BIN/frames" -r "$CAPTURES/$1" >"$LAB_DIR/sent.frames"
}

# replayed_untouched FILE MAC IDLE_MAX_MS: every announcement on the wire is the capture's own.
replayed_untouched() {
	replay "$@"
	assert_frames_count "$(frames_count sent kind=probe "src=$2")" lan kind=probe "src=$2"
	assert_frames_count "$(frames_count sent 'kind=announce-.*' "src=$2")" lan 'kind=announce-.*'
}

# timeout replay_win7_eleven_cycles 110
case_replay_win7_eleven_cycles() {
	replayed_untouched win7-wifi-dhcp-11cycles.arp.pcap 68:5d:43:8b:f9:de 3000
	assert_frames_count 33 lan kind=probe op=1
	assert_frames_count 11 lan kind=announce-request
	assert_claim 192.168.0.13 probes 33
	assert_claim 192.168.0.13 self_announced 11
	assert_claim 192.168.0.13 announcements 0
}

case_replay_win10() {
	replayed_untouched win10-vbox-dhcp.arp.pcap 08:00:27:e6:e5:59 3000
	assert_claim 10.0.2.15 self_announced 1
	assert_claim 10.0.2.15 announcements 0
}

case_replay_iphone() {
	replayed_untouched iphone-apple-timing.arp.pcap c4:61:8b:35:82:a9 3000
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
