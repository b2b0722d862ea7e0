// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guests.c - writes the neighbour entry by which the fabric learns that a guest of this hypervisor
 * has an address.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/neighbour.h>

#include "bindings.h"
#include "loader/base/log.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

#define SVIS_MAX 16

/* A guest that has got an address. */
struct guest {
	struct claim_key key;
	__u32 port; /* ifindex */
	__u8 mac[MAC_LEN];
};

static void guests_write_failed(const struct evpn *evpn, const struct claim_key *key, __u32 svi,
				int err)
{
	char address[ADDR_TEXT_LEN];

	log_error("%s: %s: cannot write the neighbour entry for EVPN: %s",
		  ports_name_text(evpn->ports, svi), addr_text(&key->addr, address),
		  strerror(-err));
	speak_run_op(evpn->pins, key, SPEAK_EVPN_FAILED);
}

/* ---- writing ---- */

/* A plain, valid entry: zebra has advertised it already. */
static bool entry_is_right(const struct neigh *neigh, const __u8 mac[MAC_LEN])
{
	return neigh_judge(neigh, mac) == NEIGH_FOLLOWED && !neigh_is_learned(neigh);
}

/*
 * Writes the guest's entry on one SVI: REACHABLE, and plain, since zebra does not advertise what is
 * extern_learn. The administrator's entries are not touched; confirm.c logs them.
 */
static void guests_write(struct evpn *evpn, const struct guest *guest, __u32 svi)
{
	struct neigh neigh;
	int err = neigh_read(&evpn->netlink, svi, &guest->key.addr, &neigh);

	if (err == -ENODEV || (!err && neigh_judge(&neigh, guest->mac) == NEIGH_PERMANENT))
		return;
	if (!err && !entry_is_right(&neigh, guest->mac)) {
		err = neigh_write(&evpn->netlink, svi, &guest->key.addr, guest->mac, NUD_REACHABLE,
				  true);
		if (!err)
			speak_run_op(evpn->pins, &guest->key, SPEAK_EVPN_WRITTEN);
	}
	if (err)
		guests_write_failed(evpn, &guest->key, svi, err);
}

static void guests_advertise(struct evpn *evpn, const struct guest *guest)
{
	__u32 svis[SVIS_MAX];
	size_t count, i;

	if (evpn->mode == EVPN_NO || guest->key.inner_vlan ||
	    !ports_is_guest(evpn->ports, guest->port))
		return;
	count = ports_segment_interfaces(evpn->ports, guest->key.segment, guest->key.vlan, svis,
					 SVIS_MAX);
	for (i = 0; i < count; i++)
		if (evpn_is_on(evpn, guest->key.segment, svis[i]) &&
		    claims_is_announced(evpn->pins, &guest->key, guest->mac))
			guests_write(evpn, guest, svis[i]);
}

/* ---- which guests ---- */

/*
 * A frame of the guest that names the address, its answer or its own announcement, has come out at
 * the bridge's own device since it got the address: the host's filters allow it to the guest. The
 * entry is the fabric's way past the filter otherwise.
 */
static bool claim_came_through(const struct claim *claim)
{
	return (claim->state == CLAIM_ANNOUNCING || claim->state == CLAIM_OWNED) &&
	       claim->came_through_ns >= claim->announced_since_ns &&
	       !memcmp(claim->through_mac, claim->mac, MAC_LEN);
}

/* Its first frame since then; the event's port is the bridge. */
bool evpn_wants_event(const struct evpn *evpn, const struct event *event)
{
	return (evpn->mode == EVPN_YES || evpn->is_following) &&
	       event->reason == COUNTER_came_through;
}

void evpn_hear_event(struct evpn *evpn, const struct event *event)
{
	struct claim claim;

	if (!claims_lookup(evpn->pins, &event->key, &claim))
		evpn_hear_claim(evpn, &claim);
}

void evpn_hear_claim(struct evpn *evpn, const struct claim *claim)
{
	struct guest guest = {.key = claim->key, .port = claim->port};

	memcpy(guest.mac, claim->mac, MAC_LEN);
	if (claim_came_through(claim))
		guests_advertise(evpn, &guest);
}
