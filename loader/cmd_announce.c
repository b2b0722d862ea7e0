// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd announce ADDR: speaks for an existing claim now. The program in the kernel checks and
 * does it; no daemon is needed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "claims.h"
#include "cmd.h"
#include "pins.h"
#include "text.h"

/* 0: announced, or -errno with `err`. */
static int announce_claim(const struct pins *pins, const struct claim *claim, const char *address,
			  struct err *err)
{
	struct speak_call call = {.key = claim->key, .op = SPEAK_NOW};
	char mac[MAC_TEXT_LEN];
	int code = pins_speak(pins, &call);

	if (code)
		return err_set(err, code, "%s: cannot run garpd_speak: %s", address,
			       strerror(-code));
	if (call.result != COUNTER_announce_asked)
		return err_set(err, -EPERM,
			       "%s: not announced: the claim is %s (%s); see garpd show claims",
			       address, claim_state_name(claim->state), counter_name(call.result));
	printf("%s: announced %s\n", address, mac_text(claim->mac, mac));
	return 0;
}

static int announce_address(const struct pins *pins, const char *address, struct err *err)
{
	struct claims claims = {};
	struct addr addr;
	size_t i, found = 0;
	int code;

	if (addr_parse(address, &addr))
		return err_set(err, -EINVAL, "%s: not an address", address);
	code = claims_read(pins->claims, &claims, err);
	for (i = 0; i < claims.count && !code; i++) {
		if (memcmp(&claims.claim[i].key.addr, &addr, sizeof(addr)))
			continue;
		found++;
		code = announce_claim(pins, &claims.claim[i], address, err);
	}
	if (!code && !found)
		code = err_set(err, -ENOENT,
			       "%s: no guest has probed for this address; see garpd show claims",
			       address);
	claims_free(&claims);
	return code;
}

int cmd_announce(int argc, char **argv)
{
	struct pins pins;
	struct err err;
	int code;

	if (argc != 2 || argv[1][0] == '-')
		return cmd_usage("announce");
	code = pins_open(&pins, false, &err);
	if (code)
		return cmd_fail(&err);
	code = announce_address(&pins, argv[1], &err);
	pins_close(&pins);
	return code ? cmd_fail(&err) : EXIT_DONE;
}
