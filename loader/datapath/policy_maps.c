// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "policy_maps.h"
#include "rules.h"
#include "loader/base/text.h"
#include "loader/maps/walk.h"

static int policy_write_settings(const struct pins *pins, const struct config *config,
				 struct err *err)
{
	__u32 zero = 0;
	int code = bpf_map_update_elem(pins->settings, &zero, &config->settings, BPF_ANY);

	if (code)
		return err_set(err, code, "settings: cannot write: %s", strerror(-code));
	return 0;
}

static int policy_write_declared(const struct pins *pins, const struct declared *declared,
				 struct err *err)
{
	char text[ADDR_TEXT_LEN];
	int code = bpf_map_update_elem(pins->addresses, &declared->prefix, &declared->address,
				       BPF_ANY);

	if (code)
		return err_set(err, code, "%s: cannot declare: %s",
			       prefix_text(&declared->prefix, text), strerror(-code));
	return 0;
}

static int policy_compare_prefix(const void *a, const void *b)
{
	const struct declared *x = a, *y = b;

	return memcmp(&x->prefix, &y->prefix, sizeof(x->prefix));
}

/* Deletes what the new configuration does not name. */
static void policy_forget_others(const struct pins *pins, const struct declared *sorted,
				 size_t count)
{
	struct map_walk walk = map_walk_begin(pins->addresses);
	struct declared probe = {};

	while (map_walk_next(&walk, &probe.prefix))
		if (!bsearch(&probe, sorted, count, sizeof(*sorted), policy_compare_prefix))
			bpf_map_delete_elem(pins->addresses, &probe.prefix);
}

static int policy_write_addresses(const struct pins *pins, const struct config *config,
				  struct err *err)
{
	size_t i, count = config->declared_count;
	struct declared *sorted = calloc(count + 1, sizeof(*sorted));
	int code = 0;

	if (!sorted)
		return err_set(err, -ENOMEM, "addresses: out of memory");
	for (i = 0; i < count && !code; i++) {
		sorted[i] = config->declared[i];
		code = policy_write_declared(pins, &sorted[i], err);
	}
	if (!code) {
		qsort(sorted, count, sizeof(*sorted), policy_compare_prefix);
		policy_forget_others(pins, sorted, count);
	}
	free(sorted);
	return code;
}

/* Those behind the last one are ::, nobody. */
static int policy_write_gateways(const struct pins *pins, const struct config *config,
				 struct err *err)
{
	int code = 0;

	for (__u32 i = 0; i < GARPD_MAX_GATEWAYS && !code; i++)
		code = bpf_map_update_elem(pins->gateways, &i, &config->gateways[i], BPF_ANY);
	if (code)
		return err_set(err, code, "gateways: cannot write: %s", strerror(-code));
	return 0;
}

int policy_write(const struct pins *pins, const struct config *config, struct err *err)
{
	int code = policy_write_addresses(pins, config, err);

	if (!code)
		code = policy_write_gateways(pins, config, err);
	return code ? code : policy_write_settings(pins, config, err);
}

int policy_apply(const struct pins *pins, struct config *config, struct err *err)
{
	int code = rules_apply(pins, &config->guards, err);

	return code ? code : policy_write(pins, config, err);
}

int policy_set_host(const struct pins *pins, const struct addr *addr, enum host_address why,
		    struct err *err)
{
	char text[ADDR_TEXT_LEN];
	__u32 value = why;
	int code = bpf_map_update_elem(pins->host, addr, &value, BPF_ANY);

	if (code)
		return err_set(err, code, "%s: cannot guard this address of the host: %s",
			       addr_text(addr, text), strerror(-code));
	return 0;
}

void policy_unset_host(const struct pins *pins, const struct addr *addr)
{
	bpf_map_delete_elem(pins->host, addr);
}

void policy_forget_host(const struct pins *pins, bool (*knows)(void *ctx, const struct addr *addr),
			void *ctx)
{
	struct map_walk walk = map_walk_begin(pins->host);
	struct addr addr;

	while (map_walk_next(&walk, &addr))
		if (!knows(ctx, &addr))
			bpf_map_delete_elem(pins->host, &addr);
}
