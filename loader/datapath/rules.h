/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - what the configuration allows each port, into the maps `rule_addresses` and
 * `rule_macs`.
 *
 * A rule is known by its number, which the ports have in their description. The rules of a new
 * configuration get other numbers than those of the old one, so that each port is held to the one
 * or to the other at every instant.
 */
#ifndef GARPD_DATAPATH_RULES_H
#define GARPD_DATAPATH_RULES_H

#include "loader/base/err.h"
#include "loader/config/guards.h"
#include "loader/maps/pins.h"

/*
 * Chooses guards->rule_base and writes the rules. No port has them yet. 0, or -errno with `err`
 * (-EBUSY: after failures the ports have every base between them).
 */
int rules_apply(const struct pins *pins, struct guards *guards, struct err *err);

/*
 * Every port that could be described has them: all other numbers are free. A port that could not be
 * is held to a rule that allows nothing, until it can.
 */
void rules_applied(const struct pins *pins, const struct guards *guards);

#endif
