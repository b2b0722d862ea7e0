// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"
#include "inputs.h"

static void declare(struct prefix prefix, enum announce_mode mode, unsigned int owners)
{
	struct address declared = {.announce = mode, .owner_count = owners};
	unsigned int i;

	for (i = 0; i < owners; i++)
		guest_mac(declared.owners[i], i);
	must(!native_map_update(native_map_find("addresses"), &prefix, &declared, BPF_ANY),
	     "no room");
}

void fill_policy(void)
{
	struct addr own = address4(2);

	struct addr gateway = address4(0);

	gateway.bytes[15] = CLIENT[3];
	declare((struct prefix){ADDR_BITS, address4(1)}, ANNOUNCE_IMMEDIATE, 2);
	declare((struct prefix){ADDR_BITS, address6(1)}, ANNOUNCE_IMMEDIATE, 2);
	declare((struct prefix){ADDR_V4_BITS + 24, address4(3)}, ANNOUNCE_NEVER, 0);
	declare((struct prefix){ADDR_BITS - 1, address6(2)}, ANNOUNCE_AFTER_PROBE, 1);
	must(!native_map_update(native_map_find("gateways"), &(__u32){0}, &gateway, BPF_ANY),
	     "no room");
	must(!native_map_update(native_map_find("host"), &own, &(__u32){HOST_NEXT_HOP}, BPF_ANY) &&
		     !native_map_update(native_map_find("host"), &(struct addr){},
					&(__u32){HOST_OWN}, BPF_ANY),
	     "no room");
}

/* Questions come from here. */
const __u8 asker_mac[MAC_LEN] = {0x52, 0x54, 0x00, 0x0f, 0x0f, 0x0f};

static void fill_asker(__u16 family, struct addr addr)
{
	struct subnet all = {
		.len = SUBNET_FAMILY_BITS,
		.segment = KERNEL_SEGMENT,
		.vlan = ASKER_ANY_VLAN,
		.family = family,
	};
	struct asker asker = {.addr = addr, .kind = ASKER_HOST};

	memcpy(asker.mac, asker_mac, MAC_LEN);
	native_map_update(native_map_find("askers"), &all, &asker, BPF_ANY);
}

/* One uplink, which may send frames back, and somebody who asks. */
void fill_segment(void)
{
	struct segment segment = {.since_ns = 1, .ports = PORT_MAX, .uplinks = 1};
	__u32 key = KERNEL_SEGMENT;

	native_map_update(native_map_find("segments"), &key, &segment, BPF_ANY);
	fill_asker(4, address4(2));
	fill_asker(6, address6(3));
}

void fill_ports(void)
{
	struct port_vlans vlans = {.member = {1 << 5 | 1 << 10}};
	struct port port;
	int i;

	for (i = 0; i < PORT_MAX; i++) {
		if (i == PORT_NOT_OURS)
			continue;
		port = (struct port){.segment = KERNEL_SEGMENT, .forwarding = 1};
		if (i == PORT_UPLINK)
			port.role = ROLE_UPLINK;
		if (i == PORT_HOST)
			port.role = ROLE_HOST;
		if (i == PORT_BLOCKED)
			port.forwarding = 0;
		if (i == PORT_ROUTER) {
			port.role = ROLE_ROUTER;
			port.segment = kernel.ifindex[i];
			port.relay = 1;
			memcpy(port.mac, other, MAC_LEN);
		}
		if (i == PORT_AWARE) {
			port.vlan_proto = ETH_P_8021Q;
			port.pvid = 5;
		}
		native_map_update(native_map_find("ports"), &kernel.ifindex[i], &port, BPF_ANY);
	}
	native_map_update(native_map_find("port_vlans"), &kernel.ifindex[PORT_AWARE], &vlans,
			  BPF_ANY);
}

void fill_settings(__u8 flags, __u32 quota)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct native_map *map = native_map_find("settings");

	settings.form = flags & 3 ? flags & 3 : FORM_BOTH;
	settings.announce_num = 1 + (flags >> 2 & 3);
	settings.link_local = flags >> 4 & 1;
	settings.xdp_drop = flags >> 5 & 1;
	settings.probes_per_second = flags >> 6 & 1 ? 2 : 1000;
	settings.max_moves = flags >> 7 ? 1 : 5;
	settings.nudge = flags >> 7 ? NUDGE_ALWAYS : NUDGE_AUTO;
	settings.refresh_ns = flags >> 7 ? 2 * NSEC_PER_SEC : 0;
	settings.claims_per_port = quota;
	native_map_update(map, &(__u32){0}, &settings, BPF_ANY);
	kernel_write(map);
}
