/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - addresses, MACs, times and enums as people write them, both ways.
 */
#ifndef GARPD_BASE_TEXT_H
#define GARPD_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h" /* addr_is_ipv4() */

#define ADDR_TEXT_LEN	  64 /* of an address or a prefix, with its NUL */
#define MAC_TEXT_LEN	  18
#define TIME_TEXT_LEN	  40
#define DURATION_TEXT_LEN 24
#define VLANS_TEXT_LEN	  16
#define SEGMENT_TEXT_LEN  48 /* of an interface and its VLANs */
#define CLAIM_TEXT_LEN	  (ADDR_TEXT_LEN + SEGMENT_TEXT_LEN + 4)
#define NAME_TEXT_LEN	  24 /* of an interface */

/*
 * Replaces each byte that is not part of a printable UTF-8 character by '?', so that names given by
 * others are safe for a terminal, on one line, and in JSON. Returns `text`.
 */
char *text_clean(char *text);

/* "192.0.2.7" or "2001:db8::7" into the mapped form. 0, or -EINVAL. */
int addr_parse(const char *text, struct addr *addr);

/* The same with an optional /LEN (without it, one address). 0, -EINVAL, or -EDOM if host bits are
 * set: `prefix` is then the network without them, for the error message.
 */
int prefix_parse(const char *text, struct prefix *prefix);

/* Whether every address of `narrow` is in `wide`. */
bool prefix_covers(const struct prefix *wide, const struct prefix *narrow);

/* Returns true if a host bit was set. */
bool prefix_clear_host_bits(struct prefix *prefix);

/* "00:15:5d:00:00:01", also with dashes, as Windows prints it. 0, or -EINVAL: also for a group or
 * zero MAC, which no host can have.
 */
int mac_parse(const char *text, __u8 mac[MAC_LEN]);

/* These fill and return `text`. */
const char *addr_text(const struct addr *addr, char text[ADDR_TEXT_LEN]);
const char *prefix_text(const struct prefix *prefix, char text[ADDR_TEXT_LEN]);
const char *mac_text(const __u8 mac[MAC_LEN], char text[MAC_TEXT_LEN]);

/*
 * The interface's name, cleaned; if it is gone, that which it had, from name_of_gone(); else "#7".
 * name_text() cleans a name that is known.
 */
const char *interface_text(__u32 ifindex, char text[NAME_TEXT_LEN]);
const char *name_text(const char *name, char text[NAME_TEXT_LEN]);

/* Sets who remembers names of interfaces that are gone; false: that one not. NULL: none. */
void text_remember_names(bool (*name_of_gone)(__u32 ifindex, char name[NAME_TEXT_LEN]));

/* How many columns of a terminal the text takes, which is UTF-8. */
size_t text_columns(const char *text);

/* "1 port", "2 ports": the word for so many. */
const char *text_plural(size_t count, const char *one, const char *many);

/* CLOCK_MONOTONIC, what bpf_ktime_get_ns() reads. */
__u64 time_now_ns(void);

/* A CLOCK_MONOTONIC time in ns as RFC 3339 with milliseconds, UTC; "" for 0. */
const char *time_text(__u64 monotonic_ns, char text[TIME_TEXT_LEN]);

/* The same in the local time zone, with its offset: "2026-11-29 13:30:11.250+0100". */
const char *time_local_text(__u64 monotonic_ns, char text[TIME_TEXT_LEN]);

/* Both of a time in ns since 1970, as the clock on the wall has it. */
const char *time_wall_text(long long wall_ns, char text[TIME_TEXT_LEN]);
const char *time_wall_local_text(long long wall_ns, char text[TIME_TEXT_LEN]);

/* A duration in a suitable unit: "0.4 ms", "3.2 s", "17 min", "5 h". */
const char *duration_text(__u64 ns, char text[DURATION_TEXT_LEN]);

/* Both VLANs: "", "10" or "10.20"; "10ad" where the tag is one of 802.1ad. */
const char *vlans_text(const struct claim_key *key, char text[VLANS_TEXT_LEN]);

/* "br0", "br0 vlan 10" or "br0 vlan 10.20"; `interface` is the name of the segment's bridge. */
const char *segment_text(const struct claim_key *key, const char *interface,
			 char text[SEGMENT_TEXT_LEN]);

/* "192.0.2.10 on br0 vlan 7" */
const char *claim_text(const struct claim_key *key, char text[CLAIM_TEXT_LEN]);

/* Names from the lists of abi.h; "unknown" for any other value. */
const char *claim_state_name(unsigned int state);
const char *counter_name(unsigned int counter);
const char *counter_help(unsigned int counter);
const char *histogram_name(unsigned int histogram);
const char *histogram_help(unsigned int histogram);
const char *port_mode_name(unsigned int mode);
const char *port_role_name(unsigned int role);
const char *unheard_name(unsigned int unheard);

/* As text, for the length of the statement. */
#define MAC(mac)     mac_text(mac, (char[MAC_TEXT_LEN]){})
#define ADDR(addr)   addr_text(addr, (char[ADDR_TEXT_LEN]){})
#define PREFIX(p)    prefix_text(p, (char[ADDR_TEXT_LEN]){})
#define DURATION(ns) duration_text(ns, (char[DURATION_TEXT_LEN]){})

#endif
