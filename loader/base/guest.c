// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

static bool (*known_by)(__u32 ifindex, char name[GUEST_TEXT_LEN]);

static const char *after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

/* PVE::QemuServer: "tap${vmid}i${number}"; PVE::LXC: "veth${vmid}i${number}". */
bool guest_parse_port(const char *interface, struct proxmox_port *port)
{
	const char *vm = after(interface, "tap"), *container = after(interface, "veth");
	const char *digits = vm ? vm : container;
	unsigned long vmid;
	char *end;

	if (!digits || !isdigit((unsigned char)digits[0]))
		return false;
	vmid = strtoul(digits, &end, 10);
	if (end[0] != 'i' || !isdigit((unsigned char)end[1]) ||
	    end[1 + strspn(end + 1, "0123456789")] || !vmid || vmid > 999999999)
		return false;
	*port = (struct proxmox_port){.vmid = (__u32)vmid, .is_container = container};
	return true;
}

bool guest_has_role(unsigned int role)
{
	return role == ROLE_GUEST || role == ROLE_ROUTER;
}

const char *guest_clean(const char *name, char text[GUEST_TEXT_LEN])
{
	snprintf(text, GUEST_TEXT_LEN, "%s", name);
	return text_clean(text);
}

const char *guest_of_port(const char *interface, char text[GUEST_TEXT_LEN])
{
	struct proxmox_port port;

	text[0] = '\0';
	if (guest_parse_port(interface, &port))
		snprintf(text, GUEST_TEXT_LEN, "%s %u", port.is_container ? "CT" : "VM", port.vmid);
	return text;
}

void guest_set_names(bool (*name_of_port)(__u32 ifindex, char name[GUEST_TEXT_LEN]))
{
	known_by = name_of_port;
}

const char *guest_text(__u32 ifindex, char text[GUEST_TEXT_LEN])
{
	if (!ifindex || !known_by || !known_by(ifindex, text))
		text[0] = '\0';
	return text;
}

const char *port_guest_text(const char *port, const char *guest, char text[PORT_GUEST_TEXT_LEN])
{
	const char *open = guest[0] ? " [" : "", *close = guest[0] ? "]" : "";

	snprintf(text, PORT_GUEST_TEXT_LEN, "%.*s%s%s%s", NAME_TEXT_LEN - 1, port, open, guest,
		 close);
	return text;
}

json_t *guest_json(__u32 ifindex)
{
	char text[GUEST_TEXT_LEN];

	return guest_text(ifindex, text)[0] ? json_string(text) : json_null();
}
