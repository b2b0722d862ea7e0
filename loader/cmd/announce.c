// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd announce ADDR: announces for an existing claim now. The program in the kernel checks and
 * does it; no daemon is needed.
 */
#include "cmd.h"
#include "loader/base/text.h"

static int announce_claim(const struct pins *pins, const struct claim *claim, const char *name,
			  struct err *why)
{
	char mac[MAC_TEXT_LEN];
	__u32 result;
	int err = cmd_speak(pins, claim, SPEAK_NOW, &result, why);

	if (err)
		return err;
	if (result == COUNTER_announce_over_limit)
		return err_set(why, 1, "%s: rate-limited; queued, the daemon will announce it",
			       name);
	if (result == COUNTER_announce_doubted)
		return err_set(why, 1,
			       "%s: not announced: the address was seen on another host or port "
			       "after %s last used it; ping from that guest, then try again",
			       name, mac_text(claim->mac, mac));
	if (result != COUNTER_announce_by_hand)
		return err_set(why, 1,
			       "%s: not announced: the claim is %s (%s); see garpd show claims",
			       name, claim_state_name(claim->state), counter_name(result));
	printf("%s: announced for %s\n", name, mac_text(claim->mac, mac));
	return 0;
}

static int announce_run(const struct command *command)
{
	return cmd_each_claim(command, announce_claim);
}

const struct verb verb_announce = {
	.name = "announce",
	.usage = "ADDR",
	.help = "announce the owner of an existing claim now",
	.operands = 1,
	.run = announce_run,
};
