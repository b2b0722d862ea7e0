/* SPDX-License-Identifier: GPL-2.0-or-later */
/* installed.h - the BPF file system, what is pinned there, and the daemon. */
#ifndef GARPD_DOCTOR_INSTALLED_H
#define GARPD_DOCTOR_INSTALLED_H

#include <sys/types.h>

#include "parts.h"

struct installed_facts {
	int bpffs; /* 0, or -errno with: */
	struct err bpffs_why;
	bool is_read_only;
	mode_t mode;	   /* of its root */
	const char *group; /* that may read the pins, as configured; NULL: none */

	int pins; /* 0, or -errno with: */
	struct err pins_why;
	size_t count;		 /* of what is pinned */
	char netns[64];		 /* that it is of, if that is not this one; else "" */
	int daemon;		 /* 1: it runs, 0: it does not, or -errno */
	struct daemon_info info; /* with version "": not known */
	const char *version;	 /* of this garpd */
	int watchdog;		 /* 1: systemd watches it, 0: it does not, or -errno */
};

void installed_read(const struct doctor *doctor, struct installed_facts *facts);
void installed_judge(const struct installed_facts *facts, struct findings *findings);

#endif
