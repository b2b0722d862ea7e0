// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "host_guarded.h"

const struct guarded_addr *guarded_find(const struct guarded *guarded, const struct addr *addr)
{
	if (!guarded->count)
		return NULL;
	return bsearch(addr, guarded->entry, guarded->count, sizeof(*guarded->entry), addr_compare);
}

/* Is the address in one of the sources before this one? */
static bool is_named_before(const struct guarded_source *source, size_t i, const struct addr *addr)
{
	for (size_t j = 0; j < i; j++)
		if (addr_set_has(source[j].set, addr))
			return true;
	return false;
}

static int guarded_build(struct guarded *guarded, const struct guarded_source *source,
			 size_t sources)
{
	size_t room = 1;

	for (size_t i = 0; i < sources; i++)
		room += source[i].set->count;
	*guarded = (struct guarded){.entry = calloc(room, sizeof(*guarded->entry))};
	if (!guarded->entry)
		return -ENOMEM;
	for (size_t i = 0; i < sources; i++)
		for (size_t j = 0; j < source[i].set->count; j++) {
			const struct addr *addr = &source[i].set->addr[j];

			if (!is_named_before(source, i, addr))
				guarded->entry[guarded->count++] = (struct guarded_addr){
					*addr, source[i].why};
		}
	qsort(guarded->entry, guarded->count, sizeof(*guarded->entry), addr_compare);
	return 0;
}

static void unset_others(const struct guarded *old, const struct guarded *new,
			 const struct host_ops *ops, void *ctx)
{
	for (size_t i = 0; i < old->count; i++)
		if (!guarded_find(new, &old->entry[i].addr))
			ops->unset(ctx, &old->entry[i].addr);
}

/* An entry whose set() fails stays as it was, to be tried again with the next change. */
static void set_others(const struct guarded *old, struct guarded *new, const struct host_ops *ops,
		       void *ctx)
{
	size_t kept = 0;

	for (size_t i = 0; i < new->count; i++) {
		struct guarded_addr *entry = &new->entry[i];
		const struct guarded_addr *was = guarded_find(old, &entry->addr);

		if ((!was || was->why != entry->why) && ops->set(ctx, &entry->addr, entry->why)) {
			if (!was)
				continue;
			entry->why = was->why;
		}
		new->entry[kept++] = *entry;
	}
	new->count = kept;
}

int guarded_change(struct guarded *guarded, const struct guarded_source *source, size_t count,
		   const struct host_ops *ops, void *ctx)
{
	struct guarded changed;

	if (guarded_build(&changed, source, count))
		return -ENOMEM;
	unset_others(guarded, &changed, ops, ctx); /* first: the map may be full */
	set_others(guarded, &changed, ops, ctx);
	free(guarded->entry);
	*guarded = changed;
	return 0;
}
