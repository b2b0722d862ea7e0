// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/neighbour.h>

#include "bpf/frame/frame.h"
#include "neighbours.h"

struct reading {
	const struct doctor *doctor;
	const struct interfaces *interfaces;
	struct neighbours_facts *facts;
};

/* The kernel's own entries for broadcast and multicast addresses are NOARP, too. */
static bool is_fixed(const struct neigh *neigh)
{
	return neigh->state & (NUD_PERMANENT | NUD_NOARP) && !neigh_is_learned(neigh) &&
	       neigh->has_mac && mac_is_host(neigh->mac);
}

static bool is_asked_for(const struct doctor *doctor, const struct addr *addr)
{
	return memcmp(&doctor->addr, addr, sizeof(*addr)) == 0;
}

static int entry_add(struct reading *reading, const struct neigh *neigh, const char *interface,
		     const struct declared *declared)
{
	struct neighbours_facts *facts = reading->facts;
	struct fixed_entry *grown, *entry;

	grown = realloc(facts->at, (facts->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	facts->at = grown;
	entry = &grown[facts->count++];
	*entry = (struct fixed_entry){
		.addr = neigh->addr,
		.is_noarp = neigh->state & NUD_NOARP,
		.is_sole_owner = declared && declared->address.owner_count == 1 &&
				 mac_equal(declared->address.owners[0], neigh->mac),
	};
	memcpy(entry->mac, neigh->mac, MAC_LEN);
	snprintf(entry->interface, sizeof(entry->interface), "%s", interface);
	return 0;
}

static int on_entry(void *ctx, const struct nlmsghdr *message)
{
	struct reading *reading = ctx;
	const struct declared *declared;
	const struct interface *interface;
	struct neigh neigh;

	if (neigh_parse(message, &neigh) || !is_fixed(&neigh))
		return 0;
	interface = interfaces_find(reading->interfaces, neigh.ifindex);
	declared = config_declared_of(&reading->doctor->config, &neigh.addr);
	if (declared && declared->address.announce == ANNOUNCE_NEVER)
		declared = NULL;
	if (!interface || (!declared && !is_asked_for(reading->doctor, &neigh.addr)))
		return 0;
	return entry_add(reading, &neigh, interface->name, declared);
}

int neighbours_read(const struct doctor *doctor, const struct interfaces *interfaces,
		    struct neighbours_facts *facts)
{
	struct reading reading = {doctor, interfaces, facts};
	int err;

	*facts = (struct neighbours_facts){.is_any_declared = doctor->config.declared_count};
	err = neigh_dump(&doctor->view->netlink, on_entry, &reading);
	if (err == -ENOMEM)
		return err;
	facts->err = err < 0 ? err : 0;
	return 0;
}

void neighbours_free(struct neighbours_facts *facts)
{
	free(facts->at);
	*facts = (struct neighbours_facts){};
}
