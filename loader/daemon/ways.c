// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ways.c - is every port heard? A program before garpd's can end the way of a frame, and who
 * changes the qdisc removes garpd's filter with it. Looked at when garpd attaches, after a
 * notification of tc, and every minute; what is found is in the ports' descriptions.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "loader/attach/order.h"
#include "loader/base/log.h"
#include "loader/base/text.h"
#include "loader/maps/walk.h"
#include "loader/rtnl/follow.h"
#include "parts.h"
#include "status.h"
#include "reattach.h"
#include "ways.h"

#define WAYS_EVERY_USEC (60 * 1000000ull)
#define WAYS_SLICE	32	       /* ports that are looked at without a pause */
#define WAYS_PAUSE_USEC (10 * 1000ull) /* for the deadlines of claims */
#define WAYS_SLACK_USEC (100 * 1000ull)
#define WAYS_BUCKETS	256 /* by the ifindex */

/* A port of which tc has told something, or from which garpd's program was removed. */
struct way {
	LIST_ENTRY(way) others;
	LIST_ENTRY(way) in_bucket;
	__u32 ifindex;
	bool is_changed;
	struct reattach again;
};

LIST_HEAD(way_list, way);

struct ways {
	struct daemon *daemon;
	struct follow follow;
	struct way_list all;
	struct way_list buckets[WAYS_BUCKETS];
	sd_event_source *again; /* timer; NULL: no program was removed */
	sd_event_source *look;	/* timer */
	__u32 *ifindex;		/* ports that are still to be looked at, in this minute's round */
	size_t left;
};

static uint64_t ways_now(const struct ways *ways)
{
	uint64_t now_usec = 0;

	sd_event_now(ways->daemon->event, CLOCK_MONOTONIC, &now_usec);
	return now_usec;
}

static int ways_arm(struct ways *ways, sd_event_source **timer, uint64_t usec,
		    sd_event_time_handler_t handler)
{
	int err;

	*timer = sd_event_source_disable_unref(*timer);
	err = sd_event_add_time(ways->daemon->event, timer, CLOCK_MONOTONIC, usec, WAYS_SLACK_USEC,
				handler, ways);
	if (err < 0)
		log_error("ports that are not heard: cannot set a timer: %s", strerror(-err));
	return err;
}

/* ---- the way to a port ---- */

static struct way *way_find(const struct ways *ways, __u32 ifindex)
{
	struct way *way;

	LIST_FOREACH(way, &ways->buckets[ifindex % WAYS_BUCKETS], in_bucket)
		if (way->ifindex == ifindex)
			return way;
	return NULL;
}

/* NULL: out of memory; the next round finds the port. */
static struct way *way_get(struct ways *ways, __u32 ifindex)
{
	struct way *way = way_find(ways, ifindex);

	if (way)
		return way;
	way = calloc(1, sizeof(*way));
	if (!way)
		return NULL;
	way->ifindex = ifindex;
	LIST_INSERT_HEAD(&ways->all, way, others);
	LIST_INSERT_HEAD(&ways->buckets[ifindex % WAYS_BUCKETS], way, in_bucket);
	return way;
}

static void way_free(struct way *way)
{
	LIST_REMOVE(way, others);
	LIST_REMOVE(way, in_bucket);
	free(way);
}

static void way_log(const char *name, enum unheard unheard, const struct program *before,
		    bool is_over)
{
	if (unheard == UNHEARD_NOT)
		log_info("%s: heard again", name);
	else if (unheard == UNHEARD_DETACHED && is_over)
		log_warning("%s: not heard: garpd's program was removed %u times in a minute; "
			    "attached again when the minute is over",
			    name, REATTACH_TRIES);
	else if (unheard == UNHEARD_DETACHED)
		log_warning("%s: not heard: garpd's program was removed; attached again when its "
			    "qdiscs have not changed for 2 s",
			    name);
	else if (before->id)
		log_warning(
			"%s: not heard: the %s program %s%s(id %u) comes before garpd's, and can "
			"keep frames from it",
			name, before->hook, before->name, before->name[0] ? " " : "", before->id);
	else
		log_warning("%s: not heard: a tc filter (%s) comes before garpd's, and can keep "
			    "frames from it",
			    name, before->name);
}

static const char *way_name(const struct ways *ways, __u32 ifindex)
{
	return ports_name_text(ways->daemon->ports, ifindex);
}

static int on_reattach(sd_event_source *timer, uint64_t usec, void *ctx);

/* For the port that may be attached again first. */
static void ways_arm_again(struct ways *ways)
{
	uint64_t first_usec = UINT64_MAX;
	const struct way *way;

	LIST_FOREACH(way, &ways->all, others)
		if (way->again.is_due && way->again.due_usec < first_usec)
			first_usec = way->again.due_usec;
	ways->again = sd_event_source_disable_unref(ways->again);
	if (first_usec != UINT64_MAX)
		ways_arm(ways, &ways->again, first_usec, on_reattach);
}

static int ways_ports(const struct ways *ways)
{
	return ways->daemon->datapath.pins.ports;
}

/* True: another state than before. */
static bool way_look(struct ways *ways, __u32 ifindex)
{
	struct program before = {};
	enum unheard unheard;
	struct port port;
	struct way *way;

	if (bpf_map_lookup_elem(ways_ports(ways), &ifindex, &port))
		return false;
	unheard = order_read(&ways->daemon->datapath.program, ifindex, &port, &before);
	if (unheard == port.unheard)
		return false;
	datapath_note_unheard(&ways->daemon->datapath.pins, ifindex, &port, unheard);
	way = unheard == UNHEARD_DETACHED ? way_get(ways, ifindex) : way_find(ways, ifindex);
	way_log(way_name(ways, ifindex), unheard, &before,
		way && reattach_is_over(&way->again, ways_now(ways)));
	if (way)
		reattach_set(&way->again, unheard == UNHEARD_DETACHED, ways_now(ways));
	status_change(ways->daemon->status);
	return true;
}

/* ---- what others call ---- */

void ways_look(struct ways *ways, __u32 ifindex)
{
	if (way_look(ways, ifindex))
		datapath_deny_unheard(&ways->daemon->datapath.pins);
	ways_arm_again(ways);
}

void ways_settle(struct ways *ways)
{
	datapath_deny_unheard(&ways->daemon->datapath.pins);
}

void ways_forget(struct ways *ways, __u32 ifindex)
{
	struct way *way = way_find(ways, ifindex);

	if (way)
		way_free(way);
}

/* ---- attaching again ---- */

static int way_attach(struct ways *ways, __u32 ifindex, struct err *why)
{
	struct datapath *datapath = &ways->daemon->datapath;
	struct port_vlans vlans = {};
	struct vlan_way way = {};
	struct port port;

	if (bpf_map_lookup_elem(datapath->pins.ports, &ifindex, &port))
		return 0;
	port.made_qdisc = 0;
	bpf_map_lookup_elem(datapath->pins.port_vlans, &ifindex, &vlans);
	bpf_map_lookup_elem(datapath->pins.vlan_ways, &ifindex, &way);
	return datapath_attach(datapath, ifindex, way_name(ways, ifindex), &port,
			       port.vlan_proto ? &vlans : NULL,
			       port_maps_vlans(&port) ? &way : NULL, why);
}

static void way_reattach(struct ways *ways, struct way *way)
{
	struct err why;
	int err;

	reattach_try(&way->again, ways_now(ways));
	err = way_attach(ways, way->ifindex, &why);
	if (err < 0 && err != -ENODEV)
		log_error("%s", why.text);
	if (way_look(ways, way->ifindex))
		datapath_deny_unheard(&ways->daemon->datapath.pins);
}

static int on_reattach(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct ways *ways = ctx;
	struct way *way, *next;

	for (way = LIST_FIRST(&ways->all); way; way = next) {
		next = LIST_NEXT(way, others);
		if (way->again.is_due && way->again.due_usec <= usec)
			way_reattach(ways, way);
	}
	ways_arm_again(ways);
	return 0;
}

/* ---- notifications of tc ---- */

static int on_tc(void *ctx, const struct nlmsghdr *message)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(message);
	bool is_qdisc = message->nlmsg_type == RTM_NEWQDISC || message->nlmsg_type == RTM_DELQDISC;
	struct ways *ways = ctx;
	__u32 ifindex;
	struct port port;
	struct way *way;

	if (!is_qdisc && message->nlmsg_type != RTM_NEWTFILTER &&
	    message->nlmsg_type != RTM_DELTFILTER)
		return 0;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*tc))
		return 0;
	ifindex = (__u32)tc->tcm_ifindex;
	if (bpf_map_lookup_elem(ways_ports(ways), &ifindex, &port))
		return 0;
	way = way_get(ways, ifindex);
	if (!way)
		return 0;
	way->is_changed = true;
	if (is_qdisc)
		reattach_wait(&way->again, ways_now(ways));
	return 0;
}

static int on_tc_settle(void *ctx, int err)
{
	struct ways *ways = ctx;
	bool changed = false;
	struct way *way;

	for (way = LIST_FIRST(&ways->all); way; way = LIST_NEXT(way, others)) {
		if (way->is_changed)
			changed |= way_look(ways, way->ifindex);
		way->is_changed = false;
	}
	if (changed)
		datapath_deny_unheard(&ways->daemon->datapath.pins);
	ways_arm_again(ways);
	return err;
}

/* ---- every minute ---- */

static void ways_begin_round(struct ways *ways)
{
	__u32 *all = realloc(ways->ifindex, GARPD_MAX_PORTS * sizeof(*all));
	struct map_walk walk;

	if (!all)
		return;
	ways->ifindex = all;
	map_walk_begin(&walk, ways_ports(ways), 0);
	while (ways->left < GARPD_MAX_PORTS && map_walk_next(&walk, &all[ways->left], NULL))
		ways->left++;
	map_walk_end(&walk);
}

static int on_look(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct ways *ways = ctx;
	bool changed = false;

	if (!ways->left)
		ways_begin_round(ways);
	for (size_t i = 0; i < WAYS_SLICE && ways->left; i++)
		changed |= way_look(ways, ways->ifindex[--ways->left]);
	if (changed)
		datapath_deny_unheard(&ways->daemon->datapath.pins);
	ways_arm_again(ways);
	ways_arm(ways, &ways->look,
		 ways_now(ways) + (ways->left ? WAYS_PAUSE_USEC : WAYS_EVERY_USEC), on_look);
	return 0;
}

int ways_look_at_all(struct ways *ways)
{
	ways->left = 0;
	return ways_arm(ways, &ways->look, ways_now(ways), on_look);
}

/* Notifications were lost. */
static int on_tc_lost(void *ctx)
{
	return ways_look_at_all(ctx);
}

/* The ports are looked at as they are attached. */
static int on_tc_dump(void *ctx, struct netlink *netlink)
{
	return 0;
}

static const struct follow_ops tc_ops = {
	.table = "qdiscs",
	.groups = (const unsigned int[]){RTNLGRP_TC, RTNLGRP_NONE},
	.dump = on_tc_dump,
	.hear = on_tc,
	.lost = on_tc_lost,
	.settle = on_tc_settle,
};

/* ---- life ---- */

int ways_open(struct ways **out, struct daemon *daemon, struct err *why)
{
	struct ways *ways = calloc(1, sizeof(*ways));
	int err;

	*out = ways;
	if (!ways)
		return err_set(why, -ENOMEM, "qdiscs: out of memory");
	ways->daemon = daemon;
	LIST_INIT(&ways->all);
	err = follow_open(&ways->follow, daemon->event, &tc_ops, ways, why);
	if (err)
		return err;
	err = ways_arm(ways, &ways->look, ways_now(ways) + WAYS_EVERY_USEC, on_look);
	return err < 0 ? err_set(why, err, "qdiscs: cannot set a timer: %s", strerror(-err)) : 0;
}

void ways_close(struct ways *ways)
{
	if (!ways)
		return;
	follow_close(&ways->follow);
	while (!LIST_EMPTY(&ways->all))
		way_free(LIST_FIRST(&ways->all));
	sd_event_source_disable_unref(ways->again);
	sd_event_source_disable_unref(ways->look);
	free(ways->ifindex);
	free(ways);
}
