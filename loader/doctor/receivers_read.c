// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "receivers.h"

static int setting_read(enum receiver_setting setting, const char *interface)
{
	char key[128], path[160];
	int value;
	FILE *file;

	snprintf(key, sizeof(key), receiver_setting_path(setting), interface);
	snprintf(path, sizeof(path), "/proc/sys/net/%s", key);
	file = fopen(path, "re");
	if (!file)
		return SETTING_ABSENT;
	if (fscanf(file, "%d", &value) != 1)
		value = SETTING_ABSENT;
	fclose(file);
	return value;
}

/* include/linux/inetdevice.h: the larger one (IN_DEV_MAXCONF), or either (IN_DEV_ORCONF). */
static bool is_all_heeded(enum receiver_setting setting)
{
	return setting == DROP_GRATUITOUS_ARP || setting == ARP_ACCEPT || setting == ARP_IGNORE;
}

int receivers_read(const struct interfaces *interfaces, struct receivers_facts *facts)
{
	*facts = (struct receivers_facts){
		.at = calloc(interfaces->count + 1, sizeof(*facts->at)),
		.count = interfaces->count,
	};
	if (!facts->at)
		return -ENOMEM;
	for (size_t i = 0; i < facts->count; i++) {
		struct receiver *receiver = &facts->at[i];

		receiver->interface = &interfaces->at[i];
		for (enum receiver_setting it = 0; it < RECEIVER_SETTINGS; it++) {
			receiver->own[it] = setting_read(it, receiver->interface->name);
			receiver->all[it] = is_all_heeded(it) ? setting_read(it, "all") : 0;
		}
	}
	return 0;
}

void receivers_free(struct receivers_facts *facts)
{
	free(facts->at);
	*facts = (struct receivers_facts){};
}
