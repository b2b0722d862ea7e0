/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address.h - what concerns one address: the configuration, the segments that it is in, what this
 * host has of it, and what explain finds where garpd is loaded.
 */
#ifndef GARPD_DOCTOR_ADDRESS_H
#define GARPD_DOCTOR_ADDRESS_H

#include "interfaces.h"
#include "loader/explain/explain.h"

/* A segment where a guest could have it. */
struct address_place {
	char name[IFNAMSIZ];
	char interface[IFNAMSIZ]; /* of the host, with: */
	struct prefix subnet;	  /* that the address is in; len 0: none is */
	bool is_foreign; /* the host has addresses there, and it is in none of their subnets */
	struct explain explain; /* by the configuration alone, with the host's entries */
};

struct address_facts {
	struct addr addr;
	char own[IFNAMSIZ];		 /* of the host, that has the address; "": none */
	bool is_next_hop;		 /* of this host */
	bool is_gateway;		 /* of `gateways` */
	const struct declared *declared; /* NULL: it is not */
	struct address_place *place;
	size_t places;
	int err; /* of explain_read(): 0, -errno with `why`, or -ENOENT: nothing is loaded */
	struct err why;
	struct explains explains;
};

/* 0 or -ENOMEM. Call address_free after it. */
int address_read(const struct doctor *doctor, const struct interfaces *interfaces,
		 struct address_facts *facts);
void address_free(struct address_facts *facts);

void address_judge(const struct address_facts *facts, struct findings *findings);

#endif
