// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "counters.h"
#include "loader/base/text.h"

int counters_read(const struct pins *pins, __u64 values[COUNTER_MAX], struct err *why)
{
	int cpus = libbpf_num_possible_cpus();
	struct counters *all;
	__u32 zero = 0;
	int err, cpu, i;

	if (cpus < 0)
		return err_set(why, cpus, "counters: cannot tell the number of CPUs: %s",
			       strerror(-cpus));
	all = calloc(cpus, sizeof(*all));
	if (!all)
		return err_set(why, -ENOMEM, "counters: out of memory");
	err = bpf_map_lookup_elem(pins->counters, &zero, all);
	if (err)
		err_set(why, err, "counters: cannot read the map: %s", strerror(-err));
	memset(values, 0, COUNTER_MAX * sizeof(*values));
	for (cpu = 0; cpu < cpus; cpu++)
		for (i = 0; i < COUNTER_MAX; i++)
			values[i] += ((const __u64 *)&all[cpu])[i];
	free(all);
	return err;
}

/* ---- as a user sees it ---- */

#define ROW(TYPE, member) FIELD(TYPE, struct counter_row, member)

const struct field counters_fields[] = {
	{"counter", "COUNTER", ROW(ENUM, counter), .name = counter_name},
	{"value", "VALUE", ROW(NUMBER, value)},
	{"help", "MEANING", ROW(ENUM, counter), .name = counter_help},
	{},
};
