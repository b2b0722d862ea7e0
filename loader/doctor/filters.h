/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filters.h - other people's programs and rulesets, on the way of what guests say and of what is
 * announced for them. They are listed, not interpreted.
 */
#ifndef GARPD_DOCTOR_FILTERS_H
#define GARPD_DOCTOR_FILTERS_H

#include "loader/attach/order.h"
#include "loader/rtnl/nft.h"
#include "parts.h"
#include "view.h"

/* The programs on a port, as frames meet them. */
struct filters_port {
	char name[IFNAMSIZ];
	char bridge[IFNAMSIZ];
	bool is_host;	  /* the bridge's own device: on its egress */
	bool is_attended; /* garpd runs and has it as a port */
	bool denies;	  /* claims of its segment are denied if it is not heard */
	struct program program[ORDER_MAX];
	size_t programs;
};

/* A ruleset of the time before nftables. */
struct filters_legacy {
	const char *command; /* that lists it: "ebtables-legacy -t nat -L" */
	char table[32];	     /* "ebtables nat" */
};

struct filters_facts {
	bool can_read_programs;
	struct filters_port *port;
	size_t ports;
	int nft;		 /* 0 or -errno */
	struct nft_chain *chain; /* of the families bridge, arp and netdev */
	size_t chains;
	struct filters_legacy *legacy;
	size_t legacies;
	bool arp_of_bridges; /* arp rulesets judge bridged frames, too */
};

/* 0 or -ENOMEM. filters_free takes what is left. `root` is "" but for tests. */
int filters_read(const struct doctor *doctor, const char *root, struct filters_facts *facts);
void filters_free(struct filters_facts *facts);
void filters_judge(const struct filters_facts *facts, struct findings *findings);

#endif
