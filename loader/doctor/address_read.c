// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

/* ---- where it belongs ---- */

/* The interface's subnet that has the address. False: none, and whether others could have it. */
static bool subnet_find(const struct view *view, const struct addr *addr, __u32 ifindex,
			struct prefix *subnet, bool *has_others)
{
	const struct prefix whole = {.len = ADDR_BITS, .addr = *addr};
	const struct found_address *address;
	size_t all, count;

	address = host_addresses(view->host, &all);
	address = found_addresses_of(address, all, ifindex, &count);
	for (size_t i = 0; i < count; i++) {
		if (addr_is_ipv4(&address[i].addr) != addr_is_ipv4(addr) ||
		    address[i].prefix.len == ADDR_BITS || addr_is_link_local(&address[i].addr))
			continue;
		*has_others = true;
		if (prefix_covers(&address[i].prefix, &whole)) {
			*subnet = address[i].prefix;
			return true;
		}
	}
	return false;
}

/* The same of a route that says that the prefix is on the link. */
static bool route_find(const struct view *view, const struct addr *addr, __u32 ifindex,
		       struct prefix *subnet)
{
	const struct prefix whole = {.len = ADDR_BITS, .addr = *addr};
	const struct found_route *route;
	size_t count;

	route = host_routes(view->host, &count);
	for (size_t i = 0; i < count; i++)
		if (route[i].ifindex == ifindex && !addr_is_link_local(&route[i].prefix.addr) &&
		    prefix_covers(&route[i].prefix, &whole)) {
			*subnet = route[i].prefix;
			return true;
		}
	return false;
}

static void entry_read(struct view *view, const struct interface *interface,
		       struct explain *explain)
{
	struct explain_interface *found = &explain->interface[explain->interfaces];

	if (explain->interfaces == EXPLAIN_INTERFACES ||
	    neigh_read(&view->netlink, interface->ifindex, &explain->addr, &found->neigh))
		return;
	found->ifindex = interface->ifindex;
	explain->interfaces++;
	explain_note_name(explain, interface->ifindex);
}

static void interfaces_look(struct view *view, const struct interfaces *interfaces,
			    struct address_place *place)
{
	const struct addr *addr = &place->explain.addr;
	bool has_others = false;

	for (size_t i = 0; i < interfaces->count; i++) {
		const struct interface *it = &interfaces->at[i];

		if (it->segment != place->explain.claim.key.segment)
			continue;
		if (addr_is_ipv4(addr) ? it->has_ipv4 : it->has_ipv6)
			entry_read(view, it, &place->explain);
		if (!place->subnet.len &&
		    (subnet_find(view, addr, it->ifindex, &place->subnet, &has_others) ||
		     route_find(view, addr, it->ifindex, &place->subnet)))
			memcpy(place->interface, it->name, sizeof(place->interface));
	}
	place->is_foreign = has_others && !place->subnet.len;
}

/* ---- what the policy would be ---- */

static void policy_read(const struct view_port *own, struct address_facts *facts,
			struct address_place *place)
{
	struct explain *explain = &place->explain;
	const struct address *declared = facts->declared ? &facts->declared->address : NULL;
	const struct guard guard = {.guards = own->port.guards, .is_foreign = place->is_foreign};

	explain->is_host = facts->own[0] || facts->is_gateway || facts->is_next_hop;
	explain->host = facts->own[0] ? HOST_OWN : HOST_NEXT_HOP;
	if (declared) {
		explain->is_declared = true;
		explain->declared = *declared;
		explain->prefix = facts->declared->prefix;
		memcpy(explain->claim.mac, declared->owners[0], MAC_LEN);
	}
	explain->policy = policy_judge_guarded(declared, explain->is_host ? &explain->host : NULL,
					       &guard, explain->claim.mac);
}

static int place_add(const struct doctor *doctor, const struct interfaces *interfaces,
		     const struct view_port *own, struct address_facts *facts)
{
	struct address_place *grown, *place;

	grown = realloc(facts->place, (facts->places + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	facts->place = grown;
	place = &grown[facts->places++];
	*place = (struct address_place){
		.explain = {.addr = facts->addr,
			    .claim = {.state = CLAIM_PROBING,
				      .key = {.segment = own->ifindex, .addr = facts->addr}}}};
	snprintf(place->name, sizeof(place->name), "%s", own->name);
	explain_note_name(&place->explain, own->ifindex);
	interfaces_look(doctor->view, interfaces, place);
	policy_read(own, facts, place);
	return 0;
}

static bool is_segment(const struct view_port *port)
{
	return (port->port.role == ROLE_HOST || port->port.role == ROLE_ROUTER) &&
	       port->port.segment == port->ifindex;
}

/* Those in whose subnets the address is; without one, all. */
static void places_choose(struct address_facts *facts)
{
	size_t kept = 0, inside = 0;

	for (size_t i = 0; i < facts->places; i++)
		inside += facts->place[i].subnet.len != 0;
	for (size_t i = 0; i < facts->places; i++)
		if (!inside || facts->place[i].subnet.len)
			facts->place[kept++] = facts->place[i];
	facts->places = kept;
}

static int places_read(const struct doctor *doctor, const struct interfaces *interfaces,
		       struct address_facts *facts)
{
	int err = 0;

	for (size_t i = 0; i < doctor->view->port_count && !err; i++)
		if (is_segment(&doctor->view->port[i]))
			err = place_add(doctor, interfaces, &doctor->view->port[i], facts);
	places_choose(facts);
	return err;
}

/* ---- the address ---- */

static void own_read(const struct doctor *doctor, struct address_facts *facts)
{
	const struct found_address *address;
	size_t count;

	address = host_addresses(doctor->view->host, &count);
	for (size_t i = 0; i < count; i++)
		if (!memcmp(&address[i].addr, &facts->addr, sizeof(facts->addr)))
			snprintf(facts->own, sizeof(facts->own), "%s",
				 view_name(doctor->view, address[i].ifindex));
	facts->is_next_hop = host_routes_by(doctor->view->host, &facts->addr);
	for (size_t i = 0; i < doctor->config.gateway_count; i++)
		facts->is_gateway |= !memcmp(&doctor->config.gateways[i], &facts->addr,
					     sizeof(facts->addr));
}

int address_read(const struct doctor *doctor, const struct interfaces *interfaces,
		 struct address_facts *facts)
{
	int err;

	*facts = (struct address_facts){
		.addr = doctor->addr,
		.declared = config_declared_of(&doctor->config, &doctor->addr),
		.err = doctor->pins_err,
	};
	own_read(doctor, facts);
	err = places_read(doctor, interfaces, facts);
	if (!err && !doctor->pins_err)
		facts->err = explain_read(&doctor->pins, &doctor->addr, &facts->explains,
					  &facts->why);
	return err;
}

void address_free(struct address_facts *facts)
{
	explain_free(&facts->explains);
	free(facts->place);
	*facts = (struct address_facts){};
}
