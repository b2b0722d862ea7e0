// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line that winguest and tapguest share. */
#include "guest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ether.h>
#include <stdlib.h>
#include <string.h>

#define VID_MAX		   4094
#define PCP_SHIFT	   13
#define DEFAULT_USE_TARGET "192.0.2.254" /* the lab's router */

void guest_init(struct guest *guest)
{
	*guest = (struct guest){
		.fd = -1,
		.probes = 3,
		.gap_ms = 1000,
		.use_ms = -1,
	};
	inet_aton(DEFAULT_USE_TARGET, &guest->use_target);
}

int guest_parse_mac(uint8_t mac[GUEST_MAC_LEN], const char *text)
{
	const struct ether_addr *parsed = ether_aton(text);

	if (!parsed)
		return -EINVAL;
	memcpy(mac, parsed->ether_addr_octet, GUEST_MAC_LEN);
	return 0;
}

/* [TPID:]VID[:PCP]; the TPID is told from a VID by its 0x. */
static int tag_parse(struct guest *guest, const char *text)
{
	unsigned long tpid = ETH_P_8021Q, vid, pcp = 0;
	char *end;

	if (guest->tag_count == GUEST_MAX_TAGS)
		return -EINVAL;
	vid = strtoul(text, &end, 0);
	if (vid == ETH_P_8021AD || vid == ETH_P_8021Q) {
		tpid = vid;
		if (*end != ':')
			return -EINVAL;
		vid = strtoul(end + 1, &end, 0);
	}
	if (*end == ':')
		pcp = strtoul(end + 1, &end, 0);
	if (*end || vid > VID_MAX || pcp > 7)
		return -EINVAL;
	guest->tags[guest->tag_count++] = (struct guest_tag){
		.tpid = (uint16_t)tpid,
		.tci = (uint16_t)(pcp << PCP_SHIFT | vid),
	};
	return 0;
}

static int number_parse(const char *text, int *number)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || end == text || value < 0 || value > 3600000)
		return -EINVAL;
	*number = (int)value;
	return 0;
}

static int tha_parse(struct guest *guest, const char *text)
{
	if (!strcmp(text, "zero"))
		guest->probe_tha = 0x00;
	else if (!strcmp(text, "ff"))
		guest->probe_tha = 0xff;
	else
		return -EINVAL;
	return 0;
}

int guest_option(struct guest *guest, int opt, const char *value)
{
	int number = 0, err = 0;

	switch (opt) {
	case 'v':
		return tag_parse(guest, value);
	case 'a':
		guest->announces = true;
		return 0;
	case 'n':
		err = number_parse(value, &number);
		guest->probes = (unsigned int)number;
		return err;
	case 'g':
		return number_parse(value, &guest->gap_ms);
	case 'T':
		return tha_parse(guest, value);
	case 'u':
		return number_parse(value, &guest->use_ms);
	case 't':
		return inet_aton(value, &guest->use_target) ? 0 : -EINVAL;
	case 'q':
		guest->quiet = true;
		return 0;
	case 'c':
		guest->gratuitous = true;
		return 0;
	case 'i':
		guest->owns_at_once = true;
		return 0;
	case 'k':
		return number_parse(value, &guest->hold_ms);
	default:
		return -EINVAL;
	}
}

int guest_identity(struct guest *guest, int argc, char **argv)
{
	if (argc < 2 || argc - 1 > GUEST_MAX_ADDRS || guest_parse_mac(guest->mac, argv[0]))
		return -EINVAL;
	for (int i = 1; i < argc; i++) {
		if (!inet_aton(argv[i], &guest->addrs[guest->addr_count++]))
			return -EINVAL;
	}
	return 0;
}
