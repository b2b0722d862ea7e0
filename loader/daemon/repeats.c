// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "bpf/claim/limit.h"
#include "repeats.h"

/* FNV-1a, 32 bits. */
static __u32 repeat_hash(__u32 hash, const void *data, size_t len)
{
	const __u8 *byte = data;

	while (len--)
		hash = (hash ^ *byte++) * 16777619u;
	return hash;
}

static struct repeat *repeat_at(struct repeat repeats[REPEATS], const struct claim_key *key,
				__u32 reason)
{
	__u32 hash = repeat_hash(2166136261u, key, sizeof(*key));

	return &repeats[repeat_hash(hash, &reason, sizeof(reason)) % REPEATS];
}

bool repeats_allow(struct repeat repeats[REPEATS], const struct claim_key *key, __u32 reason,
		   __u64 now_ns, unsigned int *suppressed)
{
	struct repeat *repeat = repeat_at(repeats, key, reason);
	bool is_same = repeat->logged_ns && repeat->reason == reason &&
		       memcmp(&repeat->key, key, sizeof(*key)) == 0;

	if (is_same && now_ns < repeat->logged_ns + REPEAT_QUIET_NS) {
		repeat->suppressed++;
		return false;
	}
	*suppressed = is_same ? repeat->suppressed : 0;
	*repeat = (struct repeat){.key = *key, .reason = reason, .logged_ns = now_ns};
	return true;
}

bool port_lines_allow(struct port_lines lines[PORT_LINES], __u32 port, __u64 now_ns,
		      unsigned int *suppressed)
{
	struct port_lines *of_port = &lines[port % PORT_LINES];

	if (!limit_take(&of_port->tat_ns, PORT_LINE_NS, PORT_LINES_BURST, now_ns)) {
		of_port->suppressed++;
		return false;
	}
	*suppressed = of_port->suppressed;
	of_port->suppressed = 0;
	return true;
}
