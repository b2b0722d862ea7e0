// SPDX-License-Identifier: GPL-2.0-or-later
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "parts.h"
#include "status.h"
#include "uplinks.h"
#include "ways.h"
#include "loader/base/log.h"
#include "loader/datapath/policy_maps.h"
#include "loader/confine/privileges.h"
#include "loader/maps/running.h"
#include "loader/datapath/rules.h"
#include "loader/maps/pins_netns.h"

/* A line about the daemon itself: a program can tell it by its member `daemon`. */
static void daemon_log(const char *what, const char *text)
{
	log_line(LOG_LEVEL_INFO, log_wants_fields() ? json_pack("{s:s}", "daemon", what) : NULL,
		 "%s", text);
}

static void daemon_log_stopped(void)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "stopped; programs stay attached; to remove them: garpd detach%s",
		 pins_netns_option());
	daemon_log("stopped", text);
}

/* ---- signals ---- */

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *ctx)
{
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* Reads the links first: if that fails, nothing was written. */
static int daemon_configure_all(struct daemon *daemon, struct config *fresh, bool *written,
				struct err *why)
{
	int err = ports_read(daemon->ports, why);

	if (err)
		return err;
	*written = true;
	return policy_apply(&daemon->datapath.pins, fresh, why)
		       ?: ports_configure(daemon->ports, fresh, why);
}

/* Keeps what a running daemon cannot change; the next file is compared with what runs. */
static void daemon_keep(struct config *running, struct config *fresh)
{
	char *group = fresh->group, *ovsdb = fresh->ovsdb;

	if (fresh->mode != running->mode || fresh->max_claims != running->max_claims ||
	    strcmp(group ?: "", running->group ?: "") || strcmp(ovsdb ?: "", running->ovsdb ?: ""))
		log_warning("mode, group and ovsdb take effect at the next start, limits.claims "
			    "after garpd detach");
	fresh->mode = running->mode;
	fresh->max_claims = running->max_claims;
	fresh->group = running->group;
	running->group = group;
	fresh->ovsdb = running->ovsdb;
	running->ovsdb = ovsdb;
}

/* Applies all of the new configuration, or nothing. */
static int daemon_reconfigure(struct daemon *daemon, bool *written, struct err *why)
{
	struct config fresh;
	int err = daemon->configure(daemon->configure_ctx, &fresh, why);

	if (err)
		return err;
	err = daemon_configure_all(daemon, &fresh, written, why);
	if (err) {
		config_free(&fresh);
		return err;
	}
	rules_forget_others(&daemon->datapath.pins, &fresh.guards);
	daemon_keep(&daemon->config, &fresh);
	config_free(&daemon->config);
	daemon->config = fresh;
	ways_look_at_all(daemon->ways);
	if (daemon_guard_gateways(daemon, why))
		log_error("%s; to retry: systemctl reload %s", why->text, pins_unit());
	evpn_settle(daemon->evpn, fresh.evpn);
	return 0;
}

static void daemon_reload_failed(struct daemon *daemon, bool written, const struct err *why)
{
	struct err why_not_restored;

	if (written && policy_write(&daemon->datapath.pins, &daemon->config, &why_not_restored))
		log_error("%s; partly applied, the former configuration cannot be restored: %s; "
			  "when that is fixed: systemctl reload %s",
			  why->text, why_not_restored.text, pins_unit());
	else
		log_error("%s; the former configuration stays in force", why->text);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *ctx)
{
	struct daemon *daemon = ctx;
	bool written = false;
	struct err why;

	sd_notify(0, "RELOADING=1");
	daemon->is_reloading = true;
	if (daemon_reconfigure(daemon, &written, &why))
		daemon_reload_failed(daemon, written, &why);
	else
		daemon_log("reloaded", "configuration reloaded");
	daemon->is_reloading = false;
	sd_notify(0, "READY=1");
	return 0;
}

static int daemon_signals(struct daemon *daemon, struct err *why)
{
	static const struct {
		int signal;
		sd_event_signal_handler_t handler;
	} handlers[] = {
		{SIGTERM, on_stop},
		{SIGINT, on_stop},
		{SIGHUP, on_reload},
	};
	sigset_t set;
	size_t i;
	int err;

	signal(SIGPIPE, SIG_IGN); /* the daemon outlives the reader of its log */
	sigemptyset(&set);
	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		sigaddset(&set, handlers[i].signal);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		err = sd_event_add_signal(daemon->event, NULL, handlers[i].signal,
					  handlers[i].handler, daemon);
		if (err < 0)
			return err_set(why, err, "signals: %s", strerror(-err));
	}
	return 0;
}

/* ---- start and end ---- */

static void daemon_log_replaced(const struct datapath *datapath)
{
	const struct carry *carry = &datapath->carry;
	char claims[64] = "claims start empty";

	if (carry->claims >= 0)
		snprintf(claims, sizeof(claims), "took over %u of %u claims", carry->carried,
			 carry->found);
	log_warning("%s: replaced the pins of another garpd version (%s); %s", pins_dir(),
		    datapath->replaced.text, claims);
}

/* Drops what it does not need of root's rights, then loads the kernel half. */
static int daemon_start_confined(struct daemon *daemon, struct err *why)
{
	struct config *config = &daemon->config;
	gid_t gid;
	int err = privileges_drop(config->group, &gid, why);

	if (err)
		return err;
	if (config->file && access(config->file, R_OK))
		log_warning("%s: a reload cannot read it; chown it to root, or chmod a+r",
			    config->file);
	err = datapath_open(&daemon->datapath, config, gid, why);
	if (!err) /* no other daemon runs */
		daemon_log("starting", "starting: garpd " GARPD_VERSION);
	if (!err && daemon->datapath.adopt == ADOPT_REPLACE)
		daemon_log_replaced(&daemon->datapath);
	return err;
}

static int daemon_start(struct daemon *daemon, struct err *why)
{
	int err = sd_event_new(&daemon->event);

	if (err < 0)
		return err_set(why, err, "event loop: %s", strerror(-err));
	/* Tells the service manager that the loop goes on, if the unit wants that (WatchdogSec). */
	err = sd_event_set_watchdog(daemon->event, true);
	if (err < 0)
		return err_set(why, err, "watchdog: %s", strerror(-err));
	err = daemon_signals(daemon, why)
		      ?: daemon_watch_netns(daemon, why)
		      ?: daemon->configure(daemon->configure_ctx, &daemon->config, why)
		      ?: daemon_start_confined(daemon, why)
		      ?: daemon_start_host(daemon, why)
		      ?: daemon_start_ports(daemon, why);
	if (err)
		return err;
	datapath_carry_rest(&daemon->datapath);
	if (adopt_is_sweep_due() && adopt_sweep(&daemon->datapath.pins, why))
		log_warning("%s; retried at the next start", why->text);
	return privileges_settle(datapath_can_join(daemon->config.mode), why)
		       ?: daemon_start_claims(daemon, why);
}

static void daemon_undo(struct daemon *daemon)
{
	struct err ignored;

	daemon_undo_ports(daemon);
	if (daemon->datapath.program.fd >= 0 && daemon->datapath.adopt == ADOPT_NOTHING)
		datapath_remove(&daemon->datapath.pins, &ignored);
}

static void daemon_end(struct daemon *daemon)
{
	daemon_sweep_end(daemon);
	sd_event_source_disable_unref(daemon->room);
	free(daemon->fresh);
	free(daemon->missing);
	events_close(daemon->events);
	later_close(daemon->later);
	confirm_close(daemon->confirm);
	evpn_close(daemon->evpn);
	status_close(daemon->status);
	deadlines_close(daemon->deadlines);
	ways_close(daemon->ways);
	uplinks_close(daemon->uplinks);
	ports_close(daemon->ports);
	host_close(daemon->host);
	subnets_free(&daemon->subnets);
	askers_free(&daemon->askers);
	datapath_close(&daemon->datapath);
	config_free(&daemon->config);
	sd_event_unref(daemon->event);
	if (daemon->netns_fd > 0)
		close(daemon->netns_fd);
}

#define WAITING_LEN 48

/* "; waiting for 1 bridge"; "" for 0 */
static const char *waiting_text(unsigned int count, const char *one, const char *many,
				char text[WAITING_LEN])
{
	text[0] = '\0';
	if (count)
		snprintf(text, WAITING_LEN, "; waiting for %u %s", count, count == 1 ? one : many);
	return text;
}

static void daemon_report_ready(const struct daemon *daemon)
{
	char bridges[WAITING_LEN], routers[WAITING_LEN], text[16 + 2 * WAITING_LEN];

	snprintf(text, sizeof(text), "ready%s%s",
		 waiting_text(daemon->waiting_bridges, "bridge", "bridges", bridges),
		 waiting_text(daemon->waiting_routers, "router port", "router ports", routers));
	daemon_log("ready", text);
	sd_notify(0, "READY=1");
}

/*
 * The buffers of a burst go back to the kernel with it. glibc by itself takes blocks of a size that
 * was freed once from the heap from then on, which keeps them (mallopt(3), M_MMAP_THRESHOLD).
 */
static void daemon_give_memory_back(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

int daemon_run(daemon_configure configure, void *ctx, struct err *why)
{
	struct daemon daemon = {
		.configure = configure,
		.configure_ctx = ctx,
	};
	int err;

	daemon_give_memory_back();
	datapath_init(&daemon.datapath);
	TAILQ_INIT(&daemon.departures);
	err = daemon_start(&daemon, why);
	if (err) {
		daemon_undo(&daemon);
		goto out;
	}
	if (daemon.datapath.max_claims != daemon.config.max_claims)
		log_warning("limits.claims: the pinned map has room for %u; to change it: garpd "
			    "detach, then start",
			    daemon.datapath.max_claims);
	daemon.config.max_claims = daemon.datapath.max_claims;
	running_write(&daemon.datapath.pins, GARPD_VERSION, daemon.config.file);
	if (daemon.is_ovs_lost)
		running_note_ovsdb(&daemon.datapath.pins, false);
	daemon_report_ready(&daemon);
	err = sd_event_loop(daemon.event);
	sd_notify(0, "STOPPING=1");
	later_flush(daemon.later);
	if (err < 0)
		err_set(why, err, "event loop: %s", strerror(-err));
	else if (daemon.netns_is_gone)
		err = daemon_leave_netns(&daemon, why);
	else
		daemon_log_stopped();
out:
	daemon_end(&daemon);
	return err;
}
