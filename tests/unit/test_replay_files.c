// SPDX-License-Identifier: GPL-2.0-or-later
/* The kinds of files: made byte by byte, read by libpcap as garpd replay reads them. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../loader/base/text.h"
#include "../../loader/replay/capture.h"
#include "leaks.h"
#include "play_capture.h"

#define MICROSECONDS 0xa1b2c3d4u
#define NANOSECONDS  0xa1b23c4du
#define ETHERNET     1
#define WLAN	     105 /* 802.11 */
#define RAW_IP	     101
#define SLL	     113
#define SLL2	     276
#define BEGIN_S	     1767225600u /* PLAY_BEGIN_MS */

#define WINDOWS                                                                   \
	"192.0.2.7: 52:54:00:01:02:03 probed 3 times, 1.00 s apart, and did not " \
	"announce itself; garpd would have asked it at +3.05 s"

static int file;
static bool is_swapped;

static void add(const void *bytes, size_t len)
{
	cr_assert_eq(write(file, bytes, len), (ssize_t)len);
}

static void add32(__u32 value)
{
	value = is_swapped ? __builtin_bswap32(value) : value;
	add(&value, sizeof(value));
}

static void add16(__u16 value)
{
	value = is_swapped ? __builtin_bswap16(value) : value;
	add(&value, sizeof(value));
}

static void file_begin(void)
{
	file = memfd_create("capture", 0);
	cr_assert_geq(file, 0);
	is_swapped = false;
}

static const char *file_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return path;
}

static void add_header(__u32 magic, __u32 link)
{
	add32(magic);
	add16(2);
	add16(4);
	add32(0);
	add32(0);
	add32(65535);
	add32(link);
}

/* `fraction` is of a second, in the unit of the file. */
static void add_frame(__u32 seconds, __u32 fraction, const void *bytes, __u32 len)
{
	add32(BEGIN_S + seconds);
	add32(fraction);
	add32(len);
	add32(len);
	add(bytes, len);
}

/* At 0, 1 and 2 s; and a frame of no interest at 60 s, by which the capture ends later. */
static void add_windows(const __u8 *head, __u32 head_len, __u32 left_out)
{
	struct bytes probe, frame;

	put_ethernet(&probe, ones, guest);
	put_probe(&probe);
	frame.len = 0;
	if (head_len)
		put(&frame, head, head_len);
	put(&frame, probe.at + left_out, probe.len - left_out);
	for (__u32 i = 0; i < 3; i++)
		add_frame(i, 0, frame.at, frame.len);
	memset(frame.at + head_len, 0, frame.len - head_len);
	add_frame(60, 0, frame.at, frame.len);
}

static int file_read(const char *path, struct replay *replay, struct err *warning, struct err *why)
{
	why->text[0] = '\0';
	return capture_read(path, &(struct capture_options){}, replay, warning, why);
}

static void expect_windows(const char *path)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	struct err warning, why;

	cr_assert_eq(file_read(path, replay, &warning, &why), 0, "%s", why.text);
	cr_expect_str_eq(warning.text, "");
	expect_answer(replay, 0, WINDOWS);
	cr_expect_eq(answers_of(replay), 1);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.frames, 4);
	cr_expect_eq(summary.wanted, 3);
	cr_expect_eq(summary.begin_ns, PLAY_BEGIN_MS * (long long)NSEC_PER_MSEC);
	cr_expect_eq(summary.end_ns, (PLAY_BEGIN_MS + 60000) * (long long)NSEC_PER_MSEC);
	replay_free(replay);
	no_leaks();
}

static void expect_refused(const char *path, const char *reason)
{
	struct replay *replay = play_new(NULL);
	struct err warning, why;

	cr_expect_lt(file_read(path, replay, &warning, &why), 0);
	cr_expect_not_null(strstr(why.text, reason), "it says: %s", why.text);
	cr_expect_eq(answers_of(replay), 0);
	replay_free(replay);
	no_leaks();
}

TestSuite(replay_files, .init = file_begin);

Test(replay_files, in_microseconds)
{
	add_header(MICROSECONDS, ETHERNET);
	add_windows(NULL, 0, 0);
	expect_windows(file_path());
}

Test(replay_files, in_nanoseconds_and_their_times_are_kept)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	struct err warning, why;
	struct bytes probe;

	put_ethernet(&probe, ones, guest);
	put_probe(&probe);
	add_header(NANOSECONDS, ETHERNET);
	add_frame(0, 123456789, probe.at, probe.len);
	cr_assert_eq(file_read(file_path(), replay, &warning, &why), 0, "%s", why.text);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.begin_ns, PLAY_BEGIN_MS * (long long)NSEC_PER_MSEC + 123456789);
	replay_free(replay);
}

Test(replay_files, of_the_other_byte_order)
{
	is_swapped = true;
	add_header(MICROSECONDS, ETHERNET);
	add_windows(NULL, 0, 0);
	expect_windows(file_path());
}

Test(replay_files, of_the_other_byte_order_in_nanoseconds)
{
	is_swapped = true;
	add_header(NANOSECONDS, ETHERNET);
	add_windows(NULL, 0, 0);
	expect_windows(file_path());
}

/* A section, an interface in microseconds, and enhanced packets. */
static void add_pcapng_frame_at(__u64 us, const struct bytes *frame)
{
	__u32 padded = (frame->len + 3) / 4 * 4;

	add32(6);
	add32(32 + padded);
	add32(0);
	add32((__u32)(us >> 32));
	add32((__u32)us);
	add32(frame->len);
	add32(frame->len);
	add(frame->at, padded);
	add32(32 + padded);
}

static void add_pcapng_frame(__u32 seconds, const struct bytes *frame)
{
	add_pcapng_frame_at((BEGIN_S + seconds) * 1000000ull, frame);
}

static void add_pcapng_interface(__u16 link)
{
	add32(1);
	add32(20);
	add16(link);
	add16(0);
	add32(65535);
	add32(20);
}

static void add_pcapng_section(void)
{
	add32(0x0a0d0d0a);
	add32(28);
	add32(0x1a2b3c4d);
	add16(1);
	add16(0);
	add32(0xffffffff);
	add32(0xffffffff);
	add32(28);
}

Test(replay_files, of_pcapng)
{
	struct bytes frame = {};

	add_pcapng_section();
	add_pcapng_interface(ETHERNET);
	put_ethernet(&frame, ones, guest);
	put_probe(&frame);
	for (__u32 i = 0; i < 3; i++)
		add_pcapng_frame(i, &frame);
	memset(frame.at + 12, 0, 2);
	add_pcapng_frame(60, &frame);
	expect_windows(file_path());
}

/* Linux cooked: no receiver, but the sender is known. */
Test(replay_files, of_any_interface)
{
	/* broadcast, Ethernet, 6 bytes of address, and two behind it; ARP follows as 2 bytes */
	static const __u8 head[] = {0, 1, 0, 1, 0, 6, 0x52, 0x54, 0, 1, 2, 3, 0, 0};

	add_header(MICROSECONDS, SLL);
	add_windows(head, sizeof(head), 2 * MAC_LEN);
	expect_windows(file_path());
}

Test(replay_files, of_any_interface_in_version_2)
{
	static const __u8 head[] = {8, 6, 0,	0,    0, 0, 0, 3, 0, 1,
				    1, 6, 0x52, 0x54, 0, 1, 2, 3, 0, 0};

	add_header(MICROSECONDS, SLL2);
	add_windows(head, sizeof(head), ETH_HLEN);
	/* There the type is in the head: the last frame is one more probe. */
	struct replay *replay = play_new(NULL);
	struct err warning, why;

	cr_assert_eq(file_read(file_path(), replay, &warning, &why), 0, "%s", why.text);
	expect_answer(replay, 0, WINDOWS);
	replay_free(replay);
	no_leaks();
}

/* The host's own frames, as it sends them: the receiver is found in the ARP itself. */
Test(replay_files, of_any_interface_tell_device_tracking_from_probes)
{
	static const __u8 head[] = {0, 4, 0, 1, 0, 6, 0x52, 0x54, 0, 1, 2, 3, 0, 0};
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	struct err warning, why;
	struct bytes probe, frame;

	put_ethernet(&probe, other, guest);
	put_arp(&probe, ARP_REQUEST, guest, NOBODY, other, SERVICE);
	frame.len = 0;
	put(&frame, head, sizeof(head));
	put(&frame, probe.at + 2 * MAC_LEN, probe.len - 2 * MAC_LEN);
	add_header(MICROSECONDS, SLL);
	add_frame(0, 0, frame.at, frame.len);
	cr_assert_eq(file_read(file_path(), replay, &warning, &why), 0, "%s", why.text);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.counters[COUNTER_probe_unicast], 1);
	cr_expect_eq(answers_of(replay), 0);
	replay_free(replay);
}

Test(replay_files, on_the_air_are_refused)
{
	add_header(MICROSECONDS, WLAN);
	add_windows(NULL, 0, 0);
	expect_refused(file_path(), "802.11");
}

Test(replay_files, without_ethernet_are_refused)
{
	add_header(MICROSECONDS, RAW_IP);
	expect_refused(file_path(), "link type RAW has no Ethernet addresses");
}

Test(replay_files, that_are_none_are_refused)
{
	add("bridges: [br0]\naddresses: []\n", 30);
	expect_refused(file_path(), "no capture that libpcap can read");
	expect_refused("/nonexistent.pcap", "No such file");
	expect_refused("/proc", "is a directory");
}

Test(replay_files, that_are_cut_off_are_read_to_the_last_whole_frame)
{
	struct replay *replay = play_new(NULL);
	struct err warning, why;

	add_header(MICROSECONDS, ETHERNET);
	add_windows(NULL, 0, 0);
	add32(BEGIN_S + 61);
	add32(0);
	add32(42);
	add32(42);
	add("half", 4);
	cr_expect_eq(file_read(file_path(), replay, &warning, &why), 0, "%s", why.text);
	cr_expect_not_null(
		strstr(warning.text, "ends within a frame; read up to the one before, 4"),
		"it says: %s", warning.text);
	expect_answer(replay, 0, WINDOWS);
	replay_free(replay);
	no_leaks();
}

/* Some tools write several links into one pcapng: what comes before the second is kept. */
Test(replay_files, of_two_links_are_read_to_the_second)
{
	struct replay *replay = play_new(NULL);
	struct bytes frame = {};
	struct err warning, why;

	add_pcapng_section();
	add_pcapng_interface(ETHERNET);
	put_ethernet(&frame, ones, guest);
	put_probe(&frame);
	add_pcapng_frame(0, &frame);
	add_pcapng_interface(WLAN);
	add_pcapng_frame(1, &frame);
	cr_expect_lt(file_read(file_path(), replay, &warning, &why), 0);
	cr_expect_not_null(strstr(why.text, "after 1 frames"), "it says: %s", why.text);
	cr_expect_eq(answers_of(replay), 1);
	replay_free(replay);
	no_leaks();
}

Test(replay_files, on_standard_input)
{
	add_header(MICROSECONDS, ETHERNET);
	add_windows(NULL, 0, 0);
	lseek(file, 0, SEEK_SET);
	dup2(file, STDIN_FILENO);
	expect_windows("-");
}

Test(replay_files, without_a_frame)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	struct err warning, why;

	add_header(MICROSECONDS, ETHERNET);
	cr_expect_eq(file_read(file_path(), replay, &warning, &why), 0, "%s", why.text);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.frames, 0);
	cr_expect_eq(summary.begin_ns, 0);
	cr_expect_eq(answers_of(replay), 0);
	replay_free(replay);
	no_leaks();
}

/* Of 2106 in 32 bits, which libpcap takes for a time before 1970; and of any 64 bits in pcapng. */
Test(replay_files, of_times_far_away)
{
	static const __u64 times[] = {0, 0xffffffffull * 1000000, 1ull << 63, ~0ull};
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	struct bytes frame = {};
	struct err warning, why;

	put_ethernet(&frame, ones, guest);
	put_probe(&frame);
	add_header(MICROSECONDS, ETHERNET);
	add_frame(0xffffffff - BEGIN_S, 0, frame.at, frame.len);
	cr_assert_eq(file_read(file_path(), replay, &warning, &why), 0, "%s", why.text);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.begin_ns, 0xffffffffLL * (long long)NSEC_PER_SEC);
	replay_free(replay);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		replay = play_new(NULL);
		file_begin();
		add_pcapng_section();
		add_pcapng_interface(ETHERNET);
		add_pcapng_frame(0, &frame);
		add_pcapng_frame_at(times[i], &frame);
		add_pcapng_frame(1, &frame);
		cr_assert_eq(file_read(file_path(), replay, &warning, &why), 0, "%s", why.text);
		replay_summarize(replay, &summary);
		cr_expect_eq(summary.set_back, 1, "of %zu", i);
		cr_expect_gt(summary.end_ns, 0);
		replay_free(replay);
	}
	no_leaks();
}

/* ---- writing ---- */

static unsigned int written;

static void expect_whole(void *ctx, const struct replay_frame *frame, bool is_ours)
{
	cr_expect_geq(frame->wire_len, frame->len);
	written++;
}

Test(replay_files, that_are_written_can_be_read)
{
	struct capture_writer *writer;
	struct replay_frame frame = {};
	struct bytes probe;
	struct err why;

	put_ethernet(&probe, ones, guest);
	put_probe(&probe);
	writer = capture_create(file_path(), "-", &why);
	cr_assert_not_null(writer, "%s", why.text);
	for (int i = 0; i < 4; i++) {
		frame.wall_ns = (PLAY_BEGIN_MS + (i < 3 ? i * 1000 : 60000)) *
				(long long)NSEC_PER_MSEC;
		if (i == 3)
			memset(probe.at + 12, 0, 2);
		frame.at = probe.at;
		frame.len = frame.wire_len = probe.len;
		capture_write(writer, &frame);
	}
	cr_expect_eq(capture_close(writer, &why), 0);
	expect_windows(file_path());
}

/* Which would be malformed. */
Test(replay_files, that_say_less_than_they_have)
{
	struct replay_options options = {.settings = &(struct settings){}, .write = expect_whole};
	struct err warning, why;
	struct replay *replay = replay_new(&options, &why);
	struct bytes probe;

	put_ethernet(&probe, ones, guest);
	put_probe(&probe);
	add_header(MICROSECONDS, ETHERNET);
	add32(BEGIN_S);
	add32(0);
	add32(probe.len);
	add32(20);
	add(probe.at, probe.len);
	cr_assert_eq(file_read(file_path(), replay, &warning, &why), 0, "%s", why.text);
	cr_expect_eq(written, 1);
	replay_free(replay);
}

Test(replay_files, are_not_written_over_themselves)
{
	struct err why;

	add_header(MICROSECONDS, ETHERNET);
	cr_expect_null(capture_create(file_path(), file_path(), &why));
	cr_expect_not_null(strstr(why.text, "is the file that is read"), "it says: %s", why.text);
	cr_expect_null(capture_create("/nonexistent/out.pcap", file_path(), &why));
	cr_expect_not_null(strstr(why.text, "No such file"), "it says: %s", why.text);
	no_leaks();
}
