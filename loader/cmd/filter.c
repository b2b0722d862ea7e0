// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "filter.h"
#include "loader/base/text.h"

static int filter_take_state(struct filter *filter, const char *word, struct err *why)
{
	static struct words states;
	char text[WORDS_HINT_LEN];
	int found;

	if (!states.count)
		for (unsigned int state = 0; state < CLAIM_STATE_MAX; state++)
			words_add(&states, claim_state_name(state));
	found = words_find(&states, word);
	if (found < 0)
		return err_set(why, -EINVAL, "--state \"%.60s\"%s", word,
			       words_hint(&states, word, text));
	filter->state = states.word[found];
	return 0;
}

int filter_take(struct filter *filter, const struct command *command, const char *prefix,
		struct err *why)
{
	const char *mac = cmd_value(command, "mac"), *state = cmd_value(command, "state");

	*filter = (struct filter){
		.segment = cmd_value(command, "segment"),
		.port = cmd_value(command, "port"),
		.problems = cmd_has(command, "problems"),
	};
	if (mac && mac_parse(mac, filter->mac))
		return err_set(why, -EINVAL, "--mac %.60s: " NOT_A_MAC, mac);
	if (prefix && prefix_parse(prefix, &filter->prefix) == -EINVAL)
		return err_set(why, -EINVAL, "%.60s: " NOT_A_PREFIX, prefix);
	return state ? filter_take_state(filter, state, why) : 0;
}

static bool is_named(__u32 ifindex, const char *name)
{
	char text[NAME_TEXT_LEN];

	return !name || !strcmp(interface_text(ifindex, text), name);
}

static bool is_among(const struct claim *claim, const __u8 mac[MAC_LEN])
{
	return mac_is_zero(mac) || !memcmp(claim->mac, mac, MAC_LEN) ||
	       !memcmp(claim->owner, mac, MAC_LEN) || !memcmp(claim->rival, mac, MAC_LEN);
}

static bool is_covered(const struct filter *filter, const struct addr *addr)
{
	struct prefix one = {.len = 128, .addr = *addr};

	return !filter->prefix.len || prefix_covers(&filter->prefix, &one);
}

bool filter_matches(const struct filter *filter, const struct claim *claim)
{
	return (!filter->problems || claims_trouble(claim)) &&
	       (!filter->state || !strcmp(claim_state_name(claim->state), filter->state)) &&
	       is_covered(filter, &claim->key.addr) && is_among(claim, filter->mac) &&
	       is_named(claim->key.segment, filter->segment) && is_named(claim->port, filter->port);
}

void filter_claims(const struct filter *filter, struct claims *claims)
{
	size_t kept = 0;

	for (size_t i = 0; i < claims->count; i++)
		if (filter_matches(filter, &claims->claim[i]))
			claims->claim[kept++] = claims->claim[i];
	claims->count = kept;
}

/* A gateway is a listener of every address. */
static bool listener_matches(const struct filter *filter, const struct listener_row *row)
{
	static const struct addr any;
	const struct addr *addr = &row->key.claim.addr;

	return (!filter->problems || listeners_trouble(row)) &&
	       (!memcmp(addr, &any, sizeof(any)) || is_covered(filter, addr)) &&
	       (mac_is_zero(filter->mac) || !memcmp(row->listener.mac, filter->mac, MAC_LEN)) &&
	       is_named(row->key.claim.segment, filter->segment);
}

void filter_listeners(const struct filter *filter, struct listeners *listeners)
{
	size_t kept = 0;

	for (size_t i = 0; i < listeners->count; i++)
		if (listener_matches(filter, &listeners->row[i]))
			listeners->row[kept++] = listeners->row[i];
	listeners->count = kept;
}

void filter_ports(const struct filter *filter, struct port_table *ports)
{
	size_t kept = 0;

	for (size_t i = 0; i < ports->count; i++) {
		const struct port_row *row = &ports->row[i];

		if ((!filter->problems || port_table_trouble(row)) &&
		    (!filter->port || !strcmp(row->name, filter->port)) &&
		    is_named(row->port.segment, filter->segment))
			ports->row[kept++] = *row;
	}
	ports->count = kept;
}
