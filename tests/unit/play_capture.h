/* SPDX-License-Identifier: GPL-2.0-or-later */
/* play_capture.h - frames for a replay: one by one, or as the bytes of a file. Times are in ms. */
#ifndef GARPD_TEST_PLAY_CAPTURE_H
#define GARPD_TEST_PLAY_CAPTURE_H

#include "../../loader/replay/replay.h"
#include "bytes.h"

#define PLAY_BEGIN_MS 1767225600000LL /* 2026-01-01T00:00:00Z */

/* A replay with the defaults, of all addresses or one ("192.0.2.7"). */
struct replay *play_new(const char *only);
struct replay *play_new_with(const struct settings *settings, const char *only);

void play_frame(struct replay *replay, long long at_ms, const struct bytes *frame);

/* For SERVICE or another address, "\xc0..", in a VLAN or (0) in none. */
void play_probe(struct replay *replay, long long at_ms, const __u8 *mac, const char *ip);
void play_announcement(struct replay *replay, long long at_ms, const __u8 *mac, const char *ip);

/* Three, a second apart, as Windows sends them. */
void play_probes(struct replay *replay, long long at_ms, const __u8 *mac, const char *ip);

/* The only answer, or the one at that place, as a sentence. */
const char *answer_of(const struct replay *replay, size_t place);
#define expect_answer(replay, place, sentence) cr_expect_str_eq(answer_of(replay, place), sentence)
size_t answers_of(const struct replay *replay);

/* How many steps have this reason. */
unsigned int steps_of(const struct replay *replay, enum counter reason);

#endif
