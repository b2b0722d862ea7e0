// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * claim_fields.c - a claim as a user sees it.
 */
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "loader/base/guest.h"
#include "loader/base/text.h"

enum trouble claims_trouble(const struct claim *claim)
{
	switch ((enum claim_state)claim->state) {
	case CLAIM_CONFLICT:
	case CLAIM_FROZEN:
		return TROUBLE_BAD;
	case CLAIM_DENIED:
	case CLAIM_UNANSWERED:
		return TROUBLE_SOME;
	case CLAIM_NONE:
	case CLAIM_PROBING:
	case CLAIM_ASKING:
	case CLAIM_ANNOUNCING:
	case CLAIM_OWNED:
	case CLAIM_STATE_MAX:
		break;
	}
	if (claim->ask_ns && claim->ask_flags & ASK_F_UNANSWERED)
		return TROUBLE_SOME;
	return claim->unconfirmed && !claim->confirmed_ns ? TROUBLE_SOME : TROUBLE_NONE;
}

static int compare_trouble(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	enum trouble of_x = claims_trouble(x), of_y = claims_trouble(y);

	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	if (x->changed_ns != y->changed_ns)
		return x->changed_ns > y->changed_ns ? -1 : 1;
	return claims_compare(&x->key, &y->key);
}

void claims_sort_by_trouble(struct claims *claims)
{
	qsort(claims->claim, claims->count, sizeof(*claims->claim), compare_trouble);
}

static enum trouble get_trouble(const void *row)
{
	return claims_trouble(row);
}

static json_t *get_reason(const void *row)
{
	const struct claim *claim = row;

	return claim->state == CLAIM_NONE ? json_null() : json_string(counter_name(claim->reason));
}

static json_t *get_declared(const void *row)
{
	return json_boolean(((const struct claim *)row)->flags & CLAIM_F_DECLARED);
}

static json_t *get_observed(const void *row)
{
	return json_boolean(((const struct claim *)row)->flags & CLAIM_F_OBSERVED);
}

/* The guest was asked, and has not answered for 1.6 s. */
static json_t *get_unanswered(const void *row)
{
	const struct claim *claim = row;

	return json_boolean(claim->ask_ns && claim->ask_flags & ASK_F_UNANSWERED);
}

static json_t *get_guest(const void *row)
{
	return guest_json(((const struct claim *)row)->port);
}

/* On the screen: "owned (observed)". */
static json_t *get_state_text(const void *row)
{
	const struct claim *claim = row;
	const char *more = "";

	if (claim->flags & CLAIM_F_OBSERVED)
		more = " (observed)";
	else if (claim->ask_ns && claim->ask_flags & ASK_F_UNANSWERED &&
		 claim->state != CLAIM_UNANSWERED)
		more = " (unanswered)";
	return json_sprintf("%s%s", claim_state_name(claim->state), more);
}

/* Milliseconds from the announcement to the answer of `confirmed_by`. */
static json_t *get_confirmed_after(const void *row)
{
	const struct claim *claim = row;

	if (!claim->confirmed_ns || claim->confirmed_ns < claim->announced_since_ns)
		return json_null();
	return json_real((double)(claim->confirmed_ns - claim->announced_since_ns) / NSEC_PER_MSEC);
}

#define CLAIM(TYPE, member) FIELD(TYPE, struct claim, member)

/* Also what watch prints: a struct claim_change begins with its claim. */
#define CLAIM_FIELDS                                                                               \
	{"bridge", "BRIDGE", CLAIM(INTERFACE, key.segment)}, {"", "VLAN", CLAIM(VLANS, key)},      \
		{"vlan", NULL, CLAIM(VLAN, key.vlan)},                                             \
		{"inner_vlan", NULL, CLAIM(VLAN, key.inner_vlan)},                                 \
		{"address", "ADDRESS", CLAIM(ADDR, key.addr)}, {"mac", "MAC", CLAIM(MAC, mac)},    \
		{"port", "PORT", CLAIM(INTERFACE, port)}, {"guest", "GUEST", .get = get_guest},    \
		{"", "STATE", .get = get_state_text, .trouble = get_trouble},                      \
		{"state", NULL, CLAIM(ENUM, state), .name = claim_state_name},                     \
		{"reason", "REASON", .get = get_reason},                                           \
		{"probes", "PROBES", CLAIM(NUMBER, probes)},                                       \
		{"announcements", "ANNOUNCED", CLAIM(NUMBER, announcements)},                      \
		{"self_announced", "SELF", CLAIM(NUMBER, self_announced)},                         \
		{"host_refreshed", NULL, CLAIM(NUMBER, refreshed)},                                \
		{"nudges", NULL, CLAIM(NUMBER, nudges)},                                           \
		{"confirmations", "CONFIRMED", CLAIM(NUMBER, confirmations)},                      \
		{"confirmed_by", "BY", CLAIM(ADDR, confirmed_by)},                                 \
		{"confirmed_after_ms", NULL, .get = get_confirmed_after},                          \
		{"unconfirmed", NULL, CLAIM(NUMBER, unconfirmed)},                                 \
		{"conflicts", "CONFLICTS", CLAIM(NUMBER, conflicts)},                              \
		{"moves", "MOVES", CLAIM(NUMBER, moves)}, {"declared", NULL, .get = get_declared}, \
		{"observed", NULL, .get = get_observed},                                           \
		{"unanswered", NULL, .get = get_unanswered},                                       \
		{"asked", NULL, CLAIM(NUMBER, asked)}, {"owner", NULL, CLAIM(MAC, owner)},         \
		{"rival", NULL, CLAIM(MAC, rival)},                                                \
		{"first_probe", NULL, CLAIM(TIME, first_probe_ns)},                                \
		{"last_probe", NULL, CLAIM(TIME, last_probe_ns)},                                  \
		{"last_announcement", NULL, CLAIM(TIME, last_announcement_ns)},                    \
		{"last_asked", NULL, CLAIM(TIME, asked_ns)},                                       \
		{"last_answered", NULL, CLAIM(TIME, answered_ns)},                                 \
		{"last_confirmed", NULL, CLAIM(TIME, confirmed_ns)},                               \
		{"last_conflict", NULL, CLAIM(TIME, last_conflict_ns)},                            \
		{"last_seen", NULL, CLAIM(TIME, last_seen_ns)},                                    \
	{                                                                                          \
		"changed", "CHANGED", CLAIM(TIME, changed_ns)                                      \
	}

const struct field claims_fields[] = {CLAIM_FIELDS, {}};

/* ---- within 80 columns ---- */

/* "no": every listener was nudged three times and none has answered. */
static json_t *get_confirmed(const void *row)
{
	const struct claim *claim = row;

	if (claim->confirmed_ns)
		return json_string("yes");
	return claim->unconfirmed ? json_string("no") : json_null();
}

static json_t *get_changed_age(const void *row)
{
	const struct claim *claim = row;
	char text[DURATION_TEXT_LEN];

	return json_string(duration_text(time_now_ns() - claim->changed_ns, text));
}

const struct field claims_columns[] = {
	{"", "ADDRESS", CLAIM(ADDR, key.addr), .may_overflow = true},
	{"", "MAC", CLAIM(MAC, mac)},
	{"", "PORT", CLAIM(INTERFACE, port)},
	{"", "STATE", .get = get_state_text, .trouble = get_trouble},
	{"", "CONFIRMED", .get = get_confirmed},
	{"", "CHANGED", .get = get_changed_age},
	{},
};

/* ---- as it changes ---- */

static json_t *get_change(const void *row)
{
	const struct claim_change *change = row;

	return json_sprintf("%s -> %s", claim_state_name(change->from),
			    claim_state_name(change->claim.state));
}

/* "13:30:11.250": who watches knows the day. */
static json_t *get_clock(const void *row)
{
	char text[TIME_TEXT_LEN];

	time_local_text(((const struct claim *)row)->changed_ns, text);
	return json_sprintf("%.12s", strchr(text, ' ') ? strchr(text, ' ') + 1 : text);
}

const struct field claims_change_fields[] = {
	CLAIM_FIELDS,
	{"old_state", "FROM", FIELD(ENUM, struct claim_change, from), .name = claim_state_name},
	{},
};

const struct field claims_change_columns[] = {
	{"", "TIME", .get = get_clock, .width = 12},
	{"", "BRIDGE", CLAIM(INTERFACE, key.segment), .width = 5},
	{"", "ADDRESS", CLAIM(ADDR, key.addr), .width = 15},
	{"", "CHANGE", .get = get_change, .width = 21, .trouble = get_trouble},
	{"", "MAC", CLAIM(MAC, mac), .width = 17},
	{"", "PORT", CLAIM(INTERFACE, port), .width = 8},
	{"", "REASON", .get = get_reason},
	{},
};
