/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * joints.h - which bridges veth pairs join to one segment: Proxmox's firewall bridges (fwln/fwpr),
 * OpenStack's hybrid plug (qvb/qvo), and any other pair with both ends in bridges. Pure: knows
 * neither links nor names.
 */
#ifndef GARPD_TOPOLOGY_JOINTS_H
#define GARPD_TOPOLOGY_JOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

enum joint_named {
	NAMED_NOT,
	NAMED_BY_PATTERN,
	NAMED_PLAINLY,
};

struct joint_bridge {
	__u32 ifindex;
	enum joint_named named; /* in `bridges` of the configuration */
	bool has_uplink;
	bool was_outer;	  /* has named a segment of several bridges before */
	__u16 vlan_proto; /* of a VLAN-aware one, host order; else 0 */

	/* Found. */
	__u32 segment; /* ifindex of the outer bridge of its segment; 0: not followed */
	__u32 way_out; /* its port that leads to the outer bridge; 0: it is the outer one */
	size_t root;   /* for the search */
	size_t best;
	bool is_followed;
	bool is_joined;
	bool is_outer;	  /* of several bridges */
	bool tree_uplink; /* one of these has an uplink */
	__u16 tree_proto; /* of the VLAN-aware bridges among these */
};

enum joint_kind {
	JOINT_NOT, /* no veth pair between two bridges */
	JOINT_JOINS,
	JOINT_SECOND,	 /* another pair joins the same two bridges */
	JOINT_LOOP,	 /* other pairs join the two bridges already, by way of a third one */
	JOINT_PROTOCOLS, /* two VLAN-aware bridges with different kinds of tags */
	JOINT_CLOSED,	 /* it does not forward, and each side has an uplink of its own */
};

/* Why the pair joins no bridges, and the remedy. */
const char *joint_kind_text(enum joint_kind kind);

struct joint {
	__u32 end[2];	  /* ifindexes */
	size_t bridge[2]; /* of the ends: indexes of the bridges */
	bool forwards;	  /* both ends do */

	/* Found. */
	enum joint_kind kind;
};

/*
 * Fills in what is found. A segment is followed if one of its bridges is named. Its outer bridge is
 * one that was so before; else one with an uplink; else one that is named without a pattern; else
 * that with the lowest ifindex. Pairs that forward are preferred, then those made first. The joints
 * are sorted.
 */
void joints_find(struct joint_bridge *bridges, size_t count, struct joint *joints,
		 size_t joint_count);

#endif
