// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "policy_maps.h"
#include "rules.h"
#include "loader/base/text.h"
#include "loader/maps/walk.h"

/* Those of the configuration, then those for segments: settings_index(). */
static int policy_write_settings(const struct pins *pins, const struct config *config,
				 struct err *why)
{
	struct settings settings = config->settings;
	int err = 0;

	for (__u32 i = 0; i < SETTINGS_COUNT && !err; i++) {
		settings.ask = i == SETTINGS_OF_ALL ? config->guards.ask : settings_asks(i);
		settings.observe = i == SETTINGS_OF_ALL ? config->guards.observe
							: settings_observes(i);
		err = bpf_map_update_elem(pins->settings, &i, &settings, BPF_ANY);
	}
	return err ? err_set(why, err, "settings: cannot write: %s", strerror(-err)) : 0;
}

static int policy_compare_prefix(const void *a, const void *b)
{
	const struct declared *x = a, *y = b;

	return memcmp(&x->prefix, &y->prefix, sizeof(x->prefix));
}

/* Deletes what the configuration does not declare. */
static void policy_forget_others(const struct pins *pins, const struct declared *sorted,
				 size_t count)
{
	struct declared probe = {};
	struct map_walk walk;

	map_walk_begin(&walk, pins->addresses, 0);
	while (map_walk_next(&walk, &probe.prefix, NULL))
		if (!bsearch(&probe, sorted, count, sizeof(*sorted), policy_compare_prefix))
			bpf_map_delete_elem(pins->addresses, &probe.prefix);
}

static int policy_write_addresses(const struct pins *pins, const struct config *config,
				  struct err *why)
{
	size_t i, count = config->declared_count;
	struct declared *sorted = calloc(count + 1, sizeof(*sorted));
	char text[ADDR_TEXT_LEN];
	int err = 0;

	if (!sorted)
		return err_set(why, -ENOMEM, "addresses: out of memory");
	for (i = 0; i < count && !err; i++) {
		sorted[i] = config->declared[i];
		err = bpf_map_update_elem(pins->addresses, &sorted[i].prefix, &sorted[i].address,
					  BPF_ANY);
		if (err)
			err_set(why, err, "%s: cannot declare: %s",
				prefix_text(&sorted[i].prefix, text), strerror(-err));
	}
	if (!err) {
		qsort(sorted, count, sizeof(*sorted), policy_compare_prefix);
		policy_forget_others(pins, sorted, count);
	}
	free(sorted);
	return err;
}

/* Elements after the last gateway are ::, which no host has. */
static int policy_write_gateways(const struct pins *pins, const struct config *config,
				 struct err *why)
{
	int err = 0;

	for (__u32 i = 0; i < GARPD_MAX_GATEWAYS && !err; i++)
		err = bpf_map_update_elem(pins->gateways, &i, &config->gateways[i], BPF_ANY);
	return err ? err_set(why, err, "gateways: cannot write: %s", strerror(-err)) : 0;
}

int policy_write(const struct pins *pins, const struct config *config, struct err *why)
{
	return policy_write_addresses(pins, config, why)
		       ?: policy_write_gateways(pins, config, why)
		       ?: policy_write_settings(pins, config, why);
}

int policy_apply(const struct pins *pins, struct config *config, struct err *why)
{
	return rules_apply(pins, &config->guards, why) ?: policy_write(pins, config, why);
}

int policy_set_host(const struct pins *pins, const struct addr *addr, enum host_address role,
		    struct err *why)
{
	char text[ADDR_TEXT_LEN];
	__u32 value = role;
	int err = bpf_map_update_elem(pins->host, addr, &value, BPF_ANY);

	if (err)
		return err_set(why, err, "%s: cannot guard this address of the host: %s",
			       addr_text(addr, text), strerror(-err));
	return 0;
}

void policy_unset_host(const struct pins *pins, const struct addr *addr)
{
	bpf_map_delete_elem(pins->host, addr);
}

void policy_forget_host(const struct pins *pins,
			bool (*is_known)(void *ctx, const struct addr *addr), void *ctx)
{
	struct map_walk walk;
	struct addr addr;

	map_walk_begin(&walk, pins->host, 0);
	while (map_walk_next(&walk, &addr, NULL))
		if (!is_known(ctx, &addr))
			bpf_map_delete_elem(pins->host, &addr);
}
