/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rules.h - what holds after two programs have run at the same time, in whatever turns. */
#ifndef GARPD_FUZZ_RULES_H
#define GARPD_FUZZ_RULES_H

#include "halves.h"

/*
 * NULL, or which rule is broken by the native maps, which were as halves_was() has them before:
 *
 *	Each port's quota counts its claims, and no other.
 *	No claim is left over: each has a state, and a deadline.
 *	A claim is deleted when it has no state, or was taken along: is_native, where that can be
 *seen. The daemon hears of each deadline that is earlier than before: an event, or the answer to
 *its call, is about the claim.
 */
const char *rules_broken(const struct event *events, unsigned int count, const struct step *steps,
			 int is_native);

#endif /* GARPD_FUZZ_RULES_H */
