// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd detach: removes everything that garpd made on this machine, and nothing else.
 */
#include <errno.h>
#include <unistd.h>

#include "cmd.h"
#include "loader/datapath/adopt.h"
#include "loader/datapath/datapath.h"

/* Without maps of this version, which know the ports: looks at every interface. */
static int detach_without_maps(struct err *why)
{
	struct err ignored;
	int err = adopt_sweep(NULL, why);

	if (!err)
		return pins_remove(why);
	pins_remove(&ignored);
	return err;
}

static int detach_all(struct err *why)
{
	struct pins pins;
	int err = pins_open(&pins, false, why);

	if (err == -ENOENT || err == -EPROTO)
		return detach_without_maps(why);
	if (err)
		return err;
	err = datapath_remove(&pins, why);
	pins_close(&pins);
	return err;
}

static int detach_run(const struct command *command, struct err *why)
{
	int lock, err = pins_lock(&lock, why);

	if (err)
		return err;
	err = detach_all(why);
	close(lock);
	return err;
}

const struct verb verb_detach = {
	.name = "detach",
	.acts = true,
	.help = "remove every program, pin and qdisc that garpd made",
	.run = detach_run,
};
