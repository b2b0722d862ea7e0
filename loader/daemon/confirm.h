/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confirm.h - after an announcement: did the host's own neighbour entry follow? Where it did not,
 * it is repaired, unless it is the administrator's or EVPN's, or a filter may have been in the way.
 */
#ifndef GARPD_DAEMON_CONFIRM_H
#define GARPD_DAEMON_CONFIRM_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "loader/maps/pins.h"
#include "loader/topology/ports.h"

struct confirm;

/* `ports` and `pins` must outlive it. 0, or -errno with `err`. */
int confirm_open(struct confirm **confirm, sd_event *event, const struct pins *pins,
		 const struct ports *ports, struct err *err);
void confirm_close(struct confirm *confirm); /* takes NULL */

/*
 * `mac` was announced in the claim's segment just now. The frame goes through the host's receive
 * queue, so the entry is looked at a moment later; what it says, and what became of its repair, is
 * noted in the claim and counted.
 */
void confirm_announced(struct confirm *confirm, const struct claim_key *key,
		       const __u8 mac[MAC_LEN]);

#endif
