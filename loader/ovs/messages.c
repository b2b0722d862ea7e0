// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * messages.c - JSON-RPC of OVSDB (RFC 7047 4.1): one request to monitor, its answer and the updates
 * that follow, and echo both ways. What is heard is put together beside what is known, and takes
 * its place as a whole: out of memory, nothing is left out of it.
 */
#include <errno.h>
#include <string.h>

#include "parts.h"

#define MONITOR_ID 1
#define ECHO_ID	   "echo"

int ovsdb_send_monitor(struct ovsdb *ovsdb)
{
	return ovsdb_out_add(&ovsdb->out,
			     json_pack("{s:s, s:[s, n, o], s:i}", "method", "monitor", "params",
				       "Open_vSwitch", ovs_monitor_requests(), "id", MONITOR_ID));
}

int ovsdb_send_echo(struct ovsdb *ovsdb)
{
	return ovsdb_out_add(&ovsdb->out, json_pack("{s:s, s:[], s:s}", "method", "echo", "params",
						    "id", ECHO_ID));
}

/* ---- rows ---- */

/* json_copy() leaves out what it has no memory for. NULL: out of memory. */
static json_t *object_copy(json_t *object)
{
	json_t *copy = json_copy(object);

	if (!copy || json_object_size(copy) == json_object_size(object))
		return copy;
	json_decref(copy);
	return NULL;
}

/* The rows themselves are shared: they are replaced, not changed. */
static json_t *rows_copy(json_t *rows)
{
	json_t *copy = object_copy(rows), *table;
	const char *name;

	json_object_foreach(rows, name, table) {
		if (copy && json_object_set_new(copy, name, object_copy(table))) {
			json_decref(copy);
			copy = NULL;
		}
	}
	return copy;
}

void ovsdb_drop_fresh(struct ovsdb *ovsdb)
{
	json_decref(ovsdb->fresh);
	ovsdb->fresh = NULL;
}

static int fresh_update(struct ovsdb *ovsdb, const json_t *updates)
{
	int err = ovsdb->fresh ? ovs_rows_update(ovsdb->fresh, updates) : -ENOMEM;

	if (err)
		ovsdb_drop_fresh(ovsdb);
	return err;
}

int ovsdb_take_fresh(struct ovsdb *ovsdb)
{
	struct ovs_tables tables;

	if (!ovsdb->fresh)
		return 0;
	if (ovs_tables_read(&tables, ovsdb->fresh)) {
		ovsdb_drop_fresh(ovsdb);
		return -ENOMEM;
	}
	ovs_tables_free(&ovsdb->tables);
	json_decref(ovsdb->rows);
	ovsdb->tables = tables;
	ovsdb->rows = ovsdb->fresh;
	ovsdb->fresh = NULL;
	return 1;
}

/* ---- messages ---- */

/* The answer to the request to monitor: it replaces all that is known. */
static int answer_hear(struct ovsdb *ovsdb, const json_t *message)
{
	json_t *result = json_object_get(message, "result");

	if (json_integer_value(json_object_get(message, "id")) != MONITOR_ID)
		return 0;
	if (ovsdb->is_answered || !json_is_object(result))
		return err_set(&ovsdb->why, -EPROTO, "it refused to be monitored");
	ovsdb->fresh = json_object();
	ovsdb->is_answered = true;
	return fresh_update(ovsdb, result);
}

static int update_hear(struct ovsdb *ovsdb, const json_t *message)
{
	if (!ovsdb->is_answered)
		return 0;
	if (!ovsdb->fresh)
		ovsdb->fresh = rows_copy(ovsdb->rows);
	return fresh_update(ovsdb, json_array_get(json_object_get(message, "params"), 1));
}

static int echo_hear(struct ovsdb *ovsdb, const json_t *message)
{
	return ovsdb_out_add(&ovsdb->out, json_pack("{s:O?, s:n, s:O?}", "result",
						    json_object_get(message, "params"), "error",
						    "id", json_object_get(message, "id")));
}

static int message_hear(struct ovsdb *ovsdb, const json_t *message)
{
	const char *method = json_string_value(json_object_get(message, "method"));

	if (!method)
		return answer_hear(ovsdb, message);
	if (strcmp(method, "update") == 0)
		return update_hear(ovsdb, message);
	if (strcmp(method, "echo") == 0)
		return echo_hear(ovsdb, message);
	return 0;
}

int ovsdb_hear_messages(struct ovsdb *ovsdb)
{
	json_t *message;
	int err;

	do {
		err = stream_next(&ovsdb->in, &message);
		if (!err && message)
			err = message_hear(ovsdb, message);
		json_decref(message);
	} while (!err && message);
	return err;
}
