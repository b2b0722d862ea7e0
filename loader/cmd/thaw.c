// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd thaw ADDR: lets an address that moved too often be announced again, in every segment. The
 * program in the kernel does it; no daemon is needed.
 */
#include "cmd.h"
#include "loader/base/text.h"

static int thaw_claim(const struct pins *pins, const struct claim *claim, const char *name,
		      struct err *why)
{
	__u32 result;
	int err = cmd_speak(pins, claim, SPEAK_THAW, &result, why);

	if (err)
		return err;
	if (result != COUNTER_thaw_by_hand)
		return err_set(why, 1, "%s: not frozen: the claim is %s; see garpd show claims",
			       name, claim_state_name(claim->state));
	printf("%s: thawed\n", name);
	return 0;
}

static int thaw_run(const struct command *command)
{
	return cmd_each_claim(command, thaw_claim);
}

const struct verb verb_thaw = {
	.name = "thaw",
	.usage = "ADDR",
	.help = "let a frozen address be announced again",
	.operands = 1,
	.run = thaw_run,
};
