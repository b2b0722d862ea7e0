// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "parts.h"
#include "loader/base/log.h"
#include "loader/datapath/policy_maps.h"
#include "loader/confine/privileges.h"
#include "loader/datapath/rules.h"

/* ---- signals ---- */

static int daemon_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *ctx)
{
	(void)source;
	(void)info;
	(void)ctx;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* Reads the links first: that is what can fail, and nothing is written then. */
static int daemon_configure_all(struct daemon *daemon, struct config *fresh, bool *written,
				struct err *err)
{
	int code = ports_read(daemon->ports, err);

	*written = !code;
	if (!code)
		code = policy_apply(&daemon->datapath.pins, fresh, err);
	return code ? code : ports_configure(daemon->ports, fresh, err);
}

/* What a running daemon cannot change is as it was: the next file is compared with what runs. */
static void daemon_keep(struct config *running, struct config *fresh)
{
	char *group = fresh->group;

	if (fresh->mode != running->mode || fresh->max_claims != running->max_claims ||
	    strcmp(group ?: "", running->group ?: ""))
		log_warning(
			"mode and group take effect at the next start, limits.claims after garpd detach");
	fresh->mode = running->mode;
	fresh->max_claims = running->max_claims;
	fresh->group = running->group;
	running->group = group;
}

/* All of the new configuration, or none of it. */
static int daemon_reconfigure(struct daemon *daemon, bool *written, struct err *err)
{
	struct config fresh;
	int code = daemon->configure(daemon->configure_ctx, &fresh, err);

	if (code)
		return code;
	code = daemon_configure_all(daemon, &fresh, written, err);
	if (code) {
		config_free(&fresh);
		return code;
	}
	rules_applied(&daemon->datapath.pins, &fresh.guards);
	daemon_keep(&daemon->config, &fresh);
	config_free(&daemon->config);
	daemon->config = fresh;
	evpn_settle(daemon->evpn, fresh.evpn);
	return 0;
}

static void daemon_reload_failed(struct daemon *daemon, bool written, const struct err *err)
{
	struct err again;

	if (written && policy_write(&daemon->datapath.pins, &daemon->config, &again))
		log_error("%s; nor can what was there before be written back: %s; the "
			  "configuration is in force in part: mend that, then SIGHUP",
			  err->text, again.text);
	else
		log_error("%s; the configuration stays as it was", err->text);
}

static int daemon_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *ctx)
{
	struct daemon *daemon = ctx;
	bool written = false;
	struct err err;

	(void)source;
	(void)info;
	sd_notify(0, "RELOADING=1");
	if (daemon_reconfigure(daemon, &written, &err))
		daemon_reload_failed(daemon, written, &err);
	else
		log_info("configuration read again");
	sd_notify(0, "READY=1");
	return 0;
}

static int daemon_signals(struct daemon *daemon, struct err *err)
{
	static const struct {
		int signal;
		sd_event_signal_handler_t handler;
	} handlers[] = {
		{SIGTERM, daemon_stop},
		{SIGINT, daemon_stop},
		{SIGHUP, daemon_reload},
	};
	sigset_t set;
	size_t i;
	int code;

	signal(SIGPIPE, SIG_IGN); /* whoever read the log may go; the daemon stays */
	sigemptyset(&set);
	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		sigaddset(&set, handlers[i].signal);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		code = sd_event_add_signal(daemon->event, NULL, handlers[i].signal,
					   handlers[i].handler, daemon);
		if (code < 0)
			return err_set(err, code, "signals: %s", strerror(-code));
	}
	return 0;
}

/* ---- start and end ---- */

/* With the rights that this takes and no more from here on, then the kernel half. */
static int daemon_start_confined(struct daemon *daemon, struct err *err)
{
	struct config *config = &daemon->config;
	gid_t gid;
	int code = privileges_drop(config->group, &gid, err);

	if (code)
		return code;
	if (config->file && access(config->file, R_OK))
		log_warning(
			"%s: SIGHUP will not be able to read it again: it is neither root's nor "
			"everybody's to read",
			config->file);
	code = datapath_open(&daemon->datapath, config, gid, err);
	if (!code && daemon->datapath.adopt == ADOPT_REPLACE)
		log_warning("%s: replaced what another version of garpd had pinned (%s); claims "
			    "begin anew, with the next probe of each",
			    GARPD_PIN_DIR, daemon->datapath.replaced.text);
	return code;
}

static int daemon_start(struct daemon *daemon, struct err *err)
{
	int code = sd_event_new(&daemon->event);

	if (code < 0)
		return err_set(err, code, "event loop: %s", strerror(-code));
	code = daemon_signals(daemon, err);
	if (!code)
		code = daemon->configure(daemon->configure_ctx, &daemon->config, err);
	if (!code)
		code = daemon_start_confined(daemon, err);
	if (!code)
		code = daemon_start_host(daemon, err);
	if (!code)
		code = daemon_start_ports(daemon, err);
	if (code)
		return code;
	if (adopt_sweep_is_due() && adopt_sweep(&daemon->datapath.pins, err))
		log_warning("%s; the next start tries again", err->text);
	code = privileges_settle(datapath_joins(daemon->config.mode), err);
	return code ? code : daemon_start_claims(daemon, err);
}

static void daemon_undo(struct daemon *daemon)
{
	struct err ignored;

	daemon_undo_ports(daemon);
	if (daemon->datapath.program.fd && daemon->datapath.adopt == ADOPT_NOTHING)
		datapath_remove(&daemon->datapath.pins, &ignored);
}

static void daemon_end(struct daemon *daemon)
{
	daemon_sweep_end(daemon);
	free(daemon->fresh);
	events_close(daemon->events);
	confirm_close(daemon->confirm);
	evpn_close(daemon->evpn);
	deadlines_close(daemon->deadlines);
	ports_close(daemon->ports);
	host_close(daemon->host);
	subnets_free(&daemon->subnets);
	datapath_close(&daemon->datapath);
	config_free(&daemon->config);
	sd_event_unref(daemon->event);
}

int daemon_run(daemon_configure configure, void *ctx, struct err *err)
{
	struct daemon daemon = {
		.configure = configure,
		.configure_ctx = ctx,
	};
	int code;

	datapath_init(&daemon.datapath);
	TAILQ_INIT(&daemon.departures);
	code = daemon_start(&daemon, err);
	if (code) {
		daemon_undo(&daemon);
		goto out;
	}
	if (daemon.datapath.max_claims != daemon.config.max_claims)
		log_warning("limits.claims: the adopted map has room for %u; garpd detach, then "
			    "start, to change it",
			    daemon.datapath.max_claims);
	daemon.config.max_claims = daemon.datapath.max_claims;
	log_info("ready");
	sd_notify(0, "READY=1");
	code = sd_event_loop(daemon.event);
	sd_notify(0, "STOPPING=1");
	if (code < 0)
		err_set(err, code, "event loop: %s", strerror(-code));
	else
		log_info("stopped; everything stays attached (garpd detach takes it off)");
out:
	daemon_end(&daemon);
	return code;
}
