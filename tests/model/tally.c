// SPDX-License-Identifier: GPL-2.0-or-later
/* Which rules were evaluated, and how often: a rule that is in no world's way proves nothing. */
#include <string.h>

#include "parts.h"

enum { SLOTS = 1024 }; /* far more than there are rules */

static struct slot {
	const char *rule;
	unsigned long times;
} slots[SLOTS];

void judge_consult(const char *rule)
{
	unsigned int i = (uintptr_t)rule / 8 % SLOTS;

	while (slots[i].rule && slots[i].rule != rule)
		i = (i + 1) % SLOTS;
	slots[i].rule = rule;
	slots[i].times++;
}

/* The same sentence in two files is one rule. */
static int is_first(const struct slot *slot)
{
	const struct slot *other;

	for (other = slots; other < slot; other++)
		if (other->rule && !strcmp(other->rule, slot->rule))
			return 0;
	return 1;
}

unsigned int tally_rules(FILE *list)
{
	const struct slot *slot;
	unsigned int count = 0;

	for (slot = slots; slot < slots + SLOTS; slot++) {
		if (!slot->rule || !is_first(slot))
			continue;
		count++;
		if (list)
			fprintf(list, "%12lu %s\n", slot->times, slot->rule);
	}
	return count;
}
