/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_checks.h - what the tests of the configuration look for in one.
 */
#ifndef GARPD_TEST_CONFIG_CHECKS_H
#define GARPD_TEST_CONFIG_CHECKS_H

#include <criterion/criterion.h>
#include <string.h>

#include "../../loader/config/config.h"
#include "../../loader/base/text.h"

static inline void assert_declared(const struct config *config, size_t i, const char *prefix,
				   enum announce_mode announce, unsigned int owners)
{
	char text[ADDR_TEXT_LEN];

	cr_assert_lt(i, config->declared_count);
	cr_assert_str_eq(prefix_text(&config->declared[i].prefix, text), prefix);
	cr_assert_eq(config->declared[i].address.announce, announce, "%s", prefix);
	cr_assert_eq(config->declared[i].address.owner_count, owners, "%s", prefix);
}

static inline void assert_defaults(const struct config *config)
{
	static const struct settings defaults = SETTINGS_DEFAULTS;

	cr_assert_eq(memcmp(&config->settings, &defaults, sizeof(defaults)), 0);
	cr_assert_eq(config->guards.ask, defaults.ask);
	cr_assert_eq(config->guards.observe, defaults.observe);
	cr_assert_eq(config->mode, MODE_AUTO);
	cr_assert_eq(config->evpn, EVPN_AUTO);
	cr_assert_eq(config->max_claims, GARPD_MAX_CLAIMS);
}

#endif
