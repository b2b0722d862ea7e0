/* SPDX-License-Identifier: GPL-2.0-or-later */
/* search.h - every state of a world that can be reached. */
#ifndef GARPD_MODEL_SEARCH_H
#define GARPD_MODEL_SEARCH_H

#include "model.h"

struct search_options {
	uint64_t max_states; /* give up beyond that many */
	int garble;	/* each step again, with what is hidden garbled: the same must happen */
	int rest;	/* each state comes to rest if no host says a word */
	int depth;	/* so many events, not all; 0: until no new state is found */
	int list_rules; /* that were evaluated */
	int keep_going; /* after a rule was broken */
	int verbose;
};

/*
 * Breadth first, so that the trace of a broken rule is the shortest there is. Prints traces and a
 * line of figures. Returns 0 if the world was closed and no rule is broken.
 */
int search(const struct bounds *world, const struct search_options *options);

/* As many random runs, each once with the clock going on and once with it set back. 0: the same. */
int crosscheck(const struct bounds *world, int runs);

#endif /* GARPD_MODEL_SEARCH_H */
