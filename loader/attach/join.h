/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * join.h - garpd_xdp beside other XDP programs, through libxdp's dispatcher.
 *
 * If the dispatcher has an interface's only place for XDP, garpd_xdp is loaded once more, as the
 * kind of program that it calls (freplace), over the same pinned maps. libxdp pins it below
 * /sys/fs/bpf/xdp, where its other users find it: it outlives the daemon, and they come and go
 * around it. garpd's own programs are known by their name.
 *
 * A build without libxdp has join_none.c in place of join.c: it finds no dispatcher.
 */
#ifndef GARPD_ATTACH_JOIN_H
#define GARPD_ATTACH_JOIN_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"
#include "programs.h"
#include "loader/base/err.h"

struct xdp_program;
struct bpf_object;

/* Is libxdp in this build? */
#ifndef ATTACH_JOIN_BUILT
#define ATTACH_JOIN_BUILT true
#endif

/* What garpd_xdp is loaded from for a dispatcher. Zeroed: nothing can be joined. */
struct attach_join {
	const void *object; /* the BPF object file, in memory that stays */
	size_t size;
	__u32 max_claims; /* of the map that is pinned */
	bool has_frags;	  /* attach_xdp_has_frags() */

	/* Of attach_join(): NULL until a port has joined, then for all that follow. */
	struct bpf_object *opened;
	struct xdp_program *program;
};

/* The mode in which the interface has a dispatcher that can be joined; MODE_AUTO: it has none. */
enum port_mode attach_join_mode(__u32 ifindex);

/*
 * Joins the dispatcher of an interface, in the mode of attach_join_mode(), then removes a former
 * garpd's program. In between each frame meets both; settings.duplicate_ns makes it count once. 0,
 * 1 if garpd's program was there already, or -errno with `why`.
 */
int attach_join(struct attach_join *join, __u32 ifindex, const char *name, struct err *why);

/*
 * Removes garpd's programs from a dispatcher that is attached in this mode; after the last program
 * the dispatcher goes, too. 0, also if none is there, or -errno.
 */
int attach_join_leave(__u32 ifindex, enum port_mode mode);

/* Fills in the ids of the programs that the dispatcher calls, in its order. Returns how many. */
size_t attach_join_read(__u32 ifindex, __u32 ids[ATTACH_JOIN_MAX]);

/* What keeps two XDP programs from sharing an interface here, in words; NULL: nothing. */
const char *attach_join_obstacle(void);

/* Frees what attach_join() has opened. Programs stay attached. */
void attach_join_close(struct attach_join *join);

#endif
