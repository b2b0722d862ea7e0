// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "claims.h"
#include "loader/base/text.h"

#define CLAIMS_BATCH 1024

/* ---- reading ---- */

static int claims_grow(struct claims *claims, size_t room)
{
	struct claim *grown = realloc(claims->claim, room * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	claims->claim = grown;
	return 0;
}

/*
 * Appends one batch. 0: there are more; -ENOENT: that was the last one; or -errno. The kernel
 * copies each element under its lock (BPF_F_LOCK), so none is half of one event and half of the
 * next.
 */
static int claims_read_batch(int fd, __u32 *in, __u32 *out, struct claims *claims)
{
	DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = BPF_F_LOCK);
	static struct claim_key keys[CLAIMS_BATCH];
	__u32 count = CLAIMS_BATCH;
	int code = claims_grow(claims, claims->count + CLAIMS_BATCH);

	if (code)
		return code;
	code = bpf_map_lookup_batch(fd, in, out, keys, claims->claim + claims->count, &count,
				    &opts);
	if (!code || code == -ENOENT)
		claims->count += count;
	return code;
}

static int claims_order(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	return claims_compare(&x->key, &y->key);
}

int claims_read(int claims_fd, struct claims *claims, struct err *err)
{
	__u32 position = 0, *in = NULL;
	int code;

	memset(claims, 0, sizeof(*claims));
	do {
		code = claims_read_batch(claims_fd, in, &position, claims);
		in = &position;
	} while (!code);
	if (code != -ENOENT)
		return err_set(err, code, "claims: cannot read the map: %s", strerror(-code));
	qsort(claims->claim, claims->count, sizeof(*claims->claim), claims_order);
	return 0;
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
	return bpf_map_lookup_elem_flags(pins->claims, key, claim, BPF_F_LOCK);
}

bool claims_is_announced(const struct pins *pins, const struct claim_key *key,
			 const __u8 mac[MAC_LEN])
{
	struct claim claim;

	if (claims_lookup(pins, key, &claim))
		return false;
	switch ((enum claim_state)claim.state) {
	case CLAIM_PROBING: /* announced already where it is declared so */
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

/* ---- as a user sees it ---- */

static json_t *get_bridge(const void *row)
{
	return output_interface(((const struct claim *)row)->key.segment);
}

static json_t *get_vlan(const void *row)
{
	return output_vlan(((const struct claim *)row)->key.vlan);
}

static json_t *get_inner_vlan(const void *row)
{
	return output_vlan(((const struct claim *)row)->key.inner_vlan);
}

static json_t *get_vlans(const void *row)
{
	return output_vlans(&((const struct claim *)row)->key);
}

static json_t *get_address(const void *row)
{
	return output_addr(&((const struct claim *)row)->key.addr);
}

static json_t *get_mac(const void *row)
{
	return output_mac(((const struct claim *)row)->mac);
}

static json_t *get_port(const void *row)
{
	return output_interface(((const struct claim *)row)->port);
}

static json_t *get_state(const void *row)
{
	return json_string(claim_state_name(((const struct claim *)row)->state));
}

static json_t *get_reason(const void *row)
{
	const struct claim *claim = row;

	return claim->state == CLAIM_NONE ? json_null() : json_string(counter_name(claim->reason));
}

static json_t *get_owner(const void *row)
{
	return output_mac(((const struct claim *)row)->owner);
}

static json_t *get_rival(const void *row)
{
	return output_mac(((const struct claim *)row)->rival);
}

static json_t *get_declared(const void *row)
{
	return json_boolean(((const struct claim *)row)->flags & CLAIM_F_DECLARED);
}

static json_t *get_confirmed_by(const void *row)
{
	return output_addr(&((const struct claim *)row)->confirmed_by);
}

/* Milliseconds from the announcement to the answer of `confirmed_by`. */
static json_t *get_confirmed_after(const void *row)
{
	const struct claim *claim = row;

	if (!claim->confirmed_ns || claim->confirmed_ns < claim->announced_since_ns)
		return json_null();
	return json_real((double)(claim->confirmed_ns - claim->announced_since_ns) / NSEC_PER_MSEC);
}

#define GET_NUMBER(name)                                                \
	static json_t *get_##name(const void *row)                      \
	{                                                               \
		return json_integer(((const struct claim *)row)->name); \
	}
#define GET_TIME(name)                                                      \
	static json_t *get_##name(const void *row)                          \
	{                                                                   \
		return output_time(((const struct claim *)row)->name##_ns); \
	}

GET_NUMBER(probes)
GET_NUMBER(announcements)
GET_NUMBER(self_announced)
GET_NUMBER(conflicts)
GET_NUMBER(moves)
GET_NUMBER(refreshed)
GET_NUMBER(nudges)
GET_NUMBER(confirmations)
GET_NUMBER(unconfirmed)
GET_TIME(first_probe)
GET_TIME(last_probe)
GET_TIME(last_announcement)
GET_TIME(confirmed)
GET_TIME(last_conflict)
GET_TIME(last_seen)
GET_TIME(changed)

const struct field claims_fields[] = {
	{"bridge", "BRIDGE", get_bridge},
	{"", "VLAN", get_vlans},
	{"vlan", NULL, get_vlan},
	{"inner_vlan", NULL, get_inner_vlan},
	{"address", "ADDRESS", get_address},
	{"mac", "MAC", get_mac},
	{"port", "PORT", get_port},
	{"state", "STATE", get_state},
	{"reason", "REASON", get_reason},
	{"probes", "PROBES", get_probes},
	{"announcements", "ANNOUNCED", get_announcements},
	{"self_announced", "SELF", get_self_announced},
	{"refreshed", NULL, get_refreshed},
	{"nudges", NULL, get_nudges},
	{"confirmations", "CONFIRMED", get_confirmations},
	{"confirmed_by", "BY", get_confirmed_by},
	{"confirmed_after_ms", NULL, get_confirmed_after},
	{"unconfirmed", NULL, get_unconfirmed},
	{"conflicts", "CONFLICTS", get_conflicts},
	{"moves", "MOVES", get_moves},
	{"declared", NULL, get_declared},
	{"owner", NULL, get_owner},
	{"rival", NULL, get_rival},
	{"first_probe", NULL, get_first_probe},
	{"last_probe", NULL, get_last_probe},
	{"last_announcement", "LAST-ANNOUNCEMENT", get_last_announcement},
	{"last_confirmed", NULL, get_confirmed},
	{"last_conflict", NULL, get_last_conflict},
	{"last_seen", NULL, get_last_seen},
	{"changed", NULL, get_changed},
	{NULL, NULL, NULL},
};
