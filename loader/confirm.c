// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "confirm.h"
#include "neigh.h"
#include "netlink.h"

#define CONFIRM_AFTER_US       20000 /* the receive queue has long been worked off by then */
#define CONFIRM_SLACK_US       10000
#define CONFIRM_INTERFACES_MAX 16

LIST_HEAD(look_list, look);

struct confirm {
	sd_event *event;
	const struct pins *pins;
	const struct ports *ports;
	struct netlink netlink;
	struct look_list looks; /* that are still to be taken */
};

/* One look that is to be taken. */
struct look {
	struct confirm *confirm;
	LIST_ENTRY(look) others;
	sd_event_source *timer;
	struct claim_key key;
	__u8 mac[MAC_LEN];
};

static void look_free(struct look *look)
{
	LIST_REMOVE(look, others);
	sd_event_source_disable_unref(look->timer);
	free(look);
}

/* The best outcome on any interface that the host has in the segment. */
static enum neigh_outcome confirm_outcome(struct confirm *confirm, const struct look *look)
{
	__u32 interfaces[CONFIRM_INTERFACES_MAX];
	size_t i,
		count = ports_segment_interfaces(confirm->ports, look->key.segment, look->key.vlan,
						 interfaces, CONFIRM_INTERFACES_MAX);
	enum neigh_outcome outcome, worst = NEIGH_ABSENT;
	struct neigh neigh;

	for (i = 0; i < count; i++) {
		if (neigh_read(&confirm->netlink, interfaces[i], &look->key.addr, &neigh))
			continue;
		outcome = neigh_follows(&neigh, look->mac);
		if (outcome > worst)
			worst = outcome;
	}
	return worst;
}

static void confirm_note(struct confirm *confirm, const struct look *look)
{
	static const enum speak_op notes[] = {
		[NEIGH_FOLLOWED] = SPEAK_REFRESHED,
		[NEIGH_OTHER] = SPEAK_NOT_REFRESHED,
		[NEIGH_PERMANENT] = SPEAK_PERMANENT,
	};
	enum neigh_outcome outcome = confirm_outcome(confirm, look);
	struct speak_call call = {.key = look->key};

	if (outcome == NEIGH_ABSENT)
		return;
	call.op = notes[outcome];
	pins_speak(confirm->pins, &call);
}

static int confirm_fires(sd_event_source *timer, uint64_t now_us, void *ctx)
{
	struct look *look = ctx;

	(void)timer;
	(void)now_us;
	if (!look->key.inner_vlan) /* the host has no interface behind two tags that we know of */
		confirm_note(look->confirm, look);
	look_free(look);
	return 0;
}

void confirm_announced(struct confirm *confirm, const struct claim_key *key,
		       const __u8 mac[MAC_LEN])
{
	struct look *look = calloc(1, sizeof(*look));

	if (!look)
		return; /* a look that is not taken is a count that is missing, no more */
	look->confirm = confirm;
	look->key = *key;
	memcpy(look->mac, mac, MAC_LEN);
	LIST_INSERT_HEAD(&confirm->looks, look, others);
	if (sd_event_add_time_relative(confirm->event, &look->timer, CLOCK_MONOTONIC,
				       CONFIRM_AFTER_US, CONFIRM_SLACK_US, confirm_fires, look) < 0)
		look_free(look);
}

int confirm_open(struct confirm **out, sd_event *event, const struct pins *pins,
		 const struct ports *ports, struct err *err)
{
	struct confirm *confirm = calloc(1, sizeof(*confirm));

	*out = confirm;
	if (!confirm)
		return err_set(err, -ENOMEM, "neighbours: out of memory");
	*confirm = (struct confirm){.event = event, .pins = pins, .ports = ports};
	return netlink_open(&confirm->netlink, NULL, 0, err);
}

void confirm_close(struct confirm *confirm)
{
	if (!confirm)
		return;
	while (!LIST_EMPTY(&confirm->looks))
		look_free(LIST_FIRST(&confirm->looks));
	netlink_close(&confirm->netlink);
	free(confirm);
}
