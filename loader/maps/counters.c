// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "counters.h"
#include "loader/base/text.h"

int counters_read(const struct pins *pins, __u64 values[COUNTER_MAX], struct err *err)
{
	int cpus = libbpf_num_possible_cpus();
	struct counters *all;
	__u32 zero = 0;
	int code, cpu, i;

	if (cpus < 0)
		return err_set(err, cpus, "counters: how many CPUs there may be is not known: %s",
			       strerror(-cpus));
	all = calloc(cpus, sizeof(*all));
	if (!all)
		return err_set(err, -ENOMEM, "counters: out of memory");
	code = bpf_map_lookup_elem(pins->counters, &zero, all);
	if (code)
		err_set(err, code, "counters: cannot read the map: %s", strerror(-code));
	memset(values, 0, COUNTER_MAX * sizeof(*values));
	for (cpu = 0; cpu < cpus; cpu++)
		for (i = 0; i < COUNTER_MAX; i++)
			values[i] += ((const __u64 *)&all[cpu])[i];
	free(all);
	return code;
}

/* ---- as a user sees it ---- */

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

const struct field counters_fields[] = {
	{"counter", "COUNTER", get_counter},
	{"value", "VALUE", get_value},
	{"help", "WHAT", get_help},
	{NULL, NULL, NULL},
};
