// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd thaw ADDR: an address that moved too often may be announced again, in every segment. The
 * program in the kernel does it; no daemon is needed.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>

#include "cmd.h"
#include "text.h"

static int thaw_claim(const struct pins *pins, const struct claim *claim, const char *address,
		      struct err *err)
{
	char name[IF_NAMESIZE];
	__u32 result;
	int code = cmd_ask_claim(pins, claim, SPEAK_THAW, &result, err);

	if (code)
		return code;
	if (result != COUNTER_thaw_asked) {
		err_set(err, -EPERM, "%s: not frozen: the claim is %s; see garpd show claims",
			address, claim_state_name(claim->state));
		return 1;
	}
	if (!if_indextoname(claim->key.segment, name))
		snprintf(name, sizeof(name), "#%u", claim->key.segment);
	printf("%s: thawed on %s\n", address, name);
	return 0;
}

int cmd_thaw(int argc, char **argv)
{
	return cmd_ask(argc, argv, thaw_claim);
}
