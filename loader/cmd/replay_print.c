// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include "loader/base/output.h"
#include "loader/base/text.h"
#include "loader/maps/counters.h"
#include "replay.h"

#define LINES_MAX 20 /* of answers and of hosts; -j has all */

static void print_answers(const struct replay *replay, const char *file, const char *address)
{
	char text[REPLAY_ANSWER_LEN];
	size_t count;
	const struct replay_answer *answers = replay_answers(replay, &count);

	if (!count && address)
		printf("%s: no host probed for it, or announced it, in %s\n", address, file);
	else if (!count)
		printf("%s: no host probed for an address, or announced one\n", file);
	for (size_t i = 0; i < count && i < LINES_MAX; i++)
		printf("%s\n", replay_answer_text(&answers[i], text));
	if (count > LINES_MAX)
		printf("and %zu more: name an address, or see garpd replay -j\n",
		       count - LINES_MAX);
}

static void print_step(const struct replay *replay, const struct replay_step *step)
{
	char time[TIME_TEXT_LEN], text[REPLAY_STEP_LEN], after[32] = "";

	if (step->began_ns)
		snprintf(after, sizeof(after), "+%.2f s",
			 (double)(step->wall_ns - step->began_ns) / NSEC_PER_SEC);
	printf("%s %9s  %s%s\n", time_wall_local_text(step->wall_ns, time), after,
	       replay_step_text(replay, step, text),
	       step->is_after ? " (after the end of the capture)" : "");
}

static void print_steps(const struct replay *replay, const struct replay_summary *summary)
{
	size_t count;
	const struct replay_step *steps = replay_steps(replay, &count);

	if (count)
		putchar('\n');
	for (size_t i = 0; i < count; i++)
		print_step(replay, &steps[i]);
	if (summary->steps_left)
		printf("and %llu more steps: name an address\n",
		       (unsigned long long)summary->steps_left);
}

static void print_hosts(const struct replay *replay)
{
	size_t count, shown;
	struct replay_host *hosts = replay_hosts(replay, &count);

	shown = count < LINES_MAX ? count : LINES_MAX;
	if (shown) {
		putchar('\n');
		output_rows(replay_host_fields, hosts, shown, sizeof(*hosts), false);
	}
	if (count > shown)
		printf("and %zu more hosts: see garpd replay -j\n", count - shown);
	free(hosts);
}

static void print_frames(const struct replay_summary *summary)
{
	char from[TIME_TEXT_LEN], to[TIME_TEXT_LEN];

	printf("\n%llu %s, %llu of them ARP or Neighbor Discovery",
	       (unsigned long long)summary->frames,
	       text_plural((size_t)summary->frames, "frame", "frames"),
	       (unsigned long long)summary->wanted);
	if (summary->frames)
		printf(", from %s to %s", time_wall_local_text(summary->begin_ns, from),
		       time_wall_local_text(summary->end_ns, to));
	putchar('\n');
}

static void print_count(__u64 count, const char *what)
{
	if (count)
		printf("%llu %s\n", (unsigned long long)count, what);
}

/* What is not as it should be. */
static void print_notes(const struct replay_summary *summary)
{
	struct counter_row rows[COUNTER_MAX];
	size_t count = replay_ignored(summary, rows);

	print_count(summary->copies, "frames came twice within 1 ms, as from a mirrored port: the "
				     "copies do not count");
	print_count(summary->backwards, "frames are a bit older than the one before: taken as of "
					"the same time");
	print_count(summary->set_back, "times the clock was set back, or another capture begins: "
				       "open windows go on");
	print_count(summary->cut, "ARP or ND frames were captured in part (snap length): they do "
				  "not count");
	print_count(
		summary->answers_left,
		"probes and announcements of further addresses and hosts were left out: there are too many");
	for (size_t i = 0; i < count; i++)
		printf("%s: %llu\n", counter_help(rows[i].counter),
		       (unsigned long long)rows[i].value);
}

void replay_print(const struct replay *replay, const char *file, const char *address)
{
	struct replay_summary summary;

	replay_summarize(replay, &summary);
	print_answers(replay, file, address);
	print_steps(replay, &summary);
	print_hosts(replay);
	print_frames(&summary);
	print_notes(&summary);
	puts("A capture does not tell which hosts are guests here (--guest, --uplink), what a guest\n"
	     "would have answered to garpd's question, or what went by elsewhere in the network.");
}
