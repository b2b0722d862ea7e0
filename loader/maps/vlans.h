/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlans.h - the VLAN of a claim as its port has it. */
#ifndef GARPD_MAPS_VLANS_H
#define GARPD_MAPS_VLANS_H

#include <stdbool.h>

#include "pins.h"

/*
 * Sets `vlan` to the VID that frames in the claim's VLAN have on the first VLAN-aware bridge that
 * they enter from the port; 0: no bridge is, or they have no tag in Open vSwitch. False: the port
 * is not in a VLAN that ends in the claim's.
 */
bool vlans_find(const struct pins *pins, __u32 ifindex, const struct port *port,
		const struct claim_key *key, __u16 *vlan);

#endif
