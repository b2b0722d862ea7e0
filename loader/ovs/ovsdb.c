// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "ovsdb.h"
#include "parts.h"
#include "stream.h"

struct ovsdb {
	sd_event *event;
	const struct ovsdb_ops *ops;
	void *ctx;
	struct sockaddr_un address;
	int fd; /* -1: not connected */
	sd_event_source *io, *retry;
	uint64_t retry_usec;
	struct stream in;
	struct ovsdb_out out;
	json_t *rows; /* of the last connection that had an answer; NULL: none had */
	struct ovs_tables tables;
	bool is_answered; /* on this connection */
	bool is_changed;  /* since `tables` were read */
	bool is_lost;	  /* lost() was called */
	struct err why;
};

/* ---- messages ---- */

static int monitor_send(struct ovsdb *ovsdb)
{
	return ovsdb_out_add(&ovsdb->out,
			     json_pack("{s:s, s:[s, n, o], s:i}", "method", "monitor", "params",
				       "Open_vSwitch", ovs_monitor_requests(), "id", 1));
}

/* The answer to the only request: it replaces all that is known. */
static int answer_hear(struct ovsdb *ovsdb, json_t *message)
{
	json_t *result = json_object_get(message, "result"), *fresh;
	int err;

	if (ovsdb->is_answered || !json_is_object(result)) {
		err_set(&ovsdb->why, 0, "it refused to be monitored");
		return -EPROTO;
	}
	fresh = json_object();
	err = fresh ? ovs_rows_update(fresh, result) : -ENOMEM;
	if (err) {
		json_decref(fresh);
		return err;
	}
	ovs_tables_free(&ovsdb->tables);
	json_decref(ovsdb->rows);
	ovsdb->rows = fresh;
	ovsdb->is_answered = ovsdb->is_changed = true;
	ovsdb->retry_usec = OVSDB_RETRY_FIRST_USEC;
	return 0;
}

/* Rows may go that the tables are made of: they are made anew before anything reads them. */
static int update_hear(struct ovsdb *ovsdb, const json_t *message)
{
	if (!ovsdb->is_answered)
		return 0;
	ovs_tables_free(&ovsdb->tables);
	ovsdb->is_changed = true;
	return ovs_rows_update(ovsdb->rows, json_array_get(json_object_get(message, "params"), 1));
}

static int echo_hear(struct ovsdb *ovsdb, const json_t *message)
{
	return ovsdb_out_add(&ovsdb->out, json_pack("{s:O?, s:n, s:O?}", "result",
						    json_object_get(message, "params"), "error",
						    "id", json_object_get(message, "id")));
}

static int message_hear(struct ovsdb *ovsdb, json_t *message)
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

static int messages_hear(struct ovsdb *ovsdb)
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

/* ---- the connection ---- */

static int bytes_read(struct ovsdb *ovsdb)
{
	char bytes[65536];
	ssize_t len = recv(ovsdb->fd, bytes, sizeof(bytes), 0);
	int err;

	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (len == 0) {
		err_set(&ovsdb->why, 0, "it closed the connection");
		return -ECONNRESET;
	}
	err = stream_add(&ovsdb->in, bytes, (size_t)len);
	return err ? err : messages_hear(ovsdb);
}

static void connection_close(struct ovsdb *ovsdb)
{
	ovsdb->io = sd_event_source_disable_unref(ovsdb->io);
	if (ovsdb->fd >= 0)
		close(ovsdb->fd);
	ovsdb->fd = -1;
	stream_free(&ovsdb->in);
	ovsdb_out_free(&ovsdb->out);
	ovsdb->is_answered = false;
}

static int connection_make(struct ovsdb *ovsdb)
{
	ovsdb->why.text[0] = '\0';
	ovsdb->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ovsdb->fd < 0)
		return -errno;
	if (connect(ovsdb->fd, (const struct sockaddr *)&ovsdb->address, sizeof(ovsdb->address)))
		return -errno;
	return monitor_send(ovsdb) ?: ovsdb_out_write(&ovsdb->out, ovsdb->fd);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *ctx);

static int connection_follow(struct ovsdb *ovsdb)
{
	int err = sd_event_add_io(ovsdb->event, &ovsdb->io, ovsdb->fd, EPOLLIN, on_io, ovsdb);

	return err < 0 ? err : 0;
}

/* ---- the loop ---- */

static void connection_failed(struct ovsdb *ovsdb, int err)
{
	if (!ovsdb->why.text[0])
		err_set(&ovsdb->why, 0, "%s", strerror(-err));
	connection_close(ovsdb);
}

static void retry_later(struct ovsdb *ovsdb)
{
	sd_event_source_set_time_relative(ovsdb->retry, ovsdb->retry_usec);
	sd_event_source_set_enabled(ovsdb->retry, SD_EVENT_ONESHOT);
	ovsdb->retry_usec = ovsdb->retry_usec * 2 < OVSDB_RETRY_LAST_USEC ? ovsdb->retry_usec * 2
									  : OVSDB_RETRY_LAST_USEC;
}

static void ovsdb_lost(struct ovsdb *ovsdb, int err)
{
	connection_failed(ovsdb, err);
	retry_later(ovsdb);
	if (!ovsdb->is_lost)
		ovsdb->ops->lost(ovsdb->ctx, &ovsdb->why);
	ovsdb->is_lost = true;
}

/*
 * After each step: writes what waits, and reports what has changed, even if the connection has
 * failed since. `err`: of the step.
 */
static void ovsdb_settle(struct ovsdb *ovsdb, int err)
{
	bool is_changed = ovsdb->is_changed;

	if (!err)
		err = ovsdb_out_write(&ovsdb->out, ovsdb->fd);
	if (is_changed && ovs_tables_read(&ovsdb->tables, ovsdb->rows))
		err = -ENOMEM;
	ovsdb->is_changed = false;
	if (is_changed && !err)
		ovsdb->is_lost = false;
	if (is_changed)
		ovsdb->ops->changed(ovsdb->ctx);
	if (err)
		ovsdb_lost(ovsdb, err);
	else if (ovsdb->io)
		sd_event_source_set_io_events(ovsdb->io, EPOLLIN | (ovsdb->out.len ? EPOLLOUT : 0));
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *ctx)
{
	struct ovsdb *ovsdb = ctx;

	ovsdb_settle(ovsdb, revents & ~EPOLLOUT ? bytes_read(ovsdb) : 0);
	return 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct ovsdb *ovsdb = ctx;

	ovsdb_settle(ovsdb, connection_make(ovsdb) ?: connection_follow(ovsdb));
	return 0;
}

/* ---- life ---- */

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits for the first answer. 0, or -errno. */
static int answer_await(struct ovsdb *ovsdb, unsigned int wait_ms)
{
	uint64_t until = now_ms() + wait_ms, now;
	struct pollfd poll_fd = {.fd = ovsdb->fd, .events = POLLIN};
	int err = 0;

	while (!err && !ovsdb->is_answered) {
		now = now_ms();
		if (now >= until || poll(&poll_fd, 1, (int)(until - now)) == 0)
			return err_set(&ovsdb->why, -ETIMEDOUT, "it does not answer");
		err = bytes_read(ovsdb);
	}
	return err;
}

/* Its answer is heard before the loop runs: what a former daemon attached stays attached. */
static void ovsdb_start(struct ovsdb *ovsdb, unsigned int wait_ms)
{
	int err = connection_make(ovsdb);

	if (!err && wait_ms)
		err = answer_await(ovsdb, wait_ms);
	if (!err)
		err = connection_follow(ovsdb);
	if (!err && ovsdb->is_changed)
		err = ovs_tables_read(&ovsdb->tables, ovsdb->rows);
	ovsdb->is_changed = false;
	if (!err)
		return;
	connection_failed(ovsdb, err);
	ovsdb->is_lost = true;
	retry_later(ovsdb);
}

static int address_set(struct ovsdb *ovsdb, const char *socket, struct err *why)
{
	const char *path = strncmp(socket, "unix:", 5) == 0 ? socket + 5 : socket;

	if (!path[0] || strlen(path) >= sizeof(ovsdb->address.sun_path))
		return err_set(why, -EINVAL, "ovsdb: %s: not the path of a socket", socket);
	ovsdb->address.sun_family = AF_UNIX;
	strcpy(ovsdb->address.sun_path, path);
	return 0;
}

int ovsdb_open(struct ovsdb **out, sd_event *event, const char *socket, unsigned int wait_ms,
	       const struct ovsdb_ops *ops, void *ctx, struct err *why)
{
	struct ovsdb *ovsdb = calloc(1, sizeof(*ovsdb));
	int err;

	*out = NULL;
	if (!ovsdb)
		return err_set(why, -ENOMEM, "ovsdb: %s", strerror(ENOMEM));
	ovsdb->fd = -1;
	ovsdb->event = event;
	ovsdb->ops = ops;
	ovsdb->ctx = ctx;
	ovsdb->retry_usec = OVSDB_RETRY_FIRST_USEC;
	err = address_set(ovsdb, socket, why);
	if (err) {
		ovsdb_close(ovsdb);
		return err;
	}
	err = sd_event_add_time_relative(event, &ovsdb->retry, CLOCK_MONOTONIC, 0, 0, on_retry,
					 ovsdb);
	if (err < 0) {
		ovsdb_close(ovsdb);
		return err_set(why, err, "ovsdb: %s", strerror(-err));
	}
	sd_event_source_set_enabled(ovsdb->retry, SD_EVENT_OFF);
	ovsdb_start(ovsdb, wait_ms);
	*out = ovsdb;
	return 0;
}

int ovsdb_look(struct ovsdb **ovsdb, const char *socket, struct err *why)
{
	sd_event *event;
	int err = sd_event_new(&event);

	*ovsdb = NULL;
	if (err < 0)
		return err_set(why, err, "ovsdb: %s", strerror(-err));
	err = ovsdb_open(ovsdb, event, socket, OVSDB_PATIENCE_MS, NULL, NULL, why);
	sd_event_unref(event); /* its sources hold it */
	return err;
}

void ovsdb_close(struct ovsdb *ovsdb)
{
	if (!ovsdb)
		return;
	connection_close(ovsdb);
	sd_event_source_disable_unref(ovsdb->retry);
	ovs_tables_free(&ovsdb->tables);
	json_decref(ovsdb->rows);
	free(ovsdb);
}

struct ovs_tables *ovsdb_tables(struct ovsdb *ovsdb)
{
	return ovsdb && ovsdb->rows ? &ovsdb->tables : NULL;
}

bool ovsdb_is_connected(const struct ovsdb *ovsdb)
{
	return ovsdb && ovsdb->is_answered;
}

const struct err *ovsdb_why(const struct ovsdb *ovsdb)
{
	return &ovsdb->why;
}
