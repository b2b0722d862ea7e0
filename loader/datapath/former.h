/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * former.h - maps of another version's layout, kept below PINS_FORMER from the time they are
 * replaced until nothing of them is needed: a daemon may be killed in between.
 */
#ifndef GARPD_DATAPATH_FORMER_H
#define GARPD_DATAPATH_FORMER_H

#include <stdbool.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

/*
 * Before the maps in pins_dir() are replaced. Those that a start has kept which was killed stay:
 * what is in pins_dir() then may be its own. 0, also where no map `layout` is, or -errno with
 * `why`.
 */
int former_keep(struct err *why);

/* Opens one that is kept: `claims`, `ports` or `layout`. A file descriptor, or -errno. */
int former_open_pin(const char *name);

/* Its claims are not needed any longer. */
void former_forget_claims(void);

/* ---- when its claims were carried for the first time ---- */

/* Written beside the maps that are to replace the former ones. */
void former_write_since(__u64 since_ns);

/* For a daemon that takes over maps which have replaced others. 0: they have not, or not lately. */
__u64 former_read_since(void);

/* ---- its ports ---- */

/* The ports as that version described them. */
struct former {
	int ports;	  /* -1: no such map, or of an unknown layout */
	__u32 made_qdisc; /* where that is in a port */
};

void former_init(struct former *former);

/* Opens those that are kept, or else those in pins_dir(). */
void former_open(struct former *former);
void former_close(struct former *former);

/* Did it make the qdisc of this interface? False also if that is not known: then the qdisc stays.
 */
bool former_made_qdisc(const struct former *former, __u32 ifindex);

#endif
