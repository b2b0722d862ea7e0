// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * describe.c - a port in the maps, and the program on it: the one is not without the other.
 */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "datapath.h"
#include "loader/base/text.h"
#include "loader/maps/claims.h"
#include "loader/maps/walk.h"

static int datapath_port(const struct pins *pins, __u32 ifindex, struct port *port)
{
	return bpf_map_lookup_elem(pins->ports, &ifindex, port);
}

/*
 * What a port has taken already stays taken when it is described anew. One that comes (back) has
 * the claims that were made for it before; nothing of ours runs there yet, so they are counted at
 * leisure.
 */
static int datapath_write_limit(const struct pins *pins, __u32 ifindex)
{
	struct limit limit = {};
	struct claims claims;
	struct err ignored;
	size_t i;
	int code;

	if (!bpf_map_lookup_elem(pins->port_limits, &ifindex, &limit))
		return 0;
	code = claims_read(pins->claims, &claims, &ignored);
	for (i = 0; !code && i < claims.count; i++)
		limit.claims += claims.claim[i].quota_port == ifindex;
	claims_free(&claims);
	if (!code)
		code = bpf_map_update_elem(pins->port_limits, &ifindex, &limit, BPF_NOEXIST);
	return code;
}

static int datapath_write(const struct pins *pins, __u32 ifindex, const char *name,
			  const struct port *port, const struct port_vlans *vlans, struct err *err)
{
	int code = datapath_write_limit(pins, ifindex);

	/* The VLANs first: a port whose bridge looks at tags takes none until it has them. */
	if (!code && vlans)
		code = bpf_map_update_elem(pins->port_vlans, &ifindex, vlans, BPF_ANY);
	if (!code)
		code = bpf_map_update_elem(pins->ports, &ifindex, port, BPF_ANY);
	if (!vlans)
		bpf_map_delete_elem(pins->port_vlans, &ifindex);
	if (code == -E2BIG)
		return err_set(err, code, "%s: more than %u ports; this one is left alone", name,
			       GARPD_MAX_PORTS);
	if (code)
		return err_set(err, code, "%s: cannot describe the port: %s", name,
			       strerror(-code));
	return 0;
}

static void datapath_forget(const struct pins *pins, __u32 ifindex)
{
	bpf_map_delete_elem(pins->ports, &ifindex);
	bpf_map_delete_elem(pins->port_vlans, &ifindex);
	bpf_map_delete_elem(pins->port_limits, &ifindex);
}

/* What the former mode has attached is there still: the next start, or detach, finds it. */
static void datapath_put_back(const struct pins *pins, __u32 ifindex, const struct port *was)
{
	bpf_map_update_elem(pins->ports, &ifindex, was, BPF_EXIST);
}

int datapath_attach(struct datapath *datapath, __u32 ifindex, const char *name,
		    const struct port *port, const struct port_vlans *vlans, struct err *err)
{
	struct port wanted = *port, was = {};
	bool known = !datapath_port(&datapath->pins, ifindex, &was);
	struct err ignored;
	int code, left = 0;

	wanted.mode = datapath->mode;
	wanted.mode_requested = datapath->mode_requested;
	wanted.made_qdisc = known && was.mode == MODE_TC ? was.made_qdisc : 0;
	code = datapath_write(&datapath->pins, ifindex, name, &wanted, vlans, err);
	if (code)
		return code;
	code = attach_port(&datapath->program, ifindex, name, &wanted, err);
	if (code < 0) {
		if (known)
			datapath_put_back(&datapath->pins, ifindex, &was);
		else
			datapath_forget(&datapath->pins, ifindex);
		return code;
	}
	/* In the other mode until now: a probe heard twice is counted once (settings.duplicate_ns).
	 */
	if (known && was.mode != wanted.mode)
		left = attach_remove(ifindex, name, &was, err);
	if (left) {
		/* One description tells of one mode: nobody would find the new one's program. */
		attach_remove(ifindex, name, &wanted, &ignored);
		datapath_put_back(&datapath->pins, ifindex, &was);
		return left;
	}
	if (wanted.made_qdisc)
		bpf_map_update_elem(datapath->pins.ports, &ifindex, &wanted, BPF_EXIST);
	return code;
}

int datapath_describe(struct datapath *datapath, __u32 ifindex, const char *name,
		      const struct port *port, const struct port_vlans *vlans, struct err *err)
{
	struct port wanted = *port, was;
	int code = datapath_port(&datapath->pins, ifindex, &was);

	if (code)
		return err_set(err, code, "%s: cannot describe the port: %s", name,
			       strerror(-code));
	wanted.mode = was.mode;
	wanted.mode_requested = was.mode_requested;
	wanted.made_qdisc = was.made_qdisc;
	code = datapath_write(&datapath->pins, ifindex, name, &wanted, vlans, err);
	return code ? code : was.segment != wanted.segment;
}

int datapath_detach(const struct pins *pins, __u32 ifindex, const char *name, struct err *err)
{
	struct port port;
	int code;

	if (datapath_port(pins, ifindex, &port))
		return 0;
	code = attach_remove(ifindex, name, &port, err);
	datapath_forget(pins, ifindex);
	return code;
}

/* A port that cannot be detached stays described, so that another try finds it. */
static int datapath_remove_port(const struct pins *pins, __u32 ifindex, struct err *err)
{
	char name[NAME_TEXT_LEN];
	struct port port;
	int code;

	if (datapath_port(pins, ifindex, &port))
		return 0;
	code = attach_remove(ifindex, interface_text(ifindex, name), &port, err);
	if (!code)
		datapath_forget(pins, ifindex);
	return code;
}

int datapath_remove(const struct pins *pins, struct err *err)
{
	struct map_walk walk = map_walk_begin(pins->ports);
	struct err later;
	__u32 ifindex;
	int code = 0;

	while (map_walk_next(&walk, &ifindex)) {
		int failed = datapath_remove_port(pins, ifindex, code ? &later : err);

		code = code ? code : failed;
	}
	return code ? code : pins_remove(err);
}
