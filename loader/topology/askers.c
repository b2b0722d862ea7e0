// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "askers.h"
#include "loader/base/text.h"

/* 169.254.1.0 to 169.254.254.255 (RFC 3927 2.1) */
#define LINK_LOCAL_HOSTS (254 * 256)
#define MADE_TRIES	 16 /* addresses made from a MAC before garpd gives up */

#ifndef RTPROT_KEEPALIVED
#define RTPROT_KEEPALIVED 18
#endif

/* ---- the addresses of an interface ---- */

/* A keepalived without IFA_PROTO (before Linux 5.18) adds its addresses as /32 and /128. */
static bool is_sender_ipv4(const struct found_address *address)
{
	return addr_is_ipv4(&address->addr) && address->flags & IFA_F_PERMANENT &&
	       !(address->flags & IFA_F_SECONDARY) && address->scope == RT_SCOPE_UNIVERSE &&
	       address->prefix.len < ADDR_V4_BITS + 31 && address->proto != RTPROT_KEEPALIVED;
}

static bool is_sender_ipv6(const struct found_address *address)
{
	const __u32 unusable = IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_TEMPORARY;

	return !addr_is_ipv4(&address->addr) && addr_is_link_local(&address->addr) &&
	       !(address->flags & unusable) && address->prefix.len < ADDR_BITS &&
	       address->proto != RTPROT_KEEPALIVED;
}

/* ---- addresses made from a MAC ---- */

static void make_ipv4(const __u8 mac[MAC_LEN], unsigned int try, struct addr *addr)
{
	unsigned int host = ((mac[3] << 16 | mac[4] << 8 | mac[5]) + try) % LINK_LOCAL_HOSTS;

	*addr = (struct addr){.bytes = {[10] = 0xff, [11] = 0xff, [12] = 169, [13] = 254}};
	addr->bytes[14] = 1 + host / 256;
	addr->bytes[15] = host % 256;
}

/* The modified EUI-64 of RFC 4291 A; the tries after the first differ from it in the middle. */
static void make_ipv6(const __u8 mac[MAC_LEN], unsigned int try, struct addr *addr)
{
	*addr = (struct addr){.bytes = {[0] = 0xfe, [1] = 0x80, [11] = 0xff}};
	addr->bytes[12] = 0xfe - try;
	memcpy(addr->bytes + 8, mac, 3);
	addr->bytes[8] ^= 0x02;
	memcpy(addr->bytes + 13, mac + 3, 3);
}

/* ---- the askers of an interface ---- */

struct adding {
	struct askers *askers;
	const struct ports_interface *interface;
	asker_is_taken is_taken;
	void *ctx;
};

static int asker_add(const struct adding *adding, __u16 vlan, const struct prefix *network,
		     const struct addr *addr, enum asker_kind kind)
{
	struct asker_entry entry = {
		.subnet =
			{
				.len = SUBNET_FAMILY_BITS + network->len,
				.segment = adding->interface->at.ifindex,
				.vlan = vlan,
				.family = addr_is_ipv4(addr) ? 4 : 6,
				.addr = network->addr,
			},
		.asker = {.addr = *addr, .kind = kind},
		.ifindex = adding->interface->ifindex,
	};

	memcpy(entry.asker.mac, adding->interface->mac, MAC_LEN);
	return askers_append(adding->askers, &entry);
}

/* For all addresses of the family; without an address that is free, nothing asks there. */
static int asker_add_made(const struct adding *adding, __u16 vlan,
			  void (*make)(const __u8 mac[MAC_LEN], unsigned int try,
				       struct addr *addr))
{
	static const struct prefix all;
	__u32 segment = adding->interface->at.ifindex;
	struct addr addr;

	for (unsigned int try = 0; try < MADE_TRIES; try++) {
		make(adding->interface->mac, try, &addr);
		if (!adding->is_taken(adding->ctx, segment, vlan, &addr))
			return asker_add(adding, vlan, &all, &addr, ASKER_LINK_LOCAL);
	}
	return 0;
}

static int asker_add_subnet(const struct adding *adding, const struct found_address *address)
{
	struct prefix network = address->prefix;

	prefix_clear_host_bits(&network);
	return asker_add(adding, adding->interface->at.vlan, &network, &address->addr, ASKER_HOST);
}

static int asker_add_family(const struct adding *adding, const struct found_address *sender,
			    void (*make)(const __u8 mac[MAC_LEN], unsigned int try,
					 struct addr *addr))
{
	static const struct prefix all;
	__u16 vlan = adding->interface->at.vlan;

	if (!sender && adding->interface->is_inner)
		return 0; /* the outer bridge's own interface asks */
	if (!sender)
		return asker_add_made(adding, vlan, make);
	return asker_add(adding, vlan, &all, &sender->addr, ASKER_HOST);
}

static int askers_add_own(const struct adding *adding, const struct found_address *address,
			  size_t count)
{
	const struct found_address *ipv4 = NULL, *ipv6 = NULL;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		if (!ipv6 && is_sender_ipv6(&address[i]))
			ipv6 = &address[i];
		if (!is_sender_ipv4(&address[i]))
			continue;
		if (!ipv4)
			ipv4 = &address[i];
		err = asker_add_subnet(adding, &address[i]);
	}
	return err ?: asker_add_family(adding, ipv4, make_ipv4)
		      ?: asker_add_family(adding, ipv6, make_ipv6);
}

/*
 * The MAC of a virtual router (RFC 9568 7.3). Switches follow it to the router that is active, so a
 * router port must not send with it; out of a guest's port no switch hears it.
 */
static bool is_virtual_router(const struct ports_interface *interface)
{
	static const __u8 prefix[4] = {0x00, 0x00, 0x5e, 0x00};

	return interface->is_router && memcmp(interface->mac, prefix, sizeof(prefix)) == 0 &&
	       (interface->mac[4] == 1 || interface->mac[4] == 2);
}

int askers_add(struct askers *askers, const struct ports_interface *interface,
	       const struct found_address *address, size_t count, asker_is_taken is_taken,
	       void *ctx)
{
	struct adding adding = {askers, interface, is_taken, ctx};
	struct ports_interface elsewhere = *interface;
	size_t own_count;
	const struct found_address *own;
	int err;

	if (!mac_is_host(interface->mac) || is_virtual_router(interface))
		return 0;
	own = found_addresses_of(address, count, interface->ifindex, &own_count);
	err = askers_add_own(&adding, own, own_count);
	if (err || !interface->elsewhere)
		return err;
	elsewhere.at.ifindex = interface->elsewhere;
	adding.interface = &elsewhere;
	return asker_add_made(&adding, ASKER_ANY_VLAN, make_ipv4)
		       ?: asker_add_made(&adding, ASKER_ANY_VLAN, make_ipv6);
}

/* ---- the table ---- */

int askers_append(struct askers *askers, const struct asker_entry *entry)
{
	struct asker_entry *more;

	more = realloc(askers->entry, (askers->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	askers->entry = more;
	more[askers->count++] = *entry;
	return 0;
}

static int askers_order(const void *a, const void *b)
{
	const struct asker_entry *x = a, *y = b;

	return memcmp(&x->subnet, &y->subnet, sizeof(x->subnet));
}

static int askers_order_all(const void *a, const void *b)
{
	const struct asker_entry *x = a, *y = b;

	if (askers_order(x, y))
		return askers_order(x, y);
	if (x->asker.kind != y->asker.kind)
		return x->asker.kind < y->asker.kind ? -1 : 1;
	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return addr_compare(&x->asker.addr, &y->asker.addr);
}

void askers_sort(struct askers *askers)
{
	size_t kept = 0;

	if (askers->count)
		qsort(askers->entry, askers->count, sizeof(*askers->entry), askers_order_all);
	for (size_t i = 0; i < askers->count; i++)
		if (!i || askers_order(&askers->entry[i], &askers->entry[kept - 1]))
			askers->entry[kept++] = askers->entry[i];
	askers->count = kept;
}

size_t askers_made(const struct askers *askers, struct addr *made)
{
	size_t count = 0;

	for (size_t i = 0; i < askers->count; i++)
		if (askers->entry[i].asker.kind == ASKER_LINK_LOCAL)
			made[count++] = askers->entry[i].asker.addr;
	return count;
}

void askers_free(struct askers *askers)
{
	free(askers->entry);
	*askers = (struct askers){};
}

/* ---- changing the map ---- */

static const struct asker_entry *askers_find(const struct askers *askers,
					     const struct asker_entry *entry)
{
	if (!askers->count)
		return NULL;
	return bsearch(entry, askers->entry, askers->count, sizeof(*entry), askers_order);
}

int askers_change(const struct askers *from, const struct askers *to, const struct askers_ops *ops,
		  void *ctx)
{
	int err = 0;

	for (size_t i = 0; i < to->count && !err; i++) {
		const struct asker_entry *was = askers_find(from, &to->entry[i]);

		if (!was || memcmp(&was->asker, &to->entry[i].asker, sizeof(was->asker)))
			err = ops->write(ctx, &to->entry[i]);
	}
	for (size_t i = 0; i < from->count; i++)
		if (!askers_find(to, &from->entry[i]))
			ops->remove(ctx, &from->entry[i]);
	return err;
}
