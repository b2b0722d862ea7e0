// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

/* A port that is in every other VLAN has 2047 ranges of 8 bytes in one message. */
#define MESSAGE_BYTES (64 * 1024)

/* A limit, not an allocation: what a thousand VMs that start at once put into the queue. */
#define QUEUE_BYTES (8 * 1024 * 1024)

/*
 * Notifications that are heard before the caller acts on them, so that a flood cannot keep it from
 * acting. After a loss all that are left are heard, as they are older than the dump that follows;
 * there is an end to them, since the kernel adds nothing to a socket that has lost something until
 * it is empty (NETLINK_S_CONGESTED, net/netlink/af_netlink.c).
 */
#define NOTIFICATIONS_AT_ONCE 1024

static struct mnl_socket *socket_open(int bus, int flags)
{
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC | flags);

	if (!nl)
		return NULL;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == 0)
		return nl;
	mnl_socket_close(nl);
	return NULL;
}

static void queue_enlarge(struct mnl_socket *notifications)
{
	int fd = mnl_socket_get_fd(notifications);
	int bytes = QUEUE_BYTES;

	/* FORCE needs CAP_NET_ADMIN in the first user namespace; the other stops at rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static int groups_join(struct mnl_socket *notifications, const unsigned int *groups)
{
	for (; *groups != RTNLGRP_NONE; groups++) {
		int group = *groups;

		if (mnl_socket_setsockopt(notifications, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)) == 0)
			continue;
		if (errno != EINVAL) /* net/netlink/af_netlink.c: a group beyond this kernel's */
			return -errno;
	}
	return 0;
}

static int sockets_open(struct netlink *netlink, const unsigned int *groups)
{
	netlink->requests = socket_open(NETLINK_ROUTE, 0);
	if (!netlink->requests)
		return -errno;
	if (!groups)
		return 0;
	netlink->notifications = socket_open(NETLINK_ROUTE, SOCK_NONBLOCK);
	if (!netlink->notifications)
		return -errno;
	queue_enlarge(netlink->notifications);
	return groups_join(netlink->notifications, groups);
}

int netlink_open(struct netlink *netlink, const unsigned int *groups, struct err *why)
{
	int err;

	*netlink = (struct netlink){};
	err = sockets_open(netlink, groups);
	if (!err)
		return 0;
	netlink_close(netlink);
	return err_set(why, err, "rtnetlink: cannot open a socket: %s; allow AF_NETLINK",
		       strerror(-err));
}

int netlink_open_netfilter(struct netlink *netlink)
{
	*netlink = (struct netlink){.requests = socket_open(NETLINK_NETFILTER, 0)};
	return netlink->requests ? 0 : -errno;
}

void netlink_close(struct netlink *netlink)
{
	if (netlink->requests)
		mnl_socket_close(netlink->requests);
	if (netlink->notifications)
		mnl_socket_close(netlink->notifications);
	*netlink = (struct netlink){};
}

/* One datagram of at most MESSAGE_BYTES. Its length, or -errno. */
static int datagram_read(const struct mnl_socket *nl, char *buffer)
{
	ssize_t got;

	do
		got = mnl_socket_recvfrom(nl, buffer, MESSAGE_BYTES);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : (int)got;
}

/* ---- requests ---- */

void netlink_request_begin(struct netlink_request *request, __u16 type, const void *header,
			   size_t size)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(request);

	message->nlmsg_type = type;
	memcpy(mnl_nlmsg_put_extra_header(message, size), header, size);
}

/* A reply while it is read. */
struct reply {
	netlink_hear hear; /* NULL: only its end is of interest */
	void *ctx;
	int err;	  /* the first of hear(), else the kernel's */
	bool interrupted; /* NLM_F_DUMP_INTR was seen */
	bool ended;
};

/* NLMSG_ERROR and NLMSG_DONE both begin with a negative errno or 0. */
static int end_err(const struct nlmsghdr *message)
{
	if (mnl_nlmsg_get_payload_len(message) < sizeof(int))
		return 0;
	return *(const int *)mnl_nlmsg_get_payload(message);
}

static void reply_hear(struct reply *reply, const struct nlmsghdr *message)
{
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		reply->interrupted = true;
	switch (message->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		reply->ended = true;
		if (!reply->err)
			reply->err = end_err(message);
		return;
	case NLMSG_NOOP:
		return;
	}
	if (!reply->err && reply->hear)
		reply->err = reply->hear(reply->ctx, message);
}

/*
 * Reads the reply to its end even if hear() fails: the kernel refuses a new dump on a socket with
 * an unfinished one (-EBUSY).
 */
static int reply_read(struct netlink *netlink, struct reply *reply)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));

	while (!reply->ended) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
		int left = datagram_read(netlink->requests, buffer);

		if (left < 0)
			return left;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left))
			if (message->nlmsg_seq == netlink->seq)
				reply_hear(reply, message);
	}
	return reply->err ? reply->err : reply->interrupted;
}

int netlink_run(struct netlink *netlink, struct netlink_request *request, unsigned int flags,
		netlink_hear hear, void *ctx)
{
	struct nlmsghdr *message = &request->message;
	struct reply reply = {.hear = hear, .ctx = ctx};
	int err;

	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = ++netlink->seq;
	if (mnl_socket_sendto(netlink->requests, message, message->nlmsg_len) < 0)
		return -errno;
	err = reply_read(netlink, &reply);
	netlink->is_broken |= !reply.ended;
	return err;
}

/* Each port that is attached takes several: a socket for each would cost more than they do. */
int netlink_run_shared(struct netlink_request *request, unsigned int flags, netlink_hear hear,
		       void *ctx)
{
	static struct netlink shared;
	struct err ignored;
	int err;

	if (shared.is_broken)
		netlink_close(&shared);
	err = shared.requests ? 0 : netlink_open(&shared, NULL, &ignored);
	return err ? err : netlink_run(&shared, request, flags, hear, ctx);
}

/* ---- notifications ---- */

int netlink_notifications_fd(const struct netlink *netlink)
{
	return netlink->notifications ? mnl_socket_get_fd(netlink->notifications) : -1;
}

int netlink_read_notifications(struct netlink *netlink, netlink_hear hear, void *ctx)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	int err, lost = 0;

	for (int i = 0; i < NOTIFICATIONS_AT_ONCE || lost; i++) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
		int left = datagram_read(netlink->notifications, buffer);

		if (left == -EAGAIN)
			break;
		if (left == -ENOBUFS || left == -ENOSPC) { /* ENOSPC: libmnl, cut short */
			lost = -ENOBUFS;
			continue;
		}
		if (left < 0)
			return left;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			err = hear(ctx, message);
			if (err)
				return err;
		}
	}
	return lost;
}

/* ---- attributes ---- */

const void *netlink_attrs(const struct nlmsghdr *message, size_t header_size,
			  const struct nlattr **table, size_t count)
{
	const struct nlattr *attr;

	memset(table, 0, count * sizeof(*table));
	if (mnl_nlmsg_get_payload_len(message) < header_size)
		return NULL;
	mnl_attr_for_each(attr, message, header_size)
		if (mnl_attr_get_type(attr) < count)
			table[mnl_attr_get_type(attr)] = attr;
	return mnl_nlmsg_get_payload(message);
}

void netlink_attrs_nested(const struct nlattr *nest, const struct nlattr **table, size_t count)
{
	const struct nlattr *attr;

	memset(table, 0, count * sizeof(*table));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) < count)
			table[mnl_attr_get_type(attr)] = attr;
}

__u32 netlink_uint(const struct nlattr *attr)
{
	switch (attr ? mnl_attr_get_payload_len(attr) : 0) {
	case sizeof(__u8):
		return mnl_attr_get_u8(attr);
	case sizeof(__u16):
		return mnl_attr_get_u16(attr);
	case sizeof(__u32):
		return mnl_attr_get_u32(attr);
	}
	return 0;
}

void netlink_text(const struct nlattr *attr, char *text, size_t size)
{
	snprintf(text, size, "%.*s", attr ? mnl_attr_get_payload_len(attr) : 0,
		 attr ? mnl_attr_get_str(attr) : "");
}

bool netlink_addr_bytes(int family, const void *bytes, size_t len, struct addr *addr)
{
	*addr = (struct addr){};
	if (family == AF_INET && len == 4)
		memcpy(addr->bytes + 12, bytes, 4);
	else if (family == AF_INET6 && len == 16)
		memcpy(addr->bytes, bytes, 16);
	if (memcmp(addr, &(struct addr){}, sizeof(*addr)) == 0)
		return false;
	if (family == AF_INET)
		memset(addr->bytes + 10, 0xff, 2); /* ::ffff:a.b.c.d */
	return true;
}

bool netlink_addr(int family, const struct nlattr *attr, struct addr *addr)
{
	return attr && netlink_addr_bytes(family, mnl_attr_get_payload(attr),
					  mnl_attr_get_payload_len(attr), addr);
}
