// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * winguest: plays a Windows guest that takes addresses over, on a packet socket of an interface.
 * Windows probes three times, one second apart (once in IPv6), does not use the address until a
 * second after the last one, and then replies for it, often without an announcement. See guest.h
 * for the script.
 */
#include "guest_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PREFIX_LEN  24
#define PREFIX6_LEN 64

static unsigned int ifindex;

static int usage(void)
{
	fprintf(stderr,
		"usage: winguest " GUEST_USAGE " [-A] IFACE MAC ADDR [ADDR...]\n" GUEST_HELP
		"  -A  give the address to the kernel when the guest has it: to reply, and to take UDP\n");
	return 2;
}

static int socket_open(void)
{
	struct sockaddr_ll addr = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_ALL),
				   .sll_ifindex = (int)ifindex};
	const int on = 1, receive_bytes = 8 << 20; /* questions for a thousand addresses */
	/* Bound before it receives: a socket with protocol 0 receives nothing. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_bytes, sizeof(receive_bytes)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* The kernel has taken the outer tag out of the frame: puts it back. */
static size_t tag_restore(uint8_t *frame, size_t len, const struct tpacket_auxdata *aux)
{
	const size_t at = 2 * GUEST_MAC_LEN, tag_len = 2 * sizeof(uint16_t);

	memmove(frame + at + tag_len, frame + at, len - at);
	put_be16(frame + at,
		 aux->tp_status & TP_STATUS_VLAN_TPID_VALID ? aux->tp_vlan_tpid : ETH_P_8021Q);
	put_be16(frame + at + sizeof(uint16_t), aux->tp_vlan_tci);
	return len + tag_len;
}

static ssize_t packet_receive(const struct guest *guest, uint8_t *frame, size_t size)
{
	union {
		struct cmsghdr head;
		uint8_t bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec part = {frame, size - 2 * sizeof(uint16_t)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t len = recvmsg(guest->fd, &message, 0);
	struct tpacket_auxdata aux;

	if (len < ETH_HLEN || !CMSG_FIRSTHDR(&message))
		return len;
	memcpy(&aux, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(aux));
	if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
		return len;
	return (ssize_t)tag_restore(frame, (size_t)len, &aux);
}

struct addr_request {
	struct nlmsghdr head;
	struct ifaddrmsg body;
	struct rtattr attr;
	union guest_addr addr;
};

/* The guest has done its own DAD: the kernel must not. */
static int address_add(int netlink_fd, int family, const union guest_addr *addr)
{
	bool v6 = family == AF_INET6;
	size_t len = v6 ? sizeof(addr->v6) : sizeof(addr->v4);
	struct addr_request request = {
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(request.body) + RTA_LENGTH(len)),
			 .nlmsg_type = RTM_NEWADDR,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK},
		.body = {.ifa_family = (unsigned char)family,
			 .ifa_prefixlen = v6 ? PREFIX6_LEN : PREFIX_LEN,
			 .ifa_flags = v6 ? IFA_F_NODAD : 0,
			 .ifa_index = ifindex},
		.attr = {.rta_len = (unsigned short)RTA_LENGTH(len), .rta_type = IFA_LOCAL},
		.addr = *addr,
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr body;
	} answer = {};

	if (send(netlink_fd, &request, request.head.nlmsg_len, 0) < 0 ||
	    recv(netlink_fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.body.error;
}

/* Linux sends nothing when an address is added this way: as silent as Windows. */
static int addresses_add(struct guest *guest)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err = 0;

	if (fd < 0)
		return -errno;
	for (unsigned int i = 0; i < guest->addr_count && !err; i++)
		err = guest->lost[i] ? 0
				     : address_add(fd, guest->protocol->family, &guest->addrs[i]);
	close(fd);
	return err;
}

static int play(struct guest *guest, const char *iface)
{
	int err;

	ifindex = if_nametoindex(iface);
	if (!ifindex) {
		fprintf(stderr, "winguest: %s: %s\n", iface, strerror(errno));
		return 1;
	}
	guest->fd = socket_open();
	if (guest->fd < 0) {
		fprintf(stderr, "winguest: %s: packet socket: %s\n", iface, strerror(-guest->fd));
		return 1;
	}
	guest->receive = packet_receive;
	err = guest_run(guest);
	if (err)
		fprintf(stderr, "winguest: %s: %s\n", iface, strerror(-err));
	close(guest->fd);
	return err ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct guest guest;
	int opt;

	guest_init(&guest);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((opt = getopt(argc, argv, GUEST_OPTIONS "A")) != -1) {
		if (opt == 'A') {
			guest.on_own = addresses_add;
			guest.kernel_replies = true;
		} else if (guest_option(&guest, opt, optarg)) {
			return usage();
		}
	}
	if (argc - optind < 3 || guest_identity(&guest, argc - optind - 1, argv + optind + 1))
		return usage();
	return play(&guest, argv[optind]);
}
