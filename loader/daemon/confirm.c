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

#define CONFIRM_AFTER_US       20000 /* the receive queue has long been worked off by then */
#define CONFIRM_SLACK_US       10000
#define CONFIRM_INTERFACES_MAX 16

LIST_HEAD(look_list, look);
LIST_HEAD(told_list, told);

struct confirm {
	sd_event *event;
	const struct pins *pins;
	const struct ports *ports;
	struct netlink netlink;
	struct look_list looks; /* that are still to be taken */
	struct told_list told;	/* permanent entries that the log has named */
};

/* An entry of the administrator's that is wrong: bounded by how many there are. */
struct told {
	LIST_ENTRY(told) others;
	__u32 ifindex;
	struct addr addr;
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

static void confirm_note(struct confirm *confirm, const struct look *look, enum speak_op op)
{
	struct speak_call call = {.key = look->key, .op = op};

	speak_run(confirm->pins, &call);
}

static struct told *confirm_has_told(const struct confirm *confirm, __u32 ifindex,
				     const struct addr *addr)
{
	struct told *told;

	for (told = LIST_FIRST(&confirm->told); told; told = LIST_NEXT(told, others))
		if (told->ifindex == ifindex && !memcmp(&told->addr, addr, sizeof(*addr)))
			return told;
	return NULL;
}

/* It is wrong no more: should it be again, that is news. */
static void confirm_drop_told(const struct confirm *confirm, __u32 ifindex, const struct addr *addr)
{
	struct told *told = confirm_has_told(confirm, ifindex, addr);

	if (told)
		LIST_REMOVE(told, others);
	free(told);
}

/* Without memory it will be told again. */
static void confirm_keep_told(struct confirm *confirm, const struct neigh *neigh)
{
	struct told *told = calloc(1, sizeof(*told));

	if (!told)
		return;
	told->ifindex = neigh->ifindex;
	told->addr = neigh->addr;
	LIST_INSERT_HEAD(&confirm->told, told, others);
}

/* Says once that the administrator's entry is wrong now; it is not ours to touch. */
static void confirm_tell_permanent(struct confirm *confirm, const struct look *look,
				   const struct neigh *neigh)
{
	const char *name = ports_name_text(confirm->ports, neigh->ifindex);
	char address[ADDR_TEXT_LEN], has[MAC_TEXT_LEN], announced[MAC_TEXT_LEN];

	if (confirm_has_told(confirm, neigh->ifindex, &neigh->addr))
		return;
	confirm_keep_told(confirm, neigh);
	addr_text(&neigh->addr, address);
	mac_text(neigh->mac, has);
	log_warning("%s: %s: the host's own entry is permanent and has %s, but %s was announced; "
		    "if it is out of date: ip neigh del %s dev %s",
		    name, address, has, mac_text(look->mac, announced), address, name);
}

/*
 * Netlink passes the host's own filters by. An entry may not have followed because one of them
 * stopped the announcement, and then the guest may not have the address: so it is repaired only
 * where the kernel was told to ignore announcements, or where a listener's answer has proved that
 * the guest's frames get through.
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
 * The entry did not follow. Where that may be mended, the MAC is put there over netlink, STALE: the
 * kernel asks the guest before it relies on it. REPLACE without CREATE, so that an entry that is
 * gone by now stays gone.
 */
static void confirm_repair(struct confirm *confirm, const struct look *look, __u32 ifindex)
{
	struct neigh neigh;
	int error;

	if (!confirm_may_repair(confirm, look, ifindex))
		return;
	error = neigh_write(&confirm->netlink, ifindex, &look->key.addr, look->mac, NUD_STALE,
			    false);
	if (error == -ENOENT)
		return;
	if (!error)
		error = neigh_read(&confirm->netlink, ifindex, &look->key.addr, &neigh);
	if (!error && neigh_judge(&neigh, look->mac) == NEIGH_FOLLOWED)
		return confirm_note(confirm, look, SPEAK_REPAIRED);
	log_warning("%s: the host's own entry did not follow and cannot be replaced: %s",
		    ports_name_text(confirm->ports, ifindex),
		    error ? strerror(-error) : "something else writes it, too");
	confirm_note(confirm, look, SPEAK_REPAIR_FAILED);
}

static void confirm_look_at(struct confirm *confirm, const struct look *look, __u32 ifindex)
{
	struct neigh neigh;

	if (neigh_read(&confirm->netlink, ifindex, &look->key.addr, &neigh))
		return;
	switch (neigh_judge(&neigh, look->mac)) {
	case NEIGH_ABSENT:
		confirm_drop_told(confirm, ifindex, &look->key.addr);
		break;
	case NEIGH_FOLLOWED:
		confirm_drop_told(confirm, ifindex, &look->key.addr);
		confirm_note(confirm, look, SPEAK_REFRESHED);
		break;
	case NEIGH_OTHER:
		confirm_note(confirm, look, SPEAK_NOT_REFRESHED);
		confirm_repair(confirm, look, ifindex);
		break;
	case NEIGH_PERMANENT:
		confirm_note(confirm, look, SPEAK_PERMANENT);
		confirm_tell_permanent(confirm, look, &neigh);
		break;
	case NEIGH_LEARNED:
		confirm_note(confirm, look, SPEAK_EXTERN_LEARNED);
		break;
	}
}

/* Every interface that the host has in the segment. */
static void confirm_look(struct confirm *confirm, const struct look *look)
{
	__u32 interfaces[CONFIRM_INTERFACES_MAX];
	size_t i,
		count = ports_segment_interfaces(confirm->ports, look->key.segment, look->key.vlan,
						 interfaces, CONFIRM_INTERFACES_MAX);

	for (i = 0; i < count; i++)
		confirm_look_at(confirm, look, interfaces[i]);
}

static int confirm_fires(sd_event_source *timer, uint64_t now_us, void *ctx)
{
	struct look *look = ctx;

	(void)timer;
	(void)now_us;
	if (!look->key.inner_vlan) /* the host has no interface behind two tags that we know of */
		confirm_look(look->confirm, look);
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
	return netlink_open(&confirm->netlink, NULL, err);
}

void confirm_close(struct confirm *confirm)
{
	struct told *told;

	if (!confirm)
		return;
	while (!LIST_EMPTY(&confirm->looks))
		look_free(LIST_FIRST(&confirm->looks));
	while ((told = LIST_FIRST(&confirm->told))) {
		LIST_REMOVE(told, others);
		free(told);
	}
	netlink_close(&confirm->netlink);
	free(confirm);
}
