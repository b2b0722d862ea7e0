// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>

#include "../../loader/base/text.h"
#include "play_capture.h"

struct replay *play_new_with(const struct settings *settings, const char *only)
{
	struct replay_options options = {.settings = settings};
	struct replay *replay;
	struct addr addr;
	struct err why;

	if (only) {
		cr_assert_eq(addr_parse(only, &addr), 0);
		options.only = &addr;
	}
	replay = replay_new(&options, &why);
	cr_assert_not_null(replay);
	return replay;
}

struct replay *play_new(const char *only)
{
	static const struct settings settings = SETTINGS_DEFAULTS;

	return play_new_with(&settings, only);
}

void play_frame(struct replay *replay, long long at_ms, const struct bytes *frame)
{
	struct replay_frame played = {
		.wall_ns = (PLAY_BEGIN_MS + at_ms) * (long long)NSEC_PER_MSEC,
		.at = frame->at,
		.len = frame->len,
		.wire_len = frame->len,
	};

	replay_frame(replay, &played);
}

void play_probe(struct replay *replay, long long at_ms, const __u8 *mac, const char *ip)
{
	struct bytes frame;

	put_ethernet(&frame, ones, mac);
	put_arp(&frame, ARP_REQUEST, mac, NOBODY, zeroes, ip);
	play_frame(replay, at_ms, &frame);
}

void play_announcement(struct replay *replay, long long at_ms, const __u8 *mac, const char *ip)
{
	struct bytes frame;

	put_ethernet(&frame, ones, mac);
	put_arp(&frame, ARP_REQUEST, mac, ip, zeroes, ip);
	play_frame(replay, at_ms, &frame);
}

void play_probes(struct replay *replay, long long at_ms, const __u8 *mac, const char *ip)
{
	for (int i = 0; i < PROBE_NUM; i++)
		play_probe(replay, at_ms + i * 1000, mac, ip);
}

size_t answers_of(const struct replay *replay)
{
	size_t count;

	replay_answers(replay, &count);
	return count;
}

const char *answer_of(const struct replay *replay, size_t place)
{
	static char text[REPLAY_ANSWER_LEN];
	size_t count;
	const struct replay_answer *answers = replay_answers(replay, &count);

	cr_assert_lt(place, count, "there are only %zu answers", count);
	return replay_answer_text(&answers[place], text);
}

unsigned int steps_of(const struct replay *replay, enum counter reason)
{
	size_t count;
	const struct replay_step *steps = replay_steps(replay, &count);
	unsigned int found = 0;

	while (count--)
		found += steps[count].event.reason == reason;
	return found;
}
