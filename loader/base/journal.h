/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.h - log lines with fields, for systemd-journald.
 *
 * By its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), and not by sd_journal_send(), which
 * waits for a journald that has stopped: announcements must not.
 */
#ifndef GARPD_BASE_JOURNAL_H
#define GARPD_BASE_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define JOURNAL_LEN 4096

/*
 * The datagram of a line: PRIORITY, SYSLOG_IDENTIFIER, MESSAGE, and with `fields`, a JSON object or
 * NULL, MESSAGE_ID and GARPD_KEY for each member that is not null. None of them may have a newline.
 * Returns its length.
 */
size_t journal_format(unsigned int priority, const char *message, const json_t *fields,
		      char text[JOURNAL_LEN]);

/* Is standard output the journal? */
bool journal_is_stdout(void);

/* 0; -EAGAIN: journald has no room; or another -errno: it is not there. */
int journal_send(const char *text, size_t length);

#endif
