// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd announce ADDR: announces for an existing claim now.
 * garpd thaw ADDR: lets an address that moved too often be announced again, in every segment.
 *
 * The program in the kernel checks and does it; no daemon is needed.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/output.h"
#include "loader/base/text.h"
#include "loader/maps/claims.h"
#include "loader/maps/event_text.h"
#include "loader/maps/speak.h"

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

typedef void (*claim_report)(struct spoken *row, const char *name);

/* "192.0.2.10 on br0 vlan 7: announced for ..." */
static void spoken_say(struct spoken *row, bool done, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void spoken_say(struct spoken *row, bool done, const char *format, ...)
{
	va_list args;

	row->done = done;
	va_start(args, format);
	vsnprintf(row->message, sizeof(row->message), format, args);
	va_end(args);
}

#define SEE_EXPLAIN "; see garpd explain %s"

static void report_announced(struct spoken *row, const char *name)
{
	char mac[MAC_TEXT_LEN], address[ADDR_TEXT_LEN], text[CLAIM_REASON_LEN];
	const struct claim *claim = &row->claim;

	mac_text(claim->mac, mac);
	addr_text(&claim->key.addr, address);
	switch (row->result) {
	case COUNTER_announce_by_hand:
		return spoken_say(row, true, "%s: announced for %s", name, mac);
	case COUNTER_asking_by_hand:
		return spoken_say(row, true, "%s: asked %s; announced when it answers", name, mac);
	case COUNTER_announce_over_limit:
		return spoken_say(row, false,
				  "%s: rate-limited; queued, the daemon will announce it", name);
	case COUNTER_announce_doubted:
		return spoken_say(row, false,
				  "%s: not announced: the address was seen on another host or port "
				  "after %s last used it; ping from that guest, then try again",
				  name, mac);
	case COUNTER_observed:
		return spoken_say(row, false, "%s: not announced: garpd only observes there", name);
	}
	/* The policy may have changed since the claim's own reason. */
	spoken_say(row, false, "%s: not announced: %s" SEE_EXPLAIN, name,
		   claim->state == CLAIM_OWNED && event_text_find(row->result)->sentence
			   ? event_text_find(row->result)->sentence
			   : claim_reason_text(claim, text),
		   address);
}

static void report_thawed(struct spoken *row, const char *name)
{
	char address[ADDR_TEXT_LEN], text[CLAIM_REASON_LEN];

	addr_text(&row->claim.key.addr, address);
	if (row->result == COUNTER_thaw_by_hand)
		spoken_say(row, true, "%s: thawed", name);
	else
		spoken_say(row, false, "%s: not frozen: %s" SEE_EXPLAIN, name,
			   claim_reason_text(&row->claim, text), address);
}

/* 0; or -errno with `why`: no point in going on. */
static int speak_for_claim(const struct pins *pins, struct spoken *row, __u32 op,
			   claim_report report, struct err *why)
{
	const struct claim_key *key = &row->claim.key;
	struct speak_call call = {.key = *key, .op = op};
	char name[ADDR_TEXT_LEN + SEGMENT_TEXT_LEN + 4]; /* "192.0.2.10 on br0 vlan 7" */
	char address[ADDR_TEXT_LEN], interface[NAME_TEXT_LEN], segment[SEGMENT_TEXT_LEN];
	int err = speak_run(pins, &call);

	addr_text(&key->addr, address);
	if (err)
		return err_set(why, err, "%s: cannot run garpd_speak: %s", address, strerror(-err));
	interface_text(key->segment, interface);
	snprintf(name, sizeof(name), "%s on %s", address, segment_text(key, interface, segment));
	row->result = call.result;
	report(row, name);
	return 0;
}

/* Each claim of the address. 0, or -errno with `why`. */
static int speak_for_claims(const struct pins *pins, const struct addr *addr, __u32 op,
			    claim_report report, struct spoken_list *list, struct err *why)
{
	struct claims claims;
	int err = claims_read(pins->claims, &claims, why);

	list->row = calloc(claims.count + 1, sizeof(*list->row));
	if (!err && !list->row)
		err = err_set(why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < claims.count && !err; i++) {
		struct spoken *row = &list->row[list->count];

		if (memcmp(&claims.claim[i].key.addr, addr, sizeof(*addr)))
			continue;
		row->claim = claims.claim[i];
		err = speak_for_claim(pins, row, op, report, why);
		list->count += !err;
	}
	claims_free(&claims);
	return err;
}

/* ---- what it says ---- */

#define SPOKEN(TYPE, member) FIELD(TYPE, struct spoken, member)

static json_t *get_message(const void *row)
{
	return json_string(((const struct spoken *)row)->message);
}

static const struct field spoken_fields[] = {
	{"bridge", NULL, SPOKEN(INTERFACE, claim.key.segment)},
	{"vlan", NULL, SPOKEN(VLAN, claim.key.vlan)},
	{"inner_vlan", NULL, SPOKEN(VLAN, claim.key.inner_vlan)},
	{"address", NULL, SPOKEN(ADDR, claim.key.addr)},
	{"mac", NULL, SPOKEN(MAC, claim.mac)},
	{"port", NULL, SPOKEN(INTERFACE, claim.port)},
	{"done", NULL, SPOKEN(BOOL, done)},
	{"result", NULL, SPOKEN(ENUM, result), .name = counter_name},
	{"message", NULL, .get = get_message},
	{},
};

/* Of several claims one that was done is enough; else the last refusal is the error. */
static int spoken_print(const struct spoken_list *list, bool as_json, struct err *why)
{
	size_t done = 0;

	if (as_json)
		output_rows(spoken_fields, list->row, list->count, sizeof(*list->row), true);
	for (size_t i = 0; i < list->count; i++) {
		done += list->row[i].done;
		if (!list->row[i].done)
			err_set(why, -EPERM, "%s", list->row[i].message);
		else if (!as_json)
			puts(list->row[i].message);
	}
	return done ? 0 : -EPERM;
}

static int speak_run_verb(const struct command *command, __u32 op, claim_report report,
			  struct err *why)
{
	struct spoken_list list = {};
	struct pins pins;
	struct addr addr;
	char address[ADDR_TEXT_LEN];
	int err;

	if (cmd_parse_address(command->operand[0], &addr, why))
		return cmd_misused(why);
	if (cmd_open_pins(&pins, false, why))
		return cmd_cannot_look(why);
	err = speak_for_claims(&pins, &addr, op, report, &list, why);
	if (!err)
		err = spoken_print(&list, cmd_has(command, "json"), why);
	free(list.row);
	pins_close(&pins);
	if (list.count || (err && err != -EPERM))
		return err;
	addr_text(&addr, address);
	err_set(why, -ENOENT,
		"%s: no claim: no guest has probed for it; or it was denied or ignored, which is "
		"forgotten after a quiet minute" SEE_EXPLAIN,
		address, address);
	cmd_fail(why);
	return EXIT_NO_CLAIM;
}

static const struct verb_option address_options[] = {
	{"json", 'j', .help = "print JSON"},
	{},
};

static int announce_run(const struct command *command, struct err *why)
{
	return speak_run_verb(command, SPEAK_NOW, report_announced, why);
}

static int thaw_run(const struct command *command, struct err *why)
{
	return speak_run_verb(command, SPEAK_THAW, report_thawed, why);
}

const struct verb verb_announce = {
	.name = "announce",
	.help = "announce the owner of an existing claim now",
	.options = address_options,
	.operands = {{"ADDR"}},
	.acts = true,
	.run = announce_run,
};

const struct verb verb_thaw = {
	.name = "thaw",
	.help = "let a frozen address be announced again",
	.options = address_options,
	.operands = {{"ADDR"}},
	.acts = true,
	.run = thaw_run,
};
