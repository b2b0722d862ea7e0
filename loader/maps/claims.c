// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "claims.h"
#include "loader/base/text.h"

/* ---- reading ---- */

static int claims_append(struct claims *claims, size_t *room, const struct claim *claim)
{
	struct claim *grown;

	if (claims->count == *room) {
		*room = *room * 2 ?: 256;
		grown = realloc(claims->claim, *room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		claims->claim = grown;
	}
	claims->claim[claims->count++] = *claim;
	return 0;
}

void claims_walk_begin(struct map_walk *walk, int claims_fd)
{
	map_walk_begin(walk, claims_fd, BPF_F_LOCK);
}

/* The program that deletes it has buried it (claim_bury()). */
static bool is_buried(const struct claim *claim)
{
	return !claim->key.segment;
}

bool claims_walk_next(struct map_walk *walk, struct claim *claim)
{
	struct claim_key key;

	while (map_walk_next(walk, &key, claim))
		if (!is_buried(claim))
			return true;
	return false;
}

int claims_walk_end(struct map_walk *walk, struct err *why)
{
	int err = map_walk_end(walk);

	return err ? err_set(why, err, "claims: cannot read the map: %s", strerror(-err)) : 0;
}

static int claims_order(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	return claims_compare(&x->key, &y->key);
}

int claims_read(int claims_fd, struct claims *claims, struct err *why)
{
	struct map_walk walk;
	struct claim claim;
	size_t room = 0;
	int read_err, err = 0;

	memset(claims, 0, sizeof(*claims));
	claims_walk_begin(&walk, claims_fd);
	while (!err && claims_walk_next(&walk, &claim))
		err = claims_append(claims, &room, &claim);
	if (err)
		err_set(why, err, "claims: out of memory");
	read_err = claims_walk_end(&walk, why);
	err = err ? err : read_err;
	if (!err && claims->count)
		qsort(claims->claim, claims->count, sizeof(*claims->claim), claims_order);
	return err;
}

void claims_free(struct claims *claims)
{
	free(claims->claim);
	memset(claims, 0, sizeof(*claims));
}

int claims_compare(const struct claim_key *a, const struct claim_key *b)
{
	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	if (a->vlan != b->vlan)
		return a->vlan < b->vlan ? -1 : 1;
	if (a->inner_vlan != b->inner_vlan)
		return a->inner_vlan < b->inner_vlan ? -1 : 1;
	return memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

const struct claim *claims_find(const struct claims *claims, const struct claim_key *key)
{
	struct claim probe = {.key = *key};

	return bsearch(&probe, claims->claim, claims->count, sizeof(probe), claims_order);
}

int claims_lookup(const struct pins *pins, const struct claim_key *key, struct claim *claim)
{
	int err = bpf_map_lookup_elem_flags(pins->claims, key, claim, BPF_F_LOCK);

	return !err && is_buried(claim) ? -ENOENT : err;
}

bool claims_is_announced(const struct pins *pins, const struct claim_key *key,
			 const __u8 mac[MAC_LEN])
{
	struct claim claim;

	if (claims_lookup(pins, key, &claim))
		return false;
	switch ((enum claim_state)claim.state) {
	case CLAIM_PROBING: /* announced already where it is declared so */
	case CLAIM_ASKING:
	case CLAIM_UNANSWERED:
		return claim.flags & CLAIM_F_IMMEDIATE && !memcmp(claim.mac, mac, MAC_LEN);
	case CLAIM_ANNOUNCING:
	case CLAIM_OWNED:
		return !memcmp(claim.mac, mac, MAC_LEN);
	case CLAIM_CONFLICT: /* who defends a declared address has been announced */
		return claim.reason == COUNTER_defended && !memcmp(claim.rival, mac, MAC_LEN);
	case CLAIM_NONE:
	case CLAIM_DENIED:
	case CLAIM_FROZEN:
	case CLAIM_STATE_MAX:
		break;
	}
	return false;
}
