// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ovn.c - which bridge is OVN's own, where VLANs say nothing.
 */
#include <stdio.h>
#include <string.h>

#include "columns.h"

/* What begins so is a setting of it, and no key of a chassis with that name. */
#define OVN_REMOTE	 "ovn-remote"
#define OVN_REMOTE_PROBE "ovn-remote-probe-interval"

/*
 * Is it the own bridge of the chassis whose keys end in `suffix`, "" or "-NAME"? Several
 * ovn-controllers may run on one host, each with keys of its own, which override those without a
 * name (ovn-controller(8)).
 */
static bool is_bridge_of_chassis(const json_t *row, const char *suffix, const char *bridge)
{
	char key[256];

	snprintf(key, sizeof(key), "ovn-bridge%s", suffix);
	return strcmp(bridge, column_map_get(row, "external_ids", key)
				      ?: column_map_get(row, "external_ids", "ovn-bridge") ?: "br-int") ==
	       0;
}

/* Is it the own bridge of a chassis of OVN that the row of the host names? */
static bool has_chassis(const json_t *row, const char *bridge)
{
	const json_t *map = column_elements(json_object_get(row, "external_ids"), "map");
	const char *key;

	for (size_t i = 0; i < json_array_size(map); i++) {
		key = json_string_value(json_array_get(json_array_get(map, i), 0));
		if (!key || strncmp(key, OVN_REMOTE, strlen(OVN_REMOTE)) != 0 ||
		    strncmp(key, OVN_REMOTE_PROBE, strlen(OVN_REMOTE_PROBE)) == 0)
			continue;
		if (is_bridge_of_chassis(row, key + strlen(OVN_REMOTE), bridge))
			return true;
	}
	return false;
}

/* What ovn-controller writes down at its own bridge: zones of connections, what it has done. */
static bool has_ovn_marks(const json_t *row)
{
	const json_t *map = column_elements(json_object_get(row, "external_ids"), "map");
	const char *key;

	for (size_t i = 0; i < json_array_size(map); i++) {
		key = json_string_value(json_array_get(json_array_get(map, i), 0));
		if (key && (strncmp(key, "ct-zone-", 8) == 0 || strcmp(key, "ovn-nb-cfg") == 0))
			return true;
	}
	return false;
}

bool ovn_is_bridge(const json_t *rows, const json_t *bridge)
{
	const char *name = column_text(bridge, "name") ?: "", *uuid;
	const json_t *row;

	json_object_foreach(json_object_get(rows, "Open_vSwitch"), uuid, row)
		if (has_chassis(row, name))
			return true;
	return has_ovn_marks(bridge);
}
