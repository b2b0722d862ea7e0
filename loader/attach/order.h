/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * order.h - does garpd's program come first on a port? What comes before it may end the way of a
 * frame: nothing is analysed. garpd goes to the front when it attaches, and does not fight for it.
 */
#ifndef GARPD_ATTACH_ORDER_H
#define GARPD_ATTACH_ORDER_H

#include "attach.h"

#define ORDER_MAX 128 /* programs on one side: XDP, 64 of tcx, and filters */

/*
 * Whether the port is heard; in the list of its programs garpd's has this id. `before` gets the
 * first of those that come before it.
 */
enum unheard order_judge(const struct program *programs, size_t count, __u32 own_id,
			 struct program *before);

/*
 * The same for an attached port, as it is now; of a bridge's own device, for its egress, and
 * UNHEARD_DETACHED also if garpd's program is missing on its ingress.
 */
enum unheard order_read(const struct attach_program *program, __u32 ifindex,
			const struct port *port, struct program *before);

#endif
