// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "cmd.h"
#include "loader/base/text.h"
#include "loader/guests/guests.h"
#include "loader/maps/names.h"

int cmd_fail(const struct err *why)
{
	fflush(stdout);
	fprintf(stderr, "garpd: %s\n", why->text);
	return EXIT_FAILED;
}

int cmd_misused(const struct err *why)
{
	cmd_fail(why);
	return EXIT_USAGE;
}

int cmd_cannot_look(const struct err *why)
{
	cmd_fail(why);
	return EXIT_NOTHING;
}

int cmd_open_pins(struct pins *pins, bool read_only, struct err *why)
{
	int err = pins_open(pins, read_only, why);

	if (err)
		return err;
	pins->is_patient = true;
	names_use(pins);
	guests_use(pins);
	return 0;
}

int cmd_parse_address(const char *text, struct addr *addr, struct err *why)
{
	return addr_parse(text, addr) ? err_set(why, -EINVAL, "%s: " NOT_AN_ADDRESS, text) : 0;
}
