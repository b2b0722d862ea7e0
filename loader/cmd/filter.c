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
		return err_set(why, -EINVAL, "--mac %.60s: not a valid unicast MAC", mac);
	if (prefix && prefix_parse(prefix, &filter->prefix) == -EINVAL)
		return err_set(why, -EINVAL, "%.60s: not a valid address or prefix", prefix);
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

bool filter_matches(const struct filter *filter, const struct claim *claim)
{
	struct prefix one = {.len = 128, .addr = claim->key.addr};

	return (!filter->problems || claims_trouble(claim)) &&
	       (!filter->state || !strcmp(claim_state_name(claim->state), filter->state)) &&
	       (!filter->prefix.len || prefix_covers(&filter->prefix, &one)) &&
	       is_among(claim, filter->mac) && is_named(claim->key.segment, filter->segment) &&
	       is_named(claim->port, filter->port);
}

void filter_claims(const struct filter *filter, struct claims *claims)
{
	size_t kept = 0;

	for (size_t i = 0; i < claims->count; i++)
		if (filter_matches(filter, &claims->claim[i]))
			claims->claim[kept++] = claims->claim[i];
	claims->count = kept;
}
