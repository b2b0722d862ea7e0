// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd announce ADDR: speaks for an existing claim now. The program in the kernel checks and
 * does it; no daemon is needed.
 */
#include <stdio.h>

#include "cmd.h"
#include "loader/base/text.h"

static int announce_claim(const struct pins *pins, const struct claim *claim, const char *what,
			  struct err *err)
{
	char mac[MAC_TEXT_LEN];
	__u32 result;
	int code = cmd_ask_claim(pins, claim, SPEAK_NOW, &result, err);

	if (code)
		return code;
	if (result == COUNTER_announce_over_limit)
		return err_set(err, 1,
			       "%s: not announced yet: its port has to wait for its turn; the "
			       "daemon does it then",
			       what);
	if (result == COUNTER_announce_doubted)
		return err_set(
			err, 1,
			"%s: not announced: another host has named or probed the address since "
			"%s did, or its MAC was heard on another port; once it names the address "
			"again (a ping from it is enough) it can be",
			what, mac_text(claim->mac, mac));
	if (result != COUNTER_announce_by_hand)
		return err_set(err, 1,
			       "%s: not announced: the claim is %s (%s); see garpd show claims",
			       what, claim_state_name(claim->state), counter_name(result));
	printf("%s: announced %s\n", what, mac_text(claim->mac, mac));
	return 0;
}

int cmd_announce(int argc, char **argv)
{
	return cmd_ask("announce", argc, argv, announce_claim);
}
