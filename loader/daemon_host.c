// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon_host.c - the host's own addresses and next hops into the map that guards them.
 */
#include "daemon_parts.h"
#include "log.h"
#include "policy.h"

static void daemon_host_set(void *ctx, const struct addr *addr, enum host_address why)
{
	struct daemon *daemon = ctx;
	struct err err;

	if (policy_set_host(&daemon->datapath.pins, addr, why, &err))
		log_error("%s", err.text);
}

static void daemon_host_unset(void *ctx, const struct addr *addr)
{
	struct daemon *daemon = ctx;

	policy_unset_host(&daemon->datapath.pins, addr);
}

static void daemon_host_settled(void *ctx)
{
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
