// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * follow.c - gateways and refresh, which make receivers follow.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "loader/base/text.h"

#define REFRESH_LEAST_S 10 /* shorter floods the segment: each announcement is sent twice */
#define REFRESH_MOST_S	(24 * 3600) /* longer than any cache keeps an entry */

/* Units of a time: seconds, minutes, hours. */
static const struct {
	char letter;
	unsigned int seconds;
} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}};

/* "60s", "5m" or "1h" in seconds; 0 for anything else. */
static unsigned long long follow_seconds(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 6 || strlen(text) != digits + 1)
		return 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text[digits] == units[i].letter)
			return strtoull(text, NULL, 10) * units[i].seconds;
	return 0;
}

static int refresh_set(struct config *config, const char *text, const struct where *where)
{
	unsigned long long seconds = follow_seconds(text);

	if (strcmp(text, "off") == 0)
		return 0;
	if (seconds < REFRESH_LEAST_S || seconds > REFRESH_MOST_S)
		return where_error(where,
				   "refresh can't be \"%.60s\"; use off, or a time from %us to "
				   "%uh, such as 60s or 5m",
				   text, REFRESH_LEAST_S, REFRESH_MOST_S / 3600);
	config->settings.refresh_ns = seconds * NSEC_PER_SEC;
	return 0;
}

static int gateway_add(struct config *config, const char *text, const struct where *where)
{
	struct prefix prefix = {.len = ADDR_BITS};

	if (addr_parse(text, &prefix.addr) || prefix_is_unusable(&prefix))
		return where_error(where,
				   "\"%.60s\" is not a valid gateway address; write it like "
				   "192.0.2.254 or 2001:db8::1",
				   text);
	for (size_t i = 0; i < config->gateway_count; i++)
		if (memcmp(&config->gateways[i], &prefix.addr, sizeof(prefix.addr)) == 0)
			return where_error(where, "gateway %.60s is listed twice; keep one", text);
	if (config->gateway_count == GARPD_MAX_GATEWAYS)
		return where_error(where,
				   "more than %u gateways; name those that are slow to follow, the "
				   "others are learned",
				   GARPD_MAX_GATEWAYS);
	config->gateways[config->gateway_count++] = prefix.addr;
	return 0;
}

int follow_load(struct config *config, const struct yaml_config *top, const struct where *file)
{
	struct where gateways = where_key(file, "gateways"), refresh = where_key(file, "refresh");
	int err = top->refresh ? refresh_set(config, top->refresh, &refresh) : 0;

	for (unsigned int i = 0; i < top->gateways.text_count && i <= GARPD_MAX_GATEWAYS; i++) {
		struct where where = where_item(&gateways, i);

		err = faults_join(err, gateway_add(config, top->gateways.text[i], &where));
	}
	return err;
}
