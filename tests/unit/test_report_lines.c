// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd report: entries of the journal as lines, and lines as a page. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../loader/base/journal.h"
#include "../../loader/report/parts.h"
#include "leaks.h"

/* ---- the journal ---- */

/* What journald makes of a datagram of the daemon's. */
static json_t *entry_of(const char *text)
{
	json_t *entry = json_pack("{s:s, s:s}", "__REALTIME_TIMESTAMP", "1795955400123456",
				  "_SYSTEMD_UNIT", "garpd.service");
	char copy[JOURNAL_LEN], *line, *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *equals = strchr(line, '=');

		*equals = '\0';
		json_object_set_new(entry, line, json_string(equals + 1));
	}
	return entry;
}

/* There and back: the members that the daemon gave. */
Test(report_lines, an_entry_of_the_journal_is_the_line_it_was)
{
	json_t *fields = json_pack("{s:s, s:s, s:n, s:s, s:s, s:i, s:b, s:b, s:s}", "event",
				   "confirmed", "address", "192.0.2.10", "vlan", "port", "7",
				   "guest", "yes", "announcements", 2, "sent", true, "quiet", false,
				   "event_time", "2026-11-29T03:12:00.123Z");
	char text[JOURNAL_LEN];
	const char *key;
	json_t *entry, *line, *value;

	journal_format(4, "br0: 192.0.2.10: what", fields, text);
	entry = entry_of(text);
	line = journal_line(entry);
	cr_assert_not_null(line);
	json_object_foreach(fields, key, value)
		cr_expect(json_is_null(value) || json_equal(json_object_get(line, key), value),
			  "%s", key);
	cr_expect_str_eq(json_string_value(json_object_get(line, "time")),
			 "2026-11-29T12:30:00.123Z");
	cr_expect_str_eq(json_string_value(json_object_get(line, "level")), "warning");
	cr_expect_str_eq(json_string_value(json_object_get(line, "message")),
			 "br0: 192.0.2.10: what");
	json_decref(line);
	json_decref(entry);
	json_decref(fields);
	no_leaks();
}

static json_t *line_of(const char *json)
{
	json_t *entry = json_loads(json, 0, NULL), *line = journal_line(entry);

	json_decref(entry);
	return line;
}

Test(report_lines, systemd_tells_of_a_death_and_a_stop)
{
	static const struct {
		const char *id, *daemon;
	} told[] = {
		{"98e322203f7a4ed290d09fe03c09fe15", "died"},
		{"9d1aaa27d60140bd96365438aad20286", "stopped"},
		{"39f53479d3a045ac8e11786248231fbf", NULL},
	};
	char json[256];
	json_t *line;

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		snprintf(json, sizeof(json),
			 "{\"__REALTIME_TIMESTAMP\": \"1795955400123456\", \"MESSAGE\": \"x\", "
			 "\"MESSAGE_ID\": \"%s\", \"UNIT\": \"garpd.service\"}",
			 told[i].id);
		line = line_of(json);
		cr_expect_str_eq(json_string_value(json_object_get(line, "daemon")) ?: "",
				 told[i].daemon ?: "", "%s", told[i].id);
		json_decref(line);
	}
}

Test(report_lines, a_daemon_with_a_json_log_has_its_line_in_the_message)
{
	json_t *line = line_of("{\"__REALTIME_TIMESTAMP\": \"1\", \"MESSAGE\": "
			       "\"{\\\"time\\\":\\\"2026-11-29T03:12:00.000Z\\\",\\\"message\\\":"
			       "\\\"ready\\\",\\\"daemon\\\":\\\"ready\\\"}\"}");

	cr_assert_not_null(line);
	cr_expect_str_eq(json_string_value(json_object_get(line, "daemon")), "ready");
	json_decref(line);
	line = line_of("{\"__REALTIME_TIMESTAMP\": \"1\", \"MESSAGE\": \"{no JSON\"}");
	cr_expect_str_eq(json_string_value(json_object_get(line, "message")), "{no JSON");
	json_decref(line);
	cr_expect_null(line_of("{\"MESSAGE\": \"without a time\"}"));
	cr_expect_null(line_of("{\"__REALTIME_TIMESTAMP\": \"1\", \"MESSAGE\": [1, 2]}"));
}

Test(report_lines, of_the_journal_may_have_any_number_for_a_time)
{
	static const char *const numbers[] = {
		"-5", "0", "", "x", "99999999999999999999999", "9223372036854775807"};
	char json[128];

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(json, sizeof(json),
			 "{\"__REALTIME_TIMESTAMP\": \"%s\", \"MESSAGE\": \"x\"}", numbers[i]);
		cr_expect_null(line_of(json), "%s", numbers[i]);
	}
}

/* One such line is no reason to have no report, and does not become another one's. */
Test(report_lines, of_segments_with_very_long_names_are_kept_apart)
{
	static const struct report_wanted all;
	struct report *report = report_new(&all);
	char segment[700], address[16];
	struct err why;
	json_t *line;

	/* 600 bytes of two-byte letters, behind no byte and one: no cut is between letters in both.
	 */
	for (int i = 0; i < 4; i++) {
		snprintf(segment, sizeof(segment), "%.*s", i / 2, "s");
		for (int letter = 0; letter < 300; letter++)
			strcat(segment, "\xc3\xbc");
		snprintf(address, sizeof(address), "192.0.2.%d", 1 + i % 2);
		line = json_pack("{s:s, s:s, s:s, s:s, s:s}", "time", "2026-11-29T03:12:00Z",
				 "message", "x", "event", "window_opened", "address", address,
				 "segment", segment);
		report_add_line(report, line);
		json_decref(line);
	}
	cr_expect_eq(report_settle(report, &why), 0, "%s", why.text);
	cr_expect_eq(report_addresses(report), 4);
	report_free(report);
	no_leaks();
}

/* ---- the page ---- */

static const char hostile[] = "</script><script>x</script><!-- ]]> & \xe2\x80\xa8 \xc3\xbc \"'";

static char *page_of(const char *guest)
{
	static const struct report_wanted all;
	struct report *report = report_new(&all);
	json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "time", "2026-11-29T03:12:00Z",
				 "message", guest, "event", "window_opened", "address",
				 "192.0.2.10", "segment", guest, "guest", guest);
	char *page = NULL;
	size_t length;
	struct err why;
	FILE *file = open_memstream(&page, &length);

	report_add_line(report, line);
	cr_assert_eq(report_settle(report, &why), 0);
	cr_assert_eq(report_print_page(report, file), 0);
	fclose(file);
	json_decref(line);
	report_free(report);
	return page;
}

#define DATA_BEGIN "<script type=\"application/json\" id=\"report\">"

/* What is in the gap, up to where a browser would see the element's end. */
static char *data_of(const char *page)
{
	const char *begin = strstr(page, DATA_BEGIN);

	cr_assert_not_null(begin);
	begin += strlen(DATA_BEGIN);
	return strndup(begin, (size_t)(strstr(begin, "</script") - begin));
}

Test(report_lines, a_hostile_name_does_not_leave_its_element)
{
	char *page = page_of(hostile), *data = data_of(page);
	json_t *json = json_loads(data, 0, NULL), *address;

	cr_assert_not_null(json, "%s", data);
	cr_expect_null(strpbrk(data, "<>&"));
	cr_expect_null(strstr(data, "\xe2\x80\xa8"));
	address = json_array_get(json_object_get(json, "addresses"), 0);
	cr_expect_str_eq(json_string_value(json_object_get(address, "guest")), hostile);
	json_decref(json);
	free(data);
	free(page);
	no_leaks();
}

static size_t count(const char *text, const char *word)
{
	size_t found = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		found++;
	return found;
}

/* The template is the same whatever is in it, with no gap left, and asks nobody for anything. */
Test(report_lines, the_page_is_whole)
{
	char *page = page_of("web-1"), *other = page_of(hostile);

	cr_expect_eq(count(page, "<script"), 2);
	cr_expect_eq(count(other, "<script"), 2);
	cr_expect_eq(count(page, "</html>"), 1);
	cr_expect_null(strstr(page, "@report@"));
	cr_expect_null(strstr(page, "@style"));
	cr_expect_null(strstr(page, "@script"));
	cr_expect_not_null(strstr(page, "default-src 'none'; style-src 'sha256-"));
	cr_expect_null(strstr(page, "unsafe-inline"));
	/* That of SVG's namespace is a name. */
	cr_expect_eq(count(page, "://"), 1);
	cr_expect_null(strstr(page, "innerHTML"));
	free(page);
	free(other);
}
