/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.h - rtnetlink: requests with their replies, notifications, and the attributes in both.
 *
 * Requests and notifications have a socket each: no notification comes between the messages of a
 * reply, and a full queue of notifications costs no reply.
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
	struct mnl_socket *requests;
	struct mnl_socket *notifications; /* NULL: opened without groups */
	unsigned int seq;
	bool is_broken; /* a reply was not read to its end */
};

/* Takes one message of the kernel. 0, or -errno: it is called for no further one. */
typedef int (*netlink_hear)(void *ctx, const struct nlmsghdr *message);

/*
 * Opens the sockets in the calling thread's network namespace and joins `groups` (RTNLGRP_*, ended
 * by RTNLGRP_NONE), ignoring those that this kernel lacks. NULL: for requests only. 0, or -errno
 * with `why`: it is closed.
 */
int netlink_open(struct netlink *netlink, const unsigned int *groups, struct err *why);

/* The same for requests to netfilter. The kernel loads its module for that. 0 or -errno. */
int netlink_open_netfilter(struct netlink *netlink);

/* Takes a zeroed or closed one too. */
void netlink_close(struct netlink *netlink);

/* ---- requests ---- */

/* Room for a request of this program, attributes included. */
struct netlink_request {
	struct nlmsghdr message; /* for mnl_attr_put() */
	char room[256];
};

/* Begins a RTM_* request with its family header of `size` bytes. */
void netlink_request_begin(struct netlink_request *request, __u16 type, const void *header,
			   size_t size);

/*
 * Sends the request with NLM_F_DUMP, or with NLM_F_ACK and what it may change (NLM_F_CREATE,
 * NLM_F_REPLACE, NLM_F_EXCL), and hears the reply, unless `hear` is NULL. 0; 1: a whole table was
 * heard, but it has changed meanwhile (NLM_F_DUMP_INTR) and entries may be missing; or -errno, of
 * the kernel or of hear().
 */
int netlink_run(struct netlink *netlink, struct netlink_request *request, unsigned int flags,
		netlink_hear hear, void *ctx);

/* The same with one socket that all of these requests share. It is opened when the first comes. */
int netlink_run_shared(struct netlink_request *request, unsigned int flags, netlink_hear hear,
		       void *ctx);

/* ---- notifications ---- */

/* The descriptor to poll for reading; -1 without groups. */
int netlink_notifications_fd(const struct netlink *netlink);

/*
 * Hears those that are waiting, without blocking. 0; -ENOBUFS: the kernel dropped some, and all
 * that were left are heard; or another -errno.
 */
int netlink_read_notifications(struct netlink *netlink, netlink_hear hear, void *ctx);

/* ---- attributes ---- */

/*
 * Sets table[type] to the attribute, or NULL, for each type below `count`. Returns the family
 * header, NULL: the message is too short for it. A nest may be NULL.
 */
const void *netlink_attrs(const struct nlmsghdr *message, size_t header_size,
			  const struct nlattr **table, size_t count);
void netlink_attrs_nested(const struct nlattr *nest, const struct nlattr **table, size_t count);

/* An integer of 1, 2 or 4 bytes, in the message's byte order; 0 for NULL and any other size. */
__u32 netlink_uint(const struct nlattr *attr);

/* Copies a string, cut to `size`; "" for NULL. */
void netlink_text(const struct nlattr *attr, char *text, size_t size);

/*
 * An address of AF_INET or AF_INET6. False for NULL, another family or length, and the unspecified
 * address.
 */
bool netlink_addr(int family, const struct nlattr *attr, struct addr *addr);
bool netlink_addr_bytes(int family, const void *bytes, size_t len, struct addr *addr);

#endif
