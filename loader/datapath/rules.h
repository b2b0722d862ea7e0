/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - writes what the configuration allows each port to the maps `rule_addresses` and
 * `rule_macs`.
 *
 * A rule is known by its number, which is in the description of its ports. The rules of a new
 * configuration get other numbers than those of the former one: each port is held to the one or
 * the other at every instant.
 */
#ifndef GARPD_DATAPATH_RULES_H
#define GARPD_DATAPATH_RULES_H

#include "loader/base/err.h"
#include "loader/config/guards.h"
#include "loader/maps/pins.h"

/*
 * Chooses guards->rule_base and writes the rules; no port has them yet. 0, or -errno with `why`
 * (-EBUSY: after failures, ports have rules of every base).
 */
int rules_apply(const struct pins *pins, struct guards *guards, struct err *why);

/*
 * Removes the rules of all other configurations, once the ports have these. A port that could not
 * be described is held to a rule that allows nothing, until it can be.
 */
void rules_forget_others(const struct pins *pins, const struct guards *guards);

#endif
