// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <linux/neighbour.h>

#include "confirm.h"
#include "loader/base/log.h"
#include "loader/rtnl/neigh.h"
#include "loader/rtnl/netlink.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

#define CONFIRM_AFTER_US       20000 /* longer than a frame stays in the receive queue */
#define CONFIRM_SLACK_US       10000
#define CONFIRM_INTERFACES_MAX 16

LIST_HEAD(look_list, look);
LIST_HEAD(reported_list, reported);

struct confirm {
	sd_event *event;
	const struct pins *pins;
	const struct ports *ports;
	struct netlink netlink;
	struct look_list looks;
	struct reported_list reported; /* wrong entries that were logged */
};

/* An entry that did not follow; as many as there are such entries. */
struct reported {
	LIST_ENTRY(reported) others;
	__u32 ifindex;
	struct addr addr;
};

/* An announcement whose effect has to be checked. */
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

static struct reported *reported_find(const struct confirm *confirm, __u32 ifindex,
				      const struct addr *addr)
{
	struct reported *reported;

	for (reported = LIST_FIRST(&confirm->reported); reported;
	     reported = LIST_NEXT(reported, others))
		if (reported->ifindex == ifindex && !memcmp(&reported->addr, addr, sizeof(*addr)))
			return reported;
	return NULL;
}

static void reported_free(struct reported *reported)
{
	if (!reported)
		return;
	LIST_REMOVE(reported, others);
	free(reported);
}

/* Without memory the entry is logged again next time. */
static void reported_add(struct confirm *confirm, const struct neigh *neigh)
{
	struct reported *reported = calloc(1, sizeof(*reported));

	if (!reported)
		return;
	reported->ifindex = neigh->ifindex;
	reported->addr = neigh->addr;
	LIST_INSERT_HEAD(&confirm->reported, reported, others);
}

/* Logs once that the administrator's entry, which garpd does not change, is wrong now. */
static void confirm_log_permanent(struct confirm *confirm, const struct look *look,
				  const struct neigh *neigh)
{
	const char *name = ports_name_text(confirm->ports, neigh->ifindex);
	char address[ADDR_TEXT_LEN], has[MAC_TEXT_LEN], announced[MAC_TEXT_LEN];

	if (reported_find(confirm, neigh->ifindex, &neigh->addr))
		return;
	reported_add(confirm, neigh);
	addr_text(&neigh->addr, address);
	mac_text(neigh->mac, has);
	log_warning("%s: %s: permanent neighbour entry has %s, announced was %s; if outdated: ip "
		    "neigh del %s dev %s",
		    name, address, has, mac_text(look->mac, announced), address, name);
}

/*
 * Logs once that a plain entry is still wrong. The answer of the guest, and the announcement made
 * of it, have come through the host's own filters: they keep them from it, or its kernel is set to
 * ignore announcements. garpd does not write past them.
 */
static void confirm_log_wrong(struct confirm *confirm, const struct look *look,
			      const struct neigh *neigh)
{
	const char *name = ports_name_text(confirm->ports, neigh->ifindex);
	char address[ADDR_TEXT_LEN], has[MAC_TEXT_LEN], announced[MAC_TEXT_LEN];

	if (reported_find(confirm, neigh->ifindex, &neigh->addr))
		return;
	reported_add(confirm, neigh);
	addr_text(&neigh->addr, address);
	mac_text(neigh->mac, has);
	log_warning("%s: %s: the host's own entry still has %s, announced was %s; why: garpd "
		    "explain %s",
		    name, address, has, mac_text(look->mac, announced), address);
}

static void confirm_look_at(struct confirm *confirm, const struct look *look, __u32 ifindex)
{
	static const enum speak_op notes[] = {
		[NEIGH_FOLLOWED] = SPEAK_REFRESHED,
		[NEIGH_OTHER] = SPEAK_NOT_REFRESHED,
		[NEIGH_PERMANENT] = SPEAK_PERMANENT,
		[NEIGH_LEARNED] = SPEAK_EXTERN_LEARNED,
	};
	enum neigh_outcome outcome;
	struct neigh neigh;

	if (neigh_read(&confirm->netlink, ifindex, &look->key.addr, &neigh))
		return;
	outcome = neigh_judge(&neigh, look->mac);
	if (outcome != NEIGH_ABSENT)
		speak_run_op(confirm->pins, &look->key, notes[outcome]);
	if (outcome == NEIGH_ABSENT || outcome == NEIGH_FOLLOWED)
		reported_free(reported_find(confirm, ifindex, &look->key.addr));
	if (outcome == NEIGH_OTHER)
		confirm_log_wrong(confirm, look, &neigh);
	if (outcome == NEIGH_PERMANENT)
		confirm_log_permanent(confirm, look, &neigh);
}

static int on_look(sd_event_source *timer, uint64_t now_us, void *ctx)
{
	__u32 interfaces[CONFIRM_INTERFACES_MAX];
	struct look *look = ctx;
	struct confirm *confirm = look->confirm;
	size_t count = 0;

	if (!look->key.inner_vlan) /* no known interface of the host is behind two tags */
		count = ports_segment_interfaces(confirm->ports, look->key.segment, look->key.vlan,
						 interfaces, CONFIRM_INTERFACES_MAX);
	for (size_t i = 0; i < count; i++)
		confirm_look_at(confirm, look, interfaces[i]);
	look_free(look);
	return 0;
}

void confirm_announced(struct confirm *confirm, const struct claim_key *key,
		       const __u8 mac[MAC_LEN])
{
	struct look *look = calloc(1, sizeof(*look));

	if (!look)
		return; /* costs one count, nothing else */
	look->confirm = confirm;
	look->key = *key;
	memcpy(look->mac, mac, MAC_LEN);
	LIST_INSERT_HEAD(&confirm->looks, look, others);
	if (sd_event_add_time_relative(confirm->event, &look->timer, CLOCK_MONOTONIC,
				       CONFIRM_AFTER_US, CONFIRM_SLACK_US, on_look, look) < 0)
		look_free(look);
}

int confirm_open(struct confirm **out, sd_event *event, const struct pins *pins,
		 const struct ports *ports, struct err *why)
{
	struct confirm *confirm = calloc(1, sizeof(*confirm));

	*out = confirm;
	if (!confirm)
		return err_set(why, -ENOMEM, "neighbours: out of memory");
	*confirm = (struct confirm){.event = event, .pins = pins, .ports = ports};
	return netlink_open(&confirm->netlink, NULL, why);
}

void confirm_close(struct confirm *confirm)
{
	if (!confirm)
		return;
	while (!LIST_EMPTY(&confirm->looks))
		look_free(LIST_FIRST(&confirm->looks));
	while (!LIST_EMPTY(&confirm->reported))
		reported_free(LIST_FIRST(&confirm->reported));
	netlink_close(&confirm->netlink);
	free(confirm);
}
