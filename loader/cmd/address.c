// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd announce ADDR: announces for an existing claim now.
 * garpd thaw ADDR: lets an address that moved too often be announced again, in every segment.
 *
 * The program in the kernel checks and does it; no daemon is needed.
 */
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/text.h"
#include "loader/maps/claims.h"
#include "loader/maps/event_text.h"
#include "loader/maps/speak.h"

/* What became of one claim, from the counter that garpd_speak has returned. */
typedef int (*claim_report)(const struct claim *claim, const char *name, __u32 result,
			    struct err *why);

#define SEE_EXPLAIN "; see garpd explain %s"

static int report_announced(const struct claim *claim, const char *name, __u32 result,
			    struct err *why)
{
	char mac[MAC_TEXT_LEN], address[ADDR_TEXT_LEN], text[CLAIM_REASON_LEN];

	mac_text(claim->mac, mac);
	addr_text(&claim->key.addr, address);
	switch (result) {
	case COUNTER_announce_by_hand:
		printf("%s: announced for %s\n", name, mac);
		return 0;
	case COUNTER_asking_by_hand:
		printf("%s: asked %s; announced when it answers\n", name, mac);
		return 0;
	case COUNTER_announce_over_limit:
		return err_set(why, 1, "%s: rate-limited; queued, the daemon will announce it",
			       name);
	case COUNTER_announce_doubted:
		return err_set(why, 1,
			       "%s: not announced: the address was seen on another host or port "
			       "after %s last used it; ping from that guest, then try again",
			       name, mac);
	case COUNTER_observed:
		return err_set(why, 1, "%s: not announced: garpd only observes there", name);
	}
	/* The policy may have changed since the claim's own reason. */
	if (claim->state == CLAIM_OWNED && event_text_find(result)->sentence)
		return err_set(why, 1, "%s: not announced: %s" SEE_EXPLAIN, name,
			       event_text_find(result)->sentence, address);
	return err_set(why, 1, "%s: not announced: %s" SEE_EXPLAIN, name,
		       claim_reason_text(claim, text), address);
}

static int report_thawed(const struct claim *claim, const char *name, __u32 result, struct err *why)
{
	char address[ADDR_TEXT_LEN], text[CLAIM_REASON_LEN];

	if (result != COUNTER_thaw_by_hand)
		return err_set(why, 1, "%s: not frozen: %s" SEE_EXPLAIN, name,
			       claim_reason_text(claim, text),
			       addr_text(&claim->key.addr, address));
	printf("%s: thawed\n", name);
	return 0;
}

/* 0: done; 1: refused, with the reason in `why`; or -errno with `why`: no point in going on. */
static int speak_for_claim(const struct pins *pins, const struct claim *claim, const char *address,
			   __u32 op, claim_report report, struct err *why)
{
	struct speak_call call = {.key = claim->key, .op = op};
	char name[ADDR_TEXT_LEN + SEGMENT_TEXT_LEN + 4]; /* "192.0.2.10 on br0 vlan 7" */
	char interface[NAME_TEXT_LEN], segment[SEGMENT_TEXT_LEN];
	int err = speak_run(pins, &call);

	if (err)
		return err_set(why, err, "%s: cannot run garpd_speak: %s", address, strerror(-err));
	interface_text(claim->key.segment, interface);
	snprintf(name, sizeof(name), "%s on %s", address,
		 segment_text(&claim->key, interface, segment));
	return report(claim, name, call.result, why);
}

/* Of several claims one that was done is enough. 0, or -errno with `why`. */
static int speak_for_claims(const struct pins *pins, const struct addr *addr, __u32 op,
			    claim_report report, struct err *why)
{
	char address[ADDR_TEXT_LEN];
	size_t found = 0, done = 0;
	struct claims claims;
	int err = claims_read(pins->claims, &claims, why);

	addr_text(addr, address);
	for (size_t i = 0; i < claims.count && err >= 0; i++) {
		if (memcmp(&claims.claim[i].key.addr, addr, sizeof(*addr)))
			continue;
		err = speak_for_claim(pins, &claims.claim[i], address, op, report, why);
		found++;
		done += err == 0;
	}
	claims_free(&claims);
	if (err < 0)
		return err;
	if (!found)
		return err_set(why, -ENOENT,
			       "%s: no claim: no guest has probed for it; or it was denied or "
			       "ignored, which is forgotten after a quiet minute" SEE_EXPLAIN,
			       address, address);
	return done ? 0 : -EPERM; /* the last refusal is in `why` */
}

static int speak_run_verb(const struct command *command, __u32 op, claim_report report,
			  struct err *why)
{
	struct pins pins;
	struct addr addr;
	int err;

	if (cmd_parse_address(command->operand[0], &addr, why))
		return cmd_misused(why);
	if (cmd_open_pins(&pins, false, why))
		return cmd_cannot_look(why);
	err = speak_for_claims(&pins, &addr, op, report, why);
	pins_close(&pins);
	if (err != -ENOENT)
		return err;
	cmd_fail(why);
	return EXIT_NO_CLAIM;
}

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
	.operands = {{"ADDR"}},
	.acts = true,
	.run = announce_run,
};

const struct verb verb_thaw = {
	.name = "thaw",
	.help = "let a frozen address be announced again",
	.operands = {{"ADDR"}},
	.acts = true,
	.run = thaw_run,
};
