// SPDX-License-Identifier: GPL-2.0-or-later
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

#include "failing.h"

static size_t callocs = FAILING_NEVER, jsons = FAILING_NEVER;

static bool take(size_t *left)
{
	if (!*left)
		return false;
	*left -= *left != FAILING_NEVER;
	return true;
}

/* The linker has every calloc() of this program call this one (tests.mk). */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return take(&callocs) ? __real_calloc(count, size) : NULL;
}

static void *json_malloc(size_t size)
{
	return take(&jsons) ? malloc(size) : NULL;
}

void failing_calloc_after(size_t count)
{
	callocs = count;
}

void failing_json_after(size_t count)
{
	jsons = count;
	json_set_alloc_funcs(json_malloc, free);
}
