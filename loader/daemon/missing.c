// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * missing.c - ports that garpd could not be attached to: more than the map takes, or the kernel or
 * another program is in the way. An objection from there is not heard, as from a port that is.
 */
#include <stdlib.h>

#include "loader/base/log.h"
#include "parts.h"

struct missing {
	__u32 ifindex;
	struct port port;
};

/* Of one segment. */
static void missing_count(struct daemon *daemon, __u32 segment)
{
	__u32 count = 0;

	for (size_t i = 0; i < daemon->missing_count; i++)
		count += port_concerns(&daemon->missing[i].port, segment);
	datapath_set_missing(&daemon->datapath.pins, segment, count);
}

/* Of each segment that the port is in. What follows from it, daemon_settled() sees to. */
static void missing_count_of(struct daemon *daemon, const struct port *port)
{
	__u32 segment[PORT_SEGMENTS];

	port_segments(port, segment);
	for (size_t i = 0; i < PORT_SEGMENTS; i++)
		if (segment[i])
			missing_count(daemon, segment[i]);
}

void daemon_forget_missing(struct daemon *daemon, __u32 ifindex)
{
	struct port port;

	for (size_t i = 0; i < daemon->missing_count; i++) {
		if (daemon->missing[i].ifindex != ifindex)
			continue;
		port = daemon->missing[i].port;
		daemon->missing[i] = daemon->missing[--daemon->missing_count];
		return missing_count_of(daemon, &port);
	}
}

bool daemon_is_missing(const struct daemon *daemon, __u32 ifindex)
{
	for (size_t i = 0; i < daemon->missing_count; i++)
		if (daemon->missing[i].ifindex == ifindex)
			return true;
	return false;
}

void daemon_note_missing(struct daemon *daemon, __u32 ifindex, const struct port *port)
{
	struct missing *more;

	daemon_forget_missing(daemon, ifindex);
	more = realloc(daemon->missing, (daemon->missing_count + 1) * sizeof(*more));
	if (!more)
		return log_error("ports that are not heard: out of memory");
	daemon->missing = more;
	more[daemon->missing_count++] = (struct missing){ifindex, *port};
	missing_count_of(daemon, port);
}
