/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * programs.h - BPF programs by their ids, ours and other people's.
 */
#ifndef GARPD_ATTACH_PROGRAMS_H
#define GARPD_ATTACH_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/types.h>

/* enum bpf_attach_type of Linux 6.6; the headers of Debian 12 end before it. */
#define ATTACH_TCX_INGRESS 46

#define PROGRAM_NAME_LEN BPF_OBJ_NAME_LEN

#define ATTACH_JOIN_MAX 10 /* programs that a dispatcher takes, MAX_DISPATCHER_ACTIONS */

/* Fills `name` with the program's. 0, or -errno: it is gone, or not for us to see. */
int programs_name(__u32 id, char name[PROGRAM_NAME_LEN]);

/* A program on a hook of an interface, or a tc filter that is none (id 0: `name` is its kind). */
struct program {
	const char *hook; /* "xdp", "tcx", "tc" */
	__u32 id;
	char name[PROGRAM_NAME_LEN];
	bool dispatched; /* called by libxdp's dispatcher, which holds the hook */
};

/*
 * May we see other people's programs? Without CAP_NET_ADMIN and CAP_SYS_ADMIN what programs_read
 * finds is neither all nor named.
 */
bool programs_may_read(void);

bool programs_is_ours(const struct program *program);

/* The id of the XDP program on the interface, in whatever mode; 0: none. */
__u32 programs_xdp(__u32 ifindex);

#endif
