// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd show claims|listeners|ports|counters [-j]: the pinned maps, as they are. Counters in text
 * are those that are not zero, but with -a.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "loader/maps/claims.h"
#include "cmd.h"
#include "loader/maps/counters.h"
#include "loader/datapath/datapath.h"
#include "loader/maps/listeners.h"
#include "loader/attach/hooks.h"
#include "loader/base/text.h"

struct show {
	struct pins pins;
	bool as_json;
	bool all; /* -a */
};

/* ---- claims ---- */

static int show_claims(const struct show *show, struct err *err)
{
	struct claims claims;
	int code = claims_read(show->pins.claims, &claims, err);

	if (!code)
		output_rows(claims_fields, claims.claim, claims.count, sizeof(*claims.claim),
			    show->as_json);
	claims_free(&claims);
	return code;
}

/* ---- listeners ---- */

static int show_listeners(const struct show *show, struct err *err)
{
	struct listeners listeners;
	int code = listeners_read(&show->pins, &listeners, err);

	if (!code)
		output_rows(listeners_fields, listeners.row, listeners.count,
			    sizeof(*listeners.row), show->as_json);
	listeners_free(&listeners);
	return code;
}

/* ---- ports ---- */

#define SHOW_PROGRAMS 128 /* on one interface: XDP, 64 of tcx, and filters */

struct port_row {
	__u32 ifindex;
	char name[NAME_TEXT_LEN];
	struct port port;
	struct limit limit;
};

static json_t *get_name(const void *row)
{
	return json_string(((const struct port_row *)row)->name);
}

static json_t *get_ifindex(const void *row)
{
	return json_integer(((const struct port_row *)row)->ifindex);
}

static json_t *get_segment(const void *row)
{
	return output_interface(((const struct port_row *)row)->port.segment);
}

static json_t *get_role(const void *row)
{
	return json_string(port_role_name(((const struct port_row *)row)->port.role));
}

static json_t *get_mode(const void *row)
{
	return json_string(port_mode_name(((const struct port_row *)row)->port.mode));
}

/* "asked", and where libxdp's dispatcher calls us, that, and for whom else it is there. */
static json_t *why_asked(__u32 ifindex)
{
	struct program programs[SHOW_PROGRAMS];
	size_t i, count = programs_read(ifindex, programs, SHOW_PROGRAMS);
	char others[ATTACH_JOIN_MAX * (PROGRAM_NAME_LEN + sizeof(" with "))] = "";
	bool joined = false;

	for (i = 0; i < count && programs[i].dispatched; i++) {
		if (programs_is_ours(&programs[i])) {
			joined = true;
			continue;
		}
		strcat(others, others[0] ? " " : " with ");
		strcat(others, programs[i].name);
	}
	return joined ? json_sprintf("asked, through libxdp's dispatcher%s", others)
		      : json_string("asked");
}

static json_t *get_why(const void *row)
{
	const struct port_row *it = row;

	if (it->port.asked)
		return why_asked(it->ifindex);
	return json_string(it->port.mode == MODE_TCX ? "auto: tcx works here"
						     : "auto: no tcx here");
}

/* What else hears the frames that come in there. */
static json_t *get_others(const void *row)
{
	struct program programs[SHOW_PROGRAMS];
	__u32 ifindex = ((const struct port_row *)row)->ifindex;
	size_t i, count = programs_read(ifindex, programs, SHOW_PROGRAMS);
	json_t *others;

	if (!programs_may_read())
		return json_null();
	others = json_array();
	for (i = 0; i < count; i++) {
		const struct program *it = &programs[i];

		if (programs_is_ours(it))
			continue;
		json_array_append_new(
			others, it->id ? json_sprintf("%s %s (id %u)", it->hook, it->name, it->id)
				       : json_sprintf("%s %s", it->hook, it->name));
	}
	return others;
}

static json_t *get_forwarding(const void *row)
{
	return json_boolean(((const struct port_row *)row)->port.forwarding);
}

static json_t *get_relay(const void *row)
{
	return json_boolean(((const struct port_row *)row)->port.relay);
}

static json_t *get_vlan_aware(const void *row)
{
	return json_boolean(((const struct port_row *)row)->port.vlan_proto);
}

static json_t *get_pvid(const void *row)
{
	return output_vlan(((const struct port_row *)row)->port.pvid);
}

static json_t *get_claims(const void *row)
{
	return json_integer(((const struct port_row *)row)->limit.claims);
}

/* What its guests are held to. */
static json_t *get_guards(const void *row)
{
	static const struct {
		__u8 guard;
		const char *name;
	} names[] = {
		{GUARD_FOREIGN, "no foreign addresses"},
		{GUARD_ONLY_DECLARED, "only declared addresses"},
		{GUARD_ADDRESSES, "its list of addresses"},
		{GUARD_MACS, "its list of MACs"},
	};
	json_t *guards = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (((const struct port_row *)row)->port.guards & names[i].guard)
			json_array_append_new(guards, json_string(names[i].name));
	return guards;
}

static const struct field port_fields[] = {
	{"port", "PORT", get_name},
	{"ifindex", NULL, get_ifindex},
	{"bridge", "BRIDGE", get_segment},
	{"role", "ROLE", get_role},
	{"mode", "MODE", get_mode},
	{"why", "WHY", get_why},
	{"forwarding", "FORWARDING", get_forwarding},
	{"vlan_aware", "VLAN-AWARE", get_vlan_aware},
	{"pvid", "PVID", get_pvid},
	{"relay", NULL, get_relay},
	{"claims", "CLAIMS", get_claims},
	{"guards", NULL, get_guards},
	{"others", "OTHERS", get_others},
	{NULL, NULL, NULL},
};

static int ports_order(const void *a, const void *b)
{
	return strcmp(((const struct port_row *)a)->name, ((const struct port_row *)b)->name);
}

static int show_ports(const struct show *show, struct err *err)
{
	__u32 *ifindexes = calloc(GARPD_MAX_PORTS, sizeof(*ifindexes));
	struct port_row *rows = calloc(GARPD_MAX_PORTS, sizeof(*rows));
	size_t i, count, found = 0;
	int code = 0;

	if (!ifindexes || !rows) {
		code = err_set(err, -ENOMEM, "ports: out of memory");
		goto out;
	}
	count = datapath_ports(&show->pins, ifindexes, GARPD_MAX_PORTS);
	for (i = 0; i < count; i++) {
		rows[found].ifindex = ifindexes[i];
		interface_text(ifindexes[i], rows[found].name);
		bpf_map_lookup_elem_flags(show->pins.port_limits, &ifindexes[i], &rows[found].limit,
					  BPF_F_LOCK);
		found += !bpf_map_lookup_elem(show->pins.ports, &ifindexes[i], &rows[found].port);
	}
	qsort(rows, found, sizeof(*rows), ports_order);
	output_rows(port_fields, rows, found, sizeof(*rows), show->as_json);
	if (!programs_may_read())
		fprintf(stderr, "garpd: others: not shown: other people's programs are seen by "
				"root only (CAP_NET_ADMIN and CAP_SYS_ADMIN)\n");
out:
	free(rows);
	free(ifindexes);
	return code;
}

/* ---- counters ---- */

struct counter_row {
	enum counter counter;
	__u64 value;
};

static json_t *get_counter(const void *row)
{
	return json_string(counter_name(((const struct counter_row *)row)->counter));
}

static json_t *get_value(const void *row)
{
	return json_integer(((const struct counter_row *)row)->value);
}

static json_t *get_help(const void *row)
{
	return json_string(counter_help(((const struct counter_row *)row)->counter));
}

static const struct field counter_fields[] = {
	{"counter", "COUNTER", get_counter},
	{"value", "VALUE", get_value},
	{"help", "WHAT", get_help},
	{NULL, NULL, NULL},
};

static int show_counters(const struct show *show, struct err *err)
{
	struct counter_row rows[COUNTER_MAX];
	__u64 values[COUNTER_MAX];
	size_t i, count = 0;
	int code = counters_read(&show->pins, values, err);

	if (code)
		return code;
	for (i = 0; i < COUNTER_MAX; i++) {
		if (!values[i] && !show->all && !show->as_json)
			continue;
		rows[count++] = (struct counter_row){.counter = i, .value = values[i]};
	}
	output_rows(counter_fields, rows, count, sizeof(rows[0]), show->as_json);
	return 0;
}

/* ---- the verb ---- */

static const struct subject {
	const char *name;
	int (*show)(const struct show *show, struct err *err);
} subjects[] = {
	{"claims", show_claims},
	{"listeners", show_listeners},
	{"ports", show_ports},
	{"counters", show_counters},
};

static const struct subject *show_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (!strcmp(subjects[i].name, name))
			return &subjects[i];
	return NULL;
}

int cmd_show(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'}, {"all", no_argument, NULL, 'a'}, {}};
	const struct subject *subject;
	struct show show = {};
	struct err err;
	int option, code;

	while ((option = getopt_long(argc, argv, "ja", options, NULL)) != -1) {
		if (option == '?')
			return cmd_usage("show");
		show.as_json |= option == 'j';
		show.all |= option == 'a';
	}
	subject = optind == argc - 1 ? show_find(argv[optind]) : NULL;
	if (!subject || (show.all && subject->show != show_counters))
		return cmd_usage("show");
	code = pins_open(&show.pins, true, &err);
	if (code)
		return cmd_fail(&err);
	code = subject->show(&show, &err);
	pins_close(&show.pins);
	return code ? cmd_fail(&err) : EXIT_DONE;
}
