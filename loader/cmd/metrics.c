// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/guest.h"
#include "loader/base/text.h"
#include "loader/datapath/port_table.h"
#include "loader/maps/claims.h"
#include "loader/maps/counters.h"
#include "loader/maps/histograms.h"
#include "loader/maps/pins_netns.h"
#include "loader/maps/port_list.h"
#include "metrics.h"

/* The maps, read before anything is printed. */
struct metrics {
	struct port_table ports;
	struct claims claims;
	__u64 counters[COUNTER_MAX];
	struct histogram_row histograms[HISTOGRAM_MAX];
	bool printed[COUNTER_MAX]; /* in a family of their own */
};

/* ---- the format ---- */

static bool has_labels; /* the line that is being printed */

static void print_head(const char *name, const char *type, const char *help)
{
	printf("# HELP garpd_%s %s\n# TYPE garpd_%s %s\n", name, help, name, type);
}

/* An interface's name may have any byte but "/" and blanks. */
static void print_label(const char *name, const char *value)
{
	printf("%c%s=\"", has_labels ? ',' : '{', name);
	has_labels = true;
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putchar('\\');
		putchar(*value);
	}
	putchar('"');
}

/* Two namespaces have the same names of interfaces, and one Prometheus. */
static void print_name(const char *name)
{
	printf("garpd_%s", name);
	has_labels = false;
	if (pins_netns()[0])
		print_label("netns", pins_netns());
}

static void print_segment(const char *name, __u32 segment)
{
	char text[NAME_TEXT_LEN];

	print_name(name);
	print_label("segment", interface_text(segment, text));
}

static void print_value(__u64 value)
{
	printf("%s %llu\n", has_labels ? "}" : "", value);
}

/* ---- gauges ---- */

static void print_up(bool up)
{
	char layout[16];

	print_head("build_info", "gauge",
		   "Version of garpd, and of the layout of the pinned maps.");
	print_name("build_info");
	print_label("version", GARPD_VERSION);
	snprintf(layout, sizeof(layout), "%d", GARPD_ABI);
	print_label("map_layout", layout);
	print_value(1);
	print_head(
		"daemon_up", "gauge",
		"Whether a daemon runs; without one only declared immediate addresses fail over.");
	print_name("daemon_up");
	print_value(up);
}

static bool is_same_kind(const struct port *a, const struct port *b)
{
	return a->segment == b->segment && a->role == b->role && a->mode == b->mode;
}

/* How many ports are of the kind of this one; 0 if it is not the first of them. */
static unsigned int count_kind(const struct port_table *ports, size_t place)
{
	unsigned int count = 0;

	for (size_t i = 0; i < ports->count; i++) {
		if (!is_same_kind(&ports->row[i].port, &ports->row[place].port))
			continue;
		if (i < place)
			return 0;
		count++;
	}
	return count;
}

static void print_ports(const struct port_table *ports)
{
	unsigned int count;

	print_head("ports", "gauge", "Ports with a program attached, by role and mode.");
	for (size_t i = 0; i < ports->count; i++) {
		count = count_kind(ports, i);
		if (!count)
			continue;
		print_segment("ports", ports->row[i].port.segment);
		print_label("role", port_role_name(ports->row[i].port.role));
		print_label("mode", port_mode_name(ports->row[i].port.mode));
		print_value(count);
	}
	print_head("ports_unheard", "gauge",
		   "Ports where another program may keep frames from garpd.");
	count = 0;
	for (size_t i = 0; i < ports->count; i++)
		count += ports->row[i].port.unheard != UNHEARD_NOT;
	print_name("ports_unheard");
	print_value(count);
}

/* Claims are sorted by segment: from the first of one to the first of the next. */
static size_t segment_end(const struct claims *claims, size_t first)
{
	size_t end = first;

	while (end < claims->count &&
	       claims->claim[end].key.segment == claims->claim[first].key.segment)
		end++;
	return end;
}

static void print_claims(const struct claims *claims)
{
	print_head("claims", "gauge", "Claims, by segment and state.");
	for (size_t i = 0, end; i < claims->count; i = end) {
		size_t of_state[CLAIM_STATE_MAX] = {};

		end = segment_end(claims, i);
		for (size_t j = i; j < end; j++)
			if (claims->claim[j].state < CLAIM_STATE_MAX)
				of_state[claims->claim[j].state]++;
		for (unsigned int state = CLAIM_NONE + 1; state < CLAIM_STATE_MAX; state++) {
			print_segment("claims", claims->claim[i].key.segment);
			print_label("state", claim_state_name(state));
			print_value(of_state[state]);
		}
	}
}

static void print_problems(const struct claims *claims)
{
	print_head("claims_problems", "gauge",
		   "Claims that need attention, as garpd show claims --problems lists them.");
	for (size_t i = 0, end; i < claims->count; i = end) {
		size_t problems = 0;

		end = segment_end(claims, i);
		for (size_t j = i; j < end; j++)
			problems += claims_trouble(&claims->claim[j]) != TROUBLE_NONE;
		print_segment("claims_problems", claims->claim[i].key.segment);
		print_value(problems);
	}
}

/* ---- ports and their guests, on demand: as many series as there are ports ---- */

struct port_count {
	__u32 ifindex; /* first: the key */
	size_t claims, problems;
};

/* One of each port, by ifindex; NULL: no memory. */
static struct port_count *port_counts_new(const struct metrics *metrics)
{
	size_t count = metrics->ports.count;
	struct port_count *counts = calloc(count + 1, sizeof(*counts)), *of;

	if (!counts)
		return NULL;
	for (size_t i = 0; i < count; i++)
		counts[i].ifindex = metrics->ports.row[i].ifindex;
	qsort(counts, count, sizeof(*counts), compare_ifindexes);
	for (size_t i = 0; i < metrics->claims.count; i++) {
		const struct claim *claim = &metrics->claims.claim[i];

		of = bsearch(&claim->port, counts, count, sizeof(*counts), compare_ifindexes);
		if (!of)
			continue;
		of->claims++;
		of->problems += claims_trouble(claim) != TROUBLE_NONE;
	}
	return counts;
}

static void print_of_guests(const struct metrics *metrics, const struct port_count *counts,
			    const char *name, bool problems)
{
	const struct port_count *of;
	char guest[GUEST_TEXT_LEN];

	for (size_t i = 0; i < metrics->ports.count; i++) {
		const struct port_row *row = &metrics->ports.row[i];

		if (!guest_has_role(row->port.role))
			continue;
		of = bsearch(&row->ifindex, counts, metrics->ports.count, sizeof(*counts),
			     compare_ifindexes);
		print_segment(name, row->port.segment);
		print_label("port", row->name);
		print_label("guest", guest_text(row->ifindex, guest));
		print_value(problems ? of->problems : of->claims);
	}
}

static void print_guests(const struct metrics *metrics, const struct port_count *counts)
{
	print_head("port_claims", "gauge", "Claims, by port and the name of its guest.");
	print_of_guests(metrics, counts, "port_claims", false);
	print_head("port_claims_problems", "gauge",
		   "Claims that need attention, by port and the name of its guest.");
	print_of_guests(metrics, counts, "port_claims_problems", true);
}

/* ---- counters ---- */

/* Counters whose names begin so, in one family; what follows is the label's value. */
static const struct family {
	const char *name, *help, *label, *prefix;
} families[] = {
	{"probes_ignored_total", "Probes that opened no window and continued none, by reason.",
	 "reason", "probe_"},
	{"announcements_total", "Announcement rounds, by what became of them.", "outcome",
	 "announce"},
	{"conflicts_total", "Conflicts, by how the other host was noticed.", "by", "conflict_"},
	{"claims_denied_total", "Claims denied by the policy, by rule.", "rule", "denied_"},
	{"questions_total", "Questions to guests, by what became of them.", "outcome", "ask"},
	{"answers_total", "Answers of guests, by what they led to.", "outcome", "answer"},
	{"nudges_total", "Nudges to listeners, by what became of them.", "outcome", "nudge"},
	{"host_entries_total", "The host's own neighbour entries after announcements.", "outcome",
	 "host_"},
	{"fabric_moves_total", "Moves learned from EVPN, by what became of them.", "outcome",
	 "fabric_"},
};

/* "over_limit" of announce_over_limit; "sent" of announced and nudged, "asked" of asked itself. */
static const char *label_value(const char *counter, const char *prefix)
{
	const char *rest = counter + strlen(prefix);

	if (*rest == '_')
		return rest + 1;
	return prefix[strlen(prefix) - 1] == '_' ? rest : counter;
}

static void print_family(struct metrics *metrics, const struct family *family)
{
	print_head(family->name, "counter", family->help);
	for (unsigned int i = 0; i < COUNTER_MAX; i++) {
		const char *name = counter_name(i);

		if (strncmp(name, family->prefix, strlen(family->prefix)) != 0)
			continue;
		metrics->printed[i] = true;
		print_name(family->name);
		print_label(family->label, label_value(name, family->prefix));
		print_value(metrics->counters[i]);
	}
}

static void print_counters(struct metrics *metrics)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		print_family(metrics, &families[i]);
	print_head("events_total", "counter",
		   "Frames and edges of the claim machine that are in no other family, as garpd "
		   "show counters names and explains them.");
	for (unsigned int i = 0; i < COUNTER_MAX; i++) {
		if (metrics->printed[i])
			continue;
		print_name("events_total");
		print_label("event", counter_name(i));
		print_value(metrics->counters[i]);
	}
}

/* ---- histograms ---- */

static void print_part(const char *name, const char *part)
{
	char text[96];

	snprintf(text, sizeof(text), "%s%s", name, part);
	print_name(text);
}

static void print_bucket(const char *name, const char *limit, __u64 count)
{
	print_part(name, "_bucket");
	print_label("le", limit);
	print_value(count);
}

static void print_histogram(const struct histogram_row *row)
{
	const struct histogram *histogram = &row->histogram;
	char name[64], help[160], limit[32];
	__u64 count = 0, us;

	snprintf(name, sizeof(name), "%s_seconds", histogram_name(row->of));
	snprintf(help, sizeof(help), "%s.", histogram_help(row->of));
	help[0] = (char)toupper((unsigned char)help[0]);
	print_head(name, "histogram", help);
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
		count += histogram->bucket[i];
		us = histogram_limit_us(i);
		snprintf(limit, sizeof(limit), "%llu.%06llu", us / 1000000, us % 1000000);
		print_bucket(name, limit, count);
	}
	print_bucket(name, "+Inf", row->count);
	print_part(name, "_sum");
	printf("%s %llu.%09llu\n", has_labels ? "}" : "", histogram->sum_ns / NSEC_PER_SEC,
	       histogram->sum_ns % NSEC_PER_SEC);
	print_part(name, "_count");
	print_value(row->count);
}

/* ---- the whole ---- */

void metrics_print_none(void)
{
	print_up(false);
}

int metrics_print(const struct pins *pins, bool guests, struct err *why)
{
	struct metrics metrics = {};
	struct port_count *counts = NULL;
	int err = claims_read(pins->claims, &metrics.claims, why)
			  ?: port_table_read(pins, &metrics.ports, why)
			  ?: counters_read(pins, metrics.counters, why)
			  ?: histograms_read(pins, metrics.histograms, why);

	if (!err && guests && !(counts = port_counts_new(&metrics)))
		err = err_set(why, -ENOMEM, "out of memory");
	if (!err) {
		print_up(pins_is_locked() > 0);
		print_ports(&metrics.ports);
		print_claims(&metrics.claims);
		print_problems(&metrics.claims);
		if (guests)
			print_guests(&metrics, counts);
		print_counters(&metrics);
		for (unsigned int i = 0; i < HISTOGRAM_MAX; i++)
			print_histogram(&metrics.histograms[i]);
	}
	free(counts);
	claims_free(&metrics.claims);
	port_table_free(&metrics.ports);
	return err;
}
