// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <linux/neighbour.h>

#include "confirm.h"
#include "later.h"
#include "loader/base/log.h"
#include "loader/rtnl/neigh.h"
#include "loader/rtnl/netlink.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

#define CONFIRM_AFTER_US       20000 /* longer than a frame stays in the receive queue */
#define CONFIRM_SLACK_US       10000
#define CONFIRM_INTERFACES_MAX 16
#define CONFIRM_TOGETHER       16 /* before the event loop looks for what is due */

STAILQ_HEAD(look_queue, look);
LIST_HEAD(reported_list, reported);

struct confirm {
	sd_event *event;
	const struct pins *pins;
	const struct ports *ports;
	struct netlink netlink;
	struct look_queue looks;       /* the oldest first */
	sd_event_source *timer;	       /* for the first of them */
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
	STAILQ_ENTRY(look) others;
	uint64_t due_us;
	struct claim_key key;
	__u8 mac[MAC_LEN];
};

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

static void confirm_look(struct confirm *confirm, const struct look *look)
{
	__u32 interfaces[CONFIRM_INTERFACES_MAX];
	size_t count = 0;

	if (!look->key.inner_vlan) /* no known interface of the host is behind two tags */
		count = ports_segment_interfaces(confirm->ports, look->key.segment, look->key.vlan,
						 interfaces, CONFIRM_INTERFACES_MAX);
	for (size_t i = 0; i < count; i++)
		confirm_look_at(confirm, look, interfaces[i]);
}

static uint64_t confirm_now_us(const struct confirm *confirm)
{
	uint64_t now_us;

	sd_event_now(confirm->event, CLOCK_MONOTONIC, &now_us);
	return now_us;
}

static void confirm_drop_first(struct confirm *confirm)
{
	struct look *look = STAILQ_FIRST(&confirm->looks);

	STAILQ_REMOVE_HEAD(&confirm->looks, others);
	free(look);
}

/* Without a timer the looks wait for the next announcement. */
static void confirm_arm(struct confirm *confirm)
{
	const struct look *first = STAILQ_FIRST(&confirm->looks);

	if (!first)
		return;
	sd_event_source_set_time(confirm->timer, first->due_us);
	sd_event_source_set_enabled(confirm->timer, SD_EVENT_ONESHOT);
}

static int on_looks(sd_event_source *timer, uint64_t due_us, void *ctx)
{
	struct confirm *confirm = ctx;
	uint64_t now_us = confirm_now_us(confirm);
	struct look *look;

	for (int i = 0; i < CONFIRM_TOGETHER && (look = STAILQ_FIRST(&confirm->looks)) &&
			look->due_us <= now_us;
	     i++) {
		confirm_look(confirm, look);
		confirm_drop_first(confirm);
	}
	confirm_arm(confirm);
	return 0;
}

void confirm_announced(struct confirm *confirm, const struct claim_key *key,
		       const __u8 mac[MAC_LEN])
{
	bool is_first = STAILQ_EMPTY(&confirm->looks);
	struct look *look = calloc(1, sizeof(*look));

	if (!look)
		return; /* costs one count, nothing else */
	look->due_us = confirm_now_us(confirm) + CONFIRM_AFTER_US;
	look->key = *key;
	memcpy(look->mac, mac, MAC_LEN);
	STAILQ_INSERT_TAIL(&confirm->looks, look, others);
	if (is_first)
		confirm_arm(confirm);
}

static int confirm_add_timer(struct confirm *confirm, struct err *why)
{
	int err = sd_event_add_time(confirm->event, &confirm->timer, CLOCK_MONOTONIC, UINT64_MAX,
				    CONFIRM_SLACK_US, on_looks, confirm);

	if (err >= 0)
		err = sd_event_source_set_priority(confirm->timer, LATER_PRIORITY);
	return err < 0 ? err_set(why, err, "neighbours: no timer: %s", strerror(-err)) : 0;
}

int confirm_open(struct confirm **out, sd_event *event, const struct pins *pins,
		 const struct ports *ports, struct err *why)
{
	struct confirm *confirm = calloc(1, sizeof(*confirm));

	*out = confirm;
	if (!confirm)
		return err_set(why, -ENOMEM, "neighbours: out of memory");
	*confirm = (struct confirm){.event = event, .pins = pins, .ports = ports};
	STAILQ_INIT(&confirm->looks);
	return confirm_add_timer(confirm, why) ?: netlink_open(&confirm->netlink, NULL, why);
}

void confirm_close(struct confirm *confirm)
{
	if (!confirm)
		return;
	while (!STAILQ_EMPTY(&confirm->looks))
		confirm_drop_first(confirm);
	sd_event_source_disable_unref(confirm->timer);
	while (!LIST_EMPTY(&confirm->reported))
		reported_free(LIST_FIRST(&confirm->reported));
	netlink_close(&confirm->netlink);
	free(confirm);
}
