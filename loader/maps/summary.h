/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * summary.h - the maps in one line, which `systemctl status` and the first line of `garpd status`
 * show: ports, claims, and how many of them need attention.
 */
#ifndef GARPD_MAPS_SUMMARY_H
#define GARPD_MAPS_SUMMARY_H

#include "pins.h"

struct summary {
	unsigned int ports;
	unsigned int unheard; /* of them, and of the bridges' own devices */
	unsigned int claims;
	unsigned int attention; /* claims_trouble() */
	unsigned int sending;	/* ports where something is sent: observe: no */
};

/* Fills in all but `attention`, which takes reading every claim. */
void summary_read(const struct pins *pins, struct summary *summary);

#define SUMMARY_LEN 224

/*
 * "5 ports, 2 claims; 1 claim needs attention: garpd show claims --problems", behind "OBSERVING,
 * nothing is sent; " if no port sends. Returns `text`.
 */
const char *summary_text(const struct summary *summary, char text[SUMMARY_LEN]);

#endif
