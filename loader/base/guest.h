/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - the names of guests, for people: what an administrator calls the machine behind a port.
 * Nothing is decided by them.
 */
#ifndef GARPD_BASE_GUEST_H
#define GARPD_BASE_GUEST_H

#include <jansson.h>
#include <stdbool.h>

#include "bpf/abi/abi.h"
#include "text.h"

#define GUEST_TEXT_LEN	    64
#define PORT_GUEST_TEXT_LEN (NAME_TEXT_LEN + GUEST_TEXT_LEN + 4)

/* A port that Proxmox has named, tapVMIDiN or vethVMIDiN. */
struct proxmox_port {
	__u32 vmid;
	bool is_container;
};

/* False: it is not named so. */
bool guest_parse_port(const char *interface, struct proxmox_port *port);

/* Whether a port of this role leads to a guest: not an uplink, nor a bridge's own device. */
bool guest_has_role(unsigned int role);

/* These fill and return `text`. */

/* A name given by others: cut, and safe to print (text_clean). */
const char *guest_clean(const char *name, char text[GUEST_TEXT_LEN]);

/* "VM 101" for tap101i0, "CT 102" for veth102i0; "" for any other name. */
const char *guest_of_port(const char *interface, char text[GUEST_TEXT_LEN]);

/* The guest behind the port, from name_of_port(); "" where that knows none. */
const char *guest_text(__u32 ifindex, char text[GUEST_TEXT_LEN]);

/* "vnet3 [web-1]", "vnet3" without a guest. */
const char *port_guest_text(const char *port, const char *guest, char text[PORT_GUEST_TEXT_LEN]);

/* The same as guest_text() for a table: null where none is known. */
json_t *guest_json(__u32 ifindex);

/* Sets the lookup; it returns false if no name is known. NULL, the default: there are no names. */
void guest_set_names(bool (*name_of_port)(__u32 ifindex, char name[GUEST_TEXT_LEN]));

#endif
