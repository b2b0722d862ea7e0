/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address.h - what the verbs share that act on an address: what became of each of its claims.
 */
#ifndef GARPD_CMD_ADDRESS_H
#define GARPD_CMD_ADDRESS_H

#include "bpf/abi/abi.h"
#include "cmd.h"

/* What became of one claim. */
struct spoken {
	struct claim claim;
	bool done;
	__u32 result; /* the counter that garpd_speak has returned */
	char message[512];
};

struct spoken_list {
	struct spoken *row;
	size_t count;
};

#define SEE_EXPLAIN "; see garpd explain %s"

/* ---- address_spoken.c ---- */

/* Fills in `done` and the message: "192.0.2.10 on br0 vlan 7: announced for ...". */
void spoken_say(struct spoken *row, bool done, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Prints the messages of what was done, or all of it as JSON. Of several claims one that was done
 * is enough: 0; else -EPERM with the last refusal in `why`.
 */
int spoken_print(const struct spoken_list *list, bool as_json, struct err *why);

/* What it prints as JSON, for the verb. */
extern const struct verb_print spoken_prints[];

/* ---- address_claim.c ---- */

/*
 * `garpd announce ADDR --mac MAC --port IF [--vlan VID]`: claims the address for a guest that was
 * not heard, and waits until it is announced or does not answer. Returns as the verb.
 */
int address_claim(const struct command *command, struct err *why);

#endif
