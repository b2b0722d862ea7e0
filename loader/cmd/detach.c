// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd detach: everything of ours off this machine, and nothing of anyone else's.
 */
#include <errno.h>
#include <unistd.h>

#include "loader/datapath/adopt.h"
#include "cmd.h"
#include "loader/datapath/datapath.h"

static int detach_all(struct err *err)
{
	struct pins pins;
	struct err later;
	int code = pins_open(&pins, false, err);

	/* Half of the pins, or another version's: no map tells where we are attached. */
	if (code == -ENOENT || code == -EPROTO) {
		code = adopt_sweep(NULL, err);
		if (!code)
			return pins_remove(err);
		pins_remove(&later);
		return code;
	}
	if (code)
		return code;
	code = datapath_remove(&pins, err);
	pins_close(&pins);
	return code;
}

int cmd_detach(int argc, char **argv)
{
	struct err err;
	int lock, code;

	(void)argv;
	if (argc != 1)
		return cmd_usage("detach");
	code = pins_lock(&lock, &err);
	if (code)
		return cmd_fail(&err);
	code = detach_all(&err);
	close(lock);
	return code ? cmd_fail(&err) : EXIT_DONE;
}
