// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * declared.c - the declared addresses and their owners.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "loader/base/text.h"

static const struct word announce_words[] = {
#define X(NAME, name, what) {name, ANNOUNCE_##NAME},
	ANNOUNCE_MODES(X)
#undef X
		{},
};

/* ---- one address by itself ---- */

static bool prefix_is_v4(const struct prefix *prefix)
{
	return prefix->len >= ADDR_V4_BITS && addr_is_ipv4(&prefix->addr);
}

/* 0/8, 127/8 and 224/3. A prefix shorter than /8 is usable: "0.0.0.0/0: never" covers all. */
static bool prefix_is_unusable_v4(const struct prefix *prefix)
{
	__u8 first = prefix->addr.bytes[12];

	if (prefix->len < ADDR_V4_BITS + 8)
		return first >= 224;
	return first == 0 || first == 127 || first >= 224;
}

/* ff00::/8, and ::/8, which has ::, ::1 and the mapped form of IPv4 addresses. */
static bool prefix_is_unusable_v6(const struct prefix *prefix)
{
	return prefix->addr.bytes[0] == 0xff || prefix->addr.bytes[0] == 0;
}

bool prefix_is_unusable(const struct prefix *prefix)
{
	return prefix_is_v4(prefix) ? prefix_is_unusable_v4(prefix) : prefix_is_unusable_v6(prefix);
}

int prefix_read(struct prefix *prefix, const char *text, const struct where *where)
{
	static const struct prefix mapped = {.len = ADDR_V4_BITS,
					     .addr = {{[10] = 0xff, [11] = 0xff}}};
	char network[ADDR_TEXT_LEN];
	int err = prefix_parse(text, prefix);

	if (err == -EINVAL)
		return where_error(
			where,
			"\"%.60s\" is not a valid address; write 192.0.2.7, 192.0.2.0/24 or "
			"2001:db8::7",
			text);
	if (err == -EDOM)
		return where_error(where,
				   "%.60s has host bits set; write %s, or %.*s for the one "
				   "address",
				   text, prefix_text(prefix, network), (int)strcspn(text, "/"),
				   text);
	if (!prefix_is_v4(prefix) && prefix_covers(prefix, &mapped))
		return where_error(where, "%s also covers IPv4 (::ffff:0:0/96); write 2000::/3",
				   prefix_text(prefix, network));
	if (prefix_is_unusable(prefix))
		return where_error(where, "%s cannot be the address of a guest; remove it",
				   prefix_text(prefix, network));
	return 0;
}

int mac_read(__u8 mac[MAC_LEN], const char *text, const struct where *where)
{
	if (mac_parse(text, mac))
		return where_error(where,
				   "\"%.60s\" is not a valid unicast MAC; write it like "
				   "00:15:5d:00:00:01",
				   text);
	return 0;
}

static int owner_add(struct declared *declared, const char *text, const struct where *where)
{
	struct address *address = &declared->address;
	__u8 mac[MAC_LEN];
	int err = mac_read(mac, text, where);

	if (err)
		return err;
	for (unsigned int i = 0; i < address->owner_count; i++)
		if (memcmp(address->owners[i], mac, MAC_LEN) == 0)
			return where_error(where, "owner %.60s is listed twice; keep one", text);
	if (address->owner_count == GARPD_MAX_OWNERS)
		return where_error(where,
				   "more than %u owners; split the prefix, or remove the list to "
				   "allow any MAC",
				   GARPD_MAX_OWNERS);
	memcpy(address->owners[address->owner_count++], mac, MAC_LEN);
	return 0;
}

static int announce_check(const struct declared *declared, const struct where *where)
{
	const struct address *address = &declared->address;

	if (address->announce == ANNOUNCE_IMMEDIATE && address->owner_count == 0)
		return where_error(where,
				   "\"announce: immediate\" needs owners; list the MACs that may "
				   "own the address under \"owners:\"");
	if (address->announce == ANNOUNCE_NEVER && address->owner_count > 0)
		return where_error(where, "\"announce: never\" with owners; remove one of the two");
	return 0;
}

/* 169.254/16 and fe80::/10, whole or in part. */
static bool prefix_is_link_local(const struct prefix *prefix)
{
	unsigned int len = prefix_is_v4(prefix) ? ADDR_V4_BITS + 16 : 10;

	return prefix->len >= len && addr_is_link_local(&prefix->addr);
}

/* Probes for them are ignored before the declared addresses are looked up. */
static int link_local_check(const struct config *config, const struct declared *declared,
			    const struct where *where)
{
	char text[ADDR_TEXT_LEN];

	if (config->settings.link_local || declared->address.announce == ANNOUNCE_NEVER ||
	    !prefix_is_link_local(&declared->prefix))
		return 0;
	return where_error(where,
			   "%s is link-local, which is not announced; set "
			   "\"link_local: yes\", or remove it",
			   prefix_text(&declared->prefix, text));
}

static int declared_append(struct config *config, const struct declared *declared,
			   const struct where *where)
{
	struct declared *more;
	int err = link_local_check(config, declared, where);

	if (err)
		return err;
	if (config->declared_count == GARPD_MAX_DECLARED)
		return where_error(where, "more than %u addresses; declare prefixes instead",
				   GARPD_MAX_DECLARED);
	more = realloc(config->declared, (config->declared_count + 1) * sizeof(*more));
	if (!more)
		return where_memory(where);
	config->declared = more;
	more[config->declared_count++] = *declared;
	return 0;
}

/* ---- the file ---- */

static int owners_load(struct declared *declared, const struct yaml_list *owners,
		       const struct where *item)
{
	struct where at = where_key(item, "owners");
	int err = 0;

	for (unsigned int i = 0; i < owners->text_count && i <= GARPD_MAX_OWNERS; i++) {
		struct where where = where_item(&at, i);

		err = faults_join(err, owner_add(declared, owners->text[i], &where));
	}
	return err;
}

static int address_load(struct config *config, const struct yaml_address *yaml,
			const struct where *item)
{
	struct where where = where_key(item, "address");
	struct where announce = where_key(item, "announce"), owners = where_key(item, "owners");
	struct declared declared = {
		.address = {.announce = ANNOUNCE_AFTER_PROBE},
		.line = where_line(&where),
	};
	/* One without an address has its fault already. */
	int err = yaml->address ? prefix_read(&declared.prefix, yaml->address, &where) : -EINVAL;

	err = faults_join(err, word_read(&announce, announce_words, yaml->announce,
					 &declared.address.announce));
	err = faults_join(err, owners_load(&declared, &yaml->owners, item));
	/* What they mean together, once each is known: without its owners, anybody would be one. */
	if (!err && where_is_partial(&owners))
		return -EINVAL;
	if (!err)
		err = announce_check(&declared, &announce);
	return err ? err : declared_append(config, &declared, &where);
}

int declared_load(struct config *config, const struct yaml_config *top, const struct where *file)
{
	struct where at = where_key(file, "addresses");
	int err = 0;

	for (unsigned int i = 0;
	     i < top->addresses_count && i <= GARPD_MAX_DECLARED && err != -ENOMEM; i++) {
		struct where item = where_item(&at, i);

		err = faults_join(err, address_load(config, &top->addresses[i], &item));
	}
	return err;
}

/* ---- the flag ---- */

static int declared_split(struct declared *declared, char *argument, const struct where *where)
{
	char *owners = argument;
	int err;

	strsep(&owners, "=");
	if (!owners)
		return where_error(where, "no owner given; write ADDRESS=MAC[,MAC...]");
	err = prefix_read(&declared->prefix, argument, where);
	while (owners && !err)
		err = owner_add(declared, strsep(&owners, ","), where);
	return err;
}

int declared_add_flag(struct config *config, const struct where *where)
{
	struct declared declared = {.address = {.announce = ANNOUNCE_IMMEDIATE}};
	char *argument = strdup(where->value);
	int err;

	if (!argument)
		return where_memory(where);
	err = declared_split(&declared, argument, where);
	free(argument);
	return err ? err : declared_append(config, &declared, where);
}

/* ---- all of them ---- */

/* By address, then the wider first, then the earlier first; flags come after the file. */
static int declared_compare(const void *a, const void *b)
{
	const struct declared *left = *(const struct declared *const *)a;
	const struct declared *right = *(const struct declared *const *)b;
	int order = memcmp(&left->prefix.addr, &right->prefix.addr, sizeof(left->prefix.addr));

	if (order)
		return order;
	if (left->prefix.len != right->prefix.len)
		return left->prefix.len < right->prefix.len ? -1 : 1;
	return (left->line - 1 > right->line - 1) - (left->line - 1 < right->line - 1);
}

/* "line 7" or "--declare"; with the file's name if the error is about a flag. */
static const char *other_text(const struct config *config, const struct declared *later,
			      const struct declared *other, char *text, size_t size)
{
	if (other->line == 0)
		snprintf(text, size, "--declare");
	else if (later->line == 0)
		snprintf(text, size, "%.100s:%u", config->file, other->line);
	else
		snprintf(text, size, "line %u", other->line);
	return text;
}

/* The later one is wrong; a flag (line 0 - 1) is later than every line. */
static bool is_later(const struct declared *a, const struct declared *b)
{
	return a->line - 1 > b->line - 1;
}

static int overlap_error(const struct config *config, const struct declared *later,
			 const struct declared *other, struct faults *faults, struct err *why)
{
	char prefix[ADDR_TEXT_LEN], other_prefix[ADDR_TEXT_LEN], at[140], text[384];

	prefix_text(&later->prefix, prefix);
	prefix_text(&other->prefix, other_prefix);
	other_text(config, later, other, at, sizeof(at));
	if (later->prefix.len == other->prefix.len)
		snprintf(text, sizeof(text), "%s is declared twice (%s); keep one", prefix, at);
	else
		snprintf(text, sizeof(text),
			 "%s overlaps %s (%s), and owners are listed: only the longer prefix "
			 "would apply; split the wider prefix, or remove the owners",
			 prefix, other_prefix, at);
	if (!later->line)
		return err_set(why, -EINVAL, "--declare %s: %s", prefix, text);
	if (!faults)
		return err_set(why, -EINVAL, "%s:%u: %s", config->file, later->line, text);
	if (faults_add(faults, later->line, text) == -ENOMEM)
		return err_set(why, -ENOMEM, "out of memory");
	return -EINVAL;
}

static bool cannot_be_both(const struct declared *wide, const struct declared *narrow)
{
	return wide->prefix.len == narrow->prefix.len || wide->address.owner_count ||
	       narrow->address.owner_count;
}

/* In this order, a prefix is followed by those that it covers. Each is wrong once. */
static int overlaps_find(const struct config *config, const struct declared **sorted,
			 struct faults *faults, struct err *why)
{
	int err = 0;

	for (size_t i = 0; i < config->declared_count && err != -ENOMEM; i++) {
		for (size_t j = i + 1; sorted[i] && j < config->declared_count; j++) {
			size_t later = j, other = i;

			if (!sorted[j])
				continue;
			if (!prefix_covers(&sorted[i]->prefix, &sorted[j]->prefix))
				break;
			if (!cannot_be_both(sorted[i], sorted[j]))
				continue;
			if (is_later(sorted[i], sorted[j]))
				later = i, other = j;
			err = faults_join(err, overlap_error(config, sorted[later], sorted[other],
							     faults, why));
			if (!faults || err == -ENOMEM)
				return err;
			sorted[later] = NULL;
		}
	}
	return err;
}

int declared_check(const struct config *config, struct faults *faults, struct err *why)
{
	const struct declared **sorted;
	int err;

	if (config->declared_count == 0)
		return 0;
	sorted = calloc(config->declared_count, sizeof(*sorted));
	if (!sorted)
		return err_set(why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < config->declared_count; i++)
		sorted[i] = &config->declared[i];
	qsort(sorted, config->declared_count, sizeof(*sorted), declared_compare);
	err = overlaps_find(config, sorted, faults, why);
	free(sorted);
	return err;
}

const struct declared *config_declared_of(const struct config *config, const struct addr *addr)
{
	const struct prefix whole = {.len = ADDR_BITS, .addr = *addr};
	const struct declared *found = NULL;

	for (size_t i = 0; i < config->declared_count; i++) {
		const struct declared *it = &config->declared[i];

		if (prefix_covers(&it->prefix, &whole) &&
		    (!found || it->prefix.len > found->prefix.len))
			found = it;
	}
	return found;
}
