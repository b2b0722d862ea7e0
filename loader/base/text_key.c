// SPDX-License-Identifier: GPL-2.0-or-later
/* text_key.c - the key of a claim as people read it: address, segment, VLANs. */
#include <stdio.h>

#include "text.h"

const char *vlans_text(const struct claim_key *key, char text[VLANS_TEXT_LEN])
{
	const char *ad = key->vlan & VLAN_AD ? "ad" : "";

	if (key->inner_vlan)
		snprintf(text, VLANS_TEXT_LEN, "%u%s.%u%s", key->vlan & VLAN_VID, ad,
			 key->inner_vlan & VLAN_VID, key->inner_vlan & VLAN_AD ? "ad" : "");
	else if (key->vlan)
		snprintf(text, VLANS_TEXT_LEN, "%u%s", key->vlan & VLAN_VID, ad);
	else
		text[0] = '\0';
	return text;
}

const char *segment_text(const struct claim_key *key, const char *interface,
			 char text[SEGMENT_TEXT_LEN])
{
	char vlans[VLANS_TEXT_LEN];

	vlans_text(key, vlans);
	snprintf(text, SEGMENT_TEXT_LEN, "%s%s%s", interface, vlans[0] ? " vlan " : "", vlans);
	return text;
}

const char *claim_text(const struct claim_key *key, char text[CLAIM_TEXT_LEN])
{
	char address[ADDR_TEXT_LEN], interface[NAME_TEXT_LEN], segment[SEGMENT_TEXT_LEN];

	interface_text(key->segment, interface);
	snprintf(text, CLAIM_TEXT_LEN, "%s on %s", addr_text(&key->addr, address),
		 segment_text(key, interface, segment));
	return text;
}
