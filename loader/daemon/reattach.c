// SPDX-License-Identifier: GPL-2.0-or-later
#include "reattach.h"

bool reattach_is_over(const struct reattach *again, uint64_t now_usec)
{
	return again->tries >= REATTACH_TRIES &&
	       now_usec < again->minute_usec + REATTACH_MINUTE_USEC;
}

static void reattach_arm(struct reattach *again)
{
	again->due_usec = again->changed_usec + REATTACH_QUIET_USEC;
	if (reattach_is_over(again, again->due_usec))
		again->due_usec = again->minute_usec + REATTACH_MINUTE_USEC;
}

void reattach_wait(struct reattach *again, uint64_t now_usec)
{
	again->changed_usec = now_usec;
	if (again->is_due)
		reattach_arm(again);
}

void reattach_set(struct reattach *again, bool is_due, uint64_t now_usec)
{
	if (is_due && !again->changed_usec)
		again->changed_usec = now_usec;
	again->is_due = is_due;
	reattach_arm(again);
}

void reattach_try(struct reattach *again, uint64_t now_usec)
{
	if (!again->minute_usec || now_usec >= again->minute_usec + REATTACH_MINUTE_USEC) {
		again->minute_usec = now_usec;
		again->tries = 0;
	}
	again->tries++;
	again->changed_usec = now_usec;
	reattach_arm(again);
}
