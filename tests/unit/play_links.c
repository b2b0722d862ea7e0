// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_bonding.h>
#include <linux/if_link.h>
#include <libmnl/libmnl.h>

#include "play_links.h"

#define MESSAGE_BYTES 4096

/* ---- the ops, written down ---- */

static __u32 *host_place(struct play *play, __u32 ifindex)
{
	for (size_t i = 0; i < PLAY_HOSTS; i++)
		if (play->host[i] == ifindex)
			return &play->host[i];
	return NULL;
}

static void host_note(struct play *play, __u32 ifindex, bool is_host)
{
	__u32 *place = host_place(play, ifindex);

	if (place)
		*place = 0;
	if (!is_host)
		return;
	place = host_place(play, 0);
	cr_assert(place, "more bridges than places");
	*place = ifindex;
}

static char *line_next(struct play *play, __u32 ifindex)
{
	static char ignored[sizeof(play->line[0])];
	size_t i;

	if (!play->hosts && ifindex && host_place(play, ifindex))
		return ignored;
	i = play->told++;
	if (play->quiet)
		return ignored;
	cr_assert_lt(i, PLAY_LINES, "more ops than lines");
	return play->line[i];
}

static bool is_member(const struct port_vlans *vlans, unsigned int vid)
{
	return vid < 4096 && vlans->member[vid / 64] >> vid % 64 & 1;
}

static void vlans_write(char *text, size_t size, const struct port *port,
			const struct port_vlans *vlans)
{
	int len = snprintf(text, size, ", %x pvid %u vlans", port->vlan_proto, port->pvid);

	for (unsigned int first = 0, last; first < 4096; first = last + 1) {
		last = first;
		if (!is_member(vlans, first))
			continue;
		while (is_member(vlans, last + 1))
			last++;
		len += snprintf(text + len, size - len, first == last ? " %u" : " %u-%u", first,
				last);
	}
}

/* Of the VLANs that the port has: in which VLAN of which bridge they end, "-": its tag is off. */
static void way_write(char *text, size_t size, const struct port *port,
		      const struct port_vlans *vlans, const struct vlan_way *way)
{
	const __u32 at[] = {0, port->segment, port->stays[0], port->stays[1]};
	int len = snprintf(text, size, ", ways");

	for (unsigned int vid = 0; vid < 4096 && len < (int)size; vid++) {
		__u16 to = way->to[vid];

		if (vlans && is_member(vlans, vid))
			len += snprintf(text + len, size - len, " %u>%u%s%s on %u", vid,
					to & VLAN_VID, to & VLAN_AD ? "ad" : "",
					to & VLAN_WAY_UNTAGGED ? "-" : "", at[vlan_way_at(to)]);
		else if (!vlans && vid && vid < 4095 && !vlan_way_at(to))
			len += snprintf(text + len, size - len, " without %u", vid);
		if (len < (int)size && way->other_ends[vid / 64] >> vid % 64 & 1)
			len += snprintf(text + len, size - len, " without other %u", vid);
	}
}

static const char *role_text(const struct port *port, char text[16])
{
	static const __u8 none[MAC_LEN];

	if (port->role == ROLE_ROUTER) {
		snprintf(text, 16, "router %x", port->mac[MAC_LEN - 1]);
		return text;
	}
	cr_assert_eq(memcmp(port->mac, none, MAC_LEN), 0, "a MAC, and no router port");
	cr_assert_eq(port->relay, 0);
	if (port->role == ROLE_HOST)
		return "host";
	return port->role == ROLE_GUEST ? "guest" : "uplink";
}

static void port_write(struct play *play, const char *verb, __u32 ifindex, const char *name,
		       const struct port *port, const struct port_vlans *vlans,
		       const struct vlan_way *way)
{
	char *line, rest[160] = "", role[16], inner[60] = "";

	host_note(play, ifindex, port->role == ROLE_HOST);
	line = line_next(play, ifindex);
	cr_assert_eq(!vlans, !port->vlan_proto, "VLANs with a bridge that looks at none");
	cr_assert(port->vlan_proto || !port->pvid, "a PVID on a bridge that looks at no tags");
	cr_assert_eq(port->mode, 0);
	cr_assert_eq(port->made_qdisc, 0);
	if (vlans)
		vlans_write(rest, sizeof(rest), port, vlans);
	cr_assert_eq(!way, !port_maps_vlans(port));
	if (way)
		way_write(rest + strlen(rest), sizeof(rest) - strlen(rest), port, vlans, way);
	if (port->inner)
		snprintf(inner, sizeof(inner), " by %u", port->inner);
	if (port->rest)
		snprintf(inner + strlen(inner), sizeof(inner) - strlen(inner), ", rest %u",
			 port->rest);
	for (int i = 0; i < PORT_ANY && port->any[i]; i++)
		snprintf(inner + strlen(inner), sizeof(inner) - strlen(inner), " any %u",
			 port->any[i]);
	if (port->drops_returned)
		snprintf(inner + strlen(inner), sizeof(inner) - strlen(inner), ", drops returned");
	snprintf(line, sizeof(play->line[0]), "%s %u %s: on %u%s, %s, %sforwarding%s%s", verb,
		 ifindex, name, port->segment, inner, role_text(port, role),
		 port->forwarding ? ""
		 : port->starting ? "not yet "
				  : "not ",
		 port->relay ? ", relay" : "", rest);
}

static bool added(void *ctx, __u32 ifindex, const char *name, const struct port *port,
		  const struct port_vlans *vlans, const struct vlan_way *way)
{
	const struct play *play = ctx;

	port_write(ctx, "added", ifindex, name, port, vlans, way);
	return !play->refuses || (port->role == ROLE_HOST && !play->hosts);
}

static bool changed(void *ctx, __u32 ifindex, const char *name, const struct port *port,
		    const struct port_vlans *vlans, const struct vlan_way *way)
{
	const struct play *play = ctx;

	port_write(ctx, "changed", ifindex, name, port, vlans, way);
	return !play->refuses;
}

static void removed(void *ctx, __u32 ifindex, const char *name, bool interface_exists)
{
	snprintf(line_next(ctx, ifindex), sizeof(((struct play *)ctx)->line[0]),
		 "removed %u %s, %s", ifindex, name, interface_exists ? "exists" : "gone");
	host_note(ctx, ifindex, false);
}

static void renamed(void *ctx, __u32 ifindex, const char *from, const char *to)
{
	snprintf(line_next(ctx, ifindex), sizeof(((struct play *)ctx)->line[0]),
		 "renamed %u %s to %s", ifindex, from, to);
}

static void settling(void *ctx)
{
	(void)ctx;
}

static void settled(void *ctx)
{
	(void)ctx;
}

static void uplink_back(void *ctx, __u32 ifindex, const char *name, bool is_bonded)
{
	struct play *play = ctx;

	(void)name;
	play->back = ifindex;
	play->back_bonded = is_bonded;
	play->backs++;
}

static void bridge_seen(void *ctx, const char *name)
{
	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "seen %s", name);
}

static void bridge_joined(void *ctx, const char *name, const char *outer, const char *joint)
{
	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "joined %s to %s by %s",
		 name, outer, joint);
}

static void joint_refused(void *ctx, const char *name, const char *peer, enum joint_kind why)
{
	static const char *const whys[] = {
		[JOINT_SECOND] = "second",
		[JOINT_LOOP] = "loop",
		[JOINT_PROTOCOLS] = "protocols",
	};

	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "refused %s %s, %s",
		 name, peer, whys[why]);
}

static void bridge_waiting(void *ctx, const char *pattern)
{
	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "waiting %s", pattern);
}

static void bridge_behind(void *ctx, const char *name, const char *bridge)
{
	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "behind %s, %s", name,
		 bridge);
}

static void macvtap_seen(void *ctx, const char *name, const char *lower, bool on_bridge)
{
	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "macvtap %s on %s%s",
		 name, lower, on_bridge ? ", a bridge's" : "");
}

static void ovs_known(void *ctx)
{
	((struct play *)ctx)->known++;
}

static void ovs_noted(void *ctx, const char *name, enum ovs_note note)
{
	static const char *const notes[] = {
		[OVS_NOTE_USERSPACE] = "userspace", [OVS_NOTE_OVN] = "ovn",
		[OVS_NOTE_TUNNELS] = "tunnels",	    [OVS_NOTE_CONTROLLED] = "controlled",
		[OVS_NOTE_DOT1Q_TUNNEL] = "dot1q",  [OVS_NOTE_ELSEWHERE] = "elsewhere",
	};

	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "noted %s, %s", name,
		 notes[note]);
}

static void router_waiting(void *ctx, const char *pattern)
{
	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "router waiting %s",
		 pattern);
}

static void router_refused(void *ctx, const char *name, enum router_fault fault)
{
	static const char *const faults[] = {
		[ROUTER_NOT_ETHERNET] = "ethernet",
		[ROUTER_OUR_BRIDGE] = "bridge",
		[ROUTER_ENSLAVED] = "enslaved",
	};

	snprintf(line_next(ctx, 0), sizeof(((struct play *)ctx)->line[0]), "router refused %s, %s",
		 name, faults[fault]);
}

static const struct ports_ops ops = {
	.added = added,
	.changed = changed,
	.removed = removed,
	.renamed = renamed,
	.bridge_seen = bridge_seen,
	.uplink_back = uplink_back,
	.bridge_joined = bridge_joined,
	.joint_refused = joint_refused,
	.ovs_known = ovs_known,
	.ovs_noted = ovs_noted,
	.settling = settling,
	.settled = settled,
	.bridge_waiting = bridge_waiting,
	.bridge_behind = bridge_behind,
	.macvtap_seen = macvtap_seen,
	.router_waiting = router_waiting,
	.router_refused = router_refused,
};

void play_expect(struct play *play, const char *format, ...)
{
	char expected[sizeof(play->line[0])];
	va_list args;

	va_start(args, format);
	vsnprintf(expected, sizeof(expected), format, args);
	va_end(args);
	cr_assert_lt(play->expected, play->told, "silence instead of: %s", expected);
	cr_assert_str_eq(play->line[play->expected], expected, "'%s' instead of '%s'",
			 play->line[play->expected], expected);
	play->expected++;
}

void play_expect_silence(struct play *play)
{
	cr_assert_eq(play->expected, play->told, "instead of silence: %s",
		     play->line[play->expected]);
}

/* ---- start and end ---- */

void play_init(struct play *play)
{
	memset(play, 0, sizeof(*play));
}

void play_end(struct play *play)
{
	ports_close(play->ports);
}

void play_names(struct names *names, const char *a, const char *b)
{
	static char *pool[32];
	static size_t used;

	names->name = &pool[used];
	names->count = !!a + !!b;
	pool[used++] = (char *)a;
	pool[used++] = (char *)b;
}

void play_start_as_configured(struct play *play)
{
	cr_assert_eq(ports_new(&play->ports, &play->config, &ops, play), 0);
}

void play_start(struct play *play, const char *bridges)
{
	play_names(&play->config.bridges, bridges, NULL);
	play_start_as_configured(play);
}

/* ---- the kernel's messages ---- */

static struct nlmsghdr *message_begin(char *buffer, int type, unsigned char family,
				      unsigned int ifindex, unsigned int flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(message, sizeof(*ifi));

	message->nlmsg_type = type;
	ifi->ifi_family = family;
	ifi->ifi_index = ifindex;
	ifi->ifi_flags = flags;
	return message;
}

static void bridge_data_put(struct nlmsghdr *message, const struct play_link *link)
{
	struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);

	mnl_attr_put_u8(message, IFLA_BR_VLAN_FILTERING, link->vlan_filtering);
	mnl_attr_put_u16(message, IFLA_BR_VLAN_PROTOCOL,
			 htons(link->vlan_proto ? link->vlan_proto : 0x8100));
	mnl_attr_put_u16(message, IFLA_BR_VLAN_DEFAULT_PVID, link->default_pvid);
	mnl_attr_nest_end(message, data);
}

static void vlan_data_put(struct nlmsghdr *message, const struct play_link *link)
{
	struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);

	mnl_attr_put_u16(message, IFLA_VLAN_ID, link->vlan);
	mnl_attr_put_u16(message, IFLA_VLAN_PROTOCOL,
			 htons(link->tag_proto ? link->tag_proto : 0x8100));
	mnl_attr_nest_end(message, data);
}

static void bond_data_put(struct nlmsghdr *message, const struct play_link *link)
{
	struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);

	mnl_attr_put_u8(message, IFLA_BOND_MODE, link->bond_mode);
	mnl_attr_nest_end(message, data);
}

static void member_put(struct nlmsghdr *message, const struct play_link *link)
{
	struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_SLAVE_DATA);

	mnl_attr_put_u8(message, IFLA_BOND_SLAVE_STATE,
			link->member_backup ? BOND_STATE_BACKUP : BOND_STATE_ACTIVE);
	mnl_attr_put_u8(message, IFLA_BOND_SLAVE_MII_STATUS,
			link->member_down ? BOND_LINK_DOWN : BOND_LINK_UP);
	if (link->aggregator)
		mnl_attr_put_u16(message, IFLA_BOND_SLAVE_AD_AGGREGATOR_ID, link->aggregator);
	mnl_attr_nest_end(message, data);
}

static void slave_put(struct nlmsghdr *message, const struct play_link *link)
{
	struct nlattr *data;

	if (link->slave_kind) {
		mnl_attr_put_strz(message, IFLA_INFO_SLAVE_KIND, link->slave_kind);
		if (strcmp(link->slave_kind, "bond") == 0)
			member_put(message, link);
		return;
	}
	mnl_attr_put_strz(message, IFLA_INFO_SLAVE_KIND, "bridge");
	data = mnl_attr_nest_start(message, IFLA_INFO_SLAVE_DATA);
	mnl_attr_put_u8(message, IFLA_BRPORT_STATE, link->state);
	mnl_attr_put_u8(message, IFLA_BRPORT_NEIGH_SUPPRESS, link->neigh_suppress);
	mnl_attr_nest_end(message, data);
}

static unsigned int flags_of(const struct play_link *link)
{
	if (link->down)
		return 0;
	return link->no_carrier ? IFF_UP : IFF_UP | IFF_RUNNING;
}

void play_link(struct play *play, struct play_link link)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = message_begin(buffer, RTM_NEWLINK, AF_UNSPEC, link.ifindex,
						 flags_of(&link));
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);
	const unsigned char mac[] = {2, 0, 0, 0, 0, link.mac};
	struct nlattr *info;

	ifi->ifi_type = link.type ? link.type : ARPHRD_ETHER;
	mnl_attr_put(message, IFLA_ADDRESS, sizeof(mac), mac);
	mnl_attr_put_strz(message, IFLA_IFNAME, link.name);
	if (link.master)
		mnl_attr_put_u32(message, IFLA_MASTER, link.master);
	if (link.lower)
		mnl_attr_put_u32(message, IFLA_LINK, link.lower);
	if (link.event)
		mnl_attr_put_u32(message, IFLA_EVENT, link.event);
	if (link.alias)
		mnl_attr_put_str(message, IFLA_IFALIAS, link.alias);
	if (link.bus)
		mnl_attr_put_strz(message, IFLA_PARENT_DEV_BUS_NAME, link.bus);
	if (link.lower_elsewhere)
		mnl_attr_put_u32(message, IFLA_LINK_NETNSID, 0);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	if (link.kind)
		mnl_attr_put_strz(message, IFLA_INFO_KIND, link.kind);
	if (link.kind && strcmp(link.kind, "bridge") == 0)
		bridge_data_put(message, &link);
	if (link.kind && strcmp(link.kind, "bond") == 0)
		bond_data_put(message, &link);
	if (link.kind && strcmp(link.kind, "vlan") == 0)
		vlan_data_put(message, &link);
	if (link.master)
		slave_put(message, &link);
	mnl_attr_nest_end(message, info);
	cr_assert_eq(ports_hear(play->ports, message), 0);
}

void play_bridge(struct play *play, unsigned int ifindex, const char *name)
{
	play_link(play, (struct play_link){
				.ifindex = ifindex,
				.name = name,
				.kind = "bridge",
				.default_pvid = 1,
			});
}

void play_port(struct play *play, unsigned int ifindex, const char *name, const char *kind,
	       unsigned int master)
{
	play_link(play, (struct play_link){
				.ifindex = ifindex,
				.name = name,
				.kind = kind,
				.master = master,
				.state = BR_STATE_FORWARDING,
			});
}

void play_veth(struct play *play, unsigned int ifindex, const char *name, unsigned int master,
	       unsigned int other_end)
{
	play_link(play, (struct play_link){
				.ifindex = ifindex,
				.name = name,
				.kind = "veth",
				.master = master,
				.state = BR_STATE_FORWARDING,
				.lower = other_end,
			});
}

void play_gone(struct play *play, unsigned int ifindex)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = message_begin(buffer, RTM_DELLINK, AF_UNSPEC, ifindex, 0);

	cr_assert_eq(ports_hear(play->ports, message), 0);
}

/* net/wireless/wext-core.c, rtnetlink_ifinfo_prep: a header and IFLA_WIRELESS. */
void play_wireless_event(struct play *play, unsigned int ifindex)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = message_begin(buffer, RTM_NEWLINK, AF_UNSPEC, ifindex, IFF_UP);

	mnl_attr_put(message, IFLA_WIRELESS, 8, "\0\0\0\0\0\0\0");
	cr_assert_eq(ports_hear(play->ports, message), 0);
}

static struct nlmsghdr *bridge_begin(char *buffer, int type, unsigned int ifindex,
				     unsigned int master)
{
	struct nlmsghdr *message = message_begin(buffer, type, AF_BRIDGE, ifindex, IFF_UP);

	mnl_attr_put_strz(message, IFLA_IFNAME, "unused");
	mnl_attr_put_u32(message, IFLA_MASTER, master);
	return message;
}

static void state_put(struct nlmsghdr *message, unsigned char state)
{
	struct nlattr *port = mnl_attr_nest_start(message, IFLA_PROTINFO);

	mnl_attr_put_u8(message, IFLA_BRPORT_STATE, state);
	mnl_attr_nest_end(message, port);
}

static void vlans_put(struct nlmsghdr *message, const struct bridge_vlan_info *vlans, size_t count)
{
	struct nlattr *spec;

	if (count == 0)
		return; /* br_fill_ifinfo cancels an empty nest */
	spec = mnl_attr_nest_start(message, IFLA_AF_SPEC);
	for (size_t i = 0; i < count; i++)
		mnl_attr_put(message, IFLA_BRIDGE_VLAN_INFO, sizeof(vlans[i]), &vlans[i]);
	mnl_attr_nest_end(message, spec);
}

void play_port_state(struct play *play, int type, unsigned int ifindex, unsigned int master,
		     unsigned char state)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = bridge_begin(buffer, type, ifindex, master);

	state_put(message, state);
	cr_assert_eq(ports_hear(play->ports, message), 0);
}

void play_port_vlans(struct play *play, unsigned int ifindex, unsigned int master,
		     const struct bridge_vlan_info *vlans, size_t count)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = bridge_begin(buffer, RTM_NEWLINK, ifindex, master);

	state_put(message, BR_STATE_FORWARDING);
	vlans_put(message, vlans, count);
	cr_assert_eq(ports_hear(play->ports, message), 0);
}

/* br_fill_ifinfo without a port: the bridge is named as its own master, no IFLA_PROTINFO. */
void play_own_vlans(struct play *play, unsigned int ifindex, const struct bridge_vlan_info *vlans,
		    size_t count)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = bridge_begin(buffer, RTM_NEWLINK, ifindex, ifindex);

	vlans_put(message, vlans, count);
	cr_assert_eq(ports_hear(play->ports, message), 0);
}

/* net/core/rtnetlink.c, ndo_dflt_bridge_getlink: port attributes without a state, no VLANs. */
void play_embedded_switch(struct play *play, unsigned int ifindex, unsigned int master)
{
	char buffer[MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = bridge_begin(buffer, RTM_NEWLINK, ifindex, master);
	struct nlattr *nest = mnl_attr_nest_start(message, IFLA_AF_SPEC);

	mnl_attr_put_u16(message, IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
	mnl_attr_put_u16(message, IFLA_BRIDGE_MODE, BRIDGE_MODE_VEB);
	mnl_attr_nest_end(message, nest);
	nest = mnl_attr_nest_start(message, IFLA_PROTINFO);
	mnl_attr_put_u8(message, IFLA_BRPORT_LEARNING, 1);
	mnl_attr_nest_end(message, nest);
	cr_assert_eq(ports_hear(play->ports, message), 0);
}
