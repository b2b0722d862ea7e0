// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * limit: the least outage that any announcer can reach. It replaces entries for an address on other
 * machines at the instant a guest's kernel has it (RTM_NEWADDR), by rtnetlink, so that no frame has
 * to be heard or sent. Without entries it only prints that instant.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TARGETS_MAX 16
#define BUFFER_LEN  16384
#define NO_WAIT	    INT_MIN

struct address {
	int family;
	size_t len;
	uint8_t bytes[sizeof(struct in6_addr)];
};

struct request {
	struct nlmsghdr head;
	struct ndmsg body;
	uint8_t attrs[64];
};

/* A prepared request, and a socket in the namespace where it is made. */
struct target {
	int fd;
	int wait_fd; /* >= 0: it waits until there the address is at mac */
	struct ether_addr mac;
	struct request request;
};

static int usage(void)
{
	fprintf(stderr,
		"usage: limit GUEST_NETNS ADDR [NETNS,IFACE,MAC[,fdb | ,NETNS2]]...\n"
		"  When the guest has ADDR, MAC has it for the neighbour table of IFACE; with "
		"fdb, MAC is at this port of a bridge; with NETNS2, as soon as ADDR is at MAC there. "
		"Prints when the guest had it.\n");
	return 2;
}

/* A socket stays in the namespace where it was made. -errno on failure. */
static int netlink_open(const char *netns, unsigned int groups)
{
	struct sockaddr_nl addr = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int netns_fd = open(netns, O_RDONLY | O_CLOEXEC), fd = -1;

	if (netns_fd < 0)
		return -errno;
	if (!setns(netns_fd, CLONE_NEWNET))
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	close(netns_fd);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	return fd;
}

static void attr_add(struct request *request, unsigned short type, const void *value, size_t len)
{
	struct rtattr *attr = (struct rtattr *)((uint8_t *)request +
						NLMSG_ALIGN(request->head.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), value, len);
	request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) +
				  (unsigned int)RTA_SPACE(len);
}

/* NETNS,IFACE,MAC[,fdb | ,NETNS2] */
static int target_parse(char *text, const struct address *address, struct target *target)
{
	const char *netns = strtok(text, ","), *iface = strtok(NULL, ",");
	const char *mac_text = strtok(NULL, ","), *more = strtok(NULL, ",");
	struct ether_addr *mac = mac_text ? ether_aton(mac_text) : NULL;
	bool fdb = more && !strcmp(more, "fdb");

	if (!mac)
		return -EINVAL;
	target->mac = *mac;
	target->wait_fd = more && !fdb ? netlink_open(more, RTMGRP_NEIGH) : NO_WAIT;
	target->fd = netlink_open(netns, 0);
	if (target->fd < 0 || (target->wait_fd < 0 && target->wait_fd != NO_WAIT))
		return target->fd < 0 ? target->fd : target->wait_fd;
	target->request = (struct request){
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(target->request.body)),
			 .nlmsg_type = RTM_NEWNEIGH,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK},
		.body = {.ndm_family = fdb ? AF_BRIDGE : (uint8_t)address->family,
			 .ndm_ifindex = (int)if_nametoindex(iface),
			 .ndm_flags = fdb ? NTF_MASTER : 0,
			 .ndm_state = NUD_REACHABLE},
	};
	if (!target->request.body.ndm_ifindex)
		return -ENODEV;
	if (!fdb)
		attr_add(&target->request, NDA_DST, address->bytes, address->len);
	attr_add(&target->request, NDA_LLADDR, mac, sizeof(*mac));
	return 0;
}

static bool has_attr(struct rtattr *attr, int len, unsigned short type, const void *value,
		     size_t value_len)
{
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len)) {
		if (attr->rta_type == type && RTA_PAYLOAD(attr) == value_len &&
		    !memcmp(RTA_DATA(attr), value, value_len))
			return true;
	}
	return false;
}

static bool is_new_address(const struct nlmsghdr *head, const struct address *address)
{
	const struct ifaddrmsg *body = NLMSG_DATA(head);
	int len = (int)IFA_PAYLOAD(head);

	return head->nlmsg_type == RTM_NEWADDR && body->ifa_family == address->family &&
	       !(body->ifa_flags & IFA_F_TENTATIVE) &&
	       (has_attr(IFA_RTA(body), len, IFA_LOCAL, address->bytes, address->len) ||
		has_attr(IFA_RTA(body), len, IFA_ADDRESS, address->bytes, address->len));
}

static bool is_entry(const struct nlmsghdr *head, const struct address *address,
		     const struct ether_addr *mac)
{
	struct ndmsg *body = NLMSG_DATA(head);
	int len = (int)NLMSG_PAYLOAD(head, sizeof(*body));
	struct rtattr *attrs = (struct rtattr *)(body + 1);

	return head->nlmsg_type == RTM_NEWNEIGH && body->ndm_family == address->family &&
	       has_attr(attrs, len, NDA_DST, address->bytes, address->len) &&
	       has_attr(attrs, len, NDA_LLADDR, mac, sizeof(*mac));
}

/* Waits until the guest has the address; with a MAC, until an entry has it. 0 or -errno. */
static int news_await(int fd, const struct address *address, const struct ether_addr *mac)
{
	static uint8_t buffer[BUFFER_LEN] __attribute__((aligned(NLMSG_ALIGNTO)));

	for (;;) {
		ssize_t len = recv(fd, buffer, sizeof(buffer), 0);

		if (len < 0 && errno != EINTR)
			return -errno;
		for (struct nlmsghdr *head = (struct nlmsghdr *)buffer;
		     len > 0 && NLMSG_OK(head, (size_t)len); head = NLMSG_NEXT(head, len)) {
			if (mac ? is_entry(head, address, mac) : is_new_address(head, address))
				return 0;
		}
	}
}

static int target_send(const struct target *target)
{
	return send(target->fd, &target->request, target->request.head.nlmsg_len, 0) < 0 ? -errno
											 : 0;
}

/* Those that wait for nothing first; all are sent before the first answer is read. */
static int targets_replace(const struct target *targets, int count, const struct address *address)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr body;
		uint8_t rest[sizeof(struct request)];
	} answer;
	int err = 0;

	for (int i = 0; i < count && !err; i++) {
		if (targets[i].wait_fd == NO_WAIT)
			err = target_send(&targets[i]);
	}
	for (int i = 0; i < count && !err; i++) {
		if (targets[i].wait_fd == NO_WAIT)
			continue;
		err = news_await(targets[i].wait_fd, address, &targets[i].mac);
		if (!err)
			err = target_send(&targets[i]);
	}
	for (int i = 0; i < count && !err; i++) {
		if (recv(targets[i].fd, &answer, sizeof(answer), 0) < 0)
			return -errno;
		err = answer.body.error;
	}
	return err;
}

static int run(int guest_fd, const struct address *address, struct target *targets, int count)
{
	const struct sched_param first = {.sched_priority = 1};
	struct timespec now;
	int err;

	/* At that instant, however busy the machine is. */
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		return -errno;
	puts("listening");
	err = news_await(guest_fd, address, NULL);
	if (err)
		return err;
	clock_gettime(CLOCK_MONOTONIC, &now);
	err = targets_replace(targets, count, address);
	if (!err)
		printf("has at_ns=%lld replaced=%d\n", now.tv_sec * 1000000000LL + now.tv_nsec,
		       count);
	return err;
}

int main(int argc, char **argv)
{
	static struct target targets[TARGETS_MAX];
	struct address address = {.family = AF_INET, .len = sizeof(struct in_addr)};
	int guest_fd, count = argc - 3, err = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (count < 0 || count > TARGETS_MAX)
		return usage();
	if (strchr(argv[2], ':')) {
		address.family = AF_INET6;
		address.len = sizeof(struct in6_addr);
	}
	if (inet_pton(address.family, argv[2], address.bytes) != 1)
		return usage();
	guest_fd = netlink_open(argv[1], RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
	if (guest_fd < 0)
		err = guest_fd;
	for (int i = 0; i < count && !err; i++)
		err = target_parse(argv[3 + i], &address, &targets[i]);
	if (!err)
		err = run(guest_fd, &address, targets, count);
	if (err)
		fprintf(stderr, "limit: %s\n", strerror(-err));
	return err ? 1 : 0;
}
