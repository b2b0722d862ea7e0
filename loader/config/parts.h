/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - between the shape of the configuration file and the meaning of its values.
 *
 * yaml.c has the schema (which keys, which kind of value), shape.c holds a file against it, and
 * config.c and the others know what the values mean. Each continues after a fault; what cannot be
 * read is left out (drops.c).
 */
#ifndef GARPD_CONFIG_PARTS_H
#define GARPD_CONFIG_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "faults.h"
#include "loader/base/err.h"

struct cyaml_schema_value;
struct yaml_parser_s;

#define YAML_PATH_LEN 96 /* of a key or an item; no path of the schema is longer */

/* ---- drops.c ---- */

/* What is wrong with the shape of a file, as the numbers of its events: left out, the rest is read.
 */
struct drops {
	struct drop {
		size_t from, to; /* inclusive; in ascending order */
	} * drop;
	size_t count;
	bool all; /* nothing of the file can be read */
};

/* Takes the drops within it along. 0, or -ENOMEM. */
int drops_add(struct drops *drops, size_t from, size_t to);
void drops_free(struct drops *drops);

/* The text without them, to be freed. NULL: it cannot be made. */
char *drops_rest(const struct drops *drops, const char *text, size_t len, size_t *rest_len);

/* ---- lines.c ---- */

/* The line of every key and list item of a file, sorted by path. */
struct lines {
	struct lines_entry {
		char *path; /* "timing.window_ms", "addresses[1].owners[0]" */
		unsigned int line;
	} * entry;
	size_t count;
	/* Items that libcyaml does not get: those behind it in the list have a lower index there.
	 */
	struct lines_dropped {
		char *list; /* "addresses" */
		unsigned int item;
	} * dropped;
	size_t dropped_count;
};

/* 0, or -ENOMEM. */
int lines_add(struct lines *lines, const char *path, unsigned int line);
int lines_drop(struct lines *lines, const char *list, size_t list_len, unsigned int item);

/* Once all are there. */
void lines_sort(struct lines *lines);
void lines_free(struct lines *lines);

/* The line of a path, or 0. */
unsigned int lines_find(const struct lines *lines, const char *path);

/* ---- syntax.c ---- */

/* What the parser refused, as a fault. -EINVAL or -ENOMEM. */
int syntax_fault(const struct yaml_parser_s *parser, const char *text, size_t len,
		 struct faults *faults);

/* ---- shape.c ---- */

/*
 * Walks the text of a file and checks its shape against the schema. 0; -EINVAL: `faults` has what
 * is wrong, and `drops` what to leave out; or -ENOMEM.
 */
int shape_check(struct lines *lines, const struct cyaml_schema_value *schema, const char *text,
		size_t len, struct faults *faults, struct drops *drops);

/* ---- yaml.c ---- */

/*
 * Keys with a number: X(key, member of struct config, unit, least, most, why these bounds). The
 * schema, the reader and the checks are made from these two lists; the defaults are in bpf/abi.
 */
#define TIMING_KEYS(X)                                                                    \
	X(min_probes, settings.min_probes, 1, 1, 10,                                      \
	  "a claim needs a probe, and no guest sends more than 10")                       \
	X(announce_num, settings.announce_num, 1, 1, 10,                                  \
	  "to announce nothing, declare the address with \"announce: never\"")            \
	X(announce_interval_ms, settings.announce_interval_ns, NSEC_PER_MSEC, 100, 60000, \
	  "a shorter interval floods the segment, a longer one is too late")              \
	X(first_interval_ms, settings.first_interval_ns, NSEC_PER_MSEC, 100, 60000,       \
	  "a shorter interval floods the segment, a longer one is too late")              \
	X(window_ms, settings.window_ns, NSEC_PER_MSEC, 100, 30000,                       \
	  "a shorter window misses conflicts, a longer one prolongs the outage")          \
	X(grace_ms, settings.grace_ns, NSEC_PER_MSEC, 0, 10000,                           \
	  "guests that announce themselves do so within that time")                       \
	X(steady_window_ms, settings.steady_window_ns, NSEC_PER_MSEC, 100, 30000,         \
	  "a shorter window misses conflicts, a longer one prolongs the outage")          \
	X(steady_grace_ms, settings.steady_grace_ns, NSEC_PER_MSEC, 0, 10000,             \
	  "guests that announce themselves do so within that time")                       \
	X(dad_window_ms, settings.dad_window_ns, NSEC_PER_MSEC, 100, 30000,               \
	  "a shorter window misses conflicts, a longer one prolongs the outage")          \
	X(dad_grace_ms, settings.dad_grace_ns, NSEC_PER_MSEC, 0, 10000,                   \
	  "guests that announce themselves do so within that time")                       \
	X(max_age_s, settings.max_age_ns, NSEC_PER_SEC, 1, 31536000,                      \
	  "0 would forget each claim at once; the maximum is a year")

#define LIMITS_KEYS(X)                                                                          \
	X(claims, max_claims, 1, 16, 1048576, "a claim takes about 500 bytes of kernel memory") \
	X(claims_per_port, settings.claims_per_port, 1, 1, 1048576,                             \
	  "a port needs at least one claim, and the claims map has no more")                    \
	X(probes_per_second, settings.probes_per_second, 1, 0, 1000000,                         \
	  "0 means no limit, and no port receives more probes")                                 \
	X(probes_burst, settings.probes_burst, 1, 1, 1000000,                                   \
	  "a burst of 0 would ignore every probe")                                              \
	X(announcements_per_second, settings.announcements_per_second, 1, 0, 1000000,           \
	  "0 means no limit, and no kernel sends more")                                         \
	X(announcements_burst, settings.announcements_burst, 1, 1, 1000000,                     \
	  "a burst of 0 would send nothing")                                                    \
	X(all_announcements_per_second, settings.all_announcements_per_second, 1, 0, 1000000,   \
	  "0 means no limit, and no kernel sends more")                                         \
	X(moves, settings.max_moves, 1, 1, 1000,                                                \
	  "0 would freeze at the first failover, more would never freeze")                      \
	X(moves_s, settings.moves_ns, NSEC_PER_SEC, 1, 86400,                                   \
	  "moves are counted within this time")                                                 \
	X(thaw_s, settings.thaw_ns, NSEC_PER_SEC, 1, 86400,                                     \
	  "an address stays frozen for a second at least and a day at most")

/*
 * Keys with one word of a few: X(key, member of struct config, words), where the words are a table
 * of config.c.
 */
#define WORD_KEYS(X)                                         \
	X(relay, relay, yes_words)                           \
	X(mode, mode, mode_words)                            \
	X(evpn, evpn, evpn_words)                            \
	X(ovn, ovn, yes_words)                               \
	X(form, settings.form, form_words)                   \
	X(link_local, settings.link_local, yes_words)        \
	X(xdp_drop_over_limit, settings.xdp_drop, yes_words) \
	X(nudge, settings.nudge, nudge_words)                \
	X(foreign, guards.foreign, yes_words)                \
	X(only_declared, guards.only_declared, yes_words)    \
	X(ask, guards.ask, yes_words)                        \
	X(observe, guards.observe, yes_words)                \
	X(deaf, guards.deaf, deaf_words)                     \
	X(announce_on_link, guards.announce_on_link, on_link_words)

/* The file, its shape checked, its values still texts. NULL: not given. */
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
	char *ask;
	char *observe;
	char *deaf;
	char *announce_on_link;
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
	char *ovsdb;
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
	struct yaml_config *top; /* NULL: the file has no key */
	struct lines lines;
};

/*
 * Reads FILE and checks its shape. 0; -EINVAL with the faults, and with what could be read; or
 * another -errno with `why`, and nothing to free.
 */
int yaml_file_load(struct yaml_file *yaml, const char *file, struct faults *faults,
		   struct err *why);
void yaml_file_free(struct yaml_file *yaml);

/*
 * A flag of a field that shape_check() requires. For libcyaml, which has no such bit, it is
 * optional: so the other values of an item without its name are read, and checked, too.
 */
#define YAML_REQUIRED (1 << 30)

/* The schema: for the test of dist/garpd.yaml. */
extern const struct cyaml_schema_value yaml_schema;

/* ---- where.c ---- */

/* Where a value was given: every error begins with it. */
struct where {
	const char *file;
	const struct lines *lines;
	char path[YAML_PATH_LEN];
	const char *flag; /* instead of a file: the flag and its argument */
	const char *value;
	struct faults *faults; /* of the file */
	struct err *err;       /* of the flag, and without memory */
};

/* The place of a key in a mapping, and of an item in a list, by its index in what was read. */
struct where where_key(const struct where *mapping, const char *key);
struct where where_item(const struct where *list, unsigned int i);

/* Does it lack an item, or all of them, that a fault has left out? */
bool where_is_partial(const struct where *list);

/* The line of the value; 0 with a flag. */
unsigned int where_line(const struct where *where);

/*
 * Note a fault of the file, or fill where->err, "--FLAG VALUE: ...". Return -EINVAL and -ENOMEM.
 * What reads a file continues after -EINVAL, with faults_join().
 */
int where_error(const struct where *where, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int where_memory(const struct where *where);

/* A choice; {} ends the list. */
struct word {
	const char *word;
	unsigned int value;
};

/* The value of `text`, unless that is NULL. 0, or -EINVAL with the list of words. */
int word_read(const struct where *where, const struct word *words, const char *text,
	      unsigned int *value);

extern const struct word yes_words[];
extern const struct word mode_words[];
extern const struct word evpn_words[];
extern const struct word form_words[];
extern const struct word nudge_words[];
extern const struct word deaf_words[];
extern const struct word on_link_words[];

/* ---- names.c ---- */

/* 0 for a possible name of an interface, or a pattern; or -EINVAL. */
int name_check(const char *name, const struct where *where);

/* False: it is the name of one interface. */
bool name_is_pattern(const char *name);

/* The four lists of interfaces. */
int names_load(struct config *config, const struct yaml_config *top, const struct where *file);
int names_add_flag(struct config *config, const struct where *where);
void names_free(struct config *config);

/* ---- follow.c ---- */

/* Gateways and refresh, which make receivers follow. */
int follow_load(struct config *config, const struct yaml_config *top, const struct where *file);

/* ---- segments.c ---- */

/* Rules of segments and ports. Call it after the words of the top are read. */
int guards_load(struct config *config, const struct yaml_config *top, const struct where *file);

/* ---- declared.c ---- */

/* No host can have an address of it: the programs ignore probes for it. */
bool prefix_is_unusable(const struct prefix *prefix);

/* A prefix of addresses that guests can have; the MAC of a host. 0, or -EINVAL. */
int prefix_read(struct prefix *prefix, const char *text, const struct where *where);
int mac_read(__u8 mac[MAC_LEN], const char *text, const struct where *where);

/* The addresses of the file, each checked by itself. */
int declared_load(struct config *config, const struct yaml_config *top, const struct where *file);

/* ADDR=MAC[,MAC...], the value of a flag. */
int declared_add_flag(struct config *config, const struct where *where);

/*
 * Checks them together: no prefix twice, no owners where two overlap. 0; -EINVAL with each in
 * `faults`, or, if that is NULL, with the first in `why`; or -ENOMEM with `why`.
 */
int declared_check(const struct config *config, struct faults *faults, struct err *why);

#endif
