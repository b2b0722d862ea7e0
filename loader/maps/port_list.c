// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "port_list.h"
#include "walk.h"

static int compare(__u32 x, __u32 y)
{
	return (x > y) - (x < y);
}

int compare_ifindexes(const void *a, const void *b)
{
	return compare(*(const __u32 *)a, *(const __u32 *)b);
}

static int by_segment(const void *a, const void *b)
{
	return compare(((const struct port_listed *)a)->port.segment,
		       ((const struct port_listed *)b)->port.segment);
}

int port_list_read(const struct pins *pins, enum port_order order, struct port_list *list)
{
	struct map_walk walk;
	struct port port;
	__u32 ifindex;

	*list = (struct port_list){.at = calloc(GARPD_MAX_PORTS, sizeof(*list->at))};
	if (!list->at)
		return -ENOMEM;
	map_walk_begin(&walk, pins->ports, 0);
	while (list->count < GARPD_MAX_PORTS && map_walk_next(&walk, &ifindex, &port))
		list->at[list->count++] = (struct port_listed){ifindex, port};
	map_walk_end(&walk);
	qsort(list->at, list->count, sizeof(*list->at),
	      order == PORTS_BY_IFINDEX ? compare_ifindexes : by_segment);
	return 0;
}

void port_list_free(struct port_list *list)
{
	free(list->at);
	*list = (struct port_list){};
}

const struct port *port_list_find(const struct port_list *list, __u32 ifindex)
{
	const struct port_listed *found = bsearch(&ifindex, list->at, list->count,
						  sizeof(*list->at), compare_ifindexes);

	return found ? &found->port : NULL;
}
