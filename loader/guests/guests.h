/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guests.h - the names of the guests behind ports, for the commands: an interface's alias, what
 * Proxmox calls its guest, the name of the qemu process that holds the tap, or what the database of
 * Open vSwitch has. The daemon, whose sandbox has neither /etc/pve nor the processes of others,
 * uses ports_guest_text().
 */
#ifndef GARPD_GUESTS_GUESTS_H
#define GARPD_GUESTS_GUESTS_H

#include "loader/maps/pins.h"

/*
 * From here on guest_text() knows the guests of the ports in these maps, while they are open. They
 * are looked up when the first name is asked for, and again after 10 s. What takes longer than a
 * second (/etc/pve is a cluster's) is left out.
 */
void guests_use(const struct pins *pins);

#endif
