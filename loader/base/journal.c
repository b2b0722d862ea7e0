// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "journal.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Of every line about an address, and about the daemon itself: journalctl MESSAGE_ID=... */
#define MESSAGE_ID_OF_EVENTS "5f0d3c1e9a7b4d2c8e6f1a0b7c9d4e23"
#define MESSAGE_ID_OF_DAEMON "b7a1e0c65d3f4f0e9a2c41d8f6037e5b"

/* systemd.exec(5): the variable is inherited, so only a matching inode shows that it applies. */
bool journal_is_stdout(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return fstat(STDOUT_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

/* As much of the line as has room, whole or not at all. */
static void append_field(char *text, size_t *used, const char *key, const char *value)
{
	size_t left = JOURNAL_LEN - *used;
	int length = snprintf(text + *used, left, "GARPD_%s=%s\n", key, value);

	if ((size_t)length >= left)
		return;
	for (char *at = text + *used; *at != '='; at++)
		*at = (char)toupper((unsigned char)*at);
	*used += (size_t)length;
}

static void append_value(char *text, size_t *used, const char *key, const json_t *value)
{
	char number[24];

	if (json_is_string(value))
		append_field(text, used, key, json_string_value(value));
	else if (json_is_boolean(value))
		append_field(text, used, key, json_is_true(value) ? "yes" : "no");
	else if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(value));
		append_field(text, used, key, number);
	}
}

size_t journal_format(unsigned int priority, const char *message, const json_t *fields,
		      char text[JOURNAL_LEN])
{
	size_t used = (size_t)snprintf(text, JOURNAL_LEN,
				       "PRIORITY=%u\nSYSLOG_IDENTIFIER=garpd\nMESSAGE=%.*s\n",
				       priority, JOURNAL_LEN / 2, message);
	json_t *object = (json_t *)fields;
	void *member;

	if (!fields)
		return used;
	used += (size_t)snprintf(text + used, JOURNAL_LEN - used, "MESSAGE_ID=%s\n",
				 json_object_get(fields, "daemon") ? MESSAGE_ID_OF_DAEMON
								   : MESSAGE_ID_OF_EVENTS);
	for (member = json_object_iter(object); member;
	     member = json_object_iter_next(object, member))
		append_value(text, &used, json_object_iter_key(member),
			     json_object_iter_value(member));
	return used;
}

int journal_send(const char *text, size_t length)
{
	static const struct sockaddr_un journal = {AF_UNIX, JOURNAL_SOCKET};
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL,
			     (const struct sockaddr *)&journal, sizeof(journal)) < 0)
		return -errno;
	return 0;
}
