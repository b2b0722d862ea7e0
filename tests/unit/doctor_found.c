// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <string.h>

#include "doctor_found.h"

struct findings found;

void found_clear(void)
{
	doctor_free(&found);
}

static void found_as(const char *check, const char *object, enum cause_level level,
		     const char *words, const char *remedy)
{
	const struct finding *it = NULL;

	for (size_t i = 0; i < found.count; i++) {
		if (strcmp(found.at[i].cause, check) != 0 ||
		    strcmp(found.at[i].object, object) != 0)
			continue;
		cr_assert_null(it, "%s of %s is there twice", check, object);
		it = &found.at[i];
	}
	cr_assert_not_null(it, "%s of %s is not there", check, object);
	cr_assert_eq(it->level, level, "%s of %s: level %d: %s", check, object, it->level,
		     it->trouble);
	cr_assert_not_null(strstr(it->trouble, words), "%s of %s: %s", check, object, it->trouble);
	cr_assert_not_null(strstr(it->remedy, remedy), "%s of %s: %s", check, object, it->remedy);
	cr_assert_eq(!it->remedy[0], !remedy[0], "%s of %s: %s", check, object, it->remedy);
}

void found_ok(const char *check, const char *object, const char *words)
{
	found_as(check, object, CAUSE_OK, words, "");
}

void found_warn(const char *check, const char *object, const char *words, const char *remedy)
{
	found_as(check, object, CAUSE_NOTE, words, remedy);
}

void found_fail(const char *check, const char *object, const char *words, const char *remedy)
{
	found_as(check, object, CAUSE_TROUBLE, words, remedy);
}

void found_count(const char *check, size_t count)
{
	size_t seen = 0;

	for (size_t i = 0; i < found.count; i++)
		seen += !strcmp(found.at[i].cause, check);
	cr_assert_eq(seen, count, "%s is there %zu times", check, seen);
}
