// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line that winguest and tapguest share. */
#include "guest_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ether.h>
#include <stdlib.h>
#include <string.h>

#define VID_MAX	  4094
#define PCP_SHIFT 13

void guest_init(struct guest *guest)
{
	*guest = (struct guest){
		.fd = -1,
		.probes = -1,
		.gap_ms = 1000,
		.use_ms = -1,
	};
}

int guest_parse_mac(uint8_t mac[GUEST_MAC_LEN], const char *text)
{
	const struct ether_addr *parsed = ether_aton(text);

	if (!parsed)
		return -EINVAL;
	memcpy(mac, parsed->ether_addr_octet, GUEST_MAC_LEN);
	return 0;
}

/* [TPID:]VID[:PCP]; a TPID begins with 0x. */
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

/* Twelve hexadecimal digits: any number (RFC 7527 4.1). */
static int nonce_parse(struct guest *guest, const char *text)
{
	if (strlen(text) != 2 * GUEST_NONCE_LEN || strspn(text, "0123456789abcdef") != strlen(text))
		return -EINVAL;
	for (int i = 0; i < GUEST_NONCE_LEN; i++) {
		char digits[3] = {text[2 * i], text[2 * i + 1]};

		guest->nonce[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	guest->has_nonce = true;
	return 0;
}

static int objection_parse(struct guest *guest, const char *text)
{
	static const char *const forms[] = {
		[OBJECT_PLAIN] = "plain", [OBJECT_GROUP] = "group",
		[OBJECT_BARE] = "bare",	  [OBJECT_HOP] = "hop",
		[OBJECT_LONG] = "long",	  [OBJECT_SOLICITED] = "solicited",
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (strcmp(forms[i], text))
			continue;
		guest->objection = (enum guest_objection)i;
		return 0;
	}
	return -EINVAL;
}

int guest_option(struct guest *guest, int opt, const char *value)
{
	switch (opt) {
	case 'v':
		return tag_parse(guest, value);
	case 'a':
		guest->announces = true;
		return 0;
	case 'n':
		return number_parse(value, &guest->probes);
	case 'g':
		return number_parse(value, &guest->gap_ms);
	case 'T':
		return tha_parse(guest, value);
	case 'N':
		return nonce_parse(guest, value);
	case 'u':
		return number_parse(value, &guest->use_ms);
	case 't':
		guest->use_target = value;
		return 0;
	case 'q':
		guest->quiet = true;
		return 0;
	case 'd':
		guest->dies = true;
		return 0;
	case 'f':
		guest->takes_anyway = true;
		return 0;
	case 'c':
		guest->gratuitous = true;
		return 0;
	case 'o':
		return objection_parse(guest, value);
	case 'e':
		guest->owns_network = true;
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
	union guest_addr target;

	if (argc < 2 || argc - 1 > GUEST_MAX_ADDRS || guest_parse_mac(guest->mac, argv[0]))
		return -EINVAL;
	guest->protocol = strchr(argv[1], ':') ? &guest_nd : &guest_arp;
	if (guest->probes < 0)
		guest->probes = guest->protocol->probes;
	if (guest->use_target &&
	    inet_pton(guest->protocol->family, guest->use_target, &target) != 1)
		return -EINVAL;
	for (int i = 1; i < argc; i++) {
		if (inet_pton(guest->protocol->family, argv[i],
			      &guest->addrs[guest->addr_count++]) != 1)
			return -EINVAL;
	}
	return 0;
}
