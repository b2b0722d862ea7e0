// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather.c - gathers what is known of an address: from the pinned maps (gather_maps.c), from
 * rtnetlink and from /proc/sys/net.
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

/* How often to start again where the claim changes meanwhile. */
#define GATHER_TRIES 4

/* The kernel's tables, read once for all segments. */
struct kernel {
	struct netlink netlink;
	struct ports *ports; /* to look up the host's interfaces; attaches nothing */
	struct bridge_port *bridge_port;
	size_t bridge_ports;
};

/* ---- the kernel ---- */

static void interface_read(struct explain *explain, struct kernel *kernel, __u32 ifindex)
{
	struct explain_interface *interface = &explain->interface[explain->interfaces];
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
}

static void interfaces_read(struct explain *explain, struct kernel *kernel)
{
	const struct claim_key *key = &explain->claim.key;
	__u32 ifindexes[EXPLAIN_INTERFACES] = {key->segment};
	size_t i, count = 1;

	if (key->inner_vlan) /* no interface of the host is known behind two tags */
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

		if (port->ifindex == explain->claim.port)
			explain->bridge_port = *port;
		else if (port->neigh_suppress && port->bridge == explain->claim.key.segment)
			explain_note_place(explain, &explain->suppressing, port->ifindex);
	}
}

static void fdb_note(struct explain *explain, struct kernel *kernel, __u32 bridge,
		     const __u8 mac[MAC_LEN], struct fdb *fdb)
{
	bool is_segment = bridge == explain->claim.key.segment;
	__u16 vlan = is_segment ? explain->claim.key.vlan : explain->port_vlan;

	if (!ports_is_vlan_aware(kernel->ports, bridge))
		vlan = 0;
	if (ports_is_ovs(kernel->ports, bridge))
		return; /* ovs-appctl fdb/show has it */
	if (mac_is_zero(mac) || fdb_read(&kernel->netlink, bridge, vlan, mac, fdb))
		return;
	explain_note_name(explain, fdb->port);
}

/* Of a rival behind a joint, where garpd has heard it says more. */
static void fdbs_note(struct explain *explain, struct kernel *kernel, const struct pins *pins)
{
	const struct claim *claim = &explain->claim;
	__u32 inner = explain->port.inner;
	struct port port;

	fdb_note(explain, kernel, inner ? inner : claim->key.segment, claim->mac, &explain->fdb);
	fdb_note(explain, kernel, claim->key.segment, claim->rival, &explain->rival_fdb);
	if (bpf_map_lookup_elem(pins->ports, &explain->rival_fdb.port, &port))
		explain->rival_fdb.port = 0;
}

/* Of an address without a claim: what the host has of it, on whatever interface. */
static int entry_hear(void *ctx, const struct nlmsghdr *message)
{
	struct explain *explain = ctx;
	struct neigh neigh;

	if (explain->interfaces == EXPLAIN_INTERFACES || neigh_parse(message, &neigh) ||
	    memcmp(&neigh.addr, &explain->addr, sizeof(neigh.addr)) != 0)
		return 0;
	explain->interface[explain->interfaces++] = (struct explain_interface){
		.ifindex = neigh.ifindex, .neigh = neigh};
	explain_note_name(explain, neigh.ifindex);
	return 0;
}

static void kernel_look_up(struct explain *explain, struct kernel *kernel, const struct pins *pins)
{
	interfaces_read(explain, kernel);
	explain->has_fdb = explain->has_port && explain->port.role != ROLE_ROUTER &&
			   explain->port.role != ROLE_HOST &&
			   !ports_is_ovs(kernel->ports, explain->port.inner
								? explain->port.inner
								: explain->port.segment);
	if (!explain->has_fdb)
		return;
	bridge_ports_read(explain, kernel);
	fdbs_note(explain, kernel, pins);
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
	int err = ports_hear(kernel->ports, message);

	return err ? err : bridge_port_hear(kernel, message);
}

static void kernel_close(struct kernel *kernel)
{
	ports_close(kernel->ports);
	netlink_close(&kernel->netlink);
	free(kernel->bridge_port);
}

/* A dump that the kernel marks as inconsistent is used all the same. */
static int kernel_open(struct kernel *kernel, struct err *why)
{
	static const struct config nothing;
	static const struct ports_ops no_ops;
	struct err ignored;
	int err = netlink_open(&kernel->netlink, NULL, why);

	if (err)
		return err;
	err = ports_new(&kernel->ports, &nothing, &no_ops, NULL);
	if (!err)
		err = links_read(&kernel->netlink, kernel_hear, kernel);
	if (err < 0)
		return err_set(why, err, "links: cannot be read: %s", strerror(-err));
	/* Without it, the host's interfaces in VLANs of Open vSwitch are not looked at. */
	ports_look_at_ovs(kernel->ports, &ignored);
	return 0;
}

/* ---- an address ---- */

/* One for each claim of the address, or one without. */
static int explains_begin(const struct claims *claims, const struct addr *addr,
			  struct explains *explains, struct err *why)
{
	explains->explain = calloc(claims->count + 1, sizeof(*explains->explain));
	if (!explains->explain)
		return err_set(why, -ENOMEM, "claims: out of memory");
	for (size_t i = 0; i < claims->count; i++)
		if (memcmp(&claims->claim[i].key.addr, addr, sizeof(*addr)) == 0)
			explains->explain[explains->count++].claim = claims->claim[i];
	if (explains->count == 0)
		explains->count = 1;
	return 0;
}

/*
 * Reads the claim again: rtnetlink may have taken seconds, as the kernel has one RTNL lock for all
 * namespaces. True if what was read around it is no longer about the same hosts.
 */
static bool has_claim_changed(const struct pins *pins, struct explain *explain)
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
			  const struct addr *addr, struct err *why)
{
	int err, tries = 0;

	do {
		*explain = (struct explain){.addr = *addr, .claim = explain->claim};
		err = explain_read_maps(pins, explain, why);
		if (err)
			return err;
		if (explain_is_claimed(explain))
			kernel_look_up(explain, kernel, pins);
		else
			neigh_dump(&kernel->netlink, entry_hear, explain);
	} while (has_claim_changed(pins, explain) && ++tries < GATHER_TRIES);
	if (explain_is_claimed(explain))
		explain->listeners = listeners_of(pins->listeners, &explain->claim.key,
						  explain->listener);
	explain->now_ns = time_now_ns();
	return 0;
}

int explain_read(const struct pins *pins, const struct addr *addr, struct explains *explains,
		 struct err *why)
{
	struct kernel kernel = {};
	struct claims claims;
	int err;

	*explains = (struct explains){};
	err = claims_read(pins->claims, &claims, why);
	if (!err)
		err = explains_begin(&claims, addr, explains, why);
	claims_free(&claims);
	if (err)
		return err;
	err = kernel_open(&kernel, why);
	for (size_t i = 0; i < explains->count && !err; i++)
		err = explain_gather(pins, &explains->explain[i], &kernel, addr, why);
	kernel_close(&kernel);
	return err;
}

void explain_free(struct explains *explains)
{
	free(explains->explain);
	*explains = (struct explains){};
}
