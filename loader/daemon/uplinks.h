/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplinks.h - an uplink that comes back, or has another active member, leads to switches that do
 * not know where the guests are: each guest is announced once (announce_on_link).
 */
#ifndef GARPD_DAEMON_UPLINKS_H
#define GARPD_DAEMON_UPLINKS_H

#include <stdbool.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

struct daemon;
struct uplinks;

/* 0, or -ENOMEM with `why`; uplinks_close() takes what is left either way, and NULL. */
int uplinks_open(struct uplinks **uplinks, struct daemon *daemon, struct err *why);
void uplinks_close(struct uplinks *uplinks);

/* ports_ops.uplink_back; `port` describes it. */
void uplinks_back(struct uplinks *uplinks, const struct port *port, const char *name,
		  bool is_bonded);

#endif
