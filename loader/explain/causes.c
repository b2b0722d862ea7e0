// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * causes.c - what may be wrong with an address, the most likely first. The causes
 * themselves are functions of the facts and of nothing else: explain_nobody.c, explain_policy.c,
 * explain_claim.c, explain_ports.c and explain_host.c have them.
 */
#include <stdarg.h>
#include <stdio.h>

#include "parts.h"

/* ---- the facts, put together ---- */

bool explain_is_settled(const struct explain *explain)
{
	return explain->claim.state == CLAIM_ANNOUNCING || explain->claim.state == CLAIM_OWNED;
}

bool explain_is_announced(const struct explain *explain)
{
	const struct claim *claim = &explain->claim;

	return explain_is_settled(explain) && claim->announced_since_ns &&
	       claim->last_announcement_ns >= claim->announced_since_ns;
}

bool explain_is_waited_for(const struct explain *explain, const struct listener *listener)
{
	__u64 since_ns = explain->claim.announced_since_ns;

	return explain_is_settled(explain) && since_ns && listener->nudged_ns >= since_ns &&
	       listener->answered_ns < since_ns;
}

__u32 explain_min_probes(const struct explain *explain)
{
	return addr_is_ipv4(&explain->addr) ? explain->settings.min_probes
					    : DUP_ADDR_DETECT_TRANSMITS;
}

const char *explain_name(const struct explain *explain, __u32 ifindex)
{
	for (size_t i = 0; i < explain->names; i++)
		if (explain->name[i].ifindex == ifindex)
			return explain->name[i].text;
	return "nowhere";
}

const char *explain_places_text(const struct explain *explain, const struct explain_places *places,
				char text[PLACES_TEXT_LEN])
{
	size_t i, named = places->count < EXPLAIN_PLACES ? places->count : EXPLAIN_PLACES;
	int used = 0;

	text[0] = '\0';
	for (i = 0; i < named; i++)
		used += snprintf(text + used, PLACES_TEXT_LEN - used, "%s%s", i ? ", " : "",
				 explain_name(explain, places->ifindex[i]));
	if (places->count > named)
		snprintf(text + used, PLACES_TEXT_LEN - used, " and %zu more",
			 places->count - named);
	return text;
}

/* ---- saying it ---- */

bool finding_trouble(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->trouble, sizeof(finding->trouble), format, args);
	va_end(args);
	return true;
}

bool finding_remedy(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->remedy, sizeof(finding->remedy), format, args);
	va_end(args);
	return true;
}

/* ---- the table ---- */

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

	return count == 0 || findings[0].level != CAUSE_TROUBLE; /* troubles stand first */
}
