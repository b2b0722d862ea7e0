// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"

#define OVSDB_SILENT "it does not answer"

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
	ovsdb->is_heard = true;
	ovsdb->is_probed = false;
	err = stream_add(&ovsdb->in, bytes, (size_t)len);
	return err ? err : ovsdb_hear_messages(ovsdb);
}

static void connection_close(struct ovsdb *ovsdb)
{
	ovsdb->io = sd_event_source_disable_unref(ovsdb->io);
	if (ovsdb->fd >= 0)
		close(ovsdb->fd);
	ovsdb->fd = -1;
	sd_event_source_set_enabled(ovsdb->probe, SD_EVENT_OFF);
	stream_free(&ovsdb->in);
	ovsdb_out_free(&ovsdb->out);
	ovsdb_drop_fresh(ovsdb);
	ovsdb->is_answered = ovsdb->is_heard = ovsdb->is_probed = false;
}

static void probe_later(struct ovsdb *ovsdb)
{
	sd_event_source_set_time_relative(ovsdb->probe, ovsdb->probe_usec);
	sd_event_source_set_enabled(ovsdb->probe, SD_EVENT_ONESHOT);
}

static int connection_make(struct ovsdb *ovsdb)
{
	ovsdb->why.text[0] = '\0';
	ovsdb->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ovsdb->fd < 0)
		return -errno;
	if (connect(ovsdb->fd, (const struct sockaddr *)&ovsdb->address, sizeof(ovsdb->address)))
		return -errno;
	probe_later(ovsdb);
	return ovsdb_send_monitor(ovsdb) ?: ovsdb_out_write(&ovsdb->out, ovsdb->fd);
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
 * After each step: reports what has changed, even if the connection has failed since, and writes
 * what waits. `err`: of the step.
 */
static void ovsdb_settle(struct ovsdb *ovsdb, int err)
{
	int taken = ovsdb_take_fresh(ovsdb);

	if (taken > 0) {
		ovsdb->is_lost = false;
		ovsdb->retry_usec = OVSDB_RETRY_FIRST_USEC;
		ovsdb->ops->changed(ovsdb->ctx);
	}
	if (!err)
		err = taken < 0 ? taken : ovsdb_out_write(&ovsdb->out, ovsdb->fd);
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

/* Nothing came for so long: it is asked for a sign of life, and once without one it is away. */
static int on_probe(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct ovsdb *ovsdb = ctx;
	int err = 0;

	if (!ovsdb->is_heard && (ovsdb->is_probed || !ovsdb->is_answered)) {
		err = err_set(&ovsdb->why, -ETIMEDOUT, OVSDB_SILENT);
	} else if (!ovsdb->is_heard) {
		err = ovsdb_send_echo(ovsdb);
		ovsdb->is_probed = true;
	}
	ovsdb->is_heard = false;
	probe_later(ovsdb);
	ovsdb_settle(ovsdb, err);
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
			return err_set(&ovsdb->why, -ETIMEDOUT, OVSDB_SILENT);
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
	if (!err)
		err = ovsdb_take_fresh(ovsdb);
	if (err >= 0)
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

/* One that is off. 0 or -errno. */
static int timer_add(struct ovsdb *ovsdb, sd_event_source **timer, sd_event_time_handler_t handler)
{
	int err = sd_event_add_time_relative(ovsdb->event, timer, CLOCK_MONOTONIC, 0, 0, handler,
					     ovsdb);

	if (err >= 0)
		err = sd_event_source_set_enabled(*timer, SD_EVENT_OFF);
	return err < 0 ? err : 0;
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
	ovsdb->probe_usec = ops && ops->probe_usec ? ops->probe_usec : OVSDB_PROBE_USEC;
	err = address_set(ovsdb, socket, why);
	if (err) {
		ovsdb_close(ovsdb);
		return err;
	}
	err = timer_add(ovsdb, &ovsdb->retry, on_retry)
		      ?: timer_add(ovsdb, &ovsdb->probe, on_probe);
	if (err) {
		ovsdb_close(ovsdb);
		return err_set(why, err, "ovsdb: %s", strerror(-err));
	}
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
	sd_event_source_disable_unref(ovsdb->probe);
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
