// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pve.c - Proxmox' configuration of its guests: "key: value" lines, and below the first "[section]"
 * those of snapshots.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

bool pve_read_name(const char *root, const struct proxmox_port *port, char name[GUEST_TEXT_LEN])
{
	const char *key = port->is_container ? "hostname:" : "name:";
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/etc/pve/%s/%u.conf", root,
		 port->is_container ? "lxc" : "qemu-server", port->vmid);
	file = fopen(path, "re");
	name[0] = '\0';
	while (file && getline(&line, &size, file) > 0 && line[0] != '[')
		if (!strncmp(line, key, strlen(key)))
			sscanf(line + strlen(key), " %63[^\n]", name);
	free(line);
	if (file)
		fclose(file);
	return name[0];
}
