/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_maps.h - the configuration into the maps that the programs judge by (bpf/policy.h).
 */
#ifndef GARPD_DATAPATH_POLICY_MAPS_H
#define GARPD_DATAPATH_POLICY_MAPS_H

#include "loader/config/config.h"
#include "loader/base/err.h"
#include "loader/maps/pins.h"

/*
 * Settings, gateways, declared addresses, and the ports' rules, whose numbers are then in `config`
 * (rules.h: rules_applied() is the caller's, once the ports have them). At every instant each
 * address is judged by the old or by the new configuration. 0, or -errno with `err`.
 */
int policy_apply(const struct pins *pins, struct config *config, struct err *err);

/* The same without the rules: after a policy_apply() that failed, with the configuration before it.
 */
int policy_write(const struct pins *pins, const struct config *config, struct err *err);

/* One address of the host or one of its next hops, as host.h reports them. */
int policy_set_host(const struct pins *pins, const struct addr *addr, enum host_address why,
		    struct err *err);
void policy_unset_host(const struct pins *pins, const struct addr *addr);

/* Forgets those in the map that `knows` does not know: what a former daemon left. */
void policy_forget_host(const struct pins *pins, bool (*knows)(void *ctx, const struct addr *addr),
			void *ctx);

#endif
