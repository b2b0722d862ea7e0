// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "storms.h"

/* FNV-1a, 32 bits. */
static __u32 storm_hash(__u32 hash, const void *data, size_t len)
{
	const __u8 *byte = data;

	while (len--)
		hash = (hash ^ *byte++) * 16777619u;
	return hash;
}

static struct storm *storm_at(struct storm storms[STORMS], const struct claim_key *key,
			      __u32 reason)
{
	__u32 hash = storm_hash(2166136261u, key, sizeof(*key));

	return &storms[storm_hash(hash, &reason, sizeof(reason)) % STORMS];
}

bool storms_allow(struct storm storms[STORMS], const struct claim_key *key, __u32 reason,
		  __u64 now_ns, unsigned int *left_out)
{
	struct storm *storm = storm_at(storms, key, reason);
	bool known = storm->said_ns && storm->reason == reason &&
		     memcmp(&storm->key, key, sizeof(*key)) == 0;

	if (known && now_ns < storm->said_ns + STORM_QUIET_NS) {
		storm->left_out++;
		return false;
	}
	*left_out = known ? storm->left_out : 0;
	*storm = (struct storm){.key = *key, .reason = reason, .said_ns = now_ns};
	return true;
}
