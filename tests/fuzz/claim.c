// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * claim.c - any events at any times over claim.h, checked by the simulator's judge (tests/sim).
 *
 * Input: RULES SETTINGS EVENT.. RULES: bits 0-2 index of schedule_rules, 3-4 listeners, 5 refresh;
 * SETTINGS: bit 0 IPv6, 1 XDP, 2-3 announce_num - 1, 4-6 max_moves - 1, 7 thaw after 20 s. EVENT:
 * WHAT WHO TIME(2): WHAT bits 0-3 enum event_kind, 4-7 the nonce, count, rules or listener; WHO
 * bits 0-5 index of schedule_stations, 6 bit 4 of enum event_kind, 7 races; TIME since the event
 * before, bits 0-1 the unit.
 */
#include "fuzz.h"
#include "tests/sim/play.h"

static __u64 input_gap_ns(struct input *input)
{
	/*
	 * Of the unit, up to 16,383: 16 us, 8 s, 40 s, half an hour. A claim is deleted after a
	 * day.
	 */
	static const __u64 units_ns[] = {1, 500 * NSEC_PER_USEC, 2500 * NSEC_PER_USEC,
					 100 * NSEC_PER_MSEC};
	__u16 time = input_u16(input);

	return (time >> 2) * units_ns[time & 3];
}

static void read_event(struct input *input, struct event_at *event, __u64 before_ns)
{
	__u8 what = input_byte(input), who = input_byte(input);

	*event = (struct event_at){
		.what = ((what & 15) | (who >> 2 & 16)) % EVENT_MAX,
		.races = who >> 7,
		.who = (who & 63) % SCHEDULE_STATIONS,
		.at_ns = before_ns + input_gap_ns(input),
		.count = what >> 4,
	};
	if (event->what == EVENT_PROBE)
		event->nonce = what >> 4;
	if (event->what == EVENT_POLICY)
		event->count %= SCHEDULE_RULES;
}

static void read_schedule(struct input *input, struct schedule *schedule)
{
	__u8 rules = input_byte(input), settings = input_byte(input);
	__u64 at_ns = WORLD_START_NS;

	*schedule = (struct schedule){
		.rules = &schedule_rules[(rules & 7) % SCHEDULE_RULES],
		.listeners = rules >> 3 & 3,
		.refresh_s = rules >> 5 & 1 ? 900 : 0,
		.ipv6 = settings & 1,
		.xdp = settings >> 1 & 1,
		.announce_num = 1 + (settings >> 2 & 3),
		.max_moves = 1 + (settings >> 4 & 7),
		.thaw_s = settings >> 7 ? 20 : 300,
	};
	while (input->len && schedule->count < SCHEDULE_MAX) {
		read_event(input, &schedule->event[schedule->count], at_ns);
		at_ns = schedule->event[schedule->count++].at_ns;
	}
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	static struct schedule schedule;
	static struct tally tally;
	struct input input = {data, len};
	const char *broken;

	_Static_assert(EVENT_MAX <= 32, "five bits");
	read_schedule(&input, &schedule);
	broken = play(&schedule, &tally, NULL);
	if (broken)
		play(&schedule, &tally, stderr);
	must(!broken, "%s", broken);
	return 0;
}
