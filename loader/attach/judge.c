// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge.c - what is known of programs without the kernel: which are garpd's, and what comes before.
 */
#include <string.h>

#include "order.h"

bool programs_is_garpd(const struct program *program)
{
	static const char *const names[] = {"garpd_tc", "garpd_xdp", "garpd_host_out",
					    "garpd_host_in"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(program->name, names[i]))
			return true;
	return false;
}

static enum unheard order_kind(const struct program *program)
{
	if (!strcmp(program->hook, "xdp"))
		return UNHEARD_XDP;
	return !strcmp(program->hook, "tcx") ? UNHEARD_TCX : UNHEARD_TC;
}

/* In a dispatcher garpd's program is another one, which is known by its name. */
static bool order_is_own(const struct program *program, __u32 own_id)
{
	return program->dispatched ? programs_is_garpd(program) : program->id == own_id;
}

enum unheard order_judge(const struct program *programs, size_t count, __u32 own_id,
			 struct program *before)
{
	enum unheard unheard = UNHEARD_NOT;

	for (size_t i = 0; i < count; i++) {
		const struct program *it = &programs[i];

		if (order_is_own(it, own_id))
			return unheard;
		if (unheard || it->aside)
			continue;
		unheard = order_kind(it);
		*before = *it;
	}
	return UNHEARD_DETACHED;
}
