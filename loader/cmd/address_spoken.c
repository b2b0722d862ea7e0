// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * address_spoken.c - what became of the claims of an address, as text and as JSON.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "address.h"
#include "loader/base/output.h"
#include "loader/base/text.h"

void spoken_say(struct spoken *row, bool done, const char *format, ...)
{
	va_list args;

	row->done = done;
	va_start(args, format);
	vsnprintf(row->message, sizeof(row->message), format, args);
	va_end(args);
	text_clean(row->message);
}

#define SPOKEN(TYPE, member) FIELD(TYPE, struct spoken, member)

static const struct field spoken_fields[] = {
	{"bridge", NULL, SPOKEN(INTERFACE, claim.key.segment)},
	{"vlan", NULL, SPOKEN(VLAN, claim.key.vlan)},
	{"inner_vlan", NULL, SPOKEN(VLAN, claim.key.inner_vlan)},
	{"address", NULL, SPOKEN(ADDR, claim.key.addr)},
	{"mac", NULL, SPOKEN(MAC, claim.mac)},
	{"port", NULL, SPOKEN(INTERFACE, claim.port)},
	{"done", NULL, SPOKEN(BOOL, done)},
	{"result", NULL, SPOKEN(ENUM, result), .name = counter_name},
	{"message", NULL, SPOKEN(TEXT, message)},
	{},
};

const struct verb_print spoken_prints[] = {
	{"announce", "/items", spoken_fields},
	{},
};

int spoken_print(const struct spoken_list *list, bool as_json, struct err *why)
{
	size_t done = 0;

	if (as_json)
		output_rows(spoken_fields, list->row, list->count, sizeof(*list->row), true);
	for (size_t i = 0; i < list->count; i++) {
		done += list->row[i].done;
		if (!list->row[i].done)
			err_set(why, -EPERM, "%s", list->row[i].message);
		else if (!as_json)
			puts(list->row[i].message);
	}
	return done ? 0 : -EPERM;
}
