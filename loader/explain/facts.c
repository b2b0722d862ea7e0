// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "bpf/frame/arp.h"
#include "bpf/frame/ipv6.h"
#include "facts.h"

/* ---- names ---- */

void explain_note_name(struct explain *explain, __u32 ifindex)
{
	size_t i = explain->names;

	if (!ifindex || i == EXPLAIN_NAMES)
		return;
	explain->name[i].ifindex = ifindex;
	interface_text(ifindex, explain->name[i].text);
	explain->names++;
}

void explain_note_place(struct explain *explain, struct explain_places *places, __u32 ifindex)
{
	if (places->count < EXPLAIN_PLACES) {
		places->ifindex[places->count] = ifindex;
		explain_note_name(explain, ifindex);
	}
	places->count++;
}

/* ---- what follows from them ---- */

bool explain_is_settled(const struct explain *explain)
{
	return explain->claim.state == CLAIM_ANNOUNCING || explain->claim.state == CLAIM_OWNED;
}

bool explain_is_unicast(const struct explain *explain)
{
	const struct addr *addr = &explain->addr;

	return addr_is_ipv4(addr) ? ipv4_is_host(addr->bytes + ADDR_V4_BITS / 8)
				  : ipv6_is_host(addr->bytes);
}

bool explain_is_announced(const struct explain *explain)
{
	const struct claim *claim = &explain->claim;

	return explain_is_settled(explain) && claim->announced_since_ns &&
	       claim->last_announcement_ns >= claim->announced_since_ns;
}

bool explain_is_waited_for(const struct explain *explain, const struct listener *listener)
{
	__u64 since_ns = explain->claim.announced_since_ns;

	return explain_is_settled(explain) && since_ns && listener->nudged_ns >= since_ns &&
	       listener->answered_ns < since_ns;
}

__u32 explain_min_probes(const struct explain *explain)
{
	return addr_is_ipv4(&explain->addr) ? explain->settings.min_probes
					    : DUP_ADDR_DETECT_TRANSMITS;
}

const char *explain_name(const struct explain *explain, __u32 ifindex)
{
	for (size_t i = 0; i < explain->names; i++)
		if (explain->name[i].ifindex == ifindex)
			return explain->name[i].text;
	return "nowhere";
}

const char *explain_port_text(const struct explain *explain, __u32 ifindex, const char *guest,
			      char text[PORT_GUEST_TEXT_LEN])
{
	return port_guest_text(explain_name(explain, ifindex), guest, text);
}

const char *explain_places_text(const struct explain *explain, const struct explain_places *places,
				char text[PLACES_TEXT_LEN])
{
	size_t i, named = places->count < EXPLAIN_PLACES ? places->count : EXPLAIN_PLACES;
	int used = 0;

	text[0] = '\0';
	for (i = 0; i < named; i++)
		used += snprintf(text + used, PLACES_TEXT_LEN - used, "%s%s", i ? ", " : "",
				 explain_name(explain, places->ifindex[i]));
	if (places->count > named)
		snprintf(text + used, PLACES_TEXT_LEN - used, " and %zu more",
			 places->count - named);
	return text;
}

enum neigh_outcome explain_outcome(const struct explain *explain,
				   const struct explain_interface *interface)
{
	if (!explain_is_settled(explain))
		return NEIGH_ABSENT;
	return neigh_judge(&interface->neigh, explain->claim.mac);
}
