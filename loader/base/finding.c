// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "finding.h"

void finding_set_args(struct finding *finding, const char *format, va_list args)
{
	char text[sizeof(finding->trouble) + sizeof(finding->remedy)];
	size_t len;

	vsnprintf(text, sizeof(text), format, args);
	len = strcspn(text, REMEDY);
	snprintf(finding->trouble, sizeof(finding->trouble), "%.*s", (int)len, text);
	snprintf(finding->remedy, sizeof(finding->remedy), "%s", text + len + !!text[len]);
}

void finding_set(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding_set_args(finding, format, args);
	va_end(args);
}

static json_t *get_cause(const void *row)
{
	return json_string(((const struct finding *)row)->cause);
}

/* null in the field of the other level: on the screen the header names the level. */
static json_t *get_of_level(const struct finding *finding, enum cause_level level)
{
	return finding->level == level ? json_string(finding->trouble) : json_null();
}

static json_t *get_trouble(const void *row)
{
	return get_of_level(row, CAUSE_TROUBLE);
}

static json_t *get_note(const void *row)
{
	return get_of_level(row, CAUSE_NOTE);
}

const struct field finding_fields[] = {
	{"cause", NULL, .get = get_cause},
	{"trouble", "trouble:", .get = get_trouble},
	{"note", "note:", .get = get_note},
	{"remedy", "remedy:", FIELD(TEXT, struct finding, remedy)},
	{},
};
