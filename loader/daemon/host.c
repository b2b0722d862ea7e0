// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host.c - puts the host's own addresses, its next hops and the gateways of the configuration into
 * the map that guards them.
 */
#include <string.h>

#include "parts.h"
#include "loader/base/log.h"
#include "loader/datapath/policy_maps.h"

static int daemon_host_set(void *ctx, const struct addr *addr, enum host_address kind)
{
	struct daemon *daemon = ctx;
	struct err why_not;
	int err = policy_set_host(&daemon->datapath.pins, addr, kind, &why_not);

	if (err && !daemon->unguarded++)
		daemon->unguarded_why = why_not;
	return err;
}

static void daemon_host_unset(void *ctx, const struct addr *addr)
{
	struct daemon *daemon = ctx;

	policy_unset_host(&daemon->datapath.pins, addr);
}

/* Logs once for all of them, and again when their number changes: routes may change all the time.
 */
static void daemon_log_unguarded(struct daemon *daemon)
{
	if (daemon->unguarded && daemon->unguarded != daemon->unguarded_reported)
		log_error("%s; guests may take %u such addresses; to prevent it, declare them "
			  "\"announce: never\"",
			  daemon->unguarded_why.text, daemon->unguarded);
	daemon->unguarded_reported = daemon->unguarded;
	daemon->unguarded = 0;
}

static void daemon_host_settled(void *ctx)
{
	daemon_log_unguarded(ctx);
	daemon_settle_subnets(ctx);
	daemon_settle_askers(ctx);
}

static const struct host_ops daemon_host_ops = {
	.settled = daemon_host_settled,
	.set = daemon_host_set,
	.unset = daemon_host_unset,
};

static bool daemon_host_knows(void *ctx, const struct addr *addr)
{
	return host_knows(ctx, addr);
}

/* Guests may have those of the configuration only where they are declared, as next hops. */
int daemon_guard_gateways(struct daemon *daemon, struct err *why)
{
	const struct config *config = &daemon->config;
	int err = host_name_gateways(daemon->host, config->gateways, config->gateway_count);

	daemon_log_unguarded(daemon);
	return err ? err_set(why, err, "gateways: %s", strerror(-err)) : 0;
}

int daemon_start_host(struct daemon *daemon, struct err *why)
{
	int err = host_open(&daemon->host, daemon->event, &daemon_host_ops, daemon, why)
			  ?: daemon_guard_gateways(daemon, why);

	if (!err)
		policy_forget_host(&daemon->datapath.pins, daemon_host_knows, daemon->host);
	return err;
}
