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
	struct listener_row row;
	struct map_walk walk;

	map_walk_begin(&walk, map_fd, 0);
	for (; max && map_walk_next(&walk, &row.key, &row.listener); max--)
		listeners->row[listeners->count++] = row;
	map_walk_end(&walk);
}

int listeners_read(const struct pins *pins, struct listeners *listeners, struct err *why)
{
	memset(listeners, 0, sizeof(*listeners));
	listeners->row = calloc(GARPD_MAX_LISTENERS + GARPD_MAX_HEARD_GATEWAYS,
				sizeof(*listeners->row));
	if (!listeners->row)
		return err_set(why, -ENOMEM, "listeners: out of memory");
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

#define ROW(TYPE, member) FIELD(TYPE, struct listener_row, member)

const struct field listeners_fields[] = {
	{"bridge", "BRIDGE", ROW(INTERFACE, key.claim.segment)},
	{"", "VLAN", ROW(VLANS, key.claim)},
	{"vlan", NULL, ROW(VLAN, key.claim.vlan)},
	{"inner_vlan", NULL, ROW(VLAN, key.claim.inner_vlan)},
	{"address", "ADDRESS", ROW(ADDR, key.claim.addr)}, /* null: a gateway, for any address */
	{"listener", "LISTENER", ROW(ADDR, listener.addr)},
	{"mac", "MAC", ROW(MAC, listener.mac)},
	{"gateway", "GATEWAY", ROW(BOOL, listener.gateway)},
	{"tries", "TRIES", ROW(NUMBER, listener.tries)},
	{"heard", "HEARD", ROW(TIME, listener.heard_ns)},
	{"nudged", "NUDGED", ROW(TIME, listener.nudged_ns)},
	{"answered", "ANSWERED", ROW(TIME, listener.answered_ns)},
	{},
};
