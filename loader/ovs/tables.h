/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tables.h - what the database of Open vSwitch says of its bridges and their ports
 * (ovs-vswitchd.conf.db(5)), as far as garpd has to know it. Knows nothing of sockets.
 */
#ifndef GARPD_OVS_TABLES_H
#define GARPD_OVS_TABLES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/if.h>
#include <linux/types.h>

#include "bpf/abi/abi.h"
#include "loader/base/guest.h"

enum ovs_kind {
	OVS_SYSTEM,	/* a device of the kernel: tap, veth, a network card */
	OVS_INTERNAL,	/* one that Open vSwitch has made, for the host or a namespace */
	OVS_PATCH,	/* to a patch port of another bridge; not in the kernel */
	OVS_TUNNEL,	/* all tunnels of a kind share one device */
	OVS_UNREACHABLE /* dpdk, afxdp and the like: its frames do not pass through the kernel */
};

enum ovs_mode {
	OVS_TRUNK,
	OVS_ACCESS,
	OVS_NATIVE_TAGGED,
	OVS_NATIVE_UNTAGGED,
	OVS_DOT1Q_TUNNEL,
};

struct ovs_bridge {
	const char *name;
	__u32 ifindex;	      /* of its local port; 0: none, or none yet */
	bool is_userspace;    /* its datapath is not in the kernel */
	bool is_controlled;   /* a controller writes its flows: they may change VLANs */
	bool is_integration;  /* OVN's own bridge */
	unsigned int tunnels; /* ports of that kind whose frames no link brings in */
	size_t component;     /* the same number for all bridges that patch ports connect */
};

/* An interface of a port; a bond has several. */
struct ovs_interface {
	struct ovs_bridge *bridge;
	const char *name;
	const char *peer;  /* of a patch port, the name of the other one; NULL: none */
	const char *guest; /* value of guest_key in its external_ids; NULL: no guest is named */
	const char *guest_key;
	char device[IFNAMSIZ]; /* of a tunnel: the link of all tunnels of its kind; empty: none */
	enum ovs_kind kind;
	__u32 ifindex; /* 0: none, or none yet */
	__u8 mac[MAC_LEN];
	bool has_mac;  /* else none, or none yet */
	bool is_local; /* it has the name of its bridge, and is the host's way to it */
	bool is_bonded;
	bool drops_returned; /* a member of a bond: frames of the bridge that come back end there */
	bool is_elsewhere;   /* an internal port that was moved to another network namespace */
	bool is_blocked;     /* by the spanning tree */
	bool is_starting;    /* the spanning tree has it listen or learn first */
	enum ovs_mode mode;
	__u16 tag;		  /* VLAN of frames without a tag; 0: none */
	struct port_vlans trunks; /* VLANs that it is in; bit 0: frames without a tag and VLAN */
};

struct ovs_tables {
	struct ovs_bridge *bridge;
	size_t bridges;
	struct ovs_interface *interface; /* sorted by ifindex */
	size_t interfaces;
	struct ovs_interface **by_name; /* the same */
};

/*
 * The tables and columns to ask for, as the third parameter of "monitor" (RFC 7047 4.1.5). NULL:
 * out of memory.
 */
json_t *ovs_monitor_requests(void);

/*
 * Applies <table-updates> (RFC 7047 4.1.6) to `rows`, {table: {uuid: row}}. 0; -EBADMSG: they have
 * another form; or -ENOMEM.
 */
int ovs_rows_update(json_t *rows, const json_t *updates);

/*
 * Reads the tables from `rows`, which have to stay as they are as long as the tables are used. What
 * is not understood is left out. 0 or -ENOMEM, and *tables is empty.
 */
int ovs_tables_read(struct ovs_tables *tables, const json_t *rows);

/*
 * Ifindexes are not kept on disk: after a restart of the server they are missing until the switch
 * tells them again. Is this one's?
 */
bool ovs_interface_is_incomplete(const struct ovs_interface *interface);

/* Takes those from `find`, by the interface's name; 0: not found. */
void ovs_tables_complete(struct ovs_tables *tables,
			 __u32 (*find)(const void *ctx, const char *name), const void *ctx);

/* The guest behind it: a name, or "KEY VALUE" of its external_ids; "": none. Returns `text`. */
const char *ovs_guest_text(const struct ovs_interface *interface, char text[GUEST_TEXT_LEN]);

void ovs_tables_free(struct ovs_tables *tables);

/*
 * The interfaces with that ifindex: *count of them. In different network namespaces several may
 * have it. NULL: none has.
 */
const struct ovs_interface *ovs_tables_find(const struct ovs_tables *tables, __u32 ifindex,
					    size_t *count);

/* The one with that name. */
const struct ovs_interface *ovs_tables_named(const struct ovs_tables *tables, const char *name);

#endif
