// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host.c - the host's own addresses and next hops into the map that guards them.
 */
#include "parts.h"
#include "loader/base/log.h"
#include "loader/datapath/policy_maps.h"

static int daemon_host_set(void *ctx, const struct addr *addr, enum host_address why)
{
	struct daemon *daemon = ctx;
	struct err err;
	int code = policy_set_host(&daemon->datapath.pins, addr, why, &err);

	if (code && !daemon->unguarded++)
		daemon->unguarded_err = err;
	return code;
}

static void daemon_host_unset(void *ctx, const struct addr *addr)
{
	struct daemon *daemon = ctx;

	policy_unset_host(&daemon->datapath.pins, addr);
}

/* Said once for all of them, and again when they are more or fewer: routes may change all the time.
 */
static void daemon_tell_unguarded(struct daemon *daemon)
{
	if (daemon->unguarded && daemon->unguarded != daemon->told_unguarded)
		log_error("%s; of %u in all a guest would be announced that takes them; to forbid "
			  "that, declare them \"announce: never\"",
			  daemon->unguarded_err.text, daemon->unguarded);
	daemon->told_unguarded = daemon->unguarded;
	daemon->unguarded = 0;
}

static void daemon_host_settled(void *ctx)
{
	daemon_tell_unguarded(ctx);
	daemon_settle_subnets(ctx);
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

/* The guard of the host's addresses stands before the first port is attached. */
int daemon_start_host(struct daemon *daemon, struct err *err)
{
	int code = host_open(&daemon->host, daemon->event, &daemon_host_ops, daemon, err);

	if (!code)
		policy_forget_host(&daemon->datapath.pins, daemon_host_knows, daemon->host);
	return code;
}
