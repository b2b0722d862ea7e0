// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * concurrent.c - two programs of the object at the same time, on two CPUs, over the same maps. The
 * same source, compiled natively and run in turns, has to come to the same in some order of turns:
 * the same verdicts, frames, maps, counters, and events in their order. And whatever the order, the
 * rules of rules.h hold. Root, and two CPUs.
 *
 * usage: concurrent [-n PAIRS] [-s SEED] [-x ONE]   (of one pair in ONE, every order of few turns
 * is played natively, too, and judged; 0: of none)
 *
 * A seed gives the same steps again, but not the same races. 77: it cannot run here.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "fixture.h"
#include "halves.h"
#include "pairs.h"
#include "rules.h"
#include "turns.h"

#define PAIRS_OF_WORLD 60
#define SKEW_NS	       2000
#define CLOCKS	       3
#define SWITCHES       2 /* of those that are all tried */
#define RANDOM_TRIES   200000
#define FRAMES	       64

static struct step came[2], ours[2], theirs[2];
static unsigned int taken[2];

static struct {
	unsigned long pairs, refused, overfull, overlapped, by_switches[SWITCHES + 1], second_first,
		side_by_side, searched, played;
} did;

/* ---- a schedule explains what the kernel did ---- */

static __u64 clocks[2];
static const char *what; /* NULL, or what is not the same */

static int same_events(void)
{
	if (native.events != kernel.events)
		return 0;
	for (unsigned int i = 0; i < native.events; i++)
		if (!halves_same_event(&native.event[i], &kernel.event[i]))
			return 0;
	return 1;
}

static void play(const struct schedule *schedule)
{
	memcpy(ours, came, sizeof(ours));
	turns_play(ours, schedule, clocks, taken);
}

static int explains(const struct schedule *schedule)
{
	play(schedule);
	what = !halves_same_step(&ours[0], &theirs[0]) || !halves_same_step(&ours[1], &theirs[1])
		       ? "a verdict, mark or frame"
		       : (halves_differ()
				  ?: same_events() ? NULL
						   : "the events");
	if (!what && !schedule->switches)
		did.second_first += schedule->first;
	return !what;
}

/* What the two may have read from the clock. */
static int explained_by(unsigned int switches)
{
	const __u64 when[CLOCKS] = {kernel.events ? kernel.event[0].time_ns : kernel.from_ns,
				    kernel.from_ns, kernel.to_ns};
	unsigned int longest[2];

	for (int i = 0; i < CLOCKS * CLOCKS; i++) {
		clocks[0] = when[i % CLOCKS];
		clocks[1] = when[(i % CLOCKS + i / CLOCKS) % CLOCKS];
		memcpy(longest, taken, sizeof(longest));
		if (turns_each(switches, longest, explains))
			return 1;
		if (switches > 1 && i + 1 == CLOCKS)
			break;
	}
	return 0;
}

static int is_explained_side_by_side(void)
{
	const __u64 when[CLOCKS] = {kernel.events ? kernel.event[0].time_ns : kernel.from_ns,
				    kernel.from_ns, kernel.to_ns};

	for (int i = 0; i < CLOCKS; i++) {
		clocks[0] = clocks[1] = when[i];
		if (turns_random(RANDOM_TRIES, explains))
			return 1;
	}
	return 0;
}

static void explain(void)
{
	for (unsigned int switches = 0; switches <= SWITCHES; switches++)
		if (explained_by(switches)) {
			did.by_switches[switches]++;
			return;
		}
	if (is_explained_side_by_side()) {
		did.side_by_side++;
		return;
	}
	halves_tell_step(&ours[0], &theirs[0]);
	halves_tell_step(&ours[1], &theirs[1]);
	halves_tell();
	must(0, "%s: as in no order of turns", what);
}

/* ---- every schedule keeps the rules ---- */

/* What was sent when one program ran after the other, in either order. */
static struct {
	unsigned int count;
	int had_no_room; /* for a claim */
	struct native_sent frame[FRAMES];
} sent[2];

static __u64 counted(enum counter counter)
{
	const struct counters *all = native_map_lookup(native_map_find("counters"), &(__u32){0});

	return ((const __u64 *)all)[counter];
}

static void note_sent(int order)
{
	must(native.sent <= FRAMES, "%u frames", native.sent);
	sent[order].count = native.sent;
	sent[order].had_no_room = counted(COUNTER_probe_over_quota) ||
				  counted(COUNTER_probe_no_room);
	if (native.sent) /* else there may be no frames to copy from */
		memcpy(sent[order].frame, native.frame, native.sent * sizeof(*native.frame));
}

static int is_same_frame(const struct native_sent *a, const struct native_sent *b)
{
	return a->ifindex == b->ifindex && a->flags == b->flags && a->frame.len == b->frame.len &&
	       !memcmp(a->frame.at, b->frame.at, a->frame.len);
}

static unsigned int times_in(const struct native_sent *frame, const struct native_sent *in,
			     unsigned int count)
{
	unsigned int times = 0;

	for (unsigned int i = 0; i < count; i++)
		times += is_same_frame(frame, &in[i]);
	return times;
}

/*
 * No frame is sent that neither order sends, or more often than in either. Where a probe finds no
 * room in one of them this says nothing: a probe from another port needs none once the claim is
 * there, and it may be heard in it before the one that has made it.
 */
static const char *sends_more(void)
{
	unsigned int times;

	if (sent[0].had_no_room || sent[1].had_no_room)
		return NULL;

	for (unsigned int i = 0; i < native.sent; i++) {
		times = times_in(&native.frame[i], native.frame, native.sent);
		if (times > times_in(&native.frame[i], sent[0].frame, sent[0].count) &&
		    times > times_in(&native.frame[i], sent[1].frame, sent[1].count))
			return "a frame is sent that would not be in either order";
	}
	return NULL;
}

static int breaks_a_rule(const struct schedule *schedule)
{
	const char *broken;

	play(schedule);
	did.played++;
	if (!schedule->switches)
		note_sent(schedule->first);
	broken = rules_broken(native.event, native.events, ours, 1);
	if (!broken && schedule->switches)
		broken = sends_more();
	if (broken) {
		fprintf(stderr, "first %d, switches %u, after %u %u %u turns\n", schedule->first,
			schedule->switches, schedule->turns[0], schedule->turns[1],
			schedule->turns[2]);
		halves_tell_step(&ours[0], &came[0]);
		halves_tell_step(&ours[1], &came[1]);
		halves_tell();
		must(0, "%s", broken);
	}
	return 0;
}

static void search(void)
{
	unsigned int longest[2];

	did.searched++;
	clocks[0] = clocks[1] = kernel.from_ns;
	for (unsigned int switches = 0; switches <= SWITCHES; switches++) {
		memcpy(longest, taken, sizeof(longest));
		turns_each(switches, longest, breaks_a_rule);
	}
}

/* ---- pairs ---- */

static void begin_world(void)
{
	halves_begin(pairs_random(256), pairs_random(3) ? QUOTA_AMPLE : 3);
}

static void take_pair(int is_searched)
{
	__u64 skew_ns[2] = {pairs_random(SKEW_NS), pairs_random(SKEW_NS)};
	const char *broken;
	int overlapped, i;

	pairs_make(came);
	halves_before();
	memcpy(theirs, came, sizeof(theirs));
	overlapped = kernel_run_both(theirs, skew_ns);
	did.pairs++;
	did.overlapped += overlapped;
	if (halves_after()) {
		did.overfull++;
		begin_world();
		return;
	}
	if (theirs[0].verdict == KERNEL_REFUSES || theirs[1].verdict == KERNEL_REFUSES) {
		did.refused++;
		halves_follow();
		return;
	}
	memset(taken, 0, sizeof(taken));
	explain();
	for (i = 0; i < 2; i++)
		halves_check(&ours[i], &came[i].frame);
	halves_check_sent();
	if (is_searched)
		search();
	halves_follow();
	broken = rules_broken(kernel.event, kernel.events, theirs, 0);
	must(!broken, "%s", broken);
}

static void pass_time(void)
{
	static const __u64 ms[] = {60, 300, 1000, 2400, 5000, 60000};

	halves_pass(ms[pairs_random(sizeof(ms) / sizeof(*ms))] * NSEC_PER_MSEC +
		    pairs_random(NSEC_PER_MSEC));
}

static void print_done(__u64 seed)
{
	printf("concurrent: seed %llu: %lu pairs, %.1f %% overlapped; the same as: first, then second %lu, "
	       "second, then first %lu, in turns with 1 switch %lu, 2 %lu, more %lu; refused %lu, a map overfull %lu; "
	       "rules searched in %lu pairs, %lu orders\n",
	       seed, did.pairs, 100. * did.overlapped / (did.pairs ?: 1),
	       did.by_switches[0] - did.second_first, did.second_first, did.by_switches[1],
	       did.by_switches[2], did.side_by_side, did.refused, did.overfull, did.searched,
	       did.played);
}

int main(int argc, char **argv)
{
	unsigned long pairs = 100000, one_in = 100;
	__u64 seed = 1;
	int option;

	while ((option = getopt(argc, argv, "n:s:x:")) != -1) {
		if (option == 'n')
			pairs = strtoul(optarg, NULL, 10);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (option == 'x')
			one_in = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	halves_are_pairs = 1;
	halves_open();
	turns_open();
	pairs_seed(seed);
	while (did.pairs < pairs) {
		if (did.pairs % PAIRS_OF_WORLD == 0)
			begin_world();
		if (!pairs_random(3))
			pass_time();
		take_pair(one_in && !pairs_random(one_in));
	}
	print_done(seed);
	return 0;
}
