// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * differential.c - the object in the kernel against the same source compiled natively: the same
 * frames, at the same time, over the same maps. Same verdict, same packet, same maps (so: same
 * claims), same counters, same events; and what would be sent is an announcement. Coverage is the
 * native half's. Root.
 *
 * Input: SETTINGS STEP.., as halves_read_step() reads them.
 */
#include "fixture.h"
#include "halves.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	halves_open();
	return 0;
}

static int same_events(void)
{
	unsigned int i;

	if (native.events != kernel.events)
		return 0;
	for (i = 0; i < native.events; i++)
		if (!halves_same_event(&native.event[i], &kernel.event[i]))
			return 0;
	return 1;
}

/* NULL, or what is not the same. */
static const char *differ(const struct step *ours, const struct step *theirs)
{
	if (!halves_same_step(ours, theirs))
		return "the verdict, the mark or the frame";
	return halves_differ() ?: same_events() ? NULL : "the events";
}

static void take(const struct step *step)
{
	static struct step ours, theirs;
	const char *what = "the clock";
	unsigned int i;
	__u64 when[3];

	halves_before();
	theirs = *step;
	kernel_run(&theirs);
	if (theirs.verdict == KERNEL_REFUSES)
		return;
	must(!halves_after(), "more than there is room for");
	when[0] = kernel.events ? kernel.event[0].time_ns : kernel.from_ns;
	when[1] = kernel.from_ns;
	when[2] = kernel.to_ns;
	for (i = 0; i < 3 && what; i++) {
		halves_rewind();
		native_begin(when[i]);
		ours = *step;
		halves_run_native(&ours);
		what = differ(&ours, &theirs);
	}
	if (what) {
		halves_tell_step(&ours, &theirs);
		halves_tell();
	}
	must(!what, "%s: not the same in both halves", what);
	halves_check(&ours, &step->frame);
	halves_check_sent();
	halves_follow();
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	struct input input = {data, len};
	static struct step step;

	halves_begin(input_byte(&input), QUOTA_AMPLE);
	while (input.len)
		if (halves_read_step(&input, &step))
			take(&step);
	return 0;
}
