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

/* After the window the guest replies for the address; a busy one needs a moment. */
#define VERIFY_AFTER_US 100000
#define VERIFY_SLACK_US 10000

/* A guest that has got an address. */
struct guest {
	struct claim_key key;
	__u32 port; /* ifindex */
	__u8 mac[MAC_LEN];
	bool is_in_dad; /* it does not reply for the address yet, perhaps never */
};

/* An entry that the kernel has to verify in a moment. */
struct verify {
	struct evpn *evpn;
	LIST_ENTRY(verify) others;
	sd_event_source *timer;
	struct claim_key key;
	__u32 svi;
	__u8 mac[MAC_LEN];
};

static void verify_free(struct verify *verify)
{
	LIST_REMOVE(verify, others);
	sd_event_source_disable_unref(verify->timer);
	free(verify);
}

void evpn_guests_forget(struct evpn *evpn)
{
	while (!LIST_EMPTY(&evpn->verifying))
		verify_free(LIST_FIRST(&evpn->verifying));
}

static void guests_write_failed(const struct evpn *evpn, const struct claim_key *key, __u32 svi,
				int err)
{
	char address[ADDR_TEXT_LEN];

	log_error("%s: %s: cannot write the neighbour entry for EVPN: %s",
		  ports_name_text(evpn->ports, svi), addr_text(&key->addr, address),
		  strerror(-err));
	speak_run_op(evpn->pins, key, SPEAK_EVPN_FAILED);
}

/* ---- verifying ---- */

/*
 * NUD_PROBE: the kernel sends the guest three requests in three seconds. Without a reply the entry
 * is FAILED, zebra withdraws the route, and that of the true owner is valid again.
 */
static void verify_begin(struct verify *verify)
{
	struct evpn *evpn = verify->evpn;
	struct neigh neigh;
	int err;

	if (!claims_is_announced(evpn->pins, &verify->key, verify->mac) ||
	    neigh_read(&evpn->netlink, verify->svi, &verify->key.addr, &neigh))
		return;
	/* By now another host may have it, perhaps elsewhere, or the entry is failing already. */
	if (neigh_is_learned(&neigh) || neigh_judge(&neigh, verify->mac) != NEIGH_FOLLOWED ||
	    !(neigh.state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY)))
		return;
	err = neigh_write(&evpn->netlink, verify->svi, &verify->key.addr, verify->mac, NUD_PROBE,
			  false);
	if (!err)
		speak_run_op(evpn->pins, &verify->key, SPEAK_EVPN_VERIFYING);
	else if (err != -ENOENT)
		guests_write_failed(evpn, &verify->key, verify->svi, err);
}

static int on_verify(sd_event_source *timer, uint64_t now_us, void *ctx)
{
	verify_begin(ctx);
	verify_free(ctx);
	return 0;
}

static void guests_verify(struct evpn *evpn, const struct guest *guest, __u32 svi)
{
	struct verify *verify = calloc(1, sizeof(*verify));

	if (!verify)
		return log_error("neighbours: out of memory; an entry stays unverified");
	verify->evpn = evpn;
	verify->key = guest->key;
	verify->svi = svi;
	memcpy(verify->mac, guest->mac, MAC_LEN);
	LIST_INSERT_HEAD(&evpn->verifying, verify, others);
	if (sd_event_add_time_relative(evpn->event, &verify->timer, CLOCK_MONOTONIC,
				       VERIFY_AFTER_US, VERIFY_SLACK_US, on_verify, verify) < 0)
		verify_free(verify);
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
	else if (!guest->is_in_dad)
		guests_verify(evpn, guest, svi);
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
 * The guest has got the address. Not for announcements that repeat one: the kernel may have found
 * the claim to be false since the first.
 */
static bool event_is_news(const struct event *event)
{
	switch (event->reason) {
	case COUNTER_self_announced: /* frames do not change an extern_learn entry */
		return true;
	case COUNTER_immediate:
	case COUNTER_window_ended:
	case COUNTER_answered:
	case COUNTER_announce_deferred:
	case COUNTER_announce_by_hand:
		return event->sent;
	}
	return false;
}

void evpn_hear_event(struct evpn *evpn, const struct event *event)
{
	struct guest guest = {
		.key = event->key,
		.port = event->port,
		.is_in_dad = event->state == CLAIM_PROBING || event->state == CLAIM_ASKING ||
			     event->state == CLAIM_UNANSWERED,
	};

	memcpy(guest.mac, event->mac, MAC_LEN);
	if (event_is_news(event))
		guests_advertise(evpn, &guest);
}

void evpn_hear_claim(struct evpn *evpn, const struct claim *claim)
{
	struct guest guest = {.key = claim->key, .port = claim->port};

	memcpy(guest.mac, claim->mac, MAC_LEN);
	if (claim->state == CLAIM_ANNOUNCING || claim->state == CLAIM_OWNED)
		guests_advertise(evpn, &guest);
}
