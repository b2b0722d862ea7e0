// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd announce ADDR --mac MAC --port IF [--vlan VID]: for a guest that does not even probe. The
 * program in the kernel guards it as a probe and asks the guest; no daemon is needed.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "loader/base/text.h"
#include "loader/maps/claims.h"
#include "loader/maps/event_text.h"
#include "loader/maps/speak.h"

/* Longer than 4 s: the question then comes from the other sender. */
#define ANSWER_WAIT_NS (5 * NSEC_PER_SEC)
#define NAP_NS	       (5 * NSEC_PER_MSEC)

/* The guest that is named on the command line. */
struct guest {
	struct addr addr;
	__u8 mac[MAC_LEN];
	__u32 port; /* ifindex */
	__u16 vlan; /* VID of its frames; 0: no tag */
	const char *port_name;
};

static int guest_take_vlan(struct guest *guest, const char *text, struct err *why)
{
	unsigned long vid = text ? strtoul(text, NULL, 10) : 0;

	if (text && (text[strspn(text, "0123456789")] || vid < 1 || vid > 4094))
		return err_set(why, -EINVAL, "--vlan %.60s: not a VLAN; write 1 to 4094", text);
	guest->vlan = (__u16)vid;
	return 0;
}

static int guest_take(struct guest *guest, const struct command *command, struct err *why)
{
	const char *mac = cmd_value(command, "mac"), *port = cmd_value(command, "port");

	*guest = (struct guest){.port_name = port};
	if (!mac || !port)
		return err_set(why, -EINVAL,
			       "announce: a guest that was not heard needs both --mac and --port");
	if (mac_parse(mac, guest->mac))
		return err_set(why, -EINVAL, "--mac %.60s: " NOT_A_MAC, mac);
	if (cmd_parse_address(command->operand[0], &guest->addr, why))
		return -EINVAL;
	guest->port = if_nametoindex(port);
	if (!guest->port)
		return err_set(why, -EINVAL, "--port %.60s: there is no such interface", port);
	return guest_take_vlan(guest, cmd_value(command, "vlan"), why);
}

/* ---- refused ---- */

static void say_refused(struct spoken *row, const struct guest *guest, const char *name)
{
	const char *sentence = event_text_find(row->result)->sentence;
	char address[ADDR_TEXT_LEN];

	addr_text(&guest->addr, address);
	switch (row->result) {
	case COUNTER_claim_no_port:
		return spoken_say(row, false,
				  "%s: not announced: %s is no guest or router port that forwards; "
				  "see garpd show ports",
				  name, guest->port_name);
	case COUNTER_vlan_not_member:
		return spoken_say(row, false,
				  "%s: not announced: %s does not carry %s; see bridge vlan show",
				  name, guest->port_name,
				  guest->vlan ? "that VLAN" : "frames without --vlan");
	case COUNTER_probe_target:
		return spoken_say(row, false, "%s: not announced: no host can have it", name);
	case COUNTER_probe_link_local:
		return spoken_say(row, false,
				  "%s: not announced: it is link-local; set link_local: yes", name);
	case COUNTER_probe_over_quota:
		return spoken_say(row, false,
				  "%s: not announced: the quota of %s is used up, or the map of "
				  "claims is full; see limits in garpd(8)",
				  name, guest->port_name);
	case COUNTER_probe_many_vlans:
		return spoken_say(row, false,
				  "%s: not announced: eight other VLANs of the bridge of %s have "
				  "it" SEE_EXPLAIN,
				  name, guest->port_name, address);
	case COUNTER_claim_refused:
		return spoken_say(
			row, false,
			"%s: not announced: it is probed for, in conflict or frozen" SEE_EXPLAIN,
			name, address);
	}
	spoken_say(row, false, "%s: not announced: %s" SEE_EXPLAIN, name,
		   sentence ? sentence : counter_name(row->result), address);
}

/* ---- asked ---- */

/* Does what is due: the daemon may be at it, too. 0, or -errno. */
static int run_due(const struct pins *pins, const struct claim_key *key)
{
	struct speak_call call = {.key = *key, .op = SPEAK_DUE};

	return speak_run(pins, &call);
}

/* Is it decided what becomes of the claim? UNANSWERED is not: a later question may be answered. */
static bool is_decided(const struct claim *claim)
{
	return claim->state != CLAIM_PROBING && claim->state != CLAIM_ASKING &&
	       claim->state != CLAIM_UNANSWERED && !(claim->flags & CLAIM_F_DEFERRED);
}

/* Reads the claim until that is decided. 0, or -errno with `why`. */
static int await_answer(const struct pins *pins, struct claim *claim, struct err *why)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	const struct claim_key key = claim->key;
	__u64 until_ns = time_now_ns() + ANSWER_WAIT_NS;
	int err = 0;

	while (!err && time_now_ns() < until_ns) {
		err = claims_lookup(pins, &key, claim);
		if (err || is_decided(claim))
			break;
		if (claim->deadline_ns <= time_now_ns())
			err = run_due(pins, &key);
		if (err == -EBUSY) /* the daemon is at it */
			err = 0;
		nanosleep(&nap, NULL);
	}
	if (err == -ENOENT) { /* forgotten meanwhile */
		*claim = (struct claim){.key = key, .reason = COUNTER_no_claim};
		err = 0;
	}
	return err ? err_set(why, err, "the claim cannot be read or carried out: %s",
			     strerror(-err))
		   : 0;
}

static void say_became(struct spoken *row, const struct guest *guest, const char *name)
{
	char mac[MAC_TEXT_LEN], text[CLAIM_REASON_LEN], address[ADDR_TEXT_LEN];
	const struct claim *claim = &row->claim;
	bool is_guest = !memcmp(claim->mac, guest->mac, MAC_LEN);

	mac_text(guest->mac, mac);
	addr_text(&guest->addr, address);
	row->result = claim->reason;
	if (is_guest && claim->flags & CLAIM_F_OBSERVED)
		spoken_say(row, false, "%s: not announced: garpd only observes there", name);
	else if (is_guest && claim->announcements && !(claim->flags & CLAIM_F_DEFERRED) &&
		 (claim->state == CLAIM_ANNOUNCING || claim->state == CLAIM_OWNED))
		spoken_say(row, true, "%s: announced for %s", name, mac);
	else if (is_guest && (claim->state == CLAIM_ASKING || claim->state == CLAIM_UNANSWERED))
		spoken_say(row, false,
			   "%s: not announced: %s does not answer on %s; a running daemon keeps "
			   "asking for 10 minutes" SEE_EXPLAIN,
			   name, mac, guest->port_name, address);
	else if (claim->state == CLAIM_NONE)
		spoken_say(row, false, "%s: not announced: the claim was forgotten meanwhile",
			   name);
	else
		spoken_say(row, false, "%s: not announced: %s" SEE_EXPLAIN, name,
			   claim_reason_text(claim, text), address);
}

/* ---- the verb ---- */

/* 0, or -errno with `why`. */
static int claim_for_guest(const struct pins *pins, const struct guest *guest, struct spoken *row,
			   struct err *why)
{
	struct speak_call call = {.op = SPEAK_CLAIM,
				  .key = {.addr = guest->addr, .vlan = guest->vlan},
				  .port = guest->port};
	char name[CLAIM_TEXT_LEN];
	int err = speak_run_for(pins, &call, guest->mac);

	if (err)
		return err_set(why, err, "cannot run garpd_speak: %s", strerror(-err));
	row->result = call.result;
	row->claim.key = call.key;
	memcpy(row->claim.mac, guest->mac, MAC_LEN);
	row->claim.port = guest->port;
	if (call.result != COUNTER_claim_by_hand) {
		say_refused(row, guest, addr_text(&guest->addr, name));
		return 0;
	}
	err = await_answer(pins, &row->claim, why);
	if (!err)
		say_became(row, guest, claim_text(&call.key, name));
	return err;
}

int address_claim(const struct command *command, struct err *why)
{
	struct spoken row = {};
	struct spoken_list list = {.row = &row, .count = 1};
	struct guest guest;
	struct pins pins;
	int err;

	if (guest_take(&guest, command, why))
		return cmd_misused(why);
	if (cmd_open_pins(&pins, false, why))
		return cmd_cannot_look(why);
	err = claim_for_guest(&pins, &guest, &row, why);
	if (!err)
		err = spoken_print(&list, cmd_has(command, "json"), why);
	pins_close(&pins);
	return err;
}
