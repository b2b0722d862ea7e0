// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd announce ADDR: announces for an existing claim now; with --mac and --port, address_claim.c.
 * garpd thaw ADDR: lets an address that moved too often be announced again, in every segment.
 *
 * The program in the kernel checks and does it; no daemon is needed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "loader/base/text.h"
#include "loader/maps/claims.h"
#include "loader/maps/event_text.h"
#include "loader/maps/speak.h"

typedef void (*claim_report)(struct spoken *row, const char *name);

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
	char name[CLAIM_TEXT_LEN];
	int err = speak_run(pins, &call);

	claim_text(key, name);
	if (err)
		return err_set(why, err, "%s: cannot run garpd_speak: %s", name, strerror(-err));
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

/* ---- the verbs ---- */

static int speak_run_verb(const struct command *command, __u32 op, claim_report report,
			  struct err *why)
{
	struct spoken_list list = {};
	struct pins pins;
	struct addr addr;
	char address[ADDR_TEXT_LEN];
	bool is_claimed;
	int err;

	if (cmd_parse_address(command->operand[0], &addr, why))
		return cmd_misused(why);
	if (cmd_open_pins(&pins, false, why))
		return cmd_cannot_look(why);
	err = speak_for_claims(&pins, &addr, op, report, &list, why);
	is_claimed = err || list.count;
	if (!err)
		err = spoken_print(&list, cmd_has(command, "json"), why);
	free(list.row);
	pins_close(&pins);
	if (is_claimed)
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
	NETNS_OPTION,
	{},
};

/* A guest that was not heard is named by its MAC and port. */
static int announce_run(const struct command *command, struct err *why)
{
	if (cmd_has(command, "mac") || cmd_has(command, "port") || cmd_has(command, "vlan"))
		return address_claim(command, why);
	return speak_run_verb(command, SPEAK_NOW, report_announced, why);
}

static int thaw_run(const struct command *command, struct err *why)
{
	return speak_run_verb(command, SPEAK_THAW, report_thawed, why);
}

static const struct verb_option announce_options[] = {
	{"mac", 0, "MAC", .help = "of a guest that was not heard: asked, then announced"},
	{"port", 0, "IF", .help = "its port"},
	{"vlan", 0, "VID", .help = "the VLAN of its frames"},
	{"json", 'j', .help = "print JSON"},
	NETNS_OPTION,
	{},
};

const struct verb verb_announce = {
	.name = "announce",
	.help = "announce the owner of an existing claim now, or a guest that does not even probe",
	.options = announce_options,
	.operands = {{"ADDR"}},
	.prints = spoken_prints,
	.acts = true,
	.run = announce_run,
};

const struct verb verb_thaw = {
	.name = "thaw",
	.help = "let a frozen address be announced again",
	.options = address_options,
	.operands = {{"ADDR"}},
	.prints = spoken_prints,
	.acts = true,
	.run = thaw_run,
};
