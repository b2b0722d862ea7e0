// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd detach: removes everything that garpd made on this machine, and nothing else. What it says
 * is the difference between what the kernel has before and after.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "loader/attach/hooks.h"
#include "loader/base/output.h"
#include "loader/base/text.h"
#include "loader/datapath/adopt.h"
#include "loader/datapath/datapath.h"
#include "loader/rtnl/qdisc.h"
#include "loader/maps/port_list.h"

#define NAMES_MAX    8	 /* interfaces that are named */
#define PROGRAMS_MAX 128 /* on one side of an interface */

/* ---- what there is ---- */

struct found_on {
	__u32 ifindex; /* first: sorted by it */
	char name[NAME_TEXT_LEN];
	size_t programs; /* of garpd */
	size_t qdiscs;	 /* ingress or clsact, whoever made it */
	bool is_ingress; /* that one has no egress */
};

struct found {
	struct found_on *on;
	size_t count;
	size_t pins;
};

static size_t programs_of_garpd(__u32 ifindex, bool egress)
{
	struct program programs[PROGRAMS_MAX];
	size_t count = hooks_read(ifindex, egress, programs, PROGRAMS_MAX), garpd = 0;

	for (size_t i = 0; i < count; i++)
		garpd += programs_is_garpd(&programs[i]);
	return garpd;
}

static struct found_on *found_find(const struct found *found, __u32 ifindex)
{
	return bsearch(&ifindex, found->on, found->count, sizeof(*found->on), compare_ifindexes);
}

static void found_hear_qdisc(void *ctx, __u32 ifindex, bool has_egress)
{
	struct found_on *on = found_find(ctx, ifindex);

	if (!on)
		return;
	on->qdiscs++;
	on->is_ingress = !has_egress;
}

/* Without memory, or the right to look, it is empty: the report says less. */
static void found_read(struct found *found)
{
	struct if_nameindex *all = if_nameindex();
	size_t count = 0;

	*found = (struct found){.pins = pins_count()};
	while (all && all[count].if_index)
		count++;
	found->on = calloc(count + 1, sizeof(*found->on));
	for (size_t i = 0; found->on && i < count; i++) {
		struct found_on *on = &found->on[found->count++];

		on->ifindex = all[i].if_index;
		name_text(all[i].if_name, on->name);
	}
	if (all)
		if_freenameindex(all);
	if (found->count)
		qsort(found->on, found->count, sizeof(*found->on), compare_ifindexes);
	qdisc_each_ingress(found_hear_qdisc, found);
	for (size_t i = 0; i < found->count; i++) {
		struct found_on *on = &found->on[i];

		on->programs = programs_of_garpd(on->ifindex, false);
		if (!on->is_ingress)
			on->programs += programs_of_garpd(on->ifindex, true);
	}
}

/* ---- what it says ---- */

/* " 4 programs from br0, up0, v-new and 2 more" */
static void found_print_programs(const struct found *found, size_t programs, const char *at)
{
	size_t named = 0, more = 0;

	printf(" %zu program%s", programs, programs == 1 ? "" : "s");
	for (size_t i = 0; i < found->count; i++) {
		if (!found->on[i].programs)
			continue;
		if (named < NAMES_MAX)
			printf("%s %s", named++ ? "," : at, found->on[i].name);
		else
			more++;
	}
	if (more)
		printf(" and %zu more", more);
}

/* "removed 4 programs from br0, up0, v-new and 2 more, 1 qdisc, 25 pins" */
static void found_print(const struct found *found, const char *verb, const char *at)
{
	size_t programs = 0, qdiscs = 0;
	const char *comma = "";

	for (size_t i = 0; i < found->count; i++) {
		programs += found->on[i].programs;
		qdiscs += found->on[i].qdiscs;
	}
	if (!programs && !qdiscs && !found->pins)
		return;
	fputs(verb, stdout);
	if (programs) {
		found_print_programs(found, programs, at);
		comma = ",";
	}
	if (qdiscs) {
		printf("%s %zu qdisc%s", comma, qdiscs, qdiscs == 1 ? "" : "s");
		comma = ",";
	}
	if (found->pins)
		printf("%s %zu pin%s", comma, found->pins, found->pins == 1 ? "" : "s");
	putchar('\n');
}

static void found_print_both(const struct found *was, const struct found *is, bool nothing)
{
	if (nothing)
		puts("nothing to remove");
	found_print(was, "removed", " from");
	found_print(is, "left", " on");
}

/* ---- in JSON ---- */

struct detached {
	struct found was, is; /* what was removed, and what is left */
};

static const struct field on_fields[] = {
	{"interface", NULL, FIELD(TEXT, struct found_on, name)},
	{"programs", NULL, FIELD(NUMBER, struct found_on, programs)},
	{"qdiscs", NULL, FIELD(NUMBER, struct found_on, qdiscs)},
	{},
};

static json_t *get_interfaces(const void *row)
{
	const struct found *found = row;
	json_t *list = json_array();

	for (size_t i = 0; i < found->count; i++)
		if (found->on[i].programs || found->on[i].qdiscs)
			json_array_append_new(list, output_object(on_fields, &found->on[i]));
	return list;
}

static const struct field found_fields[] = {
	{"interfaces", NULL, .get = get_interfaces},
	{"pins", NULL, FIELD(NUMBER, struct found, pins)},
	{},
};

static json_t *get_removed(const void *row)
{
	return output_object(found_fields, &((const struct detached *)row)->was);
}

static json_t *get_left(const void *row)
{
	return output_object(found_fields, &((const struct detached *)row)->is);
}

static const struct field detached_fields[] = {
	{"removed", NULL, .get = get_removed},
	{"left", NULL, .get = get_left},
	{},
};

/* ---- the difference ---- */

/* Makes of what there was what was removed, and of the rest what is garpd's still. */
static void found_compare(struct found *was, struct found *is)
{
	for (size_t i = 0; i < was->count; i++) {
		const struct found_on *on = found_find(is, was->on[i].ifindex);

		was->on[i].programs -= on && on->programs <= was->on[i].programs ? on->programs : 0;
		was->on[i].qdiscs -= on && on->qdiscs <= was->on[i].qdiscs ? on->qdiscs : 0;
	}
	for (size_t i = 0; i < is->count; i++)
		is->on[i].qdiscs = 0; /* of others, or not known */
	was->pins -= is->pins <= was->pins ? is->pins : 0;
}

static bool found_is_nothing(const struct found *found)
{
	size_t programs = 0;

	for (size_t i = 0; i < found->count; i++)
		programs += found->on[i].programs;
	return !programs && !found->pins;
}

/* ---- doing it ---- */

/* Without maps of this version, which know the ports: looks at every interface. */
static int detach_without_maps(struct err *why)
{
	struct err ignored;
	int err = adopt_sweep(NULL, why);

	if (!err)
		return pins_remove(why);
	pins_remove(&ignored);
	return err;
}

static int detach_all(struct err *why)
{
	struct pins pins;
	struct err later;
	int err = pins_open(&pins, false, why), sweep_err = 0;

	if (err == -ENOENT || err == -EPROTO)
		return detach_without_maps(why);
	if (err)
		return err;
	/* Of a version whose maps were replaced, where its programs were not. */
	if (adopt_is_sweep_due())
		sweep_err = adopt_sweep(&pins, why);
	err = datapath_remove(&pins, sweep_err ? &later : why);
	pins_close(&pins);
	return sweep_err ? sweep_err : err;
}

static int detach_run(const struct command *command, struct err *why)
{
	struct detached detached = {};
	bool nothing;
	int lock, err;

	found_read(&detached.was);
	err = pins_lock(&lock, why);
	if (!err) {
		err = detach_all(why);
		close(lock);
		found_read(&detached.is);
		nothing = found_is_nothing(&detached.was);
		found_compare(&detached.was, &detached.is);
		if (cmd_has(command, "json"))
			output_row_stream(detached_fields, &detached, true);
		else
			found_print_both(&detached.was, &detached.is, nothing);
	}
	free(detached.is.on);
	free(detached.was.on);
	return err;
}

static const struct verb_option detach_options[] = {
	{"json", 'j', .help = "print JSON"},
	NETNS_OPTION,
	{},
};

static const struct verb_print detach_prints[] = {
	{"detach", "", detached_fields},
	{"detach", "/properties/removed", found_fields},
	{"detach", "/properties/left", found_fields},
	{"detach", "/properties/removed/properties/interfaces/items", on_fields},
	{"detach", "/properties/left/properties/interfaces/items", on_fields},
	{},
};

const struct verb verb_detach = {
	.name = "detach",
	.acts = true,
	.help = "remove every program, pin and qdisc that garpd made, and say what that was",
	.options = detach_options,
	.prints = detach_prints,
	.run = detach_run,
};
