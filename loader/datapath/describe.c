// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * describe.c - a port in the maps, and the program on it: neither without the other.
 */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "datapath.h"
#include "parts.h"
#include "loader/base/text.h"
#include "loader/maps/names.h"
#include "loader/maps/walk.h"

static int datapath_port(const struct pins *pins, __u32 ifindex, struct port *port)
{
	return bpf_map_lookup_elem(pins->ports, &ifindex, port);
}

/* A port that comes back finds its limit, charged for the claims that it still has. */
static int datapath_write_limit(const struct pins *pins, __u32 ifindex)
{
	struct limit limit = {};
	int err = bpf_map_update_elem(pins->port_limits, &ifindex, &limit, BPF_NOEXIST);

	return err == -EEXIST ? 0 : err;
}

/* A limit outlives its port for as long as claims count against it. */
static void datapath_forget_limit(const struct pins *pins, __u32 ifindex)
{
	struct limit limit;

	if (!bpf_map_lookup_elem_flags(pins->port_limits, &ifindex, &limit, BPF_F_LOCK) &&
	    !limit.claims)
		bpf_map_delete_elem(pins->port_limits, &ifindex);
}

/* `was` is the port as it is in the map; NULL: it is not. */
static int datapath_write(const struct pins *pins, __u32 ifindex, const char *name,
			  const struct port *was, const struct port *port,
			  const struct port_vlans *vlans, const struct vlan_way *way,
			  struct err *why)
{
	int err = datapath_write_limit(pins, ifindex);

	names_keep(pins, ifindex, name);
	/* The VLANs first: a port of a VLAN-aware bridge hears nothing until it has them. */
	if (!err && vlans)
		err = bpf_map_update_elem(pins->port_vlans, &ifindex, vlans, BPF_ANY);
	if (!err && way)
		err = bpf_map_update_elem(pins->vlan_ways, &ifindex, way, BPF_ANY);
	if (!err)
		err = bpf_map_update_elem(pins->ports, &ifindex, port, BPF_ANY);
	if (!err)
		segments_count_port(pins, was, port);
	if (!vlans)
		bpf_map_delete_elem(pins->port_vlans, &ifindex);
	if (!way && was && port_maps_vlans(was))
		bpf_map_delete_elem(pins->vlan_ways, &ifindex);
	if (err == -E2BIG)
		return err_set(why, err, "%s: more than %u ports; not attached", name,
			       GARPD_MAX_PORTS);
	if (err)
		return err_set(why, err, "%s: cannot write the port to the maps: %s", name,
			       strerror(-err));
	return 0;
}

static void datapath_forget(const struct pins *pins, __u32 ifindex)
{
	struct port port;

	if (!datapath_port(pins, ifindex, &port) && !bpf_map_delete_elem(pins->ports, &ifindex))
		segments_count_port(pins, &port, NULL);
	bpf_map_delete_elem(pins->port_vlans, &ifindex);
	bpf_map_delete_elem(pins->vlan_ways, &ifindex);
	datapath_forget_limit(pins, ifindex);
}

void datapath_forget_limits(const struct pins *pins)
{
	struct map_walk walk;
	struct port port;
	__u32 ifindex;

	map_walk_begin(&walk, pins->port_limits, 0);
	while (map_walk_next(&walk, &ifindex, NULL))
		if (datapath_port(pins, ifindex, &port))
			datapath_forget_limit(pins, ifindex);
}

static void datapath_set_mode(const struct datapath *datapath, struct port *port)
{
	bool is_host = port->role == ROLE_HOST;

	port->mode = is_host ? datapath->host_mode : datapath->mode;
	port->mode_requested = datapath->mode_requested && port->mode == datapath->mode;
}

/* What ways.c has found out; it looks again after a change. */
static void datapath_keep_unheard(const struct port *was, struct port *wanted)
{
	wanted->unheard = was->unheard;
	wanted->guards |= was->guards & GUARD_UNHEARD;
}

/* Has a former daemon attached the interface in the other role, with other programs? */
static bool datapath_is_other(const struct port *was, const struct port *wanted)
{
	return (was->role == ROLE_HOST) != (wanted->role == ROLE_HOST);
}

/*
 * Has a former daemon made the qdisc that is there? `was` is the port as it is in the map; NULL: it
 * is not. If garpd's program was removed, so was its qdisc: the present one is not garpd's.
 */
static bool datapath_has_made_qdisc(const struct datapath *datapath, __u32 ifindex,
				    const struct port *was)
{
	if (!was || was->mode != MODE_TC)
		return former_made_qdisc(&datapath->former, ifindex);
	return was->unheard != UNHEARD_DETACHED && was->made_qdisc;
}

/* All that the maps have of a port. */
struct described {
	struct port port;
	struct port_vlans vlans;
	struct vlan_way way;
	bool has_vlans, has_way;
};

/* False: it is not there. */
static bool datapath_read(const struct pins *pins, __u32 ifindex, struct described *was)
{
	*was = (struct described){};
	if (datapath_port(pins, ifindex, &was->port))
		return false;
	was->has_vlans = !bpf_map_lookup_elem(pins->port_vlans, &ifindex, &was->vlans);
	was->has_way = !bpf_map_lookup_elem(pins->vlan_ways, &ifindex, &was->way);
	return true;
}

/*
 * The program of the former mode is still attached, and hears as it did: the next start, or detach,
 * finds it.
 */
static void datapath_put_back(const struct pins *pins, __u32 ifindex, const char *name,
			      const struct described *was)
{
	struct err ignored;
	struct port is;

	if (datapath_port(pins, ifindex, &is))
		return;
	datapath_write(pins, ifindex, name, &is, &was->port, was->has_vlans ? &was->vlans : NULL,
		       was->has_way ? &was->way : NULL, &ignored);
}

static int datapath_detach_port(const struct pins *pins, __u32 ifindex, const char *name,
				bool keep_failed, struct err *why)
{
	struct port port;
	int err;

	if (datapath_port(pins, ifindex, &port))
		return 0;
	err = attach_remove(ifindex, name, &port, why);
	if (!err || !keep_failed)
		datapath_forget(pins, ifindex);
	return err;
}

int datapath_detach(const struct pins *pins, __u32 ifindex, const char *name, struct err *why)
{
	return datapath_detach_port(pins, ifindex, name, false, why);
}

int datapath_attach(struct datapath *datapath, __u32 ifindex, const char *name,
		    const struct port *port, const struct port_vlans *vlans,
		    const struct vlan_way *way, struct err *why)
{
	const struct pins *pins = &datapath->pins;
	struct port wanted = *port, was;
	struct described before;
	bool known = datapath_read(pins, ifindex, &before);
	int attached, err;
	struct err ignored;

	was = before.port;
	if (known && datapath_is_other(&was, port)) {
		datapath_detach(pins, ifindex, name, &ignored);
		known = false;
	}
	datapath_set_mode(datapath, &wanted);
	if (wanted.mode == MODE_TC)
		wanted.made_qdisc = datapath_has_made_qdisc(datapath, ifindex, known ? &was : NULL);
	if (known)
		datapath_keep_unheard(&was, &wanted);
	attached = datapath_write(pins, ifindex, name, known ? &was : NULL, &wanted, vlans, way,
				  why);
	if (!attached)
		attached = attach_port(&datapath->program, ifindex, name, &wanted, why);
	if (attached < 0) {
		if (known)
			datapath_put_back(pins, ifindex, name, &before);
		else
			datapath_forget(pins, ifindex);
		return attached;
	}
	/* Until then both modes hear: settings.duplicate_ns makes a probe count once. */
	err = known && was.mode != wanted.mode ? attach_remove(ifindex, name, &was, why) : 0;
	if (err) {
		/* A port is described in one mode: the program of the other would be lost. */
		attach_remove(ifindex, name, &wanted, &ignored);
		datapath_put_back(pins, ifindex, name, &before);
		return err;
	}
	if (wanted.made_qdisc)
		bpf_map_update_elem(pins->ports, &ifindex, &wanted, BPF_EXIST);
	return attached;
}

int datapath_describe(const struct pins *pins, __u32 ifindex, const char *name,
		      const struct port *port, const struct port_vlans *vlans,
		      const struct vlan_way *way, struct err *why)
{
	struct port wanted = *port, was;
	int err = datapath_port(pins, ifindex, &was);

	if (err)
		return err_set(why, err, "%s: cannot read the port from the maps: %s", name,
			       strerror(-err));
	wanted.mode = was.mode;
	wanted.mode_requested = was.mode_requested;
	wanted.made_qdisc = was.made_qdisc;
	datapath_keep_unheard(&was, &wanted);
	err = datapath_write(pins, ifindex, name, &was, &wanted, vlans, way, why);
	return err ? err : was.segment != wanted.segment;
}

int datapath_remove(const struct pins *pins, struct err *why)
{
	/* A filter, or its chain, that is not there is nothing to complain about. */
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct map_walk walk;
	char name[NAME_TEXT_LEN];
	struct err later;
	__u32 ifindex;
	int first = 0;

	map_walk_begin(&walk, pins->ports, 0);
	while (map_walk_next(&walk, &ifindex, NULL)) {
		int err = datapath_detach_port(pins, ifindex, interface_text(ifindex, name), true,
					       first ? &later : why);

		first = first ? first : err;
	}
	libbpf_set_print(print);
	return first ? first : pins_remove(why);
}
