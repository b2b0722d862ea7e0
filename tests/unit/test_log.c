// SPDX-License-Identifier: GPL-2.0-or-later
/* The log's lines, as text and as JSON, in the journal and elsewhere. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../loader/base/journal.h"
#include "../../loader/base/log.h"
#include "../../loader/base/text.h"
#include "leaks.h"
#include "wall_clock.h"

static char logged[8192];
static int log_file, old_stdout;

/* Standard output becomes a file that can be read back. */
static void log_begin(void)
{
	fflush(stdout);
	old_stdout = dup(STDOUT_FILENO);
	log_file = memfd_create("log", 0);
	cr_assert_geq(log_file, 0);
	dup2(log_file, STDOUT_FILENO);
	unsetenv("JOURNAL_STREAM");
}

/* Output without a flush: a line must be out as soon as it is logged. */
static const char *log_end(void)
{
	ssize_t got = pread(log_file, logged, sizeof(logged) - 1, 0);

	dup2(old_stdout, STDOUT_FILENO);
	cr_assert_geq(got, 0);
	logged[got] = '\0';
	return logged;
}

static void set_journal(unsigned long long inode_off_by)
{
	char stream[64];
	struct stat st;

	cr_assert_eq(fstat(STDOUT_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino + inode_off_by);
	setenv("JOURNAL_STREAM", stream, 1);
}

static json_t *log_end_json(void)
{
	json_t *line = json_loads(log_end(), 0, NULL);

	cr_assert_not_null(line, "no JSON: %s", logged);
	return line;
}

static const char *member(const json_t *line, const char *key)
{
	const char *value = json_string_value(json_object_get(line, key));

	return value ? value : "(none)";
}

TestSuite(log, .init = log_begin);

Test(log, text_is_the_message_alone_and_out_at_once)
{
	log_line(LOG_LEVEL_INFO, json_pack("{s:s}", "port", "vnet3"), "announced %s", "192.0.2.7");
	cr_assert_str_eq(log_end(), "announced 192.0.2.7\n");
	no_leaks();
}

Test(log, to_the_journal_carries_the_priority)
{
	set_journal(0);
	log_error("one");
	log_warning("two");
	log_info("three");
	cr_assert_str_eq(log_end(), "<3>one\n<4>two\n<6>three\n");
}

Test(log, to_another_file_than_the_inherited_journal_carries_none)
{
	set_journal(1);
	log_error("one");
	setenv("JOURNAL_STREAM", "nonsense", 1);
	log_error("two");
	cr_assert_str_eq(log_end(), "one\ntwo\n");
}

Test(log, json_is_an_object_a_line_with_time_level_message_and_the_fields)
{
	json_t *line;

	log_set_json(true);
	log_line(LOG_LEVEL_WARNING, json_pack("{s:s, s:i}", "port", "vnet3", "vlan", 7), "%s \"x\"",
		 "conflict");
	line = log_end_json();
	cr_assert_eq(strchr(logged, '\n'), logged + strlen(logged) - 1);
	cr_assert_str_eq(member(line, "level"), "warning");
	cr_assert_str_eq(member(line, "message"), "conflict \"x\"");
	cr_assert_str_eq(member(line, "port"), "vnet3");
	cr_assert_eq(json_integer_value(json_object_get(line, "vlan")), 7);
	cr_assert_float_eq(wall_seconds(member(line, "time")), (double)time(NULL), 5.0);
	json_decref(line);
	no_leaks();
}

Test(log, fields_cannot_take_the_place_of_the_lines_own)
{
	json_t *line;

	log_set_json(true);
	log_line(LOG_LEVEL_ERROR, json_pack("{s:s}", "level", "info"), "bad");
	line = log_end_json();
	cr_assert_str_eq(member(line, "level"), "error");
	json_decref(line);
}

Test(log, a_name_of_any_bytes_stays_one_line)
{
	log_info("port %s", "a\nb\033[2Jc");
	cr_assert_str_eq(log_end(), "port a?b?[2Jc\n");
}

Test(log, a_name_that_is_no_utf8_still_makes_json)
{
	json_t *line;

	log_set_json(true);
	log_info("port %s", "\xc3\xbc"
			    "a\xff"
			    "b");
	line = log_end_json();
	cr_assert_str_eq(member(line, "message"), "port \xc3\xbc"
						  "a?b");
	json_decref(line);
	no_leaks();
}

/* A disk that is full, and has room again. */
Test(log, what_cannot_be_written_is_counted_and_said)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	cr_assert_geq(full, 0);
	dup2(full, STDOUT_FILENO);
	log_info("one");
	log_info("two");
	dup2(log_file, STDOUT_FILENO);
	log_info("three");
	log_info("four");
	cr_assert_str_eq(log_end(), "2 log lines lost: the reader stopped, or the disk was full\n"
				    "three\nfour\n");
	no_leaks();
}

Test(log, a_long_message_is_cut_and_the_line_ends)
{
	char message[4000];

	memset(message, 'x', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	log_info("%s", message);
	cr_assert_str_eq(log_end() + strlen(logged) - 2, "x\n");
	cr_assert_gt(strlen(logged), 512); /* a struct err, at least */
}

/* ---- in the journal ---- */

Test(log, fields_of_the_journal)
{
	json_t *fields = json_pack("{s:s, s:n, s:i, s:b}", "address", "192.0.2.10", "vlan",
				   "announcements", 2, "sent", 1);
	char text[JOURNAL_LEN];
	size_t length = journal_format(4, "br0: 192.0.2.10: conflict", fields, text);

	json_decref(fields);
	cr_assert_eq(length, strlen(text));
	cr_assert_not_null(strstr(text, "PRIORITY=4\nSYSLOG_IDENTIFIER=garpd\n"));
	cr_assert_not_null(strstr(text, "\nMESSAGE=br0: 192.0.2.10: conflict\nMESSAGE_ID="));
	cr_assert_not_null(strstr(text, "\nGARPD_ADDRESS=192.0.2.10\n"));
	cr_assert_not_null(strstr(text, "\nGARPD_ANNOUNCEMENTS=2\nGARPD_SENT=yes\n"));
	cr_assert_null(strstr(text, "VLAN"), "null has no field: %s", text);
}

Test(log, a_field_without_room_is_left_out)
{
	char text[JOURNAL_LEN], many[JOURNAL_LEN] = {};
	json_t *fields;
	size_t length;

	memset(many, 'x', sizeof(many) - 1);
	fields = json_pack("{s:s, s:s}", "mac", many, "port", "v-new");
	length = journal_format(6, many, fields, text);
	json_decref(fields);
	cr_assert_lt(length, sizeof(text));
	cr_assert_eq(text[length - 1], '\n');
	cr_assert_null(strstr(text, "GARPD_MAC"));
	cr_assert_not_null(strstr(text, "GARPD_PORT=v-new\n"));
}
