// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * faults.c - everything that is wrong with a file, not the first of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

int faults_add(struct faults *faults, unsigned int line, const char *message)
{
	struct fault *fault = faults->fault;
	struct err text;

	err_set(&text, 0, "%s", message);
	/* Grows at each power of two. */
	if ((faults->count & (faults->count - 1)) == 0) {
		size_t room = faults->count ? faults->count * 2 : 1;

		fault = realloc(fault, room * sizeof(*fault));
		if (!fault)
			return -ENOMEM;
		faults->fault = fault;
	}
	fault += faults->count;
	*fault = (struct fault){.line = line, .place = faults->count, .message = strdup(text.text)};
	if (!fault->message)
		return -ENOMEM;
	faults->count++;
	return -EINVAL;
}

/* By line; in one line as they were found. */
static int fault_compare(const void *a, const void *b)
{
	const struct fault *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return left->place < right->place ? -1 : 1;
}

void faults_sort(struct faults *faults)
{
	if (faults->count)
		qsort(faults->fault, faults->count, sizeof(*faults->fault), fault_compare);
}

void faults_free(struct faults *faults)
{
	for (size_t i = 0; i < faults->count; i++)
		free(faults->fault[i].message);
	free(faults->fault);
	*faults = (struct faults){};
}
