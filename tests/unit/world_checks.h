/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world_checks.h - what the tests of the claim machine look for in a world (world.h, which the
 * simulator has without Criterion).
 */
#ifndef GARPD_TEST_WORLD_CHECKS_H
#define GARPD_TEST_WORLD_CHECKS_H

#include <criterion/criterion.h>

#include "world.h"

/* No announcement from here on, whatever time passes: it stays at so many. */
static inline void assert_silent(struct world *w, unsigned int announced)
{
	world_run_until(w, w->now_ns + 600 * NSEC_PER_SEC);
	cr_assert_eq(w->announced.count, announced);
}

#endif
