/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - between the shape of the configuration file and the meaning of its values.
 *
 * yaml.c has the schema (which keys, which kind of value), lines.c holds a file against it, and
 * config.c and the others know what the values mean. Nobody else includes this but the tests.
 */
#ifndef GARPD_CONFIG_PARTS_H
#define GARPD_CONFIG_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "loader/base/err.h"

#define YAML_PATH_LEN 96 /* of a key or an item in the file: no path of the schema is so long */

/* ---- lines.c ---- */

/* Where every key and every list item of a file stands, sorted by path. */
struct lines {
	struct lines_entry {
		char *path; /* "timing.window_ms", "addresses[1].owners[0]" */
		unsigned int line;
	} * entry;
	size_t count;
};

/*
 * Walks the text of a file and checks its shape. 0; or -EINVAL or -ENOMEM, with FILE:LINE, what is
 * wrong and the remedy in `why`, and `lines` is empty.
 */
int lines_load(struct lines *lines, const char *file, const char *text, size_t len,
	       struct err *why);
void lines_free(struct lines *lines);

/* The line of a path, or 0. */
unsigned int lines_find(const struct lines *lines, const char *path);

/* ---- yaml.c ---- */

/*
 * Keys with a number: X(key, member of struct config, unit, least, most, why these bounds). The
 * schema, the reader and the checks are made from these two lists; the defaults stand in abi.h.
 */
#define TIMING_KEYS(X)                                                                    \
	X(min_probes, settings.min_probes, 1, 1, 10,                                      \
	  "no address is used without a probe, and no sender probes more often")          \
	X(announce_num, settings.announce_num, 1, 1, 10,                                  \
	  "to say nothing, declare the address with \"announce: never\"")                 \
	X(announce_interval_ms, settings.announce_interval_ns, NSEC_PER_MSEC, 100, 60000, \
	  "faster is a flood, slower reaches nobody in time")                             \
	X(first_interval_ms, settings.first_interval_ns, NSEC_PER_MSEC, 100, 60000,       \
	  "faster is a flood, slower reaches nobody in time")                             \
	X(window_ms, settings.window_ns, NSEC_PER_MSEC, 100, 30000,                       \
	  "a shorter window hears no conflict, a longer one ends the outage no sooner")   \
	X(grace_ms, settings.grace_ns, NSEC_PER_MSEC, 0, 10000,                           \
	  "a guest that announces itself does so well before")                            \
	X(steady_window_ms, settings.steady_window_ns, NSEC_PER_MSEC, 100, 30000,         \
	  "a shorter window hears no conflict, a longer one ends the outage no sooner")   \
	X(steady_grace_ms, settings.steady_grace_ns, NSEC_PER_MSEC, 0, 10000,             \
	  "a guest that announces itself does so well before")                            \
	X(dad_window_ms, settings.dad_window_ns, NSEC_PER_MSEC, 100, 30000,               \
	  "a shorter window hears no conflict, a longer one ends the outage no sooner")   \
	X(dad_grace_ms, settings.dad_grace_ns, NSEC_PER_MSEC, 0, 10000,                   \
	  "a guest that announces itself does so well before")                            \
	X(max_age_s, settings.max_age_ns, NSEC_PER_SEC, 1, 31536000,                      \
	  "0 would forget a claim as it is made, and nobody waits longer than a year")

#define LIMITS_KEYS(X)                                                                          \
	X(claims, max_claims, 1, 16, 1048576, "a claim takes about 500 bytes of kernel memory") \
	X(claims_per_port, settings.claims_per_port, 1, 1, 1048576,                             \
	  "a port without a claim is none, and no table is larger")                             \
	X(probes_per_second, settings.probes_per_second, 1, 0, 1000000,                         \
	  "0 is no limit, and no port carries more probes than that")                           \
	X(probes_burst, settings.probes_burst, 1, 1, 1000000,                                   \
	  "a bucket without room lets nothing in")                                              \
	X(announcements_per_second, settings.announcements_per_second, 1, 0, 1000000,           \
	  "0 is no limit, and no kernel sends more")                                            \
	X(announcements_burst, settings.announcements_burst, 1, 1, 1000000,                     \
	  "a bucket without room lets nothing out")                                             \
	X(all_announcements_per_second, settings.all_announcements_per_second, 1, 0, 1000000,   \
	  "0 is no limit, and no kernel sends more")                                            \
	X(moves, settings.max_moves, 1, 1, 1000,                                                \
	  "fewer would freeze the first failover, more would never freeze")                     \
	X(moves_s, settings.moves_ns, NSEC_PER_SEC, 1, 86400,                                   \
	  "moves are counted within this time")                                                 \
	X(thaw_s, settings.thaw_ns, NSEC_PER_SEC, 1, 86400,                                     \
	  "a frozen claim is silent at least a second and no longer than a day")

/*
 * Keys with one word of a few: X(key, member of struct config, words), where the words are a table
 * of config.c.
 */
#define WORD_KEYS(X)                                         \
	X(relay, relay, yes_words)                           \
	X(mode, mode, mode_words)                            \
	X(evpn, evpn, evpn_words)                            \
	X(form, settings.form, form_words)                   \
	X(link_local, settings.link_local, yes_words)        \
	X(xdp_drop_over_limit, settings.xdp_drop, yes_words) \
	X(nudge, settings.nudge, nudge_words)                \
	X(foreign, guards.foreign, yes_words)                \
	X(only_declared, guards.only_declared, yes_words)

/* The file as it stands: its shape is checked, its values are still texts. NULL: not given. */
struct yaml_list {
	char **text;
	unsigned int text_count;
};

struct yaml_address {
	char *address;
	char *announce;
	struct yaml_list owners;
};

struct yaml_segment {
	char *segment;
	char *foreign;
	char *only_declared;
};

struct yaml_port {
	char *port;
	struct yaml_list addresses;
	struct yaml_list macs;
};

#define YAML_TEXT(key, ...) char *key;

struct yaml_timing {
	TIMING_KEYS(YAML_TEXT)
};

struct yaml_limits {
	LIMITS_KEYS(YAML_TEXT)
};

struct yaml_config {
	struct yaml_list bridges;
	struct yaml_list uplinks;
	struct yaml_list guests;
	struct yaml_list routers;
	WORD_KEYS(YAML_TEXT)
	char *group;
	char *refresh;
	struct yaml_list gateways;
	struct yaml_segment *segments;
	unsigned int segments_count;
	struct yaml_port *ports;
	unsigned int ports_count;
	struct yaml_address *addresses;
	unsigned int addresses_count;
	struct yaml_timing *timing;
	struct yaml_limits *limits;
};

struct yaml_file {
	struct yaml_config *top; /* NULL: a file without a key */
	struct lines lines;
};

/* Reads FILE and checks its shape. On error `why` has FILE:LINE, what is wrong and the remedy, and
 * nothing is left to free.
 */
int yaml_file_load(struct yaml_file *yaml, const char *file, struct err *why);
void yaml_file_free(struct yaml_file *yaml);

/* libcyaml's own table of the keys, for the test that holds dist/garpd.yaml against it. */
struct cyaml_schema_value;
extern const struct cyaml_schema_value yaml_schema;

/* ---- where.c ---- */

/* Where a value was given: what every complaint starts with. */
struct where {
	const char *file;
	const struct lines *lines;
	char path[YAML_PATH_LEN];
	const char *flag; /* instead: the flag and what was given with it */
	const char *value;
	struct err *err;
};

/* The value of a key of the mapping that stands at `mapping`; an item of a list. */
struct where where_key(const struct where *mapping, const char *key);
struct where where_item(const struct where *list, unsigned int i);

/* The line of the value; 0 with a flag. */
unsigned int where_line(const struct where *where);

/* Fills where->err: "FILE:LINE: ..." or "--FLAG VALUE: ...". Returns -EINVAL, or -ENOMEM. */
int where_error(const struct where *where, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int where_memory(const struct where *where);

/* A choice. An entry without a word ends the list. */
struct word {
	const char *word;
	unsigned int value;
};

/* The value of `text`, if it is given; -EINVAL with the words that would do. */
int word_read(const struct where *where, const struct word *words, const char *text,
	      unsigned int *value);

extern const struct word yes_words[];

/* ---- names.c ---- */

/* Could it be the name of an interface, or a pattern? 0, or -EINVAL. */
int name_check(const char *name, const struct where *where);

/* Or is it that of one interface alone? */
bool name_is_pattern(const char *name);

/* The four lists of interfaces. */
int names_load(struct config *config, const struct yaml_config *top, const struct where *file);
int names_add_flag(struct config *config, const struct where *where);
void names_free(struct config *config);

/* ---- follow.c ---- */

/* Gateways, refresh: how it is made sure that receivers follow. */
int follow_load(struct config *config, const struct yaml_config *top, const struct where *file);

/* ---- segments.c ---- */

/* What segments and ports of the file are held to. The words of the top are read before. */
int guards_load(struct config *config, const struct yaml_config *top, const struct where *file);

/* ---- declared.c ---- */

/* No host can have such an address: the kernel half passes a probe for it over. */
bool prefix_is_nobodys(const struct prefix *prefix);

/* A prefix that guests can have, and a guest's MAC. 0, or -EINVAL. */
int prefix_read(struct prefix *prefix, const char *text, const struct where *where);
int mac_read(__u8 mac[MAC_LEN], const char *text, const struct where *where);

/* The addresses of the file, with everything that can be said of each by itself. */
int declared_load(struct config *config, const struct yaml_config *top, const struct where *file);

/* ADDR=MAC[,MAC...], the value of a flag. */
int declared_add_flag(struct config *config, const struct where *where);

/* What can only be said of all of them: none twice, no owners where two overlap. */
int declared_check(const struct config *config, struct err *why);

#endif
