// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * causes.c - what may be wrong with an address, the most likely first. Each cause is a function of
 * the facts alone: unclaimed.c, policy.c, claim.c, port.c and host.c.
 */
#include "parts.h"

static const struct cause {
	const char *name;
	enum cause_level level;
	bool (*find)(const struct explain *explain, struct finding *finding);
} causes[] = {
#define X(name, level) {#name, CAUSE_##level, find_##name},
	CAUSES(X)
#undef X
};

#define CAUSE_COUNT (sizeof(causes) / sizeof(causes[0]))
_Static_assert(CAUSE_COUNT <= FINDINGS_MAX, "room for all of them");

size_t explain_causes(const struct explain *explain, struct finding findings[FINDINGS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < CAUSE_COUNT; i++) {
		findings[count] = (struct finding){.cause = causes[i].name,
						   .level = causes[i].level};
		count += causes[i].find(explain, &findings[count]);
	}
	return count;
}

bool explain_is_well(const struct explain *explain)
{
	struct finding findings[FINDINGS_MAX];
	size_t count = explain_causes(explain, findings);

	return count == 0 || findings[0].level != CAUSE_TROUBLE; /* troubles are first */
}
