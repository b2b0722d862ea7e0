/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * join.h - garpd_xdp beside other people's XDP programs, through libxdp.
 *
 * Where libxdp's dispatcher has an interface's only place for XDP, garpd_xdp is loaded once more,
 * as the kind of program that the dispatcher calls (freplace), over the same pinned maps. libxdp
 * pins it below /sys/fs/bpf/xdp, where every other user of libxdp finds it: it outlives the daemon,
 * and the others come and go around it. Which programs are ours is told by their name.
 *
 * A build without libxdp has attach_join_none.c instead, which finds no dispatcher anywhere.
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

/* What garpd_xdp is loaded from when a dispatcher wants it. All zero: nothing can be joined. */
struct attach_join {
	const void *object; /* the BPF object file, in memory that stays */
	size_t size;
	__u32 max_claims; /* of the map that is pinned */
	bool has_frags;	  /* attach_xdp_has_frags() */

	/* attach_join's own: NULL until a port is joined, then for every further one. */
	struct bpf_object *opened;
	struct xdp_program *program;
};

/*
 * The mode in which a dispatcher that can be joined is attached to the interface; MODE_AUTO where
 * there is none.
 */
enum port_mode attach_join_mode(__u32 ifindex);

/*
 * Joins the dispatcher of an interface, in the mode that attach_join_mode() tells, and then takes a
 * former garpd's program out: in between each frame meets both, and settings.duplicate_ns counts it
 * once. 0, 1 where one of ours was there already, or -errno with `err`.
 */
int attach_join(struct attach_join *join, __u32 ifindex, const char *name, struct err *err);

/*
 * Takes our programs out of a dispatcher that is attached in this mode; the last one takes the
 * dispatcher along. 0, also where there is none, or -errno.
 */
int attach_join_leave(__u32 ifindex, enum port_mode mode);

/* The ids of all the programs that the dispatcher calls, in its order. Returns how many. */
size_t attach_join_read(__u32 ifindex, __u32 ids[ATTACH_JOIN_MAX]);

/* Why two XDP programs cannot share an interface here, in words; NULL: they can. */
const char *attach_join_obstacle(void);

/* Programs stay attached. */
void attach_join_close(struct attach_join *join);

#endif
