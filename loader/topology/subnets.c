// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "subnets.h"
#include "loader/base/text.h"

static int subnets_order(const void *a, const void *b)
{
	const struct subnet_entry *x = a, *y = b;

	return memcmp(&x->subnet, &y->subnet, sizeof(x->subnet));
}

int subnets_append(struct subnets *subnets, const struct subnet_entry *entry)
{
	struct subnet_entry *more;

	more = realloc(subnets->entry, (subnets->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	subnets->entry = more;
	more[subnets->count++] = *entry;
	return 0;
}

int subnets_add_route(struct subnets *subnets, __u32 segment, __u16 vlan,
		      const struct prefix *prefix)
{
	struct prefix network = *prefix;
	struct subnet_entry local = {
		.subnet =
			{
				.len = SUBNET_FAMILY_BITS + prefix->len,
				.segment = segment,
				.vlan = vlan,
				.family = addr_is_ipv4(&prefix->addr) ? 4 : 6,
			},
		.kind = SUBNET_LOCAL,
	};

	if (addr_is_link_local(&prefix->addr))
		return 0;
	prefix_clear_host_bits(&network);
	local.subnet.addr = network.addr;
	return subnets_append(subnets, &local);
}

int subnets_add(struct subnets *subnets, __u32 segment, __u16 vlan, const struct prefix *prefix)
{
	struct subnet_entry others = {
		.subnet =
			{
				.len = SUBNET_FAMILY_BITS,
				.segment = segment,
				.vlan = vlan,
				.family = addr_is_ipv4(&prefix->addr) ? 4 : 6,
			},
		.kind = SUBNET_FOREIGN,
	};

	if (prefix->len == ADDR_BITS || addr_is_link_local(&prefix->addr))
		return 0;
	return subnets_add_route(subnets, segment, vlan, prefix) ? -ENOMEM
								 : subnets_append(subnets, &others);
}

void subnets_sort(struct subnets *subnets)
{
	size_t kept = 0;

	if (subnets->count)
		qsort(subnets->entry, subnets->count, sizeof(*subnets->entry), subnets_order);
	for (size_t i = 0; i < subnets->count; i++)
		if (!i || subnets_order(&subnets->entry[i], &subnets->entry[kept - 1]))
			subnets->entry[kept++] = subnets->entry[i];
	subnets->count = kept;
}

static bool subnets_has(const struct subnets *subnets, const struct subnet_entry *entry)
{
	const struct subnet_entry *found;

	if (!subnets->count)
		return false;
	found = bsearch(entry, subnets->entry, subnets->count, sizeof(*entry), subnets_order);
	return found && found->kind == entry->kind;
}

void subnets_free(struct subnets *subnets)
{
	free(subnets->entry);
	*subnets = (struct subnets){};
}

/* ---- changing the map ---- */

static void remove_others(const struct subnets *from, const struct subnets *to,
			  enum subnet_kind kind, const struct subnets_ops *ops, void *ctx)
{
	for (size_t i = 0; i < from->count; i++)
		if (from->entry[i].kind == kind && !subnets_has(to, &from->entry[i]))
			ops->remove(ctx, &from->entry[i]);
}

static int write_others(const struct subnets *from, const struct subnets *to, enum subnet_kind kind,
			const struct subnets_ops *ops, void *ctx)
{
	int err = 0;

	for (size_t i = 0; i < to->count && !err; i++)
		if (to->entry[i].kind == kind && !subnets_has(from, &to->entry[i]))
			err = ops->write(ctx, &to->entry[i]);
	return err;
}

int subnets_change(const struct subnets *from, const struct subnets *to,
		   const struct subnets_ops *ops, void *ctx)
{
	int err;

	remove_others(from, to, SUBNET_FOREIGN, ops, ctx);
	err = write_others(from, to, SUBNET_LOCAL, ops, ctx)
		      ?: write_others(from, to, SUBNET_FOREIGN, ops, ctx);
	remove_others(from, to, SUBNET_LOCAL, ops, ctx);
	return err;
}
