/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.h - what the modules that speak rtnetlink share: two sockets and three ways to use them.
 *
 * Questions and news go over different sockets, so that an answer is never cut in two by a
 * notification, and a full queue of news never costs an answer.
 */
#ifndef GARPD_RTNL_NETLINK_H
#define GARPD_RTNL_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

struct netlink {
	struct mnl_socket *questions;
	struct mnl_socket *news; /* NULL: opened without groups */
	unsigned int seq;
};

/* One message of the kernel. 0, or a negative errno: nothing more is heard, and it is passed on. */
typedef int (*netlink_hear)(void *ctx, const struct nlmsghdr *message);

/*
 * Opens both sockets in the calling thread's network namespace and joins `groups` (RTNLGRP_*, the
 * last RTNLGRP_NONE), ignoring those that this kernel lacks; NULL: only questions can be asked.
 * 0, or -errno with `why`: it is closed.
 */
int netlink_open(struct netlink *netlink, const unsigned int *groups, struct err *why);

/* Takes a zeroed, half opened or closed one too. */
void netlink_close(struct netlink *netlink);

/*
 * Sends `request` (type, family header and attributes are the caller's; flags and sequence are
 * set here) and calls `hear` for each message of the answer. For a dump: 0; 1 where the kernel
 * says that the tables changed in between, so that something may have been missed
 * (NLM_F_DUMP_INTR): everything was heard all the same, ask again; or -errno.
 * netlink_ask is for a single object: 0, or -errno, the kernel's own (-ENOENT: there is none).
 */
int netlink_dump(struct netlink *netlink, struct nlmsghdr *request, netlink_hear hear, void *ctx);
int netlink_ask(struct netlink *netlink, struct nlmsghdr *request, netlink_hear hear, void *ctx);

/* The same for a change, with NLM_F_* that say what kind of change: 0, or the kernel's -errno. */
int netlink_tell(struct netlink *netlink, struct nlmsghdr *request, unsigned int flags);

/* To be polled for reading; -1 without groups. */
int netlink_news_fd(const struct netlink *netlink);

/*
 * Reads the news that are waiting, without blocking, and calls `hear` for each. 0; -ENOBUFS where
 * the kernel dropped some (resync: dump everything and compare), after all that is left was
 * heard; or another -errno.
 */
int netlink_news_read(struct netlink *netlink, netlink_hear hear, void *ctx);

/*
 * Attributes by their type: table[type] is set or NULL for each type below `count`; types beyond
 * are passed over. The nested form takes a NULL nest (every entry NULL).
 */
void netlink_attrs(const struct nlmsghdr *message, size_t header_size, const struct nlattr **table,
		   size_t count);
void netlink_attrs_nested(const struct nlattr *nest, const struct nlattr **table, size_t count);

/* The value of an attribute, host order; 0 where it is NULL or too short. */
__u8 netlink_u8(const struct nlattr *attr);
__u16 netlink_u16(const struct nlattr *attr);
__u32 netlink_u32(const struct nlattr *attr);

/* Copies a string, cut to `size`; "" where it is NULL. */
void netlink_text(const struct nlattr *attr, char *text, size_t size);

/* An address of AF_INET or AF_INET6. False: no such attribute, family or length, or all zero. */
bool netlink_addr(int family, const struct nlattr *attr, struct addr *addr);
bool netlink_addr_bytes(int family, const void *bytes, size_t len, struct addr *addr);

#endif
