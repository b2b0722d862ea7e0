// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static const char *const check_names[] = {
#define X(name, what) [CHECK_##name] = #name,
	CHECKS(X)
#undef X
};

const char *doctor_check_name(unsigned int check)
{
	return check < CHECK_COUNT ? check_names[check] : "unknown";
}

void doctor_add(struct findings *findings, enum check check, enum cause_level level,
		const char *object, const char *format, ...)
{
	struct finding *grown, *finding;
	va_list args;

	grown = realloc(findings->at, (findings->count + 1) * sizeof(*grown));
	if (!grown) {
		findings->no_memory = true;
		return;
	}
	findings->at = grown;
	finding = &grown[findings->count++];
	*finding = (struct finding){.cause = check_names[check], .level = level};
	snprintf(finding->object, sizeof(finding->object), "%s", object);
	va_start(args, format);
	finding_set_args(finding, format, args);
	va_end(args);
	text_clean(finding->object);
	text_clean(finding->trouble);
	text_clean(finding->remedy);
}

void doctor_add_reason(struct findings *findings, enum check check, enum cause_level level,
		       const char *object, const char *text)
{
	const char *remedy = strstr(text, "; ");

	if (remedy)
		doctor_add(findings, check, level, object, "%.*s" REMEDY "%s", (int)(remedy - text),
			   text, remedy + 2);
	else
		doctor_add(findings, check, level, object, "%s", text);
}

void doctor_add_error(struct findings *findings, enum check check, enum cause_level level,
		      const struct err *err)
{
	char object[FINDING_OBJECT_LEN] = "";
	const char *text = err->text, *reason = strstr(text, ": ");

	if (reason && (size_t)(reason - text) < sizeof(object)) {
		memcpy(object, text, (size_t)(reason - text));
		text = reason + 2;
	}
	doctor_add_reason(findings, check, level, object, text);
}

bool doctor_has_failed(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->at[i].level == CAUSE_TROUBLE)
			return true;
	return false;
}

void doctor_free(struct findings *findings)
{
	free(findings->at);
	*findings = (struct findings){};
}

/* ---- the table ---- */

static const char *level_name(unsigned int level)
{
	static const char *const names[] = {
		[CAUSE_TROUBLE] = "fail", [CAUSE_NOTE] = "warn", [CAUSE_OK] = "ok"};

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "unknown";
}

/* A failure catches the eye without a color, too. */
static const char *level_text(unsigned int level)
{
	return level == CAUSE_TROUBLE ? "FAIL" : level_name(level);
}

static enum trouble get_trouble(const void *row)
{
	switch (((const struct finding *)row)->level) {
	case CAUSE_TROUBLE:
		return TROUBLE_BAD;
	case CAUSE_NOTE:
		return TROUBLE_SOME;
	case CAUSE_OK:
		break;
	}
	return TROUBLE_NONE;
}

#define FINDING(TYPE, member) FIELD(TYPE, struct finding, member)

static json_t *get_check(const void *row)
{
	return json_string(((const struct finding *)row)->cause);
}

const struct field doctor_fields[] = {
	{"check", NULL, .get = get_check},
	{"object", NULL, FINDING(TEXT, object)},
	{"level", NULL, FINDING(ENUM, level), .name = level_name},
	{"reason", NULL, FINDING(TEXT, trouble)},
	{"remedy", NULL, FINDING(TEXT, remedy)},
	{},
};

const struct field doctor_columns[] = {
	{"", "RESULT", FINDING(ENUM, level), .name = level_text, .trouble = get_trouble},
	{"", "CHECK", .get = get_check},
	{"", "OBJECT", FINDING(TEXT, object)},
	{"", "REASON", FINDING(TEXT, trouble)},
	{"", "", FINDING(TEXT, remedy), .is_below = true},
	{},
};
