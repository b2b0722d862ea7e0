/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ways.h - whether every port is heard, and attaching again what others have removed.
 */
#ifndef GARPD_DAEMON_WAYS_H
#define GARPD_DAEMON_WAYS_H

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

struct daemon;
struct ways;

/* Follows the qdiscs and filters of the ports. 0, or -errno with `why`; close it either way. */
int ways_open(struct ways **ways, struct daemon *daemon, struct err *why);
void ways_close(struct ways *ways); /* takes NULL */

/* A port was attached: is it heard? */
void ways_look(struct ways *ways, __u32 ifindex);

/* A round begins at once, and not in a minute. 0 or -errno, logged. */
int ways_look_at_all(struct ways *ways);

/* Ports have other descriptions, are gone or missing. It reads all ports: once for all of these. */
void ways_settle(struct ways *ways);

/* A port is gone; ways_settle() follows. */
void ways_forget(struct ways *ways, __u32 ifindex);

#endif
