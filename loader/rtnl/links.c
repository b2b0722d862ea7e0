// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "links.h"
#include "netlink.h"

/* ---- the table ---- */

static struct link_list *bucket_of(const struct links *links, __u32 ifindex)
{
	return (struct link_list *)&links->buckets[ifindex % LINK_BUCKETS];
}

struct link *links_find(const struct links *links, __u32 ifindex)
{
	struct link *link;

	LIST_FOREACH(link, bucket_of(links, ifindex), in_bucket)
		if (link->ifindex == ifindex)
			return link;
	return NULL;
}

/* Only the two ends of a veth have each other as IFLA_LINK. */
struct link *links_peer(const struct links *links, const struct link *link)
{
	struct link *peer = link->facts.lower ? links_find(links, link->facts.lower) : NULL;

	return peer && peer->facts.lower == link->ifindex ? peer : NULL;
}

const struct link *links_base(const struct links *links, const struct link *link)
{
	const struct link *lower = link;

	while (lower && lower->facts.kind == LINK_VLAN) {
		link = lower;
		lower = lower->facts.lower ? links_find(links, lower->facts.lower) : NULL;
	}
	return lower ? lower : link;
}

const char *links_name(const struct links *links, __u32 ifindex)
{
	const struct link *link = links_find(links, ifindex);
	unsigned int last = links->departed_count;

	if (link)
		return link->name;
	for (unsigned int i = 1; i <= LINK_DEPARTED && i <= last; i++)
		if (links->departed[(last - i) % LINK_DEPARTED].ifindex == ifindex)
			return links->departed[(last - i) % LINK_DEPARTED].name;
	return NULL;
}

__u16 link_vlan_on(const struct link *device, const struct link *lower)
{
	if (!lower->facts.vlan_proto)
		return vlan_of_tag(device->facts.tag_proto, device->facts.vlan);
	return device->facts.tag_proto == lower->facts.vlan_proto ? device->facts.vlan : 0;
}

size_t links_vlan_devices(const struct links *links, const struct link *lower, __u16 vlan,
			  __u32 *ifindexes, size_t max)
{
	const struct link *link;
	size_t count = 0;

	LIST_FOREACH(link, &links->vlans[lower->ifindex % LINK_BUCKETS], in_vlans)
		if (count < max && link->facts.lower == lower->ifindex &&
		    link_vlan_on(link, lower) == vlan)
			ifindexes[count++] = link->ifindex;
	return count;
}

struct link *links_add(struct links *links, __u32 ifindex)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->ifindex = ifindex;
	LIST_INSERT_HEAD(bucket_of(links, ifindex), link, in_bucket);
	TAILQ_INSERT_TAIL(&links->all, link, in_all);
	return link;
}

/* What is known of it may have another kind meanwhile (ports_ovs.c). */
static void vlan_forget(struct link *link)
{
	if (link->has_lower)
		LIST_REMOVE(link, in_vlans);
	link->has_lower = false;
}

static void departed_note(struct links *links, const struct link *link)
{
	struct link_departed *departed = &links->departed[links->departed_count++ % LINK_DEPARTED];

	departed->ifindex = link->ifindex;
	memcpy(departed->name, link->name, sizeof(departed->name));
}

void links_drop(struct links *links, struct link *link)
{
	departed_note(links, link);
	vlan_forget(link);
	LIST_REMOVE(link, in_bucket);
	TAILQ_REMOVE(&links->all, link, in_all);
	link_forget_vlans(link);
	free(link->alias);
	free(link);
}

/* ---- AF_UNSPEC: the interface itself ---- */

/*
 * A card's kind is empty, and so is that of a guest's card on Xen: vif1.0 belongs to domain 1.
 * Since Linux 5.14 the kernel tells on which bus it is, whatever its name; before, its name has to
 * do. (vif1.0-emu, of the emulated card, is a tap.)
 */
static bool is_xen_vif(const char *name, const struct nlattr *bus)
{
	unsigned int domain, device;
	char text[IFNAMSIZ];
	int end = 0;

	netlink_text(bus, text, sizeof(text));
	if (bus)
		return strcmp(text, "xen-backend") == 0;
	return sscanf(name, "vif%5u.%5u%n", &domain, &device, &end) == 2 && !name[end];
}

static enum link_kind kind_of(const char *name)
{
	static const struct {
		const char *name;
		enum link_kind kind;
	} kinds[] = {
		{"tun", LINK_GUEST},	 {"veth", LINK_GUEST},	{"macvtap", LINK_MACVTAP},
		{"bridge", LINK_BRIDGE}, {"vxlan", LINK_VXLAN}, {"vlan", LINK_VLAN},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return kinds[i].kind;
	return LINK_OTHER;
}

static void bridge_read(const struct nlattr *info_data, struct link_facts *facts)
{
	const struct nlattr *data[IFLA_BR_MAX + 1];

	netlink_attrs_nested(info_data, data, IFLA_BR_MAX + 1);
	if (netlink_uint(data[IFLA_BR_VLAN_FILTERING]))
		facts->vlan_proto = ntohs(netlink_uint(data[IFLA_BR_VLAN_PROTOCOL]));
	facts->default_pvid = netlink_uint(data[IFLA_BR_VLAN_DEFAULT_PVID]);
}

static void vlan_device_read(const struct nlattr *info_data, struct link_facts *facts)
{
	const struct nlattr *data[IFLA_VLAN_MAX + 1];

	netlink_attrs_nested(info_data, data, IFLA_VLAN_MAX + 1);
	facts->vlan = netlink_uint(data[IFLA_VLAN_ID]);
	facts->tag_proto = ntohs(netlink_uint(data[IFLA_VLAN_PROTOCOL]));
}

static void linkinfo_read(const char *name, const struct nlattr *const *attrs,
			  struct link_facts *facts)
{
	const struct nlattr *info[IFLA_INFO_MAX + 1], *slave[IFLA_BRPORT_MAX + 1];
	char kind[IFNAMSIZ];

	netlink_attrs_nested(attrs[IFLA_LINKINFO], info, IFLA_INFO_MAX + 1);
	netlink_text(info[IFLA_INFO_KIND], kind, sizeof(kind));
	facts->kind = kind_of(kind);
	if (!kind[0] && is_xen_vif(name, attrs[IFLA_PARENT_DEV_BUS_NAME]))
		facts->kind = LINK_GUEST;
	if (strcmp(kind, "bond") == 0 || strcmp(kind, "team") == 0)
		facts->bonded = LINK_BONDED_TOLD;
	if (strcmp(kind, "bond") == 0)
		link_read_bond(info[IFLA_INFO_DATA], facts);
	if (facts->kind == LINK_BRIDGE)
		bridge_read(info[IFLA_INFO_DATA], facts);
	if (facts->kind == LINK_VLAN)
		vlan_device_read(info[IFLA_INFO_DATA], facts);
	if (strcmp(kind, "openvswitch") == 0)
		facts->ovs = LINK_OVS_DEVICE;

	netlink_text(info[IFLA_INFO_SLAVE_KIND], kind, sizeof(kind));
	facts->enslaved = facts->master && strcmp(kind, "vrf") != 0;
	if (strcmp(kind, "openvswitch") == 0)
		facts->ovs = LINK_OVS_PORT;
	if (strcmp(kind, "bond") == 0)
		link_read_member(info[IFLA_INFO_SLAVE_DATA], facts);
	if (strcmp(kind, "bridge") == 0) {
		netlink_attrs_nested(info[IFLA_INFO_SLAVE_DATA], slave, IFLA_BRPORT_MAX + 1);
		facts->port_state = netlink_uint(slave[IFLA_BRPORT_STATE]);
		facts->neigh_suppress = netlink_uint(slave[IFLA_BRPORT_NEIGH_SUPPRESS]);
		facts->hairpin = netlink_uint(slave[IFLA_BRPORT_MODE]);
	}
}

static void address_read(const struct ifinfomsg *ifi, const struct nlattr *address,
			 struct link_facts *facts)
{
	if (ifi->ifi_type != ARPHRD_ETHER || !address ||
	    mnl_attr_get_payload_len(address) != MAC_LEN)
		return;
	facts->ethernet = 1;
	memcpy(facts->mac, mnl_attr_get_payload(address), MAC_LEN);
}

/* What bonds, teams, and VLAN devices on them tell when another member is active. */
static bool is_failover(const struct nlattr *event)
{
	__u32 what = netlink_uint(event);

	return what == IFLA_EVENT_BONDING_FAILOVER || what == IFLA_EVENT_NOTIFY_PEERS;
}

static void link_note(struct links *links, struct link *link, const struct link_facts *facts)
{
	vlan_forget(link);
	if (link->facts.master != facts->master)
		link_forget_vlans(link); /* of the former bridge */
	link->facts = *facts;
	if (facts->kind != LINK_VLAN)
		return;
	LIST_INSERT_HEAD(&links->vlans[facts->lower % LINK_BUCKETS], link, in_vlans);
	link->has_lower = true;
}

/* No fact: nothing but names depends on it. Out of memory, it is left out. */
static void alias_read(struct link *link, const struct nlattr *alias)
{
	free(link->alias);
	link->alias = NULL;
	if (alias && mnl_attr_get_payload_len(alias))
		link->alias = strndup(mnl_attr_get_payload(alias), mnl_attr_get_payload_len(alias));
}

static int link_hear(struct links *links, const struct nlmsghdr *message,
		     const struct ifinfomsg *ifi, struct link **found)
{
	const struct nlattr *attrs[IFLA_MAX + 1];
	struct link *link = links_find(links, ifi->ifi_index);
	struct link_facts facts = {};
	char name[IFNAMSIZ];
	bool same;

	netlink_attrs(message, sizeof(*ifi), attrs, IFLA_MAX + 1);
	if (!attrs[IFLA_IFNAME]) /* an event of the wireless extensions */
		return LINK_UNCHANGED;
	netlink_text(attrs[IFLA_IFNAME], name, sizeof(name));
	facts.master = netlink_uint(attrs[IFLA_MASTER]);
	if (!attrs[IFLA_LINK_NETNSID])
		facts.lower = netlink_uint(attrs[IFLA_LINK]);
	facts.up = !!(ifi->ifi_flags & IFF_UP);
	address_read(ifi, attrs[IFLA_ADDRESS], &facts);
	linkinfo_read(name, attrs, &facts);
	facts.carrier = facts.ovs && ifi->ifi_flags & IFF_RUNNING;
	if (link && (facts.kind == LINK_BRIDGE || link->facts.master == facts.master))
		facts.pvid = link->facts.pvid; /* only AF_BRIDGE messages have it */

	facts.failovers = (link ? link->facts.failovers : 0) + is_failover(attrs[IFLA_EVENT]);

	same = link && strcmp(link->name, name) == 0 &&
	       memcmp(&link->facts, &facts, sizeof(facts)) == 0;
	if (!link)
		link = links_add(links, ifi->ifi_index);
	if (!link)
		return -ENOMEM;
	*found = link;
	link->heard = true;
	strcpy(link->name, name);
	alias_read(link, attrs[IFLA_IFALIAS]);
	link_note(links, link, &facts);
	return same ? LINK_UNCHANGED : LINK_CHANGED;
}

/* ---- AF_BRIDGE: a port's state and VLANs, or the bridge's own VLANs ---- */

/*
 * RTM_DELLINK means the same as RTM_NEWLINK here: the state after a VLAN was deleted
 * (br_vlan_rtm_process) or before a port leaves (del_nbp). The AF_UNSPEC message that follows has
 * whether it left or was deleted.
 */
static int bridge_hear(struct links *links, const struct nlmsghdr *message,
		       const struct ifinfomsg *ifi, struct link **found)
{
	const struct nlattr *attrs[IFLA_MAX + 1], *port[IFLA_BRPORT_MAX + 1];
	struct link *link = links_find(links, ifi->ifi_index);
	struct link_facts before;
	int change;

	if (!link)
		return LINK_UNCHANGED;
	before = link->facts;
	netlink_attrs(message, sizeof(*ifi), attrs, IFLA_MAX + 1);
	netlink_attrs_nested(attrs[IFLA_PROTINFO], port, IFLA_BRPORT_MAX + 1);
	if (port[IFLA_BRPORT_STATE])
		link->facts.port_state = netlink_uint(port[IFLA_BRPORT_STATE]);
	else if (netlink_uint(attrs[IFLA_MASTER]) != link->ifindex)
		return LINK_UNCHANGED; /* a NIC's report of its own switch */
	/* A message about the bridge itself names the bridge as its master. */
	if (port[IFLA_BRPORT_NEIGH_SUPPRESS])
		link->facts.neigh_suppress = netlink_uint(port[IFLA_BRPORT_NEIGH_SUPPRESS]);
	if (port[IFLA_BRPORT_MODE])
		link->facts.hairpin = netlink_uint(port[IFLA_BRPORT_MODE]);

	*found = link;
	change = link_read_vlans(link, attrs[IFLA_AF_SPEC]);
	if (change == LINK_UNCHANGED && memcmp(&before, &link->facts, sizeof(before)) != 0)
		change = LINK_CHANGED;
	return change;
}

static bool is_about_link(const struct nlmsghdr *message)
{
	return (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK) &&
	       mnl_nlmsg_get_payload_len(message) >= sizeof(struct ifinfomsg);
}

struct link *links_meant(const struct links *links, const struct nlmsghdr *message)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);

	return is_about_link(message) ? links_find(links, ifi->ifi_index) : NULL;
}

int links_hear(struct links *links, const struct nlmsghdr *message, struct link **link,
	       struct link_facts *before)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);

	*link = links_meant(links, message);
	*before = (struct link_facts){};
	if (!is_about_link(message))
		return LINK_UNCHANGED;
	if (*link)
		*before = (*link)->facts;
	if (ifi->ifi_family == AF_BRIDGE)
		return bridge_hear(links, message, ifi, link);
	if (ifi->ifi_family != AF_UNSPEC)
		return LINK_UNCHANGED;
	if (message->nlmsg_type == RTM_NEWLINK)
		return link_hear(links, message, ifi, link);
	return *link ? LINK_GONE : LINK_UNCHANGED;
}

/* ---- reading them all ---- */

static int links_dump(struct netlink *netlink, unsigned char family, __u32 filter,
		      netlink_hear hear, void *ctx)
{
	const struct ifinfomsg ifi = {.ifi_family = family};
	struct netlink_request request;

	netlink_request_begin(&request, RTM_GETLINK, &ifi, sizeof(ifi));
	mnl_attr_put_u32(&request.message, IFLA_EXT_MASK, filter);
	return netlink_run(netlink, &request, NLM_F_DUMP, hear, ctx);
}

int links_read(struct netlink *netlink, netlink_hear hear, void *ctx)
{
	int links, bridges;

	links = links_dump(netlink, AF_UNSPEC, RTEXT_FILTER_SKIP_STATS, hear, ctx);
	if (links < 0)
		return links;
	bridges = links_dump(netlink, AF_BRIDGE, RTEXT_FILTER_BRVLAN_COMPRESSED, hear, ctx);
	return bridges < 0 ? bridges : links | bridges;
}
