/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - where each field of a claim lies, in this version's maps and in another's.
 *
 * A claim that is pinned outlives the version that wrote it. The map `layout` beside it tells what
 * it looks like: the programs' own BTF, which a daemon without CAP_SYS_ADMIN may not read from the
 * kernel (BPF_BTF_GET_FD_BY_ID).
 */
#ifndef GARPD_DATAPATH_LAYOUT_H
#define GARPD_DATAPATH_LAYOUT_H

#include <stddef.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

struct btf;

/*
 * Where a port tells whether garpd made its qdisc: a byte of struct port. Its size is written as 0,
 * since a field with a size is one of a claim.
 */
#define LAYOUT_MADE_QDISC "port.made_qdisc"

/* Each field of a claim, and each number of an enum in it; and LAYOUT_MADE_QDISC. */
struct layout {
	size_t count;
	struct layout_entry {
		struct field_name name;
		struct field_place place;
	} entries[GARPD_MAX_FIELDS];
};

/*
 * The fields of struct claim in `btf`, each with the names of those that it is part of
 * ("key.vlan"), without the lock; the states and reasons ("state=owned"); and LAYOUT_MADE_QDISC. 0,
 * or -errno with `why`.
 */
int layout_of(const struct btf *btf, struct layout *layout, struct err *why);

/* Writes it to the map `layout`. 0, or -errno with `why`. */
int layout_write(int layout_fd, const struct layout *layout, struct err *why);

/*
 * Reads it from the map `layout`, for claims of `size` bytes. 0, or -ENOENT: nothing is there, or
 * what is there is not of such claims.
 */
int layout_read(int layout_fd, __u32 size, struct layout *layout);

/* How a claim becomes one of another layout. */
struct layout_moves {
	size_t count;
	struct {
		__u32 from, to, size;
	} moves[GARPD_MAX_FIELDS];
	struct layout_numbers {
		__u8 is[256]; /* by the former number */
	} state, reason;
};

/*
 * Each field that both have goes over, by its name, if it has the same size. 0, or -ENOENT: one of
 * those that tell whose claim it is does not.
 */
int layout_match(const struct layout *was, const struct layout *is, struct layout_moves *moves);

/* Fills in `to`; what the former layout does not have is 0. */
void layout_move(const struct layout_moves *moves, const void *from, struct claim *to);

#endif
