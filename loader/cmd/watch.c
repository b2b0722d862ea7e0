// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd watch: claims as they change.
 *
 * The ring buffer has one reader, the daemon, and an event can be read once. So this compares the
 * claims map with its last copy ten times a second, and less often where there are so many claims
 * that it would take more than 5 % of a CPU: it needs no daemon and takes nothing from one.
 * If the pinned map is replaced (a new version, a detach and a new start) it continues with the new
 * one; if it is removed, it waits for a new one.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "loader/maps/claims.h"
#include "cmd.h"
#include "filter.h"
#include "loader/maps/pins.h"
#include "loader/base/text.h"

#define WATCH_INTERVAL_MS 100
#define WATCH_PAUSES	  25 /* as long as a look: 4 %, so that 5 holds over a few seconds, too */
#define WATCH_PIN_NS	  NSEC_PER_SEC /* from one check of the pin to the next */

/* How it was started. */
struct watch {
	struct filter filter;
	const struct field *fields;
	bool as_json;
};

static void watch_print(const struct watch *watch, const struct claim *claim, __u8 from)
{
	struct claim_change change = {.claim = *claim, .from = from};

	output_row_stream(watch->fields, &change, watch->as_json);
}

static void watch_print_changes(const struct watch *watch, const struct claims *was,
				const struct claims *now)
{
	const struct claim *claim, *before;
	size_t i;

	for (i = 0; i < now->count; i++) {
		claim = &now->claim[i];
		before = was->count ? claims_find(was, &claim->key) : NULL;
		if (before && before->changed_ns == claim->changed_ns)
			continue;
		/* What begins to match, and what ends. */
		if (filter_matches(&watch->filter, claim) ||
		    (before && filter_matches(&watch->filter, before)))
			watch_print(watch, claim, before ? before->state : CLAIM_NONE);
	}
}

/*
 * A claim that is no longer in the map is printed once, in state "none" and without a reason, which
 * is no longer known.
 */
static void watch_print_forgotten(const struct watch *watch, const struct claims *was,
				  const struct claims *now)
{
	struct claim gone;
	size_t i;

	for (i = 0; i < was->count; i++) {
		if (now->count && claims_find(now, &was->claim[i].key))
			continue;
		if (!filter_matches(&watch->filter, &was->claim[i]))
			continue;
		gone = was->claim[i];
		gone.state = CLAIM_NONE;
		gone.changed_ns = time_now_ns();
		watch_print(watch, &gone, was->claim[i].state);
	}
}

/* Prints what has changed since the last look. 0, or -errno with `why`. */
static int watch_look(const struct watch *watch, const struct pins *pins, struct claims *was,
		      struct err *why)
{
	struct claims now;
	int err = claims_read(pins->claims, &now, why);

	if (err) {
		claims_free(&now);
		return err;
	}
	watch_print_changes(watch, was, &now);
	watch_print_forgotten(watch, was, &now);
	claims_free(was);
	*was = now;
	return 0;
}

/* Readable after SIGINT or SIGTERM. */
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
 * Maps are missing, incomplete or not shared with the group yet: so it is between a detach and a
 * new start, or while maps are replaced.
 */
static bool watch_can_wait(int err)
{
	return err == -ENOENT || err == -EPROTO || err == -EACCES;
}

/*
 * Opens the pinned maps if they are not those that are open. If they cannot be opened yet, reports
 * that once, sets *waiting and keeps the old ones. 0, or -errno with `why`.
 */
static int watch_follow(struct pins *pins, bool *waiting, struct err *why)
{
	struct pins now;
	int err;

	if (pins_are_pinned(pins))
		return 0;
	err = cmd_open_pins(&now, true, why);
	if (watch_can_wait(err)) {
		if (!*waiting)
			cmd_fail(why);
		*waiting = true;
		return 0;
	}
	if (err)
		return err;
	*waiting = false;
	pins_close(pins);
	*pins = now;
	return 0;
}

static __u64 watch_cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (__u64)used.tv_sec * NSEC_PER_SEC + (__u64)used.tv_nsec;
}

/* After a look that took so much of a CPU. */
static int watch_pause_ms(__u64 look_ns)
{
	__u64 ms = look_ns * WATCH_PAUSES / NSEC_PER_MSEC;

	return ms > WATCH_INTERVAL_MS ? (int)ms : WATCH_INTERVAL_MS;
}

static int watch_loop(const struct watch *watch, struct pins *pins, struct err *why)
{
	struct pollfd stop = {.fd = watch_stop_fd(), .events = POLLIN};
	int pause_ms = WATCH_INTERVAL_MS;
	__u64 from_ns, pin_ns = time_now_ns();
	struct claims was = {};
	bool waiting = false;
	int err = claims_read(pins->claims, &was, why);

	if (!watch->as_json)
		output_row_stream(watch->fields, NULL, false);
	while (!err && !poll(&stop, 1, pause_ms)) {
		from_ns = watch_cpu_ns();
		if (time_now_ns() >= pin_ns + WATCH_PIN_NS) {
			pin_ns = time_now_ns();
			err = watch_follow(pins, &waiting, why);
		}
		if (!err)
			err = watch_look(watch, pins, &was, why);
		pause_ms = watch_pause_ms(watch_cpu_ns() - from_ns);
	}
	claims_free(&was);
	close(stop.fd);
	return err;
}

static int watch_run(const struct command *command, struct err *why)
{
	struct watch watch = {.as_json = cmd_has(command, "json")};
	struct pins pins;
	int err;

	if (filter_take(&watch.filter, command, command->operand[0], why))
		return cmd_misused(why);
	output_set_color(cmd_value(command, "color"));
	watch.fields = watch.as_json || cmd_has(command, "wide") ? claims_change_fields
								 : claims_change_columns;
	if (cmd_open_pins(&pins, true, why))
		return cmd_cannot_look(why);
	err = watch_loop(&watch, &pins, why);
	pins_close(&pins);
	return err ? cmd_cannot_look(why) : EXIT_DONE;
}

static const struct verb_option watch_options[] = {
	{"json", 'j', .help = "print JSON, a line a claim"},
	{"wide", 'w', .help = "every column, wider than 80"},
	FILTER_OPTIONS(NULL, NULL, NULL, NULL),
	COLOR_OPTION,
	NETNS_OPTION,
	{},
};

const struct verb verb_watch = {
	.name = "watch",
	.help = "print claims as they change",
	.options = watch_options,
	.operands = {{"PREFIX", .optional = true}},
	.run = watch_run,
};
