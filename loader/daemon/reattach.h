/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reattach.h - when garpd attaches again where others have removed its program. Pure: time is an
 * argument, CLOCK_MONOTONIC in microseconds.
 *
 * libvirt and Proxmox delete the ingress qdisc of an interface and add their own: one of garpd's in
 * between would make that fail, and the VM would not start. So garpd waits until the qdiscs have
 * not changed for a while, and does not attach again without end.
 */
#ifndef GARPD_DAEMON_REATTACH_H
#define GARPD_DAEMON_REATTACH_H

#include <stdbool.h>
#include <stdint.h>

#define REATTACH_QUIET_USEC  2000000ull
#define REATTACH_MINUTE_USEC 60000000ull
#define REATTACH_TRIES	     5u /* in a minute */

/* Zeroed: nothing was removed yet. */
struct reattach {
	bool is_due;
	uint64_t due_usec;
	uint64_t changed_usec; /* last change of a qdisc */
	uint64_t minute_usec;  /* when the minute began in which `tries` are counted; 0: not yet */
	unsigned int tries;
};

/* A qdisc of the interface has changed. */
void reattach_wait(struct reattach *again, uint64_t now_usec);

/* garpd's program was removed (`is_due`), or is there. */
void reattach_set(struct reattach *again, bool is_due, uint64_t now_usec);

/* It is attached now; if that fails, the next time is set. */
void reattach_try(struct reattach *again, uint64_t now_usec);

/* Are the tries of this minute used up? Then it is due when the minute is over. */
bool reattach_is_over(const struct reattach *again, uint64_t now_usec);

#endif
