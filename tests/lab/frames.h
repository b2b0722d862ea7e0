/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `frames` prints of a frame: one function for each protocol, with its own keys. */
#ifndef LAB_FRAMES_H
#define LAB_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMES_LINE_LEN 512
#define FRAMES_VLAN_LEN 128
#define FRAMES_MAC_LEN	18

struct frame {
	const uint8_t *bytes;
	size_t len;	   /* as captured */
	size_t at;	   /* of the payload, after all tags */
	uint16_t type;	   /* EtherType of the payload */
	uint32_t wire_len; /* as sent */
	char vlan[FRAMES_VLAN_LEN];
};

const char *frames_mac_text(const uint8_t *mac, char text[FRAMES_MAC_LEN]);

/* `line` follows the time. False: not such a frame, or truncated. */
bool frames_arp(const struct frame *frame, char line[FRAMES_LINE_LEN]);
bool frames_nd(const struct frame *frame, char line[FRAMES_LINE_LEN]);

#endif
