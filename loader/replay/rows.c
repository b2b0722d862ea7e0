// SPDX-License-Identifier: GPL-2.0-or-later
/* rows.c - steps, answers and hosts as text and as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/base/log.h"
#include "loader/base/output.h"
#include "loader/maps/event_line.h"
#include "parts.h"

#define GUEST_PORT  "guest"
#define UPLINK_PORT "uplink"

/* ---- steps ---- */

const char *replay_step_text(const struct replay *replay, const struct replay_step *step,
			     char text[REPLAY_STEP_LEN])
{
	static const struct event_names nameless = {.guest = ""};
	char address[CLAIM_TEXT_LEN], deed[EVENT_DEED_LEN], mac[MAC_TEXT_LEN];
	const char *would = replay->settings.ask ? "ask" : "announce for";

	replay_address_text(&step->event.key, address);
	/* That it only observes is not news here. */
	if (step->event.reason == COUNTER_observed)
		snprintf(text, REPLAY_STEP_LEN, "%s: window passed quietly; would %s %s", address,
			 would, mac_text(step->event.mac, mac));
	else
		snprintf(text, REPLAY_STEP_LEN, "%s: %s", address,
			 event_deed_text(&step->event, &replay->settings, &nameless, deed));
	return text;
}

json_t *replay_step_json(const struct replay *replay, const struct replay_step *step)
{
	struct event_names names = {
		.bridge = REPLAY_NAME,
		.port = step->event.port == REPLAY_UPLINK ? UPLINK_PORT : GUEST_PORT,
		.guest = "",
	};
	char time[TIME_TEXT_LEN], text[REPLAY_STEP_LEN];
	json_t *fields = event_line_fields(&step->event, &names, 0);

	time_wall_text(step->wall_ns, time);
	json_object_set_new(fields, "event_time", json_string(time));
	return log_object(time, event_text_find(step->event.reason)->level,
			  replay_step_text(replay, step, text), fields);
}

/* ---- answers ---- */

static json_t *wall_json(long long wall_ns)
{
	char text[TIME_TEXT_LEN];

	return wall_ns ? json_string(time_wall_text(wall_ns, text)) : json_null();
}

static json_t *after_json(const struct replay_attempt *attempt, long long wall_ns)
{
	return wall_ns ? json_real((double)(wall_ns - attempt->began_ns) / NSEC_PER_MSEC)
		       : json_null();
}

static const struct replay_attempt *worst_of(const void *row)
{
	return &((const struct replay_answer *)row)->worst;
}

static json_t *get_sentence(const void *row)
{
	char text[REPLAY_ANSWER_LEN];

	return json_string(replay_answer_text(row, text));
}

static json_t *get_verdict(const void *row)
{
	return json_string(replay_verdict_name(worst_of(row)->verdict));
}

static json_t *get_reason(const void *row)
{
	const struct replay_attempt *worst = worst_of(row);
	__u32 reason = worst->reason;
	bool is_meant = worst->verdict == REPLAY_CONFLICT || worst->verdict == REPLAY_FROZEN ||
			worst->verdict == REPLAY_DENIED;

	return is_meant ? json_string(counter_name(reason)) : json_null();
}

static json_t *get_other(const void *row)
{
	return output_mac(worst_of(row)->other);
}

static json_t *get_announced_attempts(const void *row)
{
	const struct replay_answer *answer = row;

	return json_integer(answer->verdicts[REPLAY_ANNOUNCED] + answer->verdicts[REPLAY_LATE]);
}

static json_t *get_silent_attempts(const void *row)
{
	return json_integer(((const struct replay_answer *)row)->verdicts[REPLAY_SILENT]);
}

static json_t *get_began(const void *row)
{
	return wall_json(worst_of(row)->wall_ns);
}

static json_t *get_gap(const void *row)
{
	const struct replay_attempt *worst = worst_of(row);

	if (worst->probes < 2)
		return json_null();
	return json_real((double)(worst->last_ns - worst->began_ns) / (worst->probes - 1) /
			 NSEC_PER_MSEC);
}

static json_t *get_asked(const void *row)
{
	return after_json(worst_of(row), worst_of(row)->asked_ns);
}

static json_t *get_announced(const void *row)
{
	return after_json(worst_of(row), worst_of(row)->announced_ns);
}

static json_t *get_used(const void *row)
{
	return after_json(worst_of(row), worst_of(row)->used_ns);
}

#define ANSWER(TYPE, member) FIELD(TYPE, struct replay_answer, member)

const struct field replay_answer_fields[] = {
	{"address", NULL, ANSWER(ADDR, key.addr)},
	{"vlan", NULL, ANSWER(VLAN, key.vlan)},
	{"inner_vlan", NULL, ANSWER(VLAN, key.inner_vlan)},
	{"mac", NULL, ANSWER(MAC, mac)},
	{"answer", NULL, .get = get_sentence},
	{"verdict", NULL, .get = get_verdict},
	{"reason", NULL, .get = get_reason},
	{"other", NULL, .get = get_other},
	{"uplink", NULL, ANSWER(BOOL, is_uplink)},
	{"attempts", NULL, ANSWER(NUMBER, attempts)},
	{"announced_attempts", NULL, .get = get_announced_attempts},
	{"silent_attempts", NULL, .get = get_silent_attempts},
	{"probes", NULL, ANSWER(NUMBER, probes)},
	{"announcements", NULL, ANSWER(NUMBER, announcements)},
	{"began", NULL, .get = get_began},
	{"probe_gap_ms", NULL, .get = get_gap},
	{"used_after_ms", NULL, .get = get_used},
	{"announced_after_ms", NULL, .get = get_announced},
	{"asked_after_ms", NULL, .get = get_asked},
	{},
};

/* ---- hosts ---- */

static int compare_by_mac(const void *a, const void *b)
{
	const struct replay_answer *x = *(const struct replay_answer *const *)a,
				   *y = *(const struct replay_answer *const *)b;

	return memcmp(x->mac, y->mac, MAC_LEN);
}

/* The one that announces itself least, first. */
static int compare_hosts(const void *a, const void *b)
{
	const struct replay_host *x = a, *y = b;

	if (x->silent != y->silent)
		return x->silent > y->silent ? -1 : 1;
	if (x->other != y->other)
		return x->other > y->other ? -1 : 1;
	return memcmp(x->mac, y->mac, MAC_LEN);
}

static void host_add(struct replay_host *host, const struct replay_answer *answer)
{
	__u32 announced = answer->verdicts[REPLAY_ANNOUNCED] + answer->verdicts[REPLAY_LATE];

	host->addresses++;
	host->unprobed += answer->worst.verdict == REPLAY_UNPROBED;
	host->attempts += answer->attempts;
	host->announced += announced;
	host->silent += answer->verdicts[REPLAY_SILENT];
	host->other += answer->attempts - announced - answer->verdicts[REPLAY_SILENT];
}

struct replay_host *replay_hosts(const struct replay *replay, size_t *count)
{
	const struct replay_answer **by_mac = calloc(replay->answer_count + 1, sizeof(*by_mac));
	struct replay_host *hosts = calloc(replay->answer_count + 1, sizeof(*hosts));
	size_t used = 0;

	*count = 0;
	if (!by_mac || !hosts) {
		free(by_mac);
		free(hosts);
		return NULL;
	}
	for (size_t i = 0; i < replay->answer_count; i++)
		by_mac[i] = &replay->answers[i];
	qsort(by_mac, replay->answer_count, sizeof(*by_mac), compare_by_mac);
	for (size_t i = 0; i < replay->answer_count; i++) {
		if (!used || !mac_equal(hosts[used - 1].mac, by_mac[i]->mac))
			memcpy(hosts[used++].mac, by_mac[i]->mac, MAC_LEN);
		host_add(&hosts[used - 1], by_mac[i]);
	}
	free(by_mac);
	qsort(hosts, used, sizeof(*hosts), compare_hosts);
	*count = used;
	return hosts;
}

#define HOST(TYPE, member) FIELD(TYPE, struct replay_host, member)

const struct field replay_host_fields[] = {
	{"mac", "HOST", HOST(MAC, mac)},
	{"addresses", "ADDRESSES", HOST(NUMBER, addresses)},
	{"attempts", "ATTEMPTS", HOST(NUMBER, attempts)},
	{"announced", "ANNOUNCED ITSELF", HOST(NUMBER, announced)},
	{"silent", "DID NOT", HOST(NUMBER, silent)},
	{"other", "OTHER", HOST(NUMBER, other)},
	{"unprobed", "UNPROBED", HOST(NUMBER, unprobed)},
	{},
};

/* ---- the whole ---- */

/* Frames that do not count, and why: these counters, but for a few in between. */
#define IGNORED_FIRST COUNTER_too_many_tags
#define IGNORED_LAST  COUNTER_probe_over_quota

static bool is_ignored(unsigned int counter)
{
	return counter >= IGNORED_FIRST && counter <= IGNORED_LAST &&
	       counter != COUNTER_other_protocol && counter != COUNTER_no_claim &&
	       counter != COUNTER_probe_uplink && counter != COUNTER_probe_duplicate;
}

size_t replay_ignored(const struct replay_summary *summary, struct counter_row rows[COUNTER_MAX])
{
	size_t count = 0;

	for (unsigned int i = 0; i < COUNTER_MAX; i++)
		if (is_ignored(i) && summary->counters[i])
			rows[count++] = (struct counter_row){i, summary->counters[i]};
	return count;
}

static json_t *get_begin(const void *row)
{
	return wall_json(((const struct replay_summary *)row)->begin_ns);
}

static json_t *get_end(const void *row)
{
	return wall_json(((const struct replay_summary *)row)->end_ns);
}

static json_t *get_ignored(const void *row)
{
	struct counter_row rows[COUNTER_MAX];

	return output_array(counters_fields, rows, replay_ignored(row, rows), sizeof(*rows));
}

#define SUMMARY(TYPE, member) FIELD(TYPE, struct replay_summary, member)

const struct field replay_summary_fields[] = {
	{"begin", NULL, .get = get_begin},
	{"end", NULL, .get = get_end},
	{"frames", NULL, SUMMARY(NUMBER, frames)},
	{"arp_nd", NULL, SUMMARY(NUMBER, wanted)},
	{"copies", NULL, SUMMARY(NUMBER, copies)},
	{"backwards", NULL, SUMMARY(NUMBER, backwards)},
	{"set_back", NULL, SUMMARY(NUMBER, set_back)},
	{"cut", NULL, SUMMARY(NUMBER, cut)},
	{"answers_left_out", NULL, SUMMARY(NUMBER, answers_left)},
	{"events_left_out", NULL, SUMMARY(NUMBER, steps_left)},
	{"ignored", NULL, .get = get_ignored},
	{},
};

static json_t *events_json(const struct replay *replay)
{
	json_t *events = json_array();
	size_t count;
	const struct replay_step *steps = replay_steps(replay, &count);

	for (size_t i = 0; i < count; i++)
		json_array_append_new(events, replay_step_json(replay, &steps[i]));
	return events;
}

json_t *replay_json(const struct replay *replay)
{
	struct replay_summary summary;
	size_t count, host_count;
	const struct replay_answer *answers = replay_answers(replay, &count);
	struct replay_host *hosts = replay_hosts(replay, &host_count);
	json_t *all;

	replay_summarize(replay, &summary);
	all = output_object(replay_summary_fields, &summary);
	json_object_set_new(all, "answers",
			    output_array(replay_answer_fields, answers, count, sizeof(*answers)));
	json_object_set_new(all, "hosts",
			    output_array(replay_host_fields, hosts, host_count, sizeof(*hosts)));
	json_object_set_new(all, "events", events_json(replay));
	free(hosts);
	return all;
}
