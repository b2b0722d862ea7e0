// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * causes.c - what may be wrong with an address, the most likely first.
 */
#include "parts.h"

_Static_assert(CAUSE_COUNT <= FINDINGS_MAX, "room for all of them");

size_t explain_causes(const struct explain *explain, struct finding findings[FINDINGS_MAX])
{
	struct finding all[CAUSE_COUNT] = {
#define X(name, of_level) {.cause = #name, .level = CAUSE_##of_level},
		CAUSES(X)
#undef X
	};
	size_t count = 0;

	if (!explain_is_claimed(explain))
		causes_unclaimed(explain, all);
	causes_policy(explain, all);
	causes_claim(explain, all);
	causes_asking(explain, all);
	causes_tables(explain, all);
	for (size_t i = 0; i < CAUSE_COUNT; i++)
		if (all[i].trouble[0])
			findings[count++] = all[i];
	return count;
}

bool explain_is_well(const struct explain *explain)
{
	struct finding findings[FINDINGS_MAX];
	size_t count = explain_causes(explain, findings);

	return count == 0 || findings[0].level != CAUSE_TROUBLE; /* troubles are first */
}
