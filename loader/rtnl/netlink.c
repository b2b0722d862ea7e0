// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

/* A port that is in every other VLAN has 2047 ranges of 8 bytes in one message. */
#define MESSAGE_BYTES (64 * 1024)

/* A limit, not an allocation: what a thousand VMs that start at once put into the queue. */
#define NEWS_BYTES (8 * 1024 * 1024)

/*
 * News read before the caller acts on them: bounded, so that a flood cannot keep it from acting.
 * What is left after a loss is read whatever it is, since it is older than the dump that the caller
 * takes next; that is bounded, too: to a socket that has lost something the kernel adds nothing
 * until it is empty (NETLINK_S_CONGESTED, net/netlink/af_netlink.c).
 */
#define NEWS_AT_ONCE 1024

static struct mnl_socket *socket_open(int flags)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | flags);

	if (!nl)
		return NULL;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == 0)
		return nl;
	mnl_socket_close(nl);
	return NULL;
}

static int groups_join(struct mnl_socket *news, const unsigned int *groups)
{
	for (; *groups != RTNLGRP_NONE; groups++) {
		int group = *groups;

		if (mnl_socket_setsockopt(news, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0)
			continue;
		if (errno != EINVAL) /* net/netlink/af_netlink.c: a group beyond this kernel's */
			return -errno;
	}
	return 0;
}

static void news_make_room(struct mnl_socket *news)
{
	int fd = mnl_socket_get_fd(news);
	int bytes = NEWS_BYTES;

	/* FORCE needs CAP_NET_ADMIN in the first user namespace; the other stops at rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static int sockets_open(struct netlink *netlink, const unsigned int *groups)
{
	netlink->questions = socket_open(0);
	if (!netlink->questions)
		return -errno;
	if (!groups)
		return 0;
	netlink->news = socket_open(SOCK_NONBLOCK);
	if (!netlink->news)
		return -errno;
	news_make_room(netlink->news);
	return groups_join(netlink->news, groups);
}

int netlink_open(struct netlink *netlink, const unsigned int *groups, struct err *why)
{
	int err;

	*netlink = (struct netlink){};
	err = sockets_open(netlink, groups);
	if (!err)
		return 0;
	netlink_close(netlink);
	return err_set(why, err, "rtnetlink: cannot be opened: %s; is AF_NETLINK forbidden here?",
		       strerror(-err));
}

void netlink_close(struct netlink *netlink)
{
	if (netlink->questions)
		mnl_socket_close(netlink->questions);
	if (netlink->news)
		mnl_socket_close(netlink->news);
	*netlink = (struct netlink){};
}

/* ---- questions ---- */

/* One answer while it is read. */
struct answer {
	netlink_hear hear;
	void *ctx;
	int error;	  /* the first that hear() returned */
	bool interrupted; /* NLM_F_DUMP_INTR was seen */
	bool ended;
};

/* NLMSG_ERROR and NLMSG_DONE both begin with a negative errno or 0. */
static int end_code(const struct nlmsghdr *message)
{
	if (mnl_nlmsg_get_payload_len(message) < sizeof(int))
		return 0;
	return *(const int *)mnl_nlmsg_get_payload(message);
}

static void answer_take(struct answer *answer, const struct nlmsghdr *message)
{
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	switch (message->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		answer->ended = true;
		if (answer->error == 0)
			answer->error = end_code(message);
		return;
	case NLMSG_NOOP:
		return;
	}
	if (answer->error == 0)
		answer->error = answer->hear(answer->ctx, message);
}

/*
 * Reads the answer to its end even where hear() failed: the kernel refuses a new dump on a socket
 * with an unfinished one (-EBUSY).
 */
static int answer_read(struct netlink *netlink, struct answer *answer)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));

	while (!answer->ended) {
		ssize_t got = mnl_socket_recvfrom(netlink->questions, buffer, sizeof(buffer));
		const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
		int left = got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			if (message->nlmsg_seq == netlink->seq)
				answer_take(answer, message);
		}
	}
	if (answer->error)
		return answer->error;
	return answer->interrupted ? 1 : 0;
}

static int question_send(struct netlink *netlink, struct nlmsghdr *request, unsigned int flags,
			 netlink_hear hear, void *ctx)
{
	struct answer answer = {.hear = hear, .ctx = ctx};

	request->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlmsg_seq = ++netlink->seq;
	if (mnl_socket_sendto(netlink->questions, request, request->nlmsg_len) < 0)
		return -errno;
	return answer_read(netlink, &answer);
}

int netlink_dump(struct netlink *netlink, struct nlmsghdr *request, netlink_hear hear, void *ctx)
{
	return question_send(netlink, request, NLM_F_DUMP, hear, ctx);
}

int netlink_ask(struct netlink *netlink, struct nlmsghdr *request, netlink_hear hear, void *ctx)
{
	return question_send(netlink, request, NLM_F_ACK, hear, ctx);
}

static int nothing_hear(void *ctx, const struct nlmsghdr *message)
{
	return 0;
}

int netlink_tell(struct netlink *netlink, struct nlmsghdr *request, unsigned int flags)
{
	return question_send(netlink, request, NLM_F_ACK | flags, nothing_hear, NULL);
}

/* ---- news ---- */

int netlink_news_fd(const struct netlink *netlink)
{
	return netlink->news ? mnl_socket_get_fd(netlink->news) : -1;
}

int netlink_news_read(struct netlink *netlink, netlink_hear hear, void *ctx)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	int error, lost = 0;

	for (int i = 0; i < NEWS_AT_ONCE || lost; i++) {
		ssize_t got = mnl_socket_recvfrom(netlink->news, buffer, sizeof(buffer));
		const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
		int left = got;

		if (got < 0 && errno == EAGAIN)
			break;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != ENOBUFS && errno != ENOSPC) /* ENOSPC: libmnl, cut short */
			return -errno;
		if (got < 0) {
			lost = -ENOBUFS;
			continue;
		}
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			error = hear(ctx, message);
			if (error)
				return error;
		}
	}
	return lost;
}

/* ---- attributes ---- */

struct attr_table {
	const struct nlattr **attr;
	size_t count;
};

static int attr_note(const struct nlattr *attr, void *data)
{
	struct attr_table *table = data;

	if (mnl_attr_get_type(attr) < table->count)
		table->attr[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

void netlink_attrs(const struct nlmsghdr *message, size_t header_size, const struct nlattr **table,
		   size_t count)
{
	struct attr_table attrs = {.attr = table, .count = count};

	memset(table, 0, count * sizeof(*table));
	if (mnl_nlmsg_get_payload_len(message) >= header_size)
		mnl_attr_parse(message, header_size, attr_note, &attrs);
}

void netlink_attrs_nested(const struct nlattr *nest, const struct nlattr **table, size_t count)
{
	struct attr_table attrs = {.attr = table, .count = count};

	memset(table, 0, count * sizeof(*table));
	if (nest)
		mnl_attr_parse_nested(nest, attr_note, &attrs);
}

static bool attr_holds(const struct nlattr *attr, size_t size)
{
	return attr && mnl_attr_get_payload_len(attr) >= size;
}

__u8 netlink_u8(const struct nlattr *attr)
{
	return attr_holds(attr, sizeof(__u8)) ? mnl_attr_get_u8(attr) : 0;
}

__u16 netlink_u16(const struct nlattr *attr)
{
	return attr_holds(attr, sizeof(__u16)) ? mnl_attr_get_u16(attr) : 0;
}

__u32 netlink_u32(const struct nlattr *attr)
{
	return attr_holds(attr, sizeof(__u32)) ? mnl_attr_get_u32(attr) : 0;
}

void netlink_text(const struct nlattr *attr, char *text, size_t size)
{
	size_t len = attr ? strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr)) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(text, mnl_attr_get_payload(attr), len);
	text[len] = '\0';
}

bool netlink_addr_bytes(int family, const void *bytes, size_t len, struct addr *addr)
{
	static const struct addr zero;

	*addr = zero;
	if (family == AF_INET && len == 4)
		memcpy(addr->bytes + 12, bytes, 4);
	else if (family == AF_INET6 && len == 16)
		memcpy(addr->bytes, bytes, 16);
	if (memcmp(addr, &zero, sizeof(zero)) == 0)
		return false;
	if (family == AF_INET)
		memset(addr->bytes + 10, 0xff, 2); /* ::ffff:a.b.c.d */
	return true;
}

bool netlink_addr(int family, const struct nlattr *attr, struct addr *addr)
{
	if (!attr)
		return false;
	return netlink_addr_bytes(family, mnl_attr_get_payload(attr),
				  mnl_attr_get_payload_len(attr), addr);
}
