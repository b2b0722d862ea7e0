// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay_declared.h"

#include "relay_frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECLARED_MAX 65536
#define LINE_LEN     512

struct declared {
	struct in6_addr addr;
	uint8_t mac[RELAY_MAC_LEN];
};

static struct declared declared[DECLARED_MAX];
static size_t declared_count;
static bool is_sorted;

static int declared_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct declared));
}

bool relay_is_declared(const struct in6_addr *addr, const uint8_t *mac)
{
	struct declared key = {.addr = *addr};

	if (!is_sorted)
		qsort(declared, declared_count, sizeof(*declared), declared_order);
	is_sorted = true;
	memcpy(key.mac, mac, sizeof(key.mac));
	return bsearch(&key, declared, declared_count, sizeof(key), declared_order);
}

static int mac_parse(const char *text, uint8_t *mac)
{
	unsigned int bytes[RELAY_MAC_LEN];

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &bytes[0], &bytes[1], &bytes[2], &bytes[3],
		   &bytes[4], &bytes[5]) != RELAY_MAC_LEN)
		return -EINVAL;
	for (int i = 0; i < RELAY_MAC_LEN; i++)
		mac[i] = (uint8_t)bytes[i];
	return 0;
}

int relay_declare(char *text)
{
	char *mac = strchr(text, '=');
	struct in6_addr addr;

	if (!mac)
		return -EINVAL;
	*mac++ = '\0';
	if (relay_address_parse(text, &addr))
		return -EINVAL;
	for (char *at = strtok(mac, ",\n"); at; at = strtok(NULL, ",\n")) {
		if (declared_count == DECLARED_MAX || mac_parse(at, declared[declared_count].mac))
			return -EINVAL;
		declared[declared_count++].addr = addr;
	}
	return 0;
}

int relay_declare_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[LINE_LEN];
	int err = file ? 0 : -errno;

	while (!err && fgets(line, sizeof(line), file))
		err = relay_declare(line);
	if (file)
		fclose(file);
	return err;
}
