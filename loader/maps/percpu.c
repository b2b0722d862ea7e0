// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "percpu.h"

int percpu_sum(int map, const char *what, __u32 key, __u64 *sums, size_t count, struct err *why)
{
	int cpus = libbpf_num_possible_cpus(), err;
	__u64 *all;

	memset(sums, 0, count * sizeof(*sums));
	if (cpus < 0)
		return err_set(why, cpus, "%s: cannot tell the number of CPUs: %s", what,
			       strerror(-cpus));
	all = calloc((size_t)cpus * count, sizeof(*all));
	if (!all)
		return err_set(why, -ENOMEM, "%s: out of memory", what);
	err = bpf_map_lookup_elem(map, &key, all);
	if (err)
		err_set(why, err, "%s: cannot read the map: %s", what, strerror(-err));
	for (size_t i = 0; !err && i < (size_t)cpus * count; i++)
		sums[i % count] += all[i];
	free(all);
	return err;
}
