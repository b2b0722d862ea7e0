// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * join_none.c - in place of join.c in a build without libxdp.
 */
#include <errno.h>

#include "join.h"

enum port_mode attach_join_mode(__u32 ifindex)
{
	return MODE_AUTO;
}

int attach_join(struct attach_join *join, __u32 ifindex, const char *name, struct err *why)
{
	return err_set(why, -EOPNOTSUPP, "%s: %s", name, attach_join_obstacle());
}

int attach_join_leave(__u32 ifindex, enum port_mode mode)
{
	return 0;
}

size_t attach_join_read(__u32 ifindex, __u32 ids[ATTACH_JOIN_MAX])
{
	return 0;
}

const char *attach_join_obstacle(void)
{
	return "this garpd is built without libxdp";
}

void attach_join_close(struct attach_join *join)
{
}
