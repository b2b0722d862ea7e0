// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd detach: everything of ours off this machine, and nothing of anyone else's.
 */
#include <errno.h>
#include <net/if.h>
#include <unistd.h>

#include "attach_join.h"
#include "cmd.h"
#include "datapath.h"

/* What has joined a dispatcher hangs on the pins of libxdp. */
static void detach_joined(void)
{
	struct if_nameindex *all = if_nameindex();
	const struct if_nameindex *it;

	for (it = all; it && it->if_index; it++) {
		attach_join_leave(it->if_index, MODE_XDP);
		attach_join_leave(it->if_index, MODE_XDP_GENERIC);
	}
	if_freenameindex(all);
}

static int detach_all(struct err *err)
{
	struct pins pins;
	int code = pins_open(&pins, false, err);

	/* Half of the pins: what else is attached hangs on them, so removing them is enough. */
	if (code == -ENOENT) {
		detach_joined();
		return pins_remove(err);
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
