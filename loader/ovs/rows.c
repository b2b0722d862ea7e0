// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rows.c - the rows of the database as JSON: which of them are monitored, and what has changed.
 */
#include <errno.h>

#include "tables.h"

static const struct {
	const char *table;
	const char *columns[10];
} monitored[] = {
	{"Open_vSwitch", {"external_ids"}},
	{"Bridge", {"name", "ports", "datapath_type", "controller", "fail_mode", "external_ids"}},
	{"Port",
	 {"name", "interfaces", "tag", "trunks", "vlan_mode", "status", "rstp_status", "bond_mode",
	  "lacp", "bond_active_slave"}},
	{"Interface", {"name", "type", "ifindex", "mac_in_use", "options", "external_ids"}},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* NULL: out of memory. */
static json_t *columns_make(const char *const *columns, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count && columns[i]; i++) {
		if (!array || !json_array_append_new(array, json_string(columns[i])))
			continue;
		json_decref(array);
		array = NULL;
	}
	return json_pack("{s:o}", "columns", array);
}

/* With a column less, ports would have another meaning. */
json_t *ovs_monitor_requests(void)
{
	json_t *requests = json_object();

	for (size_t i = 0; requests && i < COUNT(monitored); i++) {
		if (!json_object_set_new(
			    requests, monitored[i].table,
			    columns_make(monitored[i].columns, COUNT(monitored[i].columns))))
			continue;
		json_decref(requests);
		requests = NULL;
	}
	return requests;
}

/* "new" is the whole row, as it is now; without it the row is gone. */
static int row_update(json_t *table, const char *uuid, const json_t *update)
{
	json_t *fresh = json_object_get(update, "new");

	if (!json_is_object(update) || (fresh && !json_is_object(fresh)))
		return -EBADMSG;
	if (!fresh) {
		json_object_del(table, uuid);
		return 0;
	}
	return json_object_set(table, uuid, fresh) ? -ENOMEM : 0;
}

static int table_update(json_t *rows, const char *name, json_t *updates)
{
	json_t *table = json_object_get(rows, name), *update;
	const char *uuid;
	int err = 0;

	if (!json_is_object(updates))
		return -EBADMSG;
	if (!table) {
		table = json_object();
		if (json_object_set_new(rows, name, table))
			return -ENOMEM;
	}
	json_object_foreach(updates, uuid, update)
		err = err ?: row_update(table, uuid, update);
	return err;
}

int ovs_rows_update(json_t *rows, const json_t *updates)
{
	const char *name;
	json_t *table;
	int err = 0;

	if (!json_is_object(updates))
		return -EBADMSG;
	json_object_foreach((json_t *)updates, name, table)
		err = err ?: table_update(rows, name, table);
	return err;
}
