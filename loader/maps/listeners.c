// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "claims.h"
#include "listeners.h"
#include "loader/base/text.h"
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

enum trouble listeners_trouble(const struct listener_row *row)
{
	return row->listener.tries >= GARPD_NUDGE_NUM && !row->listener.answered_ns ? TROUBLE_SOME
										    : TROUBLE_NONE;
}

static int compare_trouble(const void *a, const void *b)
{
	const struct listener_row *x = a, *y = b;
	enum trouble of_x = listeners_trouble(x), of_y = listeners_trouble(y);

	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	if (x->listener.heard_ns != y->listener.heard_ns)
		return x->listener.heard_ns > y->listener.heard_ns ? -1 : 1;
	return listeners_order(a, b);
}

void listeners_sort_by_trouble(struct listeners *listeners)
{
	qsort(listeners->row, listeners->count, sizeof(*listeners->row), compare_trouble);
}

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

/* ---- within 80 columns ---- */

static enum trouble get_trouble(const void *row)
{
	return listeners_trouble(row);
}

static json_t *get_bridge(const void *row)
{
	const struct claim_key *key = &((const struct listener_row *)row)->key.claim;
	char interface[NAME_TEXT_LEN], segment[SEGMENT_TEXT_LEN];

	interface_text(key->segment, interface);
	return json_string(segment_text(key, interface, segment));
}

/* "no": it was nudged as often as a listener is. */
static json_t *get_answered(const void *row)
{
	const struct listener *listener = &((const struct listener_row *)row)->listener;

	if (listener->answered_ns)
		return json_string("yes");
	return listeners_trouble(row) ? json_string("no") : json_null();
}

static json_t *get_heard_age(const void *row)
{
	const struct listener *listener = &((const struct listener_row *)row)->listener;
	char text[DURATION_TEXT_LEN];

	if (!listener->heard_ns)
		return json_null();
	return json_string(duration_text(time_now_ns() - listener->heard_ns, text));
}

const struct field listeners_columns[] = {
	{"", "ADDRESS", ROW(ADDR, key.claim.addr), .may_overflow = true},
	{"", "LISTENER", ROW(ADDR, listener.addr), .may_overflow = true},
	{"", "MAC", ROW(MAC, listener.mac)},
	{"", "SEGMENT", .get = get_bridge, .may_overflow = true},
	{"", "ANSWERED", .get = get_answered, .trouble = get_trouble},
	{"", "HEARD", .get = get_heard_age},
	{},
};
