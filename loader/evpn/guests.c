// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guests.c - a guest of this hypervisor has an address: its neighbour entry is what tells the
 * fabric.
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

/* How long after the window: its guest may answer for the address by now, a busy one a bit later.
 */
#define VERIFY_AFTER_US 100000
#define VERIFY_SLACK_US 10000

/* A guest that has got an address. */
struct guest {
	struct claim_key key;
	__u32 port; /* ifindex */
	__u8 mac[MAC_LEN];
	bool is_in_dad; /* it would not answer for the address yet */
};

/* An entry that the kernel is to verify in a moment. */
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

static void guests_note(const struct evpn *evpn, const struct claim_key *key, enum speak_op op)
{
	struct speak_call call = {.key = *key, .op = op};

	speak_run(evpn->pins, &call);
}

static void guests_write_failed(const struct evpn *evpn, const struct claim_key *key, __u32 svi,
				int error)
{
	char address[ADDR_TEXT_LEN];

	log_error("%s: %s: the neighbour entry that EVPN goes by cannot be written: %s",
		  ports_name_text(evpn->ports, svi), addr_text(&key->addr, address),
		  strerror(-error));
	guests_note(evpn, key, SPEAK_EVPN_FAILED);
}

/* ---- verifying ---- */

/*
 * NUD_PROBE: the kernel asks the guest, three times in three seconds, and takes the entry for
 * FAILED where there is no answer, upon which zebra withdraws the route and the true owner's counts
 * again.
 */
static void verify_begin(struct verify *verify)
{
	struct evpn *evpn = verify->evpn;
	struct neigh neigh;
	int error;

	if (!claims_is_announced(evpn->pins, &verify->key, verify->mac) ||
	    neigh_read(&evpn->netlink, verify->svi, &verify->key.addr, &neigh))
		return;
	/* By now it may be another's, elsewhere, or be failing by itself. */
	if (neigh_is_learned(&neigh) || neigh_judge(&neigh, verify->mac) != NEIGH_FOLLOWED ||
	    !(neigh.state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY)))
		return;
	error = neigh_write(&evpn->netlink, verify->svi, &verify->key.addr, verify->mac, NUD_PROBE,
			    false);
	if (!error)
		guests_note(evpn, &verify->key, SPEAK_EVPN_VERIFYING);
	else if (error != -ENOENT)
		guests_write_failed(evpn, &verify->key, verify->svi, error);
}

static int verify_fires(sd_event_source *timer, uint64_t now_us, void *ctx)
{
	(void)timer;
	(void)now_us;
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
				       VERIFY_AFTER_US, VERIFY_SLACK_US, verify_fires, verify) < 0)
		verify_free(verify);
}

/* ---- writing ---- */

/* Is there nothing to write? Plain and valid, it is what zebra has told the fabric of already. */
static bool entry_is_right(const struct neigh *neigh, const __u8 mac[MAC_LEN])
{
	return neigh_judge(neigh, mac) == NEIGH_FOLLOWED && !neigh_is_learned(neigh);
}

/*
 * The guest's entry on one SVI. REACHABLE and plain: of what is extern_learn zebra tells nobody. An
 * entry of the administrator's is left; confirm.c says so.
 */
static void guests_write(struct evpn *evpn, const struct guest *guest, __u32 svi)
{
	struct neigh neigh;
	int error = neigh_read(&evpn->netlink, svi, &guest->key.addr, &neigh);

	if (error == -ENODEV || (!error && neigh_judge(&neigh, guest->mac) == NEIGH_PERMANENT))
		return;
	if (!error && !entry_is_right(&neigh, guest->mac)) {
		error = neigh_write(&evpn->netlink, svi, &guest->key.addr, guest->mac,
				    NUD_REACHABLE, true);
		if (!error)
			guests_note(evpn, &guest->key, SPEAK_EVPN_WRITTEN);
	}
	if (error)
		guests_write_failed(evpn, &guest->key, svi, error);
	else if (!guest->is_in_dad)
		guests_verify(evpn, guest, svi);
}

static void guests_tell(struct evpn *evpn, const struct guest *guest)
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
 * Does the event say that a guest has got the address? Announcements that only repeat one do not:
 * the kernel may have found the first to be false.
 */
static bool event_is_news(const struct event *event)
{
	switch (event->reason) {
	case COUNTER_self_announced: /* an extern_learn entry follows no frame, not even its own */
		return true;
	case COUNTER_immediate:
	case COUNTER_window_ended:
	case COUNTER_announce_deferred:
	case COUNTER_announce_by_hand:
		return event->sent;
	}
	return false;
}

void evpn_heard(struct evpn *evpn, const struct event *event)
{
	struct guest guest = {
		.key = event->key,
		.port = event->port,
		.is_in_dad = event->state == CLAIM_PROBING,
	};

	memcpy(guest.mac, event->mac, MAC_LEN);
	if (event_is_news(event))
		guests_tell(evpn, &guest);
}

void evpn_missed(struct evpn *evpn, const struct claim *claim)
{
	struct guest guest = {.key = claim->key, .port = claim->port};

	memcpy(guest.mac, claim->mac, MAC_LEN);
	if (claim->state == CLAIM_ANNOUNCING || claim->state == CLAIM_OWNED)
		guests_tell(evpn, &guest);
}
