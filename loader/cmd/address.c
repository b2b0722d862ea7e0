// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * address.c - what verbs share that act on every claim of an address.
 */
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/text.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"

int cmd_parse_address(const char *text, struct addr *addr, struct err *why)
{
	return addr_parse(text, addr) ? err_set(why, -EINVAL, "%s: not a valid address", text) : 0;
}

int cmd_speak(const struct pins *pins, const struct claim *claim, __u32 op, __u32 *result,
	      struct err *why)
{
	struct speak_call call = {.key = claim->key, .op = op};
	char address[ADDR_TEXT_LEN];
	int err = speak_run(pins, &call);

	if (err)
		return err_set(why, err, "%s: cannot run garpd_speak: %s",
			       addr_text(&claim->key.addr, address), strerror(-err));
	*result = call.result;
	return 0;
}

/* "192.0.2.10 on br0 vlan 7" */
#define CLAIM_NAME_LEN (ADDR_TEXT_LEN + SEGMENT_TEXT_LEN + 4)
static const char *claim_name(const struct claim_key *key, char name[CLAIM_NAME_LEN])
{
	char address[ADDR_TEXT_LEN], interface[NAME_TEXT_LEN], segment[SEGMENT_TEXT_LEN];

	interface_text(key->segment, interface);
	snprintf(name, CLAIM_NAME_LEN, "%s on %s", addr_text(&key->addr, address),
		 segment_text(key, interface, segment));
	return name;
}

/* Of several claims one that was done is enough. 0, or -errno with `why`. */
static int each_claim(const struct pins *pins, const struct claims *claims, const struct addr *addr,
		      cmd_claim each, struct err *why)
{
	char name[CLAIM_NAME_LEN], address[ADDR_TEXT_LEN];
	size_t found = 0, done = 0;

	for (size_t i = 0; i < claims->count; i++) {
		const struct claim *claim = &claims->claim[i];
		int err;

		if (memcmp(&claim->key.addr, addr, sizeof(*addr)))
			continue;
		err = each(pins, claim, claim_name(&claim->key, name), why);
		if (err < 0)
			return err;
		found++;
		done += err == 0;
	}
	if (!found)
		return err_set(why, -ENOENT,
			       "%s: no guest has probed for this address; see garpd show claims",
			       addr_text(addr, address));
	return done ? 0 : -EPERM; /* the last refusal is in `why` */
}

static int each_claim_read(const struct pins *pins, const struct addr *addr, cmd_claim each,
			   struct err *why)
{
	struct claims claims;
	int err = claims_read(pins->claims, &claims, why);

	if (!err)
		err = each_claim(pins, &claims, addr, each, why);
	claims_free(&claims);
	return err;
}

int cmd_each_claim(const struct command *command, cmd_claim each)
{
	struct pins pins;
	struct addr addr;
	struct err why;
	int err;

	if (cmd_parse_address(command->operand, &addr, &why))
		return cmd_misused(&why);
	if (pins_open(&pins, false, &why))
		return cmd_fail(&why);
	err = each_claim_read(&pins, &addr, each, &why);
	pins_close(&pins);
	return err ? cmd_fail(&why) : EXIT_DONE;
}
