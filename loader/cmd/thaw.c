// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd thaw ADDR: an address that moved too often may be announced again, in every segment. The
 * program in the kernel does it; no daemon is needed.
 */
#include <stdio.h>

#include "cmd.h"
#include "loader/base/text.h"

static int thaw_claim(const struct pins *pins, const struct claim *claim, const char *what,
		      struct err *err)
{
	__u32 result;
	int code = cmd_ask_claim(pins, claim, SPEAK_THAW, &result, err);

	if (code)
		return code;
	if (result != COUNTER_thaw_by_hand)
		return err_set(err, 1, "%s: not frozen: the claim is %s; see garpd show claims",
			       what, claim_state_name(claim->state));
	printf("%s: thawed\n", what);
	return 0;
}

int cmd_thaw(int argc, char **argv)
{
	return cmd_ask("thaw", argc, argv, thaw_claim);
}
