// SPDX-License-Identifier: GPL-2.0-or-later
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "bindings.h"

/* ---- interfaces ---- */

struct svi *svi_find(const struct evpn *evpn, __u32 ifindex)
{
	struct svi *svi;

	for (svi = LIST_FIRST(&evpn->svis); svi && svi->ifindex != ifindex;)
		svi = LIST_NEXT(svi, others);
	return svi;
}

static struct svi *svi_make(struct evpn *evpn, __u32 ifindex)
{
	struct svi *svi = calloc(1, sizeof(*svi));

	if (!svi)
		return NULL;
	svi->ifindex = ifindex;
	LIST_INSERT_HEAD(&evpn->svis, svi, others);
	return svi;
}

void svi_free(struct svi *svi)
{
	LIST_REMOVE(svi, others);
	free(svi);
}

/* Stays true after zebra's last entry has gone: that address may have just moved here. */
static bool svi_is_reached(const struct evpn *evpn, __u32 ifindex)
{
	const struct svi *svi = svi_find(evpn, ifindex);

	return svi && svi->is_reached;
}

bool evpn_is_on(const struct evpn *evpn, __u32 bridge, __u32 svi)
{
	switch (evpn->mode) {
	case EVPN_NO:
		return false;
	case EVPN_YES:
		return true;
	case EVPN_AUTO:
		break;
	}
	return evpn->is_following && svi_is_reached(evpn, svi) &&
	       ports_has_neigh_suppress(evpn->ports, bridge);
}

/* ---- bindings ---- */

static int bindings_order(const void *a, const void *b)
{
	const struct binding *x = a, *y = b;

	if (x->svi != y->svi)
		return x->svi < y->svi ? -1 : 1;
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

struct binding *binding_find(struct evpn *evpn, const struct neigh *neigh)
{
	struct binding wanted = {.svi = neigh->ifindex, .addr = neigh->addr};
	struct binding **found = tfind(&wanted, &evpn->bindings, bindings_order);

	return found ? *found : NULL;
}

static struct binding *binding_make(struct evpn *evpn, const struct neigh *neigh)
{
	struct binding *binding;

	if (!svi_find(evpn, neigh->ifindex) && !svi_make(evpn, neigh->ifindex))
		return NULL;
	binding = calloc(1, sizeof(*binding));
	if (!binding)
		return NULL;
	binding->svi = neigh->ifindex;
	binding->addr = neigh->addr;
	if (!tsearch(binding, &evpn->bindings, bindings_order)) {
		free(binding);
		return NULL;
	}
	LIST_INSERT_HEAD(&evpn->all, binding, others);
	return binding;
}

struct binding *binding_take(struct evpn *evpn, const struct neigh *neigh)
{
	struct binding *binding = binding_find(evpn, neigh);

	if (!binding)
		binding = binding_make(evpn, neigh);
	if (!binding)
		return NULL;
	binding->is_heard = true;
	binding->resolves_left = 0;
	return binding;
}

void binding_queue(struct evpn *evpn, struct binding *binding)
{
	if (!binding->is_queued)
		TAILQ_INSERT_TAIL(&evpn->queue, binding, in_queue);
	binding->is_queued = true;
}

void binding_unqueue(struct evpn *evpn, struct binding *binding)
{
	if (binding->is_queued)
		TAILQ_REMOVE(&evpn->queue, binding, in_queue);
	binding->is_queued = false;
}

void binding_forget(struct evpn *evpn, struct binding *binding)
{
	binding_unqueue(evpn, binding);
	LIST_REMOVE(binding, others);
	tdelete(binding, &evpn->bindings, bindings_order);
	free(binding);
}

void bindings_forget(struct evpn *evpn, __u32 svi)
{
	struct binding *binding, *next;

	for (binding = LIST_FIRST(&evpn->all); binding; binding = next) {
		next = LIST_NEXT(binding, others);
		if (!svi || binding->svi == svi)
			binding_forget(evpn, binding);
	}
}
