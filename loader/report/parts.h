/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - what a report is made of. All texts are clean (text_clean()), and live as long as the
 * report: report_text() keeps one copy of each. NULL: not known.
 */
#ifndef GARPD_REPORT_PARTS_H
#define GARPD_REPORT_PARTS_H

#include "report.h"
#include "moment.h"

/* How an event is drawn: one may have several. X(NAME, name). */
#define MARKS(X)                            \
	X(PROBE, "probe")                   \
	X(QUESTION, "question")             \
	X(ANSWER, "answer")                 \
	X(ANNOUNCEMENT, "announcement")     \
	X(SELF_ANNOUNCED, "self_announced") \
	X(CONFIRMATION, "confirmation")     \
	X(UNCONFIRMED, "unconfirmed")       \
	X(CONFLICT, "conflict")             \
	X(DENIED, "denied")                 \
	X(FAILED, "failed")                 \
	X(MOVE, "move")                     \
	X(OTHER, "other")

#define MARK_PLACE(NAME, name) MARK_PLACE_##NAME,
enum mark_place { MARKS(MARK_PLACE) MARK_MAX };
#define MARK_BIT(NAME, name) MARK_##NAME = 1 << MARK_PLACE_##NAME,
enum mark { MARKS(MARK_BIT) };

/* A line about an address. */
struct report_event {
	__s64 at_us;
	size_t place; /* among the lines: of two at one time the earlier line is first */
	const char *event, *mac, *port, *guest, *old_state, *state, *confirmed_by;
	const char *text; /* its message, without the segment and the address */
	bool sent;
	unsigned int marks; /* enum mark */
};

/* How an estimated outage ended. */
enum outage_end { OUTAGE_UNKNOWN, OUTAGE_CONFIRMED, OUTAGE_ANNOUNCED, OUTAGE_SELF_ANNOUNCED };

/* A guest was announced, or announced itself, that had not been before. */
struct report_takeover {
	__s64 from_us;	     /* its first probe; 0: not in the log */
	__s64 announced_us;  /* its first announcement: the earliest end of the outage */
	__s64 until_us;	     /* the latest end of the outage */
	enum outage_end end; /* OUTAGE_UNKNOWN if from_us is 0 */
	bool had_owner;	     /* the address had one before */
	bool moved;	     /* that one is in the log, with another MAC or port */
	const char *mac, *port, *guest, *former_mac, *former_port, *confirmed_by;
};

/* A segment and an address. */
struct report_address {
	const char *address, *segment, *bridge;
	int vlan, inner_vlan; /* 0: none */
	struct addr addr;
	struct report_event *event;
	size_t events, room;
	struct report_takeover *takeover;
	size_t takeovers;
	unsigned int moves;
	/* The last owner, or guest that probed, and the last state. */
	const char *mac, *port, *guest, *state;
};

/* What a line about the daemon says of it. */
enum daemon_event {
	DAEMON_OTHER,
	DAEMON_STARTING,
	DAEMON_READY,
	DAEMON_RELOADED,
	DAEMON_STOPPED,
	DAEMON_DIED,
	DAEMON_EVENTS
};

struct report_daemon_line {
	__s64 at_us;
	size_t place;
	__s64 before_us;	  /* when the line before this one was logged; 0: it is the first */
	enum daemon_event before; /* what that said of the daemon */
	enum daemon_event event;
	const char *level, *text;
};

/* From its end to the next one that was ready. */
struct report_down {
	__s64 from_us;	       /* if it was killed unseen: the last line before */
	__s64 until_us;	       /* 0: not before the end of the report */
	enum daemon_event how; /* DAEMON_STOPPED, DAEMON_DIED; DAEMON_OTHER: unseen */
};

struct report {
	struct report_wanted wanted;
	const char *source;
	json_t *names;	/* each text once */
	json_t *places; /* "segment address" -> its place in address[] */
	struct report_address *address;
	size_t addresses, room;
	struct report_daemon_line *line;
	size_t lines, line_room;
	struct report_down *down;
	size_t downs;
	size_t events, skipped, added; /* lines about addresses; others; all that were looked at */
	size_t first_skipped;	       /* the number of its line in the file; 0: none */
	__s64 first_us, last_us;       /* of the lines that were taken; 0: none */
	__s64 logged_us;	       /* when the last line was logged */
	enum daemon_event logged;      /* what that said of the daemon */
	bool no_memory;
};

/* The report's own copy of a text, cleaned; NULL for NULL, and without memory. */
const char *report_text(struct report *report, const char *text);

/* ---- journal_line.c ---- */

/*
 * An entry of the journal, its fields as an object of texts, as a line of the JSON log; a new
 * reference. NULL: it has no message.
 */
json_t *journal_line(const json_t *entry);

/* ---- marks.c ---- */

/* How an event of this name (of a counter) is drawn, `sent` or not; never 0. */
unsigned int marks_of(const char *event, bool sent);
const char *mark_name(enum mark_place place);

/* ---- takeovers.c, down.c: of sorted lines ---- */

/* 0, or -ENOMEM. */
int takeovers_find(struct report_address *address);
int down_find(struct report *report);

enum daemon_event daemon_event_of(const char *name);
const char *daemon_event_name(enum daemon_event event); /* NULL for DAEMON_OTHER */

/* The estimated outage of a takeover in milliseconds, the longest and the shortest; -1: not known.
 */
__s64 takeover_outage_ms(const struct report_takeover *takeover);
__s64 takeover_outage_min_ms(const struct report_takeover *takeover);

/* Its last one; NULL: no guest was announced. */
const struct report_takeover *address_last_takeover(const struct report_address *address);

#endif
