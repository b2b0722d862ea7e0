// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <bpf/bpf.h>

#include "guests.h"
#include "loader/maps/walk.h"
#include "loader/maps/port_list.h"
#include "loader/maps/running.h"
#include "loader/rtnl/netlink.h"
#include "parts.h"

#define GUESTS_AGE_NS  (10 * NSEC_PER_SEC)
#define GUESTS_WAIT_NS NSEC_PER_SEC /* for the files of others */

struct named_guest {
	__u32 ifindex;
	__u32 lower;	     /* under a VLAN device, not yet looked at; 0: none */
	char port[IFNAMSIZ]; /* of a VLAN device on a guest's: that one */
	char name[GUEST_TEXT_LEN];
	__u8 mac[MAC_LEN];
	bool is_named; /* not only by its number */
	bool is_tap;
	bool is_ovs; /* a port of Open vSwitch */
};

/* What the child writes: less than PIPE_BUF, so whole. */
struct found_name {
	__u32 guest; /* its place */
	char name[GUEST_TEXT_LEN];
};

/* Those of `pins`, by ifindex. */
static struct {
	struct pins pins; /* a copy: watch opens them again, and moves them */
	struct named_guest *guest;
	size_t count;
	__u64 read_ns; /* 0: never */
} guests;

/* ---- what the kernel tells ---- */

/* `attr`: IFLA_INFO_KIND, or of its master IFLA_INFO_SLAVE_KIND. */
static bool is_kind(const struct nlattr *linkinfo, int attr, const char *kind)
{
	const struct nlattr *info[IFLA_INFO_MAX + 1];
	char text[IFNAMSIZ];

	netlink_attrs_nested(linkinfo, info, IFLA_INFO_MAX + 1);
	netlink_text(info[attr], text, sizeof(text));
	return strcmp(text, kind) == 0;
}

/* What the link tells of the guest: of a VLAN device, unless it has an alias, the device below. */
static void guest_read(struct named_guest *guest, const struct nlattr *const *attrs)
{
	char alias[GUEST_TEXT_LEN];

	/* Of other devices than taps no process has a descriptor that would name it. */
	guest->is_tap = is_kind(attrs[IFLA_LINKINFO], IFLA_INFO_KIND, "tun");
	guest->is_ovs = is_kind(attrs[IFLA_LINKINFO], IFLA_INFO_SLAVE_KIND, "openvswitch");
	if (attrs[IFLA_ADDRESS] && mnl_attr_get_payload_len(attrs[IFLA_ADDRESS]) == MAC_LEN)
		memcpy(guest->mac, mnl_attr_get_payload(attrs[IFLA_ADDRESS]), MAC_LEN);
	guest->lower = 0;
	if (is_kind(attrs[IFLA_LINKINFO], IFLA_INFO_KIND, "vlan") && !attrs[IFLA_LINK_NETNSID])
		guest->lower = netlink_uint(attrs[IFLA_LINK]);
	netlink_text(attrs[IFLA_IFNAME], guest->port, sizeof(guest->port));
	netlink_text(attrs[IFLA_IFALIAS], alias, sizeof(alias));
	guest->is_named = alias[0];
	if (guest->is_named)
		guest_clean(alias, guest->name);
	else
		guest_of_port(guest->port, guest->name);
}

static int guest_hear_link(void *ctx, const struct nlmsghdr *message)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFLA_MAX + 1];
	struct port port;
	__u32 ifindex;

	if (!netlink_attrs(message, sizeof(*ifi), attrs, IFLA_MAX + 1))
		return 0;
	ifindex = (__u32)ifi->ifi_index;
	if (guests.count < GARPD_MAX_PORTS &&
	    !bpf_map_lookup_elem(guests.pins.ports, &ifindex, &port) && guest_has_role(port.role)) {
		struct named_guest *guest = &guests.guest[guests.count++];

		*guest = (struct named_guest){.ifindex = ifindex};
		guest_read(guest, attrs);
		guest->lower *= port.role == ROLE_GUEST; /* a router's card has no guest's name */
	}
	return 0;
}

/* The devices below those that are VLAN devices, and have no name of their own. */
static int guest_hear_lower(void *ctx, const struct nlmsghdr *message)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFLA_MAX + 1];
	bool *more = ctx;

	if (!netlink_attrs(message, sizeof(*ifi), attrs, IFLA_MAX + 1))
		return 0;
	for (size_t i = 0; i < guests.count; i++) {
		struct named_guest *guest = &guests.guest[i];

		if (guest->is_named || guest->lower != (__u32)ifi->ifi_index)
			continue;
		guest_read(guest, attrs);
		*more |= guest->lower;
	}
	return 0;
}

static void guests_dump_links(struct netlink *netlink, netlink_hear hear, void *ctx)
{
	const struct ifinfomsg ifi = {.ifi_family = AF_UNSPEC};
	struct netlink_request request;

	netlink_request_begin(&request, RTM_GETLINK, &ifi, sizeof(ifi));
	mnl_attr_put_u32(&request.message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	netlink_run(netlink, &request, NLM_F_DUMP, hear, ctx);
}

static bool guests_have_lower(void)
{
	for (size_t i = 0; i < guests.count; i++)
		if (guests.guest[i].lower && !guests.guest[i].is_named)
			return true;
	return false;
}

static void guests_read_links(void)
{
	struct netlink netlink = {};
	struct err ignored;
	bool more;

	guests.count = 0;
	if (!netlink_open(&netlink, NULL, &ignored)) {
		guests_dump_links(&netlink, guest_hear_link, NULL);
		more = guests_have_lower();
		while (more) {
			more = false;
			guests_dump_links(&netlink, guest_hear_lower, &more);
		}
	}
	netlink_close(&netlink);
	qsort(guests.guest, guests.count, sizeof(*guests.guest), compare_ifindexes);
}

/* ---- what Proxmox, qemu and Open vSwitch tell, read by a child ---- */

/* Whether files may tell more of it than the kernel did. */
static bool can_ask_pve(const struct named_guest *guest, struct proxmox_port *port)
{
	return !guest->is_named && guest_parse_port(guest->port, port);
}

static bool can_ask_qemu(const struct named_guest *guest)
{
	return !guest->is_named && guest->is_tap;
}

/* Its names are identifiers more often than not: a number of Proxmox says more. */
static bool can_ask_ovs(const struct named_guest *guest)
{
	return guest->is_ovs && !guest->is_named && !guest->name[0];
}

static void child_tell(int fd, struct named_guest *guest, const char *name)
{
	struct found_name found = {.guest = (__u32)(guest - guests.guest)};

	guest_clean(name, found.name);
	guest->is_named = true;
	if (write(fd, &found, sizeof(found)) != sizeof(found))
		_exit(EXIT_FAILURE);
}

static void child_hear_tap(void *ctx, const char *tap, const char name[GUEST_TEXT_LEN])
{
	for (size_t i = 0; i < guests.count; i++)
		if (can_ask_qemu(&guests.guest[i]) && !strcmp(guests.guest[i].port, tap))
			child_tell(*(int *)ctx, &guests.guest[i], name);
}

/* An ifindex may be one of another network namespace. */
static void child_hear_ovs(void *ctx, __u32 ifindex, const __u8 mac[MAC_LEN], const char *name)
{
	struct named_guest *guest = bsearch(&ifindex, guests.guest, guests.count, sizeof(*guest),
					    compare_ifindexes);

	if (guest && can_ask_ovs(guest) && memcmp(guest->mac, mac, MAC_LEN) == 0)
		child_tell(*(int *)ctx, guest, name);
}

static _Noreturn void child_run(int fd)
{
	struct proxmox_port port;
	char name[GUEST_TEXT_LEN];
	struct daemon_info info;
	bool asks = false, asks_ovs = false;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Whoever reads what garpd prints must see its end, also while this hangs. */
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (i != fd)
			close(i);
	for (size_t i = 0; i < guests.count; i++) {
		if (can_ask_pve(&guests.guest[i], &port) && pve_read_name("", &port, name))
			child_tell(fd, &guests.guest[i], name);
		asks |= can_ask_qemu(&guests.guest[i]);
		asks_ovs |= can_ask_ovs(&guests.guest[i]);
	}
	if (asks)
		qemu_hear_taps("", child_hear_tap, &fd);
	running_read(&guests.pins, &info);
	if (asks_ovs)
		ovs_hear_names(info.config, child_hear_ovs, &fd);
	_exit(EXIT_SUCCESS);
}

static bool guests_wait(int fd, __u64 until_ns)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	__u64 now_ns = time_now_ns();

	return now_ns < until_ns &&
	       poll(&poll_fd, 1, (int)((until_ns - now_ns) / NSEC_PER_MSEC) + 1) == 1;
}

/* True: it has told everything. */
static bool guests_take_names(int fd)
{
	__u64 until_ns = time_now_ns() + GUESTS_WAIT_NS;
	struct found_name found;

	while (guests_wait(fd, until_ns)) {
		if (read(fd, &found, sizeof(found)) != sizeof(found))
			return true;
		if (found.guest < guests.count)
			memcpy(guests.guest[found.guest].name, found.name, sizeof(found.name));
	}
	return false;
}

static bool guests_have_questions(void)
{
	struct proxmox_port port;

	for (size_t i = 0; i < guests.count; i++)
		if (can_ask_pve(&guests.guest[i], &port) || can_ask_qemu(&guests.guest[i]) ||
		    can_ask_ovs(&guests.guest[i]))
			return true;
	return false;
}

/*
 * A file of /etc/pve, or the command line of a process that hangs, may keep its reader for ever. So
 * that is a child, and one that is late is killed and not waited for. It may hang in the kernel
 * even so, and until it has ended there is no other.
 */
static void guests_ask_others(void)
{
	static pid_t late; /* 0: none */
	int ends[2];
	pid_t pid;

	if (late && !waitpid(late, NULL, WNOHANG))
		return;
	late = 0;
	if (geteuid() != 0 || !guests_have_questions() || pipe(ends))
		return;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		child_run(ends[1]);
	}
	close(ends[1]);
	if (pid > 0 && guests_take_names(ends[0]))
		waitpid(pid, NULL, 0);
	else if (pid > 0 && !kill(pid, SIGKILL))
		late = pid;
	close(ends[0]);
}

/* ---- the names ---- */

static bool guests_name(__u32 ifindex, char name[GUEST_TEXT_LEN])
{
	const struct named_guest *guest;
	__u64 now_ns = time_now_ns();
	char port[NAME_TEXT_LEN];

	if (!guests.read_ns || now_ns > guests.read_ns + GUESTS_AGE_NS) {
		guests.read_ns = now_ns;
		guests_read_links();
		guests_ask_others();
	}
	guest = bsearch(&ifindex, guests.guest, guests.count, sizeof(*guest), compare_ifindexes);
	if (guest)
		memcpy(name, guest->name, GUEST_TEXT_LEN);
	else
		guest_of_port(interface_text(ifindex, port), name); /* of one that is gone */
	return name[0];
}

void guests_use(const struct pins *pins)
{
	guests.pins = *pins;
	guests.read_ns = 0;
	if (!guests.guest)
		guests.guest = calloc(GARPD_MAX_PORTS, sizeof(*guests.guest));
	guest_set_names(guests.guest ? guests_name : NULL);
}
