/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.h - a capture, judged as garpd would have: the program in the kernel as a native one, in
 * the time of the capture, with observe: nothing is sent.
 *
 * Frames go in one by one, in memory that does not grow with their number. Afterwards there are the
 * events of the program, and for each address and MAC the answer: does it announce itself?
 */
#ifndef GARPD_REPLAY_REPLAY_H
#define GARPD_REPLAY_REPLAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "loader/base/field.h"
#include "loader/maps/counters.h"

/* Steps and answers that are kept; beyond it they are counted. */
#define REPLAY_STEPS_MAX   100000u
#define REPLAY_ANSWERS_MAX 65536u

#define REPLAY_NAME "capture" /* what segment, bridge and port are called in JSON */

struct replay;

/* Times are in ns since 1970. */

/* From the Ethernet header; `len` bytes were captured of `wire_len`. */
struct replay_frame {
	long long wall_ns;
	const __u8 *at;
	__u32 len, wire_len;
};

/* ---- before the frames ---- */

struct replay_options {
	const struct settings *settings; /* but `observe` */
	__u8 guards;			 /* GUARD_ONLY_DECLARED or 0 */
	__u32 max_claims;		 /* 0: GARPD_MAX_CLAIMS */
	const struct addr *only;	 /* steps and answers of this address; NULL: of all */
	/*
	 * Gets the frames in the order of their times: those of the capture, and those that garpd
	 * would have sent if each guest that it asked had answered at once. NULL: none is made.
	 */
	void (*write)(void *ctx, const struct replay_frame *frame, bool is_ours);
	void *ctx;
};

/*
 * There can be one at a time. `options` is copied, but for what it points at. NULL with `why`: no
 * memory.
 */
struct replay *replay_new(const struct replay_options *options, struct err *why);
void replay_free(struct replay *replay);

/* As the configuration has them. 0, or -errno. */
int replay_declare(struct replay *replay, const struct prefix *prefix,
		   const struct address *address);
int replay_add_gateway(struct replay *replay, const struct addr *gateway);

/*
 * Hosts are guests, each on a port of its own, unless one is known to be behind the uplink. Once a
 * guest is known, all others are behind the uplink. 0, or -ENOSPC.
 */
int replay_add_guest(struct replay *replay, const __u8 mac[MAC_LEN]);
int replay_add_uplink(struct replay *replay, const __u8 mac[MAC_LEN]);

/* ---- the frames ---- */

/* Is it ARP or ND, behind any tags? Others need not be given to replay_frame(). */
bool replay_is_wanted(const __u8 *at, __u32 len);

void replay_frame(struct replay *replay, const struct replay_frame *frame);

/* Frames that are not wanted: they are counted, and have their time. */
void replay_pass(struct replay *replay, long long wall_ns);

/* After the last one. The windows that are open are run to their ends. */
void replay_end(struct replay *replay);

/* ---- what became of it ---- */

struct replay_step {
	long long wall_ns;
	long long began_ns; /* the first probe of the attempt that it belongs to; 0: none */
	bool is_after;	    /* after the last frame: if nothing else was sent */
	struct event event;
};

const struct replay_step *replay_steps(const struct replay *replay, size_t *count);

/* The settings that the steps' sentences need. */
const struct settings *replay_settings(const struct replay *replay);

/* "00:15:5d:00:00:02: probe received; window opened". Returns `text`. */
#define REPLAY_STEP_LEN 512
const char *replay_step_text(const struct replay *replay, const struct replay_step *step,
			     char text[REPLAY_STEP_LEN]);

/* As a line of garpd run --log json. A new reference. */
json_t *replay_step_json(const struct replay *replay, const struct replay_step *step);

/* What came of an attempt to get an address. The worst first. X(NAME, name). */
#define REPLAY_VERDICTS(X)        \
	X(SILENT, "silent")       \
	X(CONFLICT, "conflict")   \
	X(FROZEN, "frozen")       \
	X(DENIED, "denied")       \
	X(CUT, "cut")             \
	X(LATE, "late")           \
	X(LAPSED, "lapsed")       \
	X(GAVE_WAY, "gave way")   \
	X(ANNOUNCED, "announced") \
	X(IGNORED, "ignored")     \
	X(UNPROBED, "unprobed")

#define REPLAY_VERDICT_ENUM(NAME, name) REPLAY_##NAME,
enum replay_verdict { REPLAY_VERDICTS(REPLAY_VERDICT_ENUM) REPLAY_VERDICT_MAX };
const char *replay_verdict_name(unsigned int verdict);

/*
 * One attempt; times are 0 where nothing happened. They are those of a clock that was right with
 * the first frame and is never set back; `wall_ns` is what the capture had for began_ns.
 */
struct replay_attempt {
	long long wall_ns;
	long long began_ns, last_ns; /* its first and its last probe */
	long long asked_ns;	     /* when garpd would have asked the guest, or announced it */
	long long announced_ns;	     /* when it announced itself */
	long long used_ns;	     /* when it was heard to use the address within its window */
	__u32 probes;
	__u32 reason;	     /* enum counter, of a denial */
	__u8 other[MAC_LEN]; /* in a conflict; the one that it gave way to */
	__u8 verdict;	     /* enum replay_verdict */
	bool is_steady;	     /* its probes came equally far apart */
	bool is_immediate;   /* asked_ns is its first probe: garpd would have announced it */
};

/* A MAC and an address that it wants, or has. */
struct replay_answer {
	struct claim_key key;
	__u8 mac[MAC_LEN];
	bool is_uplink;
	bool is_asked;	    /* garpd would ask, and not announce at once */
	__u32 min_probes;   /* that garpd wants of an attempt */
	long long ended_ns; /* the time of the capture's last frame, by the same clock */
	__u32 attempts, probes, announcements;
	__u32 verdicts[REPLAY_VERDICT_MAX]; /* attempts that ended so */
	struct replay_attempt worst;	    /* the first of those that ended worst */
};

/* The worst first. */
const struct replay_answer *replay_answers(const struct replay *replay, size_t *count);

/* "192.0.2.10: 00:15:5d:00:00:02 probed 3 times, ...". Returns `text`. */
#define REPLAY_ANSWER_LEN 1024
const char *replay_answer_text(const struct replay_answer *answer, char text[REPLAY_ANSWER_LEN]);
extern const struct field replay_answer_fields[];

/* A host, and how many of its addresses it announces itself. */
struct replay_host {
	__u8 mac[MAC_LEN];
	__u32 addresses, attempts;
	__u32 announced, silent, other; /* attempts */
	__u32 unprobed;			/* addresses that it announced without a probe */
};

/* Sorted: those that did not announce themselves first. NULL: out of memory. To be freed. */
struct replay_host *replay_hosts(const struct replay *replay, size_t *count);
extern const struct field replay_host_fields[];

struct replay_summary {
	__u64 frames, wanted;		/* all; of these ARP and ND */
	long long begin_ns, end_ns;	/* 0: no frame */
	__u64 copies;			/* frames that came twice within a millisecond */
	__u64 backwards, set_back;	/* times a bit before the last frame's; far before it */
	__u64 cut;			/* of ARP and ND too little was captured */
	__u64 steps_left, answers_left; /* that there was no room for */
	__u64 counters[COUNTER_MAX];
};

void replay_summarize(const struct replay *replay, struct replay_summary *summary);

/* The counters of frames that did not count, and are above 0. Returns how many. */
size_t replay_ignored(const struct replay_summary *summary, struct counter_row rows[COUNTER_MAX]);

/* All of it: docs/schema/replay.json. A new reference. */
extern const struct field replay_summary_fields[];
json_t *replay_json(const struct replay *replay);

#endif
