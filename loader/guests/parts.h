/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - where names of guests are found, below a `root` ("" for this host's own files). They
 * read files that only root can read; what cannot be read is not there.
 */
#ifndef GARPD_GUESTS_PARTS_H
#define GARPD_GUESTS_PARTS_H

#include "loader/base/guest.h"

/*
 * The name that Proxmox has for the guest of a port, from /etc/pve/qemu-server/VMID.conf or
 * /etc/pve/lxc/VMID.conf. False: it has none.
 */
bool pve_read_name(const char *root, const struct proxmox_port *port, char name[GUEST_TEXT_LEN]);

/*
 * Hears each tap that a process of this network namespace holds which has been started with
 * `-name`, as qemu is; the names are not cleaned.
 */
void qemu_hear_taps(const char *root,
		    void (*hear)(void *ctx, const char *tap, const char name[GUEST_TEXT_LEN]),
		    void *ctx);

typedef void ovs_hear_name(void *ctx, __u32 ifindex, const __u8 mac[MAC_LEN], const char *name);

/*
 * Hears each interface that the database of Open vSwitch names a guest for, by what the switch has
 * for its ifindex and MAC. `file`: the configuration, which may name the socket; "": none does.
 */
void ovs_hear_names(const char *file, ovs_hear_name *hear, void *ctx);

#endif
