// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page.c - the page: a static template (report.html), whose one gap takes the report as JSON.
 *
 * The gap is in a script element of type application/json, which a browser does not run. HTML ends
 * such an element at "</script", and "<!--" changes how it reads on; so of the JSON no "<" is left,
 * nor ">" and "&". Names of guests and messages may be anybody's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "report_page.h" /* report_page[], which make puts together */

#define GAP "@report@"

static int write_escaped(const char *text, size_t length, void *file)
{
	for (size_t i = 0, plain; i < length; i += plain + 1) {
		for (plain = 0; i + plain < length && !strchr("<>&", text[i + plain]);)
			plain++;
		fwrite(text + i, 1, plain, file);
		if (i + plain < length)
			fprintf(file, "\\u%04x", (unsigned int)text[i + plain]);
	}
	return ferror((FILE *)file) ? -1 : 0;
}

int report_print_page(const struct report *report, FILE *file)
{
	const char *page = (const char *)report_page, *gap = strstr(page, GAP);
	json_t *json = report_json(report);
	int err = json ? 0 : -ENOMEM;

	if (!err) {
		fwrite(page, 1, (size_t)(gap - page), file);
		/* Beyond ASCII everything is \u: U+2028 and U+2029, too. */
		if (json_dump_callback(json, write_escaped, file, JSON_COMPACT | JSON_ENSURE_ASCII))
			err = ferror(file) ? -EIO : -ENOMEM;
		fputs(gap + strlen(GAP), file);
	}
	json_decref(json);
	return err ?: ferror(file) ? -EIO : 0;
}
