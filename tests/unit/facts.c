// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "facts.h"

const __u8 guest[MAC_LEN] = {0x00, 0x15, 0x5d, 0, 0, 1};
const __u8 rival[MAC_LEN] = {0x00, 0x15, 0x5d, 0, 0, 2};

struct explain e;

__u64 seconds_ago(unsigned int seconds)
{
	return NOW_NS - seconds * NSEC_PER_SEC;
}

static void name(__u32 ifindex, const char *text)
{
	e.name[e.names].ifindex = ifindex;
	strcpy(e.name[e.names++].text, text);
}

void facts_listener(const char *addr, __u64 nudged_ns, __u64 answered_ns)
{
	struct listener *listener = &e.listener[e.listeners++].listener;

	cr_assert_eq(addr_parse(addr, &listener->addr), 0);
	listener->nudged_ns = nudged_ns;
	listener->answered_ns = answered_ns;
	listener->tries = answered_ns ? 0 : 3;
}

void facts_entry(__u16 state, const __u8 mac[MAC_LEN])
{
	struct explain_interface *interface = &e.interface[e.interfaces++];

	interface->ifindex = BRIDGE;
	interface->neigh = (struct neigh){.state = state, .has_mac = 1};
	memcpy(interface->neigh.mac, mac, MAC_LEN);
}

/* An address that was announced ten seconds ago and that all hosts follow. */
void facts_setup(void)
{
	e = (struct explain){.now_ns = NOW_NS,
			     .settings = SETTINGS_DEFAULTS,
			     .daemon = 1,
			     .has_port = true,
			     .port_exists = true,
			     .in_vlan = true,
			     .has_fdb = true,
			     .fdb = {.port = PORT, .state = NUD_REACHABLE},
			     .bridge_port = {.ifindex = PORT, .bridge = BRIDGE, .learning = 1},
			     .port = {.segment = BRIDGE, .role = ROLE_GUEST, .forwarding = 1}};
	cr_assert_eq(addr_parse("192.0.2.7", &e.addr), 0);
	e.claim = (struct claim){.state = CLAIM_OWNED,
				 .reason = COUNTER_announce_done,
				 .port = PORT,
				 .probes = 3,
				 .window_probes = 3,
				 .announcements = 2,
				 .nudges = 1,
				 .last_probe_ns = seconds_ago(11),
				 .window_end_ns = seconds_ago(10),
				 .announced_since_ns = seconds_ago(10),
				 .last_announcement_ns = seconds_ago(9),
				 .last_seen_ns = seconds_ago(2)};
	e.claim.key = (struct claim_key){.segment = BRIDGE, .addr = e.addr};
	memcpy(e.claim.mac, guest, MAC_LEN);
	memcpy(e.claim.owner, guest, MAC_LEN);
	name(BRIDGE, "br0");
	name(PORT, "vnet3");
	name(OTHER, "vnet4");
	name(VXLAN, "vxlan9");
	facts_listener("192.0.2.254", seconds_ago(10), seconds_ago(10) + 1);
	facts_entry(NUD_STALE, guest);
}

/* The address has no claim; garpd is on two ports. */
void facts_forget_claim(void)
{
	e.claim = (struct claim){};
	e.listeners = e.interfaces = 0;
	e.has_port = e.has_fdb = false;
	e.segments = (struct explain_places){.ifindex = {BRIDGE}, .count = 1};
	e.ports = 2;
}

/* The first finding is this one, with these words. */
static void assert_first(const char *cause, const char *trouble, const char *remedy)
{
	struct finding findings[FINDINGS_MAX];
	size_t count = explain_causes(&e, findings);

	cr_assert(count > 0, "nothing found, not %s", cause);
	cr_assert_str_eq(findings[0].cause, cause);
	cr_assert(strstr(findings[0].trouble, trouble), "'%s' is not in: %s", trouble,
		  findings[0].trouble);
	cr_assert(strstr(findings[0].remedy, remedy), "'%s' is not in: %s", remedy,
		  findings[0].remedy);
}

void assert_trouble(const char *cause, const char *trouble, const char *remedy)
{
	assert_first(cause, trouble, remedy);
	cr_assert(!explain_is_well(&e));
}

/* All is well, and this is the first note. */
void assert_note(const char *cause, const char *note, const char *remedy)
{
	assert_first(cause, note, remedy);
	cr_assert(explain_is_well(&e));
}

void assert_found(const char *cause, int wanted)
{
	struct finding findings[FINDINGS_MAX];
	size_t count = explain_causes(&e, findings);
	int found = 0;

	for (size_t i = 0; i < count; i++)
		found |= strcmp(findings[i].cause, cause) == 0;
	cr_assert_eq(found, wanted, "%s", cause);
}

static const char *line(const char *key, size_t at)
{
	static char text[512];
	json_t *object = output_object(explain_fields, &e);
	const char *found = json_string_value(json_array_get(json_object_get(object, key), at));

	cr_assert(found, "%s has no line %zu", key, at);
	snprintf(text, sizeof(text), "%s", found);
	json_decref(object);
	return text;
}

void assert_line(const char *key, size_t at, const char *words)
{
	cr_assert(strstr(line(key, at), words), "'%s' is not in: %s", words, line(key, at));
}

void assert_no_line(const char *key, size_t at, const char *words)
{
	cr_assert_not(strstr(line(key, at), words), "'%s' is in: %s", words, line(key, at));
}
