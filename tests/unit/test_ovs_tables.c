// SPDX-License-Identifier: GPL-2.0-or-later
/* The byte stream of the database, and what its rows mean (ovs-vswitchd.conf.db(5)). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "leaks.h"
#include "loader/ovs/stream.h"
#include "loader/ovs/tables.h"

/* ---- the stream ---- */

static void stream_take(struct stream *stream, const char *bytes, size_t len)
{
	cr_assert_eq(stream_add(stream, bytes, len), 0);
}

Test(ovs_stream, objects_come_whole_wherever_they_are_cut)
{
	static const char bytes[] = "{\"a\": \"}]\\\"{\"} {\"b\": [{}, [1]]}\n";
	json_t *object;

	for (size_t cut = 0; cut <= strlen(bytes); cut++) {
		struct stream stream = {};
		int seen = 0;

		stream_take(&stream, bytes, cut);
		while (!stream_next(&stream, &object) && object) {
			seen++;
			json_decref(object);
		}
		stream_take(&stream, bytes + cut, strlen(bytes) - cut);
		while (!stream_next(&stream, &object) && object) {
			cr_assert(json_object_get(object, seen ? "b" : "a"));
			seen++;
			json_decref(object);
		}
		cr_assert_eq(seen, 2, "cut at %zu", cut);
		stream_free(&stream);
	}
	no_leaks();
}

Test(ovs_stream, what_is_no_json_is_refused)
{
	static const char *const garbage[] = {"HTTP/1.1 400", "[1]", "{\"a\": tru}", "{]"};
	json_t *object;

	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		struct stream stream = {};

		stream_take(&stream, garbage[i], strlen(garbage[i]));
		cr_assert_eq(stream_next(&stream, &object), -EBADMSG, "%s", garbage[i]);
		cr_assert_null(object);
		stream_free(&stream);
	}
	no_leaks();
}

Test(ovs_stream, an_object_has_a_limit)
{
	static char bytes[1 << 20];
	struct stream stream = {};
	json_t *object;
	size_t sent = 1;
	int err = 0;

	stream_take(&stream, "{", 1);
	memset(bytes, ' ', sizeof(bytes));
	while (!err && sent < 2ull * STREAM_MAX) {
		err = stream_add(&stream, bytes, sizeof(bytes));
		sent += sizeof(bytes);
		cr_assert_eq(stream_next(&stream, &object), 0);
	}
	cr_assert_eq(err, -EMSGSIZE);
	cr_assert_leq(sent, STREAM_MAX + sizeof(bytes));
	stream_free(&stream);
}

/* ---- rows ---- */

static json_t *rows;
static struct ovs_tables tables;

/* The rows as in an update: {TABLE: {UUID: {"new": ROW}}}, with ' for ". */
static void update(const char *text)
{
	char *json = strdup(text);
	json_t *updates;

	for (char *at = json; *at; at++)
		if (*at == '\'')
			*at = '"';
	updates = json_loads(json, 0, NULL);
	cr_assert(updates, "%s", json);
	if (!rows)
		rows = json_object();
	cr_assert_eq(ovs_rows_update(rows, updates), 0);
	ovs_tables_free(&tables);
	cr_assert_eq(ovs_tables_read(&tables, rows), 0);
	json_decref(updates);
	free(json);
}

static void end(void)
{
	ovs_tables_free(&tables);
	json_decref(rows);
	no_leaks();
}

TestSuite(ovs_tables, .fini = end);

/* The only one; NULL: none. */
static const struct ovs_interface *with_ifindex(__u32 ifindex)
{
	size_t count;
	const struct ovs_interface *found = ovs_tables_find(&tables, ifindex, &count);

	cr_assert_eq(count, found ? 1 : 0);
	return found;
}

/* A bridge br0 with the port p, whose other columns these are. */
static const struct ovs_interface *port_with(const char *columns)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{'Bridge': {'b': {'new': {'name': 'br0', 'ports': ['uuid', 'p']}}},"
		 "'Port': {'p': {'new': {'name': 'p', 'interfaces': ['uuid', 'i']%s%s}}},"
		 "'Interface': {'i': {'new': {'name': 'p', 'ifindex': 7}}}}",
		 columns[0] ? ", " : "", columns);
	update(text);
	cr_assert(with_ifindex(7));
	return with_ifindex(7);
}

static bool has(const struct ovs_interface *interface, unsigned int vlan)
{
	return interface->trunks.member[vlan / 64] >> vlan % 64 & 1;
}

#define NONE "['set', []]"

Test(ovs_tables, a_port_s_vlans_follow_from_its_mode_its_tag_and_its_trunks)
{
	static const struct {
		const char *columns;
		enum ovs_mode mode;
		unsigned int tag;
		bool in_0, in_10, in_20, in_30;
	} ports[] = {
		{"", OVS_TRUNK, 0, true, true, true, true},
		{"'tag': " NONE ", 'trunks': " NONE ", 'vlan_mode': " NONE, OVS_TRUNK, 0, true,
		 true, true, true},
		{"'tag': 10", OVS_ACCESS, 10, false, true, false, false},
		{"'tag': 0", OVS_ACCESS, 0, true, false, false, false},
		{"'tag': 10, 'trunks': 20", OVS_ACCESS, 10, false, true, false, false},
		{"'trunks': ['set', [10, 20]]", OVS_TRUNK, 0, false, true, true, false},
		{"'trunks': ['set', [0, 20]]", OVS_TRUNK, 0, true, false, true, false},
		{"'vlan_mode': 'trunk', 'tag': 10, 'trunks': 20", OVS_TRUNK, 0, false, false, true,
		 false},
		{"'vlan_mode': 'native-tagged', 'tag': 10", OVS_NATIVE_TAGGED, 10, true, true, true,
		 true},
		{"'vlan_mode': 'native-untagged', 'tag': 10, 'trunks': 20", OVS_NATIVE_UNTAGGED, 10,
		 false, true, true, false},
		{"'vlan_mode': 'access'", OVS_ACCESS, 0, true, false, false, false},
		{"'vlan_mode': 'dot1q-tunnel', 'tag': 10", OVS_DOT1Q_TUNNEL, 10, true, true, true,
		 true},
		{"'tag': -1, 'trunks': ['set', [10, 99999, 'x']]", OVS_TRUNK, 0, true, true, false,
		 false},
	};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		const struct ovs_interface *it = port_with(ports[i].columns);

		cr_assert_eq(it->mode, ports[i].mode, "%s", ports[i].columns);
		cr_assert_eq(it->tag, ports[i].tag, "%s", ports[i].columns);
		cr_assert_eq(has(it, 0), ports[i].in_0, "%s: 0", ports[i].columns);
		cr_assert_eq(has(it, 10), ports[i].in_10, "%s: 10", ports[i].columns);
		cr_assert_eq(has(it, 20), ports[i].in_20, "%s: 20", ports[i].columns);
		cr_assert_eq(has(it, 30), ports[i].in_30, "%s: 30", ports[i].columns);
	}
}

Test(ovs_tables, the_spanning_tree_blocks_a_port_and_starts_it)
{
	const struct ovs_interface *it = port_with("");

	cr_assert(!it->is_blocked && !it->is_starting);
	it = port_with("'status': ['map', [['stp_state', 'blocking']]]");
	cr_assert(it->is_blocked && !it->is_starting);
	it = port_with("'status': ['map', [['stp_role', 'root'], ['stp_state', 'learning']]]");
	cr_assert(it->is_blocked && it->is_starting);
	it = port_with("'rstp_status': ['map', [['rstp_port_state', 'Discarding']]]");
	cr_assert(it->is_blocked && !it->is_starting);
	it = port_with("'rstp_status': ['map', [['rstp_port_state', 'Forwarding']]]");
	cr_assert(!it->is_blocked && !it->is_starting);
}

Test(ovs_tables, bonds_patches_tunnels_and_what_is_out_of_reach)
{
	const struct ovs_interface *it;

	update("{'Bridge': {'b': {'new': {'name': 'br0', 'ports': ['set', [['uuid', 'p'], "
	       "['uuid', 'q'], ['uuid', 'gone']]]}}},"
	       "'Port': {'p': {'new': {'name': 'bond0', 'interfaces': ['set', [['uuid', 'i'], "
	       "['uuid', 'j']]]}}, 'q': {'new': {'name': 'q', 'interfaces': ['set', [['uuid', "
	       "'k'], ['uuid', 'l'], ['uuid', 'm']]]}}},"
	       "'Interface': {'i': {'new': {'name': 'eth0', 'ifindex': 2, 'type': ''}}, 'j': "
	       "{'new': {'name': 'eth1', 'ifindex': 3}}, 'k': {'new': {'name': 'patch-a', 'type': "
	       "'patch', 'options': ['map', [['peer', 'patch-b']]], 'ifindex': ['set', []]}}, 'l': "
	       "{'new': {'name': 'vx', 'type': 'vxlan'}}, 'm': {'new': {'name': 'dpdk0', 'type': "
	       "'dpdk'}}}}");
	cr_assert_eq(tables.interfaces, 5);
	cr_assert(with_ifindex(2)->is_bonded);
	cr_assert(with_ifindex(3)->is_bonded);
	cr_assert_null(with_ifindex(0), "0 stands for no ifindex");
	it = ovs_tables_named(&tables, "patch-a");
	cr_assert_eq(it->kind, OVS_PATCH);
	cr_assert_str_eq(it->peer, "patch-b");
	cr_assert_eq(ovs_tables_named(&tables, "vx")->kind, OVS_TUNNEL);
	cr_assert_str_eq(ovs_tables_named(&tables, "vx")->device, "vxlan_sys_4789");
	cr_assert_eq(ovs_tables_named(&tables, "dpdk0")->kind, OVS_UNREACHABLE);
	cr_assert_eq(tables.bridge[0].tunnels, 0);
	update("{'Interface': {'l': {'new': {'name': 'vx', 'type': 'stt'}}}}");
	cr_assert_eq(tables.bridge[0].tunnels, 1, "it has no device");
	update("{'Interface': {'l': {'new': {'name': 'vx', 'type': 'ip6gre'}}}}");
	cr_assert_str_eq(ovs_tables_named(&tables, "vx")->device, "ip6gre_sys");
	update("{'Interface': {'l': {'new': {'name': 'vx', 'type': 'geneve', 'options': ['map', "
	       "[['dst_port', '6082']]]}}}}");
	cr_assert_str_eq(ovs_tables_named(&tables, "vx")->device, "genev_sys_6082");
}

Test(ovs_tables, bridges_of_controllers_of_ovn_and_of_the_userspace_datapath)
{
	update("{'Open_vSwitch': {'o': {'new': {'external_ids': ['map', [['ovn-remote', 'tcp:x'], "
	       "['ovn-bridge', 'br0']]]}}}, 'Bridge': {'b': {'new': {'name': 'br0', "
	       "'datapath_type': 'netdev', 'controller': ['uuid', 'c']}}}}");
	cr_assert(tables.bridge[0].is_integration);
	cr_assert(tables.bridge[0].is_userspace);
	cr_assert(tables.bridge[0].is_controlled);
	update("{'Open_vSwitch': {'o': {'new': {'external_ids': ['map', []]}}}, 'Bridge': {'b': "
	       "{'new': {'name': 'br0', 'datapath_type': 'system', 'controller': " NONE
	       ", 'fail_mode': 'standalone'}}}}");
	cr_assert_not(tables.bridge[0].is_integration);
	cr_assert_not(tables.bridge[0].is_userspace);
	cr_assert_not(tables.bridge[0].is_controlled);
	update("{'Bridge': {'b': {'new': {'name': 'br0', 'datapath_type': '', 'fail_mode': "
	       "'secure'}}}}");
	cr_assert(tables.bridge[0].is_controlled);
	update("{'Bridge': {'b': {'old': {'name': 'br0'}}}}");
	cr_assert_eq(tables.bridges, 0);
}

/* The columns of the only row of Open_vSwitch, and those of br0 and br1. */
static void update_ovn(const char *ids, const char *columns)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{'Open_vSwitch': {'o': {'new': {'external_ids': ['map', [%s]]}}}, "
		 "'Bridge': {'b': {'new': {'name': 'br-int'%s}}, 'c': {'new': {'name': 'br0'}}}}",
		 ids, columns);
	update(text);
}

static bool is_ovn_s(const char *name)
{
	for (size_t i = 0; i < tables.bridges; i++)
		if (strcmp(tables.bridge[i].name, name) == 0)
			return tables.bridge[i].is_integration;
	cr_assert(false, "no %s", name);
	return false;
}

Test(ovs_tables, each_chassis_of_ovn_has_a_bridge)
{
	update_ovn("['ovn-remote', 'tcp:x']", "");
	cr_assert(is_ovn_s("br-int") && !is_ovn_s("br0"));
	update_ovn("['ovn-remote-hv1', 'tcp:x']", "");
	cr_assert(is_ovn_s("br-int") && !is_ovn_s("br0"));
	update_ovn("['ovn-remote-hv1', 'tcp:x'], ['ovn-bridge-hv1', 'br0']", "");
	cr_assert(!is_ovn_s("br-int") && is_ovn_s("br0"));
	update_ovn("['ovn-remote-hv1', 'tcp:x'], ['ovn-bridge', 'br0'], ['ovn-remote-hv2', 'x'], "
		   "['ovn-bridge-hv2', 'br-int']",
		   "");
	cr_assert(is_ovn_s("br-int") && is_ovn_s("br0"), "two on one host");
	update_ovn("['ovn-bridge', 'br0'], ['ovn-remote-probe-interval', '0'], "
		   "['ovn-remote-probe-interval-hv1', '0']",
		   "");
	cr_assert(!is_ovn_s("br-int") && !is_ovn_s("br0"), "no ovn-controller has a database");
}

Test(ovs_tables, ovn_controller_leaves_marks_on_its_bridge)
{
	update_ovn("", ", 'external_ids': ['map', [['ct-zone-lp1', '3']]]");
	cr_assert(is_ovn_s("br-int") && !is_ovn_s("br0"));
	update_ovn("", ", 'external_ids': ['map', [['ovn-nb-cfg', '3']]]");
	cr_assert(is_ovn_s("br-int"));
	update_ovn("", ", 'external_ids': ['map', [['bridge-id', 'br-int']]]");
	cr_assert_not(is_ovn_s("br-int"), "Neutron without OVN, XAPI");
}

/* The interface of br0 with these external_ids. */
static const struct ovs_interface *interface_with(const char *columns)
{
	char text[1024];

	port_with("");
	snprintf(text, sizeof(text), "{'Interface': {'i': {'new': {'name': 'p', 'ifindex': 7%s}}}}",
		 columns);
	update(text);
	return with_ifindex(7);
}

Test(ovs_tables, guests_are_named_by_external_ids_a_name_first)
{
	static const struct {
		const char *ids, *text;
	} guests[] = {
		{"", ""},
		{"['iface-status', 'active']", ""},
		{"['attached-mac', '52:54:00:00:00:01'], ['vm-name', 'web-1'], ['vm-id', '5fd1']",
		 "web-1"},
		{"['iface-id', '77'], ['vm-id', '5fd1'], ['attached-mac', '52:54:00:00:00:01']",
		 "vm-id 5fd1"},
		{"['iface-id', '77'], ['vm-uuid', '5fd1'], ['vm-id', '']", "vm-uuid 5fd1"},
		{"['xs-vif-uuid', '1'], ['xs-vm-uuid', '5fd1'], ['iface-id', '77']",
		 "xs-vm-uuid 5fd1"},
		{"['attached-mac', '52:54:00:00:00:01'], ['iface-id', '77']", "iface-id 77"},
		{"['attached-mac', '52:54:00:00:00:01']", "attached-mac 52:54:00:00:00:01"},
		{"['vm-name', 'a\\nb']", "a?b"},
	};
	char columns[512], text[GUEST_TEXT_LEN];

	for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
		snprintf(columns, sizeof(columns), ", 'external_ids': ['map', [%s]]",
			 guests[i].ids);
		cr_assert_str_eq(ovs_guest_text(interface_with(columns), text), guests[i].text);
	}
}

Test(ovs_tables, a_mac_is_read_or_there_is_none)
{
	const struct ovs_interface *it = interface_with(", 'mac_in_use': '02:00:00:00:00:0a'");

	cr_assert(it->has_mac && it->mac[0] == 2 && it->mac[5] == 10);
	cr_assert_not(interface_with(", 'mac_in_use': " NONE)->has_mac);
	cr_assert_not(interface_with(", 'mac_in_use': 'x'")->has_mac);
}

Test(ovs_tables, an_ifindex_of_several_namespaces_finds_each_interface)
{
	const struct ovs_interface *found;
	size_t count;

	update("{'Bridge': {'b': {'new': {'name': 'br0', 'ports': ['set', [['uuid', 'p'], "
	       "['uuid', 'q'], ['uuid', 'r']]]}}}, 'Port': {'p': {'new': {'name': 'p', "
	       "'interfaces': ['uuid', 'i']}}, 'q': {'new': {'name': 'q', 'interfaces': ['uuid', "
	       "'j']}}, 'r': {'new': {'name': 'r', 'interfaces': ['uuid', 'k']}}}, 'Interface': "
	       "{'i': {'new': {'name': 'p', 'ifindex': 7}}, 'j': {'new': {'name': 'q', 'ifindex': "
	       "7}}, 'k': {'new': {'name': 'r', 'ifindex': 8}}}}");
	found = ovs_tables_find(&tables, 7, &count);
	cr_assert_eq(count, 2);
	cr_assert(found[0].ifindex == 7 && found[1].ifindex == 7);
	cr_assert_str_eq(ovs_tables_named(&tables, "q")->name, "q");
	cr_assert_null(ovs_tables_find(&tables, 9, &count));
}

Test(ovs_tables, updates_of_another_form_are_refused)
{
	static const char *const wrong[] = {"[]", "{\"Bridge\": 1}", "{\"Bridge\": {\"b\": 1}}",
					    "{\"Bridge\": {\"b\": {\"new\": 1}}}"};
	json_t *updates;

	rows = json_object();
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		updates = json_loads(wrong[i], 0, NULL);
		cr_assert_eq(ovs_rows_update(rows, updates), -EBADMSG, "%s", wrong[i]);
		json_decref(updates);
	}
}
