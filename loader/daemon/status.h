/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - the line that `systemctl status` shows: summary.h, at most once a second.
 */
#ifndef GARPD_DAEMON_STATUS_H
#define GARPD_DAEMON_STATUS_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"
#include "loader/maps/pins.h"

struct status;

/* Leaves *status NULL where no service manager listens. 0, or -errno. */
int status_open(struct status **status, sd_event *event, const struct pins *pins);

/* All of these take NULL. */
void status_close(struct status *status);

/* Ports have changed: within a second the line is sent, if it is another one. */
void status_change(struct status *status);

/* A claim as it is now; NULL: it is gone. */
void status_claim(struct status *status, const struct claim_key *key, const struct claim *claim);

/* Every claim is about to be read: those that are not may be gone. */
void status_reset(struct status *status);

#endif
