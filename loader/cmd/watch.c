// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd watch [-j]: claims as they change.
 *
 * The ring buffer has one reader, the daemon, and an event read is an event gone. So this looks at
 * the claims map itself, ten times a second, and prints what has changed: it needs no daemon and
 * takes nothing from one. Where the map that is pinned is another one (a new version, a detach and
 * a new start), it goes on with that; where none is, it waits for one.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <poll.h>
#include <unistd.h>

#include "loader/maps/claims.h"
#include "cmd.h"
#include "loader/maps/pins.h"
#include "loader/base/text.h"

#define WATCH_INTERVAL_MS 100
#define WATCH_LOOKS	  10 /* from one check of the pin to the next */

static void watch_print_changes(const struct claims *was, const struct claims *now, bool as_json)
{
	const struct claim *claim, *before;
	size_t i;

	for (i = 0; i < now->count; i++) {
		claim = &now->claim[i];
		before = was->count ? claims_find(was, &claim->key) : NULL;
		if (!before || before->changed_ns != claim->changed_ns)
			output_row_stream(claims_fields, claim, as_json);
	}
}

/*
 * A claim that is not in the map any more was forgotten since the last look: said once, in the
 * state "none". Why is nowhere to be read any more.
 */
static void watch_print_forgotten(const struct claims *was, const struct claims *now, bool as_json)
{
	struct claim gone;
	size_t i;

	for (i = 0; i < was->count; i++) {
		if (now->count && claims_find(now, &was->claim[i].key))
			continue;
		gone = was->claim[i];
		gone.state = CLAIM_NONE;
		gone.changed_ns = time_now_ns();
		output_row_stream(claims_fields, &gone, as_json);
	}
}

/* One look. 0, or -errno with `err`. */
static int watch_look(const struct pins *pins, struct claims *was, bool as_json, struct err *err)
{
	struct claims now;
	int code = claims_read(pins->claims, &now, err);

	if (code) {
		claims_free(&now);
		return code;
	}
	watch_print_changes(was, &now, as_json);
	watch_print_forgotten(was, &now, as_json);
	claims_free(was);
	*was = now;
	return 0;
}

/* Readable when it is time to stop (SIGINT, SIGTERM). */
static int watch_stop_fd(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

/*
 * Nothing is pinned, or half of it, or not shared with us yet: so it is between a detach and a new
 * start, or while maps are replaced.
 */
static bool watch_can_wait(int code)
{
	return code == -ENOENT || code == -EPROTO || code == -EACCES;
}

/*
 * Opens what is pinned, if that is not what is open. Where it cannot be had yet, what is open is
 * kept, which is said once, and *waiting until it can be. 0, or -errno with `err`.
 */
static int watch_follow(struct pins *pins, bool *waiting, struct err *err)
{
	struct pins now;
	int code;

	if (pins_are_pinned(pins))
		return 0;
	code = pins_open(&now, true, err);
	if (watch_can_wait(code)) {
		if (!*waiting)
			cmd_fail(err);
		*waiting = true;
		return 0;
	}
	if (code)
		return code;
	*waiting = false;
	pins_close(pins);
	*pins = now;
	return 0;
}

static int watch(struct pins *pins, bool as_json, struct err *err)
{
	struct pollfd stop = {.fd = watch_stop_fd(), .events = POLLIN};
	struct claims was = {};
	unsigned int looks = 0;
	bool waiting = false;
	int code = claims_read(pins->claims, &was, err);

	if (!as_json)
		output_headers_stream(claims_fields);
	while (!code && !poll(&stop, 1, WATCH_INTERVAL_MS)) {
		if (++looks % WATCH_LOOKS == 0)
			code = watch_follow(pins, &waiting, err);
		if (!code)
			code = watch_look(pins, &was, as_json, err);
	}
	claims_free(&was);
	close(stop.fd);
	return code;
}

int cmd_watch(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {}};
	bool as_json = false;
	struct pins pins;
	struct err err;
	int option, code;

	while ((option = getopt_long(argc, argv, "j", options, NULL)) != -1) {
		if (option == '?')
			return cmd_usage("watch");
		as_json = true;
	}
	if (optind != argc)
		return cmd_usage("watch");
	code = pins_open(&pins, true, &err);
	if (code)
		return cmd_fail(&err);
	code = watch(&pins, as_json, &err);
	pins_close(&pins);
	return code ? cmd_fail(&err) : EXIT_DONE;
}
