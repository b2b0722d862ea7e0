/* SPDX-License-Identifier: GPL-2.0-or-later */
/* receivers.h - how this host itself takes announcements, by its own settings. */
#ifndef GARPD_DOCTOR_RECEIVERS_H
#define GARPD_DOCTOR_RECEIVERS_H

#include "interfaces.h"

#define SETTING_ABSENT (-1) /* this kernel does not have it */

enum receiver_setting {
	DROP_GRATUITOUS_ARP,
	ARP_ACCEPT,
	ARP_IGNORE,
	LOCKTIME, /* in hundredths of a second (USER_HZ) */
	DROP_UNSOLICITED_NA,
	ACCEPT_UNTRACKED_NA,
	RECEIVER_SETTINGS
};

struct receiver {
	const struct interface *interface;
	int own[RECEIVER_SETTINGS];
	int all[RECEIVER_SETTINGS]; /* of conf/all, where the kernel heeds that; else 0 */
};

struct receivers_facts {
	struct receiver *at;
	size_t count;
};

/* 0 or -ENOMEM. Call receivers_free after it, and keep `interfaces` until then. */
int receivers_read(const struct interfaces *interfaces, struct receivers_facts *facts);
void receivers_free(struct receivers_facts *facts);

void receivers_judge(const struct receivers_facts *facts, struct findings *findings);

/* The path below /proc/sys/net, with "%s" for the interface. */
const char *receiver_setting_path(enum receiver_setting setting);

#endif
