/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * states.h - the states visited: a hash of each, how it was reached, and a queue of those whose
 * successors are still to be visited. A state is known by 64 bits of it.
 */
#ifndef GARPD_MODEL_STATES_H
#define GARPD_MODEL_STATES_H

#include "model.h"

struct states {
	uint64_t count;
	uint64_t *hashes; /* open addressing; 0: free */
	uint64_t size;
	uint32_t *parent; /* of each state, the one it was reached from */
	uint16_t *event;  /* and by which event */
	uint64_t queue_bytes, queue_most;
};

extern struct states states;

/* Both end the program if there is no memory. */
int states_add(const struct snap *snap, uint32_t parent, int event); /* 0: it is known already */
void states_next(struct snap *snap); /* the first in the queue leaves it */

#endif /* GARPD_MODEL_STATES_H */
