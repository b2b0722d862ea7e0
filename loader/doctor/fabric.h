/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fabric.h - is this host in an EVPN fabric, and is garpd configured for it? */
#ifndef GARPD_DOCTOR_FABRIC_H
#define GARPD_DOCTOR_FABRIC_H

#include "interfaces.h"

struct fabric_bridge {
	char name[IFNAMSIZ];
	char vxlan[IFNAMSIZ];	    /* its first VXLAN port; "": none */
	char suppressing[IFNAMSIZ]; /* its first port with neigh_suppress; "": none */
	size_t learned;		    /* entries on its interfaces that a routing daemon wrote */
};

struct fabric_facts {
	enum evpn_mode evpn;
	bool has_zebra;		  /* a process of that name runs in this network namespace */
	struct fabric_bridge *at; /* with a VXLAN port */
	size_t count;
};

/* 0 or -ENOMEM. Call fabric_free after it. */
int fabric_read(const struct doctor *doctor, const struct interfaces *interfaces,
		struct fabric_facts *facts);
void fabric_free(struct fabric_facts *facts);

void fabric_judge(const struct fabric_facts *facts, struct findings *findings);

#endif
