// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "claims.h"
#include "listeners.h"
#include "walk.h"

/* ---- reading ---- */

static int listeners_order(const void *a, const void *b)
{
	const struct listener_row *x = a, *y = b;
	int order = claims_compare(&x->key.claim, &y->key.claim);

	if (order)
		return order;
	return (x->key.place > y->key.place) - (x->key.place < y->key.place);
}

static void listeners_append(int map_fd, size_t max, struct listeners *listeners)
{
	struct map_walk walk = map_walk_begin(map_fd);
	struct listener_row row;

	for (; max && map_walk_next(&walk, &row.key); max--) {
		if (bpf_map_lookup_elem(map_fd, &row.key, &row.listener))
			row.listener = (struct listener){}; /* displaced meanwhile */
		listeners->row[listeners->count++] = row;
	}
}

int listeners_read(const struct pins *pins, struct listeners *listeners, struct err *err)
{
	memset(listeners, 0, sizeof(*listeners));
	listeners->row = calloc(GARPD_MAX_LISTENERS + GARPD_MAX_HEARD_GATEWAYS,
				sizeof(*listeners->row));
	if (!listeners->row)
		return err_set(err, -ENOMEM, "listeners: out of memory");
	listeners_append(pins->listeners, GARPD_MAX_LISTENERS, listeners);
	listeners_append(pins->gateways_heard, GARPD_MAX_HEARD_GATEWAYS, listeners);
	qsort(listeners->row, listeners->count, sizeof(*listeners->row), listeners_order);
	return 0;
}

void listeners_free(struct listeners *listeners)
{
	free(listeners->row);
	memset(listeners, 0, sizeof(*listeners));
}

size_t listeners_of(int listeners_fd, const struct claim_key *key, struct listener_row *rows)
{
	size_t count = 0;

	for (__u32 place = 0; place < LISTENERS; place++) {
		rows[count].key = (struct listener_key){.claim = *key, .place = place};
		count += !bpf_map_lookup_elem(listeners_fd, &rows[count].key,
					      &rows[count].listener);
	}
	return count;
}

/* ---- as a user sees it ---- */

#define ROW(row) ((const struct listener_row *)(row))

static json_t *get_bridge(const void *row)
{
	return output_interface(ROW(row)->key.claim.segment);
}

static json_t *get_vlan(const void *row)
{
	return output_vlan(ROW(row)->key.claim.vlan);
}

static json_t *get_inner_vlan(const void *row)
{
	return output_vlan(ROW(row)->key.claim.inner_vlan);
}

static json_t *get_vlans(const void *row)
{
	return output_vlans(&ROW(row)->key.claim);
}

/* null: a gateway of the segment, which has every address. */
static json_t *get_address(const void *row)
{
	return output_addr(&ROW(row)->key.claim.addr);
}

static json_t *get_listener(const void *row)
{
	return output_addr(&ROW(row)->listener.addr);
}

static json_t *get_mac(const void *row)
{
	return output_mac(ROW(row)->listener.mac);
}

static json_t *get_gateway(const void *row)
{
	return json_boolean(ROW(row)->listener.gateway);
}

static json_t *get_tries(const void *row)
{
	return json_integer(ROW(row)->listener.tries);
}

#define GET_TIME(name)                                            \
	static json_t *get_##name(const void *row)                \
	{                                                         \
		return output_time(ROW(row)->listener.name##_ns); \
	}

GET_TIME(heard)
GET_TIME(nudged)
GET_TIME(answered)

const struct field listeners_fields[] = {
	{"bridge", "BRIDGE", get_bridge},
	{"", "VLAN", get_vlans},
	{"vlan", NULL, get_vlan},
	{"inner_vlan", NULL, get_inner_vlan},
	{"address", "ADDRESS", get_address},
	{"listener", "LISTENER", get_listener},
	{"mac", "MAC", get_mac},
	{"gateway", "GATEWAY", get_gateway},
	{"tries", "TRIES", get_tries},
	{"heard", "HEARD", get_heard},
	{"nudged", "NUDGED", get_nudged},
	{"answered", "ANSWERED", get_answered},
	{NULL, NULL, NULL},
};
