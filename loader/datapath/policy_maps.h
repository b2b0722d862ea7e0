/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_maps.h - writes the configuration to the maps that the programs judge by
 * (bpf/claim/policy.h).
 */
#ifndef GARPD_DATAPATH_POLICY_MAPS_H
#define GARPD_DATAPATH_POLICY_MAPS_H

#include "loader/config/config.h"
#include "loader/base/err.h"
#include "loader/maps/pins.h"

/*
 * Writes settings, gateways, declared addresses, and the rules of ports, whose numbers `config` has
 * afterwards: call rules_forget_others() once the ports have them. At every instant each address is
 * judged by the former or the new configuration. 0, or -errno with `why`.
 */
int policy_apply(const struct pins *pins, struct config *config, struct err *why);

/* Writes all but the rules: the former configuration, after policy_apply() has failed. */
int policy_write(const struct pins *pins, const struct config *config, struct err *why);

/* Guards an address of the host, or of a next hop (host.h). 0, or -errno with `why`. */
int policy_set_host(const struct pins *pins, const struct addr *addr, enum host_address role,
		    struct err *why);
void policy_unset_host(const struct pins *pins, const struct addr *addr);

/* Removes the addresses of a former daemon that are not known now. */
void policy_forget_host(const struct pins *pins,
			bool (*is_known)(void *ctx, const struct addr *addr), void *ctx);

#endif
