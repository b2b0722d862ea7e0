// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The recorded captures, each with what it shows: how many probes and announcements there are, and
 * how far apart, is in the README beside them. Those of other projects are in the directory
 * CAPTURES, as for the lab.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../loader/replay/capture.h"
#include "leaks.h"
#include "play_capture.h"

#define ANSWERS	 8
#define IN_TREE	 "tests/lab/captures"
#define CAPTURES "../shared/captures"

struct expected {
	const char *file;
	unsigned int frames, wanted;
	unsigned int announcements;   /* of the first answer */
	const char *answers[ANSWERS]; /* ends with NULL */
};

static const struct expected in_tree[] = {
	{"linux-v6-dad-conflict.pcap",
	 2,
	 2,
	 0,
	 {
		 "fd00:9::5:1: 02:00:00:00:00:0b probed once, and met a conflict"
		 " with 02:00:00:00:00:0a; garpd would not have announced it",
		 "fd00:9::5:1: 02:00:00:00:00:0a announced itself, and did not "
		 "probe",
	 }},
	{"linux-v6-dad-default.pcap",
	 2,
	 1,
	 0,
	 {
		 "fd00:9::5:1: 02:00:00:00:00:0b probed once, and did not "
		 "announce itself; garpd would have asked it at +1.05 s",
	 }},
	{"linux-v6-dad-ndisc_notify.pcap",
	 3,
	 2,
	 1,
	 {
		 "fd00:9::5:1: 02:00:00:00:00:0b probed once, and announced "
		 "itself at +1.02 s",
	 }},
	{"linux-v6-dad-transmits3.pcap",
	 5,
	 3,
	 0,
	 {
		 "fd00:9::5:1: 02:00:00:00:00:0b probed 3 times, 1.02 s apart, "
		 "and was cut off by the end of the capture at +3.04 s; garpd "
		 "would ask it at +3.09 s, if it has not announced itself by "
		 "then",
	 }},
};

static const struct expected elsewhere[] = {
	{"cisco-ipdt-unicast-probe.arp.pcap",
	 44,
	 42,
	 1,
	 {
		 "10.225.201.47: 00:0d:ec:a4:21:7c announced itself, and did not"
		 " probe",
		 "10.225.201.48: 00:0d:ec:a3:73:fc announced itself, and did not"
		 " probe",
		 "10.225.201.194: 54:7f:ee:6b:d3:c1 announced itself, and did "
		 "not probe",
		 "10.225.201.195: 44:03:a7:7a:aa:00 announced itself, and did "
		 "not probe",
		 "172.18.240.17: 00:27:e3:ca:ee:de announced itself, and did not"
		 " probe",
		 "172.18.240.134: 58:97:bd:73:2d:00 announced itself, and did "
		 "not probe",
		 "173.37.108.20: 78:2b:cb:21:59:89 announced itself, and did not"
		 " probe",
	 }},
	{"dot1q-garp-zeek.pcap",
	 15,
	 6,
	 1,
	 {
		 "192.168.123.1 in VLAN 123: 00:19:06:ea:b8:c1 announced itself,"
		 " and did not probe",
		 "192.168.123.2 in VLAN 123: 00:18:73:de:57:c1 announced itself,"
		 " and did not probe",
	 }},
	{"iphone-apple-timing.arp.pcap",
	 20,
	 11,
	 3,
	 {
		 "192.168.2.17: c4:61:8b:35:82:a9 probed 3 times, 0.32 s apart, "
		 "and announced itself at +0.98 s",
		 "fe80::823:3f17:8298:a29c: c4:61:8b:35:82:a9 probed once, and "
		 "did not announce itself; garpd leaves link-local addresses "
		 "alone",
	 }},
	{"qinq-8021ad-arp.pcap", 2, 2, 0, {}},
	{"win10-vbox-dhcp.arp.pcap",
	 26,
	 24,
	 1,
	 {
		 "10.0.2.15: 08:00:27:e6:e5:59 probed 3 times, 1.00 s apart, and"
		 " announced itself at +3.00 s",
		 "fe80::c50d:519f:96a4:e108: 08:00:27:e6:e5:59 probed once, and "
		 "announced itself at +1.00 s",
	 }},
	{"win7-wifi-dhcp-11cycles.arp.pcap",
	 179,
	 148,
	 11,
	 {
		 "192.168.0.13: 68:5d:43:8b:f9:de probed 33 times in 11 "
		 "attempts, and announced itself each time",
		 "fe80::9154:c66f:8d0e:33cb: 68:5d:43:8b:f9:de probed 11 times "
		 "in 11 attempts, and announced itself each time",
	 }},
	{"lab/arping-iputils-D-conflict.pcap",
	 2,
	 2,
	 0,
	 {
		 "10.9.50.1: 02:00:00:00:00:0b probed once, and met a conflict "
		 "with 02:00:00:00:00:0a; garpd would not have announced it",
	 }},
	{"lab/arping-iputils-D.pcap",
	 3,
	 3,
	 0,
	 {
		 "10.9.50.1: 02:00:00:00:00:0b probed 3 times, 1.00 s apart, and"
		 " was cut off by the end of the capture at +2.00 s; garpd would"
		 " ask it at +3.05 s, if it has not announced itself by then",
	 }},
	{"lab/avahi-autoipd.pcap",
	 5,
	 5,
	 2,
	 {
		 "169.254.1.69: 02:00:00:00:00:0b probed 3 times, about 1.75 s "
		 "apart, and announced itself at +5.50 s",
	 }},
	{"lab/busybox-udhcpc-a.pcap",
	 8,
	 4,
	 0,
	 {
		 "10.9.60.150: 02:00:00:00:00:0b probed once, and did not "
		 "announce itself; garpd would have stayed silent: it wants 3 "
		 "probes",
	 }},
	{"lab/busybox-zcip.pcap",
	 6,
	 6,
	 3,
	 {
		 "169.254.118.129: 02:00:00:00:00:0b probed 3 times, about 1.51 "
		 "s apart, and announced itself at +4.88 s",
	 }},
	{"lab/dhcpcd-inform.pcap",
	 10,
	 8,
	 3,
	 {
		 "10.9.50.3: 02:00:00:00:00:0b probed 3 times, about 1.73 s "
		 "apart, and announced itself at +5.46 s",
	 }},
	{"lab/dhcpcd-static.pcap",
	 5,
	 5,
	 2,
	 {
		 "10.9.50.2: 02:00:00:00:00:0b probed 3 times, about 1.54 s "
		 "apart, and announced itself at +5.07 s",
	 }},
	{"lab/networkd-static-acd.pcap",
	 5,
	 5,
	 2,
	 {
		 "10.9.50.4: 02:00:00:00:00:0b probed 3 times, about 1.50 s "
		 "apart, and announced itself at +5.25 s",
	 }},
	{"lab/nm-static-dad200.pcap",
	 6,
	 6,
	 3,
	 {
		 "10.9.50.6: 02:00:00:00:00:0b probed 2 times, 0.06 s apart, and"
		 " announced itself at +0.14 s",
	 }},
};

static void expect_capture(const char *folder, const struct expected *expected)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	struct err warning, why;
	char path[512];
	size_t i;

	snprintf(path, sizeof(path), "%s/%s", folder, expected->file);
	cr_assert_eq(capture_read(path, &(struct capture_options){}, replay, &warning, &why), 0,
		     "%s", why.text);
	cr_expect_str_eq(warning.text, "", "%s", expected->file);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.frames, expected->frames, "%s", expected->file);
	cr_expect_eq(summary.wanted, expected->wanted, "%s", expected->file);
	if (answers_of(replay))
		cr_expect_eq(replay_answers(replay, &i)->announcements, expected->announcements,
			     "%s", expected->file);
	for (i = 0; i < answers_of(replay) && expected->answers[i]; i++)
		expect_answer(replay, i, expected->answers[i]);
	cr_expect_eq(answers_of(replay), i, "%s: %zu answers", expected->file, answers_of(replay));
	cr_expect_null(expected->answers[i], "%s: no answer: %s", expected->file,
		       expected->answers[i]);
	replay_free(replay);
	no_leaks();
}

#define COUNT(of) (sizeof(of) / sizeof((of)[0]))

Test(replay_captures, in_the_tree)
{
	for (size_t i = 0; i < COUNT(in_tree); i++)
		expect_capture(IN_TREE, &in_tree[i]);
}

Test(replay_captures, of_other_projects)
{
	const char *folder = getenv("CAPTURES") ?: CAPTURES;

	if (access(folder, R_OK))
		cr_skip_test("the captures are not here (CAPTURES=%s)", folder);
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		expect_capture(folder, &elsewhere[i]);
}
