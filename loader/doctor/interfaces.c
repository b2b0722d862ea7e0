// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interfaces.h"

const struct interface *interfaces_find(const struct interfaces *interfaces, __u32 ifindex)
{
	for (size_t i = 0; i < interfaces->count; i++)
		if (interfaces->at[i].ifindex == ifindex)
			return &interfaces->at[i];
	return NULL;
}

struct reading {
	const struct view *view;
	struct interfaces *interfaces;
};

/* Without an address it resolves none, and has no entry that an announcement could change. */
static int interface_add(const struct reading *reading, __u32 ifindex, __u32 segment)
{
	const struct found_address *address;
	struct interface *grown, it = {.ifindex = ifindex, .segment = segment};
	size_t all, count;

	address = host_addresses(reading->view->host, &all);
	address = found_addresses_of(address, all, ifindex, &count);
	for (size_t i = 0; i < count; i++) {
		it.has_ipv4 |= addr_is_ipv4(&address[i].addr);
		it.has_ipv6 |= !addr_is_ipv4(&address[i].addr);
	}
	if ((!it.has_ipv4 && !it.has_ipv6) || interfaces_find(reading->interfaces, ifindex))
		return 0;
	snprintf(it.name, sizeof(it.name), "%s", view_name(reading->view, ifindex));
	grown = realloc(reading->interfaces->at, (reading->interfaces->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	reading->interfaces->at = grown;
	grown[reading->interfaces->count++] = it;
	return 0;
}

static int macvlans_add(const struct reading *reading, const struct ports_interface *below)
{
	int err = 0;

	for (size_t i = 0; i < reading->view->links && !err; i++) {
		const struct link_details *link = &reading->view->link[i];

		if (link->lower == below->ifindex && !link->lower_is_elsewhere &&
		    !strcmp(link->kind, "macvlan"))
			err = interface_add(reading, link->ifindex, below->at.ifindex);
	}
	return err;
}

static int on_interface(void *ctx, const struct ports_interface *interface)
{
	const struct reading *reading = ctx;
	int err;

	if (reading->view->segment && reading->view->segment != interface->at.ifindex)
		return 0;
	err = interface_add(reading, interface->ifindex, interface->at.ifindex);
	return err ? err : macvlans_add(reading, interface);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct interface *)a)->name, ((const struct interface *)b)->name);
}

int interfaces_read(const struct view *view, struct interfaces *interfaces)
{
	struct reading reading = {.view = view, .interfaces = interfaces};
	int err;

	*interfaces = (struct interfaces){};
	err = ports_hear_interfaces(view->ports, on_interface, &reading);
	if (interfaces->count)
		qsort(interfaces->at, interfaces->count, sizeof(*interfaces->at), compare);
	return err;
}

void interfaces_free(struct interfaces *interfaces)
{
	free(interfaces->at);
	*interfaces = (struct interfaces){};
}
