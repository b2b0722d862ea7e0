// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the verbs share that ask something of every claim of an address.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/maps/claims.h"
#include "cmd.h"
#include "loader/maps/pins.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

int cmd_address(const char *text, struct addr *addr, struct err *err)
{
	return addr_parse(text, addr) ? err_set(err, -EINVAL, "%s: not an address", text) : 0;
}

int cmd_ask_claim(const struct pins *pins, const struct claim *claim, __u32 op, __u32 *result,
		  struct err *err)
{
	struct speak_call call = {.key = claim->key, .op = op};
	char address[ADDR_TEXT_LEN];
	int code = speak_run(pins, &call);

	if (code)
		return err_set(err, code, "%s: cannot run garpd_speak: %s",
			       addr_text(&claim->key.addr, address), strerror(-code));
	*result = call.result;
	return 0;
}

/* "192.0.2.10 on br0 vlan 7" */
#define WHAT_LEN (ADDR_TEXT_LEN + SEGMENT_TEXT_LEN + 4)
static const char *ask_what(const struct claim_key *key, char what[WHAT_LEN])
{
	char address[ADDR_TEXT_LEN], name[NAME_TEXT_LEN], segment[SEGMENT_TEXT_LEN];

	interface_text(key->segment, name);
	snprintf(what, WHAT_LEN, "%s on %s", addr_text(&key->addr, address),
		 segment_text(key, name, segment));
	return what;
}

static int ask_address(const struct pins *pins, const struct addr *addr, cmd_ask_each each,
		       struct err *err)
{
	struct claims claims = {};
	char what[WHAT_LEN], address[ADDR_TEXT_LEN];
	size_t i, found = 0, done = 0;
	int code = claims_read(pins->claims, &claims, err);

	for (i = 0; i < claims.count && code >= 0; i++) {
		if (memcmp(&claims.claim[i].key.addr, addr, sizeof(*addr)))
			continue;
		found++;
		code = each(pins, &claims.claim[i], ask_what(&claims.claim[i].key, what), err);
		done += code == 0;
	}
	if (code > 0)
		code = done ? 0 : -EPERM; /* and `err` says why */
	if (!code && !found)
		code = err_set(err, -ENOENT,
			       "%s: no guest has probed for this address; see garpd show claims",
			       addr_text(addr, address));
	claims_free(&claims);
	return code;
}

int cmd_ask(const char *verb, int argc, char **argv, cmd_ask_each each)
{
	struct pins pins;
	struct addr addr;
	struct err err;
	int code;

	if (argc != 2 || argv[1][0] == '-')
		return cmd_usage(verb);
	if (cmd_address(argv[1], &addr, &err))
		return cmd_misused(&err);
	code = pins_open(&pins, false, &err);
	if (code)
		return cmd_fail(&err);
	code = ask_address(&pins, &addr, each, &err);
	pins_close(&pins);
	return code ? cmd_fail(&err) : EXIT_DONE;
}
