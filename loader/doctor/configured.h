/* SPDX-License-Identifier: GPL-2.0-or-later */
/* configured.h - the configuration, and what of it is on this host. */
#ifndef GARPD_DOCTOR_CONFIGURED_H
#define GARPD_DOCTOR_CONFIGURED_H

#include "parts.h"
#include "view.h"

#define CONFIGURED_NAME_LEN 256

/* A name or pattern of the configuration. */
struct configured_name {
	const char *key; /* "bridges" */
	char name[CONFIGURED_NAME_LEN];
	size_t matches; /* so many links */
	char first[IFNAMSIZ];
	bool is_operand; /* of the command line, and not in the file */
	/* Of what is in `bridges`: */
	size_t bridges; /* so many of them are */
	size_t downs;	/* and so many of these are down: */
	char down[IFNAMSIZ];
	size_t guests;
	size_t uplinks;
	/* Of what is in `routers`: */
	char refused[CONFIGURED_NAME_LEN]; /* "reason; remedy"; "": it is not */
};

/* An address that the host itself has, and that is declared. */
struct configured_own {
	struct addr addr;
	char interface[IFNAMSIZ];
};

struct configured_facts {
	const char *file;      /* NULL: not there */
	const char *usual;     /* which it would be */
	char bridge[IFNAMSIZ]; /* one of the host, as an example; "": it has no bridge */
	bool is_running;       /* a daemon; its flags may name bridges */
	bool is_every;	       /* the file, or none, names no bridge and no router port */
	int err;	       /* of reading it: 0 or -errno, with: */
	struct err why;
	const struct faults *faults;
	size_t declared;
	struct configured_name *name;
	size_t names;
	struct configured_own *own;
	size_t owns;
};

/* 0 or -ENOMEM. configured_free takes what is left. */
int configured_read(const struct doctor *doctor, struct configured_facts *facts);
void configured_free(struct configured_facts *facts);
void configured_judge(const struct configured_facts *facts, struct findings *findings);

#endif
