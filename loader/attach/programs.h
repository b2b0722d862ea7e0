/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * programs.h - BPF programs of any owner, by their ids.
 */
#ifndef GARPD_ATTACH_PROGRAMS_H
#define GARPD_ATTACH_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/types.h>

/* enum bpf_attach_type of Linux 6.6; the headers of Debian 12 end before it. */
#define ATTACH_TCX_INGRESS 46
#define ATTACH_TCX_EGRESS  47

#define ATTACH_BEFORE (1U << 3) /* BPF_F_BEFORE: with no other program named, before all */

#define PROGRAM_NAME_LEN BPF_OBJ_NAME_LEN

#define ATTACH_JOIN_MAX 10 /* programs that a dispatcher takes, MAX_DISPATCHER_ACTIONS */

/* Fills in the name of a program. 0 or -errno (-ENOENT: it is gone; -EPERM). */
int programs_name(__u32 id, char name[PROGRAM_NAME_LEN]);

/* A program on a hook of an interface, or another kind of tc filter (id 0, `name` is the kind). */
struct program {
	const char *hook; /* "xdp", "tcx", "tc" */
	__u32 id;
	char name[PROGRAM_NAME_LEN];
	bool dispatched; /* called by libxdp's dispatcher, which holds the hook */
	bool aside;	 /* on another chain of tc than the first: only where a filter goes there */
};

/* Can other people's programs be listed, and named? Takes CAP_NET_ADMIN and CAP_SYS_ADMIN. */
bool programs_can_read(void);

/* Is it one of garpd's, by its name? */
bool programs_is_garpd(const struct program *program);

/*
 * Loads a program of two instructions, to learn whether this kernel takes this type with these
 * flags. Its descriptor, or -errno.
 */
int programs_load_pass(enum bpf_prog_type type, const char *name, __u32 flags);

#endif
