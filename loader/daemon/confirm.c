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
	struct reported_list reported; /* permanent entries that were logged */
};

/* A wrong entry of the administrator's; as many as there are such entries. */
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
 * Netlink bypasses the host's filters. If one of them stopped the announcement, the guest may not
 * be allowed the address. So repair only where the kernel is set to ignore announcements, or where
 * a listener's reply has proved that the guest's frames get through.
 */
static bool confirm_may_repair(const struct confirm *confirm, const struct look *look,
			       __u32 ifindex)
{
	struct claim claim;

	if (!claims_is_announced(confirm->pins, &look->key, look->mac))
		return false;
	if (neigh_has_drop_setting(ports_name_text(confirm->ports, ifindex), &look->key.addr) ||
	    neigh_has_drop_setting("all", &look->key.addr))
		return true;
	return !claims_lookup(confirm->pins, &look->key, &claim) && claim.confirmed_ns &&
	       claim.confirmed_ns >= claim.announced_since_ns;
}

/*
 * Writes the MAC over netlink, STALE: the kernel verifies it before it uses it. REPLACE without
 * CREATE, so that an entry that is gone by now stays gone.
 */
static void confirm_repair(struct confirm *confirm, const struct look *look, __u32 ifindex)
{
	const struct addr *addr = &look->key.addr;
	char address[ADDR_TEXT_LEN];
	struct neigh neigh;
	int err;

	if (!confirm_may_repair(confirm, look, ifindex))
		return;
	err = neigh_write(&confirm->netlink, ifindex, addr, look->mac, NUD_STALE, false);
	if (err == -ENOENT)
		return;
	if (!err)
		err = neigh_read(&confirm->netlink, ifindex, addr, &neigh);
	if (!err && neigh_judge(&neigh, look->mac) == NEIGH_FOLLOWED) {
		speak_run_op(confirm->pins, &look->key, SPEAK_REPAIRED);
		return;
	}
	log_warning("%s: %s: cannot correct the host's neighbour entry: %s",
		    ports_name_text(confirm->ports, ifindex), addr_text(addr, address),
		    err ? strerror(-err) : "another program writes it");
	speak_run_op(confirm->pins, &look->key, SPEAK_REPAIR_FAILED);
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
		confirm_repair(confirm, look, ifindex);
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
