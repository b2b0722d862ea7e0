// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd explain ADDR [-j]: what is known of an address, what may be wrong, and what to do. Reads
 * the pinned maps and the kernel's tables; no daemon is needed.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "cmd.h"
#include "loader/explain/explain.h"
#include "loader/base/text.h"

static void explain_show(const struct explains *explains, bool as_json)
{
	if (as_json) {
		output_rows(explain_fields, explains->explain, explains->count,
			    sizeof(*explains->explain), true);
		return;
	}
	for (size_t i = 0; i < explains->count; i++) {
		if (i)
			putchar('\n');
		explain_print(&explains->explain[i]);
	}
}

/* 0; 1: there is no claim, and the reasons are printed; or -errno with `err`. */
static int explain_address(const struct addr *addr, bool as_json, struct err *err)
{
	struct explains explains;
	struct pins pins;
	int code = pins_open(&pins, true, err);

	if (code)
		return code;
	code = explain_read(&pins, addr, &explains, err);
	if (!code) {
		explain_show(&explains, as_json);
		code = !explain_is_claimed(explains.explain);
	}
	explain_free(&explains);
	pins_close(&pins);
	return code;
}

int cmd_explain(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {}};
	bool as_json = false;
	struct addr addr;
	struct err err;
	int option, code;

	while ((option = getopt_long(argc, argv, "j", options, NULL)) != -1) {
		if (option == '?')
			return cmd_usage("explain");
		as_json = true;
	}
	if (optind != argc - 1)
		return cmd_usage("explain");
	if (cmd_address(argv[optind], &addr, &err))
		return cmd_misused(&err);
	code = explain_address(&addr, as_json, &err);
	if (code < 0)
		return cmd_fail(&err);
	return code ? EXIT_FAILED : EXIT_DONE;
}
