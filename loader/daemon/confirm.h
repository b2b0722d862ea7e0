/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confirm.h - checks that the host's own neighbour entry follows an announcement, and logs one that
 * does not. It writes none: the guest's answer is the host's to take, through its own filters.
 */
#ifndef GARPD_DAEMON_CONFIRM_H
#define GARPD_DAEMON_CONFIRM_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "loader/maps/pins.h"
#include "loader/topology/ports.h"

struct confirm;

/* `ports` and `pins` must outlive it. 0, or -errno with `why`. */
int confirm_open(struct confirm **confirm, sd_event *event, const struct pins *pins,
		 const struct ports *ports, struct err *why);
void confirm_close(struct confirm *confirm); /* takes NULL */

/*
 * `mac` was announced in the claim's segment just now. The entry is checked a moment later, when
 * the frame has passed the host's receive queue; the outcome is counted and noted in the claim.
 */
void confirm_announced(struct confirm *confirm, const struct claim_key *key,
		       const __u8 mac[MAC_LEN]);

#endif
