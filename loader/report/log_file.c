// SPDX-License-Identifier: GPL-2.0-or-later
/* log_file.c - reads a JSON log: that of garpd run, or of journalctl -o json. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static void take_line(struct report *report, const char *text, size_t length)
{
	json_t *object = json_loadb(text, length, 0, NULL), *line = object;

	if (json_object_get(object, "__REALTIME_TIMESTAMP")) {
		line = journal_line(object);
		json_decref(object);
	}
	if (json_is_object(line))
		report_add_line(report, line);
	else
		report->skipped++;
	json_decref(line);
}

static void take_lines(struct report *report, FILE *file)
{
	char *text = NULL;
	size_t room = 0, number = 0;
	ssize_t length;

	while ((length = getline(&text, &room, file)) > 0) {
		number++;
		while (length && strchr("\r\n", text[length - 1]))
			length--;
		if (length)
			take_line(report, text, (size_t)length);
		if (report->skipped && !report->first_skipped)
			report->first_skipped = number;
	}
	free(text);
}

int report_read_file(struct report *report, const char *name, struct err *why)
{
	bool is_stdin = !strcmp(name, "-");
	FILE *file = is_stdin ? stdin : fopen(name, "re");
	int err = 0;

	if (!file)
		return err_set(why, -errno, "%.200s: %s", name, strerror(errno));
	report_set_source(report, is_stdin ? "standard input" : name);
	errno = 0;
	take_lines(report, file);
	if (ferror(file))
		err = err_set(why, errno ? -errno : -EIO, "%.200s: cannot be read: %s", name,
			      strerror(errno));
	else if (!report->added && report->skipped)
		err = err_set(why, -EINVAL,
			      "%.200s: no JSON log: garpd run --log json, or journalctl -u garpd "
			      "-o json, writes one",
			      name);
	if (!is_stdin)
		fclose(file);
	return err;
}
