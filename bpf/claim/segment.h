/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * segment.h - a claim in another segment than it was made in. Part of claim.h.
 */
#ifndef GARPD_CLAIM_SEGMENT_H
#define GARPD_CLAIM_SEGMENT_H

#include "state.h"

/* Takes over all of `from` but its lock, for a claim of that other key. */
static __always_inline void claim_take_over(struct claim *claim, const struct claim *from,
					    const struct claim_key *key)
{
	__builtin_memcpy(&claim->state, &from->state,
			 sizeof(*claim) - __builtin_offsetof(struct claim, state));
	claim->key = *key;
}

/*
 * Of two claims of one address the one with the later probe stays: the other one is what that guest
 * has come to replace.
 */
static __always_inline int claim_is_later(const struct claim *claim, const struct claim *other)
{
	return claim->last_probe_ns > other->last_probe_ns;
}

#endif /* GARPD_CLAIM_SEGMENT_H */
