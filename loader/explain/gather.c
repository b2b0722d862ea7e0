// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather.c - gathers what is known of an address: from the pinned maps (explain_maps.c), from
 * rtnetlink, and from /proc/sys/net. What follows from it is said elsewhere.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "loader/maps/claims.h"
#include "parts.h"
#include "loader/rtnl/links.h"
#include "loader/topology/ports.h"

/* A claim that changes while its surroundings are read is looked at again, so many times. */
#define GATHER_TRIES 4

/* The kernel's tables, read once for all segments. */
struct kernel {
	struct netlink netlink;
	struct ports *ports; /* which interfaces the host has where; it attaches nothing */
	struct bridge_port *bridge_port;
	size_t bridge_ports;
};

/* ---- the kernel ---- */

static void interface_read(struct explain *explain, struct kernel *kernel, __u32 ifindex)
{
	struct explain_interface *interface = &explain->interface[explain->interfaces];
	bool v4 = addr_is_ipv4(&explain->addr);
	char name[IF_NAMESIZE];

	interface->ifindex = ifindex;
	if (neigh_read(&kernel->netlink, ifindex, &explain->addr, &interface->neigh))
		return;
	explain->interfaces++;
	explain_note_name(explain, ifindex);
	if (!if_indextoname(ifindex, name))
		return;
	interface->drops_here = neigh_has_drop_setting(name, &explain->addr);
	interface->drops_all = neigh_has_drop_setting("all", &explain->addr);
	interface->accepts = neigh_setting(name, &explain->addr,
					   v4 ? "arp_accept" : "accept_untracked_na");
}

static void interfaces_read(struct explain *explain, struct kernel *kernel)
{
	const struct claim_key *key = &explain->claim.key;
	__u32 ifindexes[EXPLAIN_INTERFACES] = {key->segment};
	size_t i, count = 1;

	if (key->inner_vlan) /* the host has no interface behind two tags that we know of */
		return;
	/* A router port is an L3 interface itself; of a bridge the VLAN decides. */
	if (!explain->has_port || explain->port.role != ROLE_ROUTER || key->vlan)
		count = ports_segment_interfaces(kernel->ports, key->segment, key->vlan, ifindexes,
						 EXPLAIN_INTERFACES);
	for (i = 0; i < count; i++)
		interface_read(explain, kernel, ifindexes[i]);
}

static void bridge_ports_read(struct explain *explain, const struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->bridge_ports; i++) {
		const struct bridge_port *port = &kernel->bridge_port[i];

		if (port->bridge != explain->claim.key.segment)
			continue;
		if (port->ifindex == explain->claim.port)
			explain->bridge_port = *port;
		else if (port->neigh_suppress)
			explain_note_place(explain, &explain->suppressing, port->ifindex);
	}
}

static void fdb_note(struct explain *explain, struct kernel *kernel, const __u8 mac[MAC_LEN],
		     struct fdb *fdb)
{
	__u16 vlan = explain->port.vlan_proto ? explain->claim.key.vlan : 0;

	if (mac_is_zero(mac) ||
	    fdb_read(&kernel->netlink, explain->claim.key.segment, vlan, mac, fdb))
		return;
	explain_note_name(explain, fdb->port);
}

static void kernel_tell(struct explain *explain, struct kernel *kernel)
{
	interfaces_read(explain, kernel);
	explain->has_fdb = explain->has_port && explain->port.role != ROLE_ROUTER;
	if (!explain->has_fdb)
		return;
	bridge_ports_read(explain, kernel);
	fdb_note(explain, kernel, explain->claim.mac, &explain->fdb);
	fdb_note(explain, kernel, explain->claim.rival, &explain->rival_fdb);
}

static int bridge_port_hear(struct kernel *kernel, const struct nlmsghdr *message)
{
	struct bridge_port port, *grown;

	if (!bridge_port_parse(message, &port))
		return 0;
	grown = realloc(kernel->bridge_port, (kernel->bridge_ports + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	kernel->bridge_port = grown;
	kernel->bridge_port[kernel->bridge_ports++] = port;
	return 0;
}

static int kernel_hear(void *ctx, const struct nlmsghdr *message)
{
	struct kernel *kernel = ctx;
	int error = ports_hear(kernel->ports, message);

	return error ? error : bridge_port_hear(kernel, message);
}

static void kernel_close(struct kernel *kernel)
{
	ports_close(kernel->ports);
	netlink_close(&kernel->netlink);
	free(kernel->bridge_port);
}

/* A table that changes while it is read is taken as it is: the next look is the user's. */
static int kernel_open(struct kernel *kernel, struct err *err)
{
	static const struct config nothing;
	static const struct ports_ops nobody;
	int code = netlink_open(&kernel->netlink, NULL, err);

	if (code)
		return code;
	code = ports_new(&kernel->ports, &nothing, &nobody, NULL);
	if (!code)
		code = links_read(&kernel->netlink, kernel_hear, kernel);
	if (code < 0)
		return err_set(err, code, "links: cannot be read: %s", strerror(-code));
	return 0;
}

/* ---- an address ---- */

/* One for each claim of the address, or one without. */
static int explains_begin(const struct claims *claims, const struct addr *addr,
			  struct explains *explains)
{
	explains->explain = calloc(claims->count + 1, sizeof(*explains->explain));
	if (!explains->explain)
		return -ENOMEM;
	for (size_t i = 0; i < claims->count; i++)
		if (memcmp(&claims->claim[i].key.addr, addr, sizeof(*addr)) == 0)
			explains->explain[explains->count++].claim = claims->claim[i];
	if (explains->count == 0)
		explains->count = 1;
	return 0;
}

/*
 * The claim as it is by now: the kernel may have kept us waiting for seconds (its RTNL lock is one
 * for all namespaces). True where it is about something else than what was read around it.
 */
static bool claim_moves_on(const struct pins *pins, struct explain *explain)
{
	struct claim before = explain->claim, claim;

	if (!explain_is_claimed(explain) ||
	    bpf_map_lookup_elem_flags(pins->claims, &before.key, &claim, BPF_F_LOCK))
		return false;
	explain->claim = claim;
	return claim.state != before.state || claim.port != before.port ||
	       !mac_equal(claim.mac, before.mac) || !mac_equal(claim.rival, before.rival);
}

static int explain_gather(const struct pins *pins, struct explain *explain, struct kernel *kernel,
			  const struct addr *addr, struct err *err)
{
	int code, tries = 0;

	do {
		*explain = (struct explain){.addr = *addr, .claim = explain->claim};
		code = explain_read_maps(pins, explain, err);
		if (code)
			return code;
		if (explain_is_claimed(explain))
			kernel_tell(explain, kernel);
	} while (claim_moves_on(pins, explain) && ++tries < GATHER_TRIES);
	if (explain_is_claimed(explain))
		explain->listeners = listeners_of(pins->listeners, &explain->claim.key,
						  explain->listener);
	explain->now_ns = time_now_ns();
	return 0;
}

int explain_read(const struct pins *pins, const struct addr *addr, struct explains *explains,
		 struct err *err)
{
	struct kernel kernel = {};
	struct claims claims;
	int code;

	*explains = (struct explains){};
	code = claims_read(pins->claims, &claims, err);
	if (!code && explains_begin(&claims, addr, explains))
		code = err_set(err, -ENOMEM, "claims: out of memory");
	if (!code)
		code = kernel_open(&kernel, err);
	for (size_t i = 0; i < explains->count && !code; i++)
		code = explain_gather(pins, &explains->explain[i], &kernel, addr, err);
	kernel_close(&kernel);
	claims_free(&claims);
	return code;
}

void explain_free(struct explains *explains)
{
	free(explains->explain);
	*explains = (struct explains){};
}
