/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - what is known of 192.0.2.7, to be changed by a test until something is wrong; and what
 * garpd explain should make of it.
 */
#ifndef GARPD_TEST_FACTS_H
#define GARPD_TEST_FACTS_H

#include "loader/explain/parts.h"

/* Interfaces that no test machine has: their names are among the facts. */
#define BRIDGE 70001u
#define PORT   70002u
#define OTHER  70003u
#define VXLAN  70004u

#define NOW_NS (100000 * NSEC_PER_SEC)

extern const __u8 guest[MAC_LEN], rival[MAC_LEN];
extern struct explain e;

/* An address that was announced ten seconds ago and that all hosts follow. */
void facts_setup(void);

/* The address has no claim; garpd is on two ports. */
void facts_forget_claim(void);

/* One more listener; one more neighbour entry of the host. */
void facts_listener(const char *addr, __u64 nudged_ns, __u64 answered_ns);
void facts_entry(__u16 state, const __u8 mac[MAC_LEN]);

__u64 seconds_ago(unsigned int seconds);

/* The first finding is this one, with these words: a trouble; or a note, and all is well. */
void assert_trouble(const char *cause, const char *trouble, const char *remedy);
void assert_note(const char *cause, const char *note, const char *remedy);

void assert_found(const char *cause, int wanted);

/* Line `at` of the section of that key has these words, or does not. */
void assert_line(const char *key, size_t at, const char *words);
void assert_no_line(const char *key, size_t at, const char *words);

#endif
