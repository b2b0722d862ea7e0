// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric.c - hears what zebra writes into the neighbour table, and announces it to the L2 clients
 * of this hypervisor.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "bindings.h"
#include "bpf/frame/frame.h"
#include "loader/base/log.h"
#include "loader/base/text.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"
#include "loader/rtnl/bridge.h"

/*
 * 10,000 announcements a second, the first of them at once: a fabric that comes up does not flood
 * the bridges, and a failover of hundreds of addresses is not delayed.
 */
#define BATCH	       500
#define BATCH_EVERY_US 50000

/* Entries that had this age when the daemon started are not announced: every cache has expired. */
#define OLD_NEWS_MS (10 * 60 * 1000)

#define RESOLVES 3 /* of a withdrawn address; the kernel sends three requests each, 1 s apart */

void evpn_fabric_forget(struct evpn *evpn)
{
	bindings_forget(evpn, 0);
	while (!LIST_EMPTY(&evpn->svis))
		svi_free(LIST_FIRST(&evpn->svis));
	evpn->resume = sd_event_source_disable_unref(evpn->resume);
}

void evpn_fabric_settle(struct evpn *evpn)
{
	struct svi *svi, *next;
	__u32 bridge;
	__u16 vlan;

	for (svi = LIST_FIRST(&evpn->svis); svi; svi = next) {
		next = LIST_NEXT(svi, others);
		if (ports_find_bridge(evpn->ports, svi->ifindex, &bridge, &vlan))
			continue;
		bindings_forget(evpn, svi->ifindex);
		svi_free(svi);
	}
}

/* ---- announcing ---- */

/* Does the address's claim have this MAC? Then the claim's own announcements are enough. */
static bool claim_has_mac(const struct evpn *evpn, const struct claim_key *key,
			  const __u8 mac[MAC_LEN])
{
	struct claim claim;

	return !claims_lookup(evpn->pins, key, &claim) && !memcmp(claim.mac, mac, MAC_LEN) &&
	       claim.state != CLAIM_DENIED;
}

static bool claim_is_pending(const struct evpn *evpn, const struct claim_key *key)
{
	struct claim claim;

	return !claims_lookup(evpn->pins, key, &claim) &&
	       (claim.state == CLAIM_PROBING || claim.state == CLAIM_ASKING ||
		claim.state == CLAIM_UNANSWERED || claim.state == CLAIM_ANNOUNCING);
}

static void fabric_log(const struct evpn *evpn, const struct speak_call *call, const __u8 *mac)
{
	const char *bridge = ports_name(evpn->ports, call->key.segment);
	const char *port = ports_name(evpn->ports, call->port);
	char address[ADDR_TEXT_LEN], text[MAC_TEXT_LEN];

	if (!bridge || !port || call->result == COUNTER_fabric_link_local)
		return;
	addr_text(&call->key.addr, address);
	mac_text(mac, text);
	if (call->result == COUNTER_fabric_announced)
		log_info("%s: %s: announced for %s on %s (EVPN)", bridge, address, text, port);
	else
		log_warning("%s: %s: not announced for %s on %s (EVPN): %s", bridge, address, text,
			    port, counter_help(call->result));
}

/* `port` 0 is counted as fabric_no_port. 0, or -errno: the program did not run. */
static int fabric_announce(struct evpn *evpn, const struct claim_key *key, __u32 port,
			   const __u8 mac[MAC_LEN])
{
	struct speak_call call = {.key = *key, .op = SPEAK_FABRIC, .port = port};
	int err = speak_run_for(evpn->pins, &call, mac);

	if (err)
		speak_log_failed(key, ports_name_text(evpn->ports, key->segment), err);
	else
		fabric_log(evpn, &call, mac);
	return err;
}

/* By the forwarding tables, from the outer bridge inwards; 0: they do not know the MAC. */
static __u32 port_of_mac(struct evpn *evpn, const struct claim_key *key, const __u8 mac[MAC_LEN])
{
	struct ports_segment at = {key->segment, key->vlan};
	struct fdb fdb = {};

	do {
		__u16 vlan = ports_is_vlan_aware(evpn->ports, at.ifindex) ? at.vlan : 0;

		if (fdb_read(&evpn->netlink, at.ifindex, vlan, mac, &fdb))
			return 0;
	} while (ports_find_inner(evpn->ports, fdb.port, &at));
	return fdb.port;
}

/* Announces the present owner, on the port that leads to it. As fabric_announce(). */
static int binding_announce(struct evpn *evpn, struct binding *binding)
{
	struct claim_key key = {.addr = binding->addr};
	__u32 port;

	if (!ports_find_bridge(evpn->ports, binding->svi, &key.segment, &key.vlan) ||
	    !evpn_is_on(evpn, key.segment, binding->svi))
		return 0;
	if (binding->is_learned)
		return fabric_announce(evpn, &key,
				       ports_find_vxlan(evpn->ports, key.segment, key.vlan),
				       binding->learned);
	memset(binding->learned, 0, MAC_LEN);
	if (claim_has_mac(evpn, &key, binding->local))
		return 0;
	port = port_of_mac(evpn, &key, binding->local);
	if (!ports_is_guest(evpn->ports, port))
		return 0;
	return fabric_announce(evpn, &key, port, binding->local);
}

static int on_resume(sd_event_source *timer, uint64_t now_us, void *ctx)
{
	struct evpn *evpn = ctx;

	evpn->resume = sd_event_source_disable_unref(evpn->resume);
	evpn_fabric_announce(evpn);
	return 0;
}

static void resume_arm(struct evpn *evpn, uint64_t usec)
{
	if (sd_event_add_time_relative(evpn->event, &evpn->resume, CLOCK_MONOTONIC, usec,
				       ANNOUNCE_ACCURACY_US, on_resume, evpn) < 0)
		log_error("neighbours: cannot set a timer; queued until the next change");
}

/* What garpd_speak did not run for stays at the head of the queue. */
void evpn_fabric_announce(struct evpn *evpn)
{
	struct binding *binding;
	int count = 0, err = 0;

	if (evpn->resume)
		return;
	while ((binding = TAILQ_FIRST(&evpn->queue)) && count++ < BATCH) {
		err = binding_announce(evpn, binding);
		if (err)
			break;
		binding_unqueue(evpn, binding);
	}
	if (binding)
		resume_arm(evpn, err ? SPEAK_AGAIN_USEC : BATCH_EVERY_US);
}

/* ---- hearing ---- */

/*
 * An entry from before this daemon that needs no announcement. If a guest is taking the address
 * now, such an entry would count as a contradiction, although it is older.
 */
static bool is_old_news(const struct evpn *evpn, const struct neigh *neigh,
			const struct claim_key *key)
{
	return evpn->is_starting &&
	       (neigh->changed_ms > OLD_NEWS_MS || claim_has_mac(evpn, key, neigh->mac) ||
		claim_is_pending(evpn, key));
}

/* zebra wrote the entry: the address is elsewhere on the fabric. */
static int hear_learned(struct evpn *evpn, const struct neigh *neigh, const struct claim_key *key)
{
	struct binding *binding = binding_take(evpn, neigh);
	bool is_move;

	if (!binding)
		return -ENOMEM;
	svi_find(evpn, binding->svi)->is_reached = true;
	is_move = memcmp(binding->learned, neigh->mac, MAC_LEN);
	memcpy(binding->learned, neigh->mac, MAC_LEN);
	binding->is_learned = true;
	if (is_move && !is_old_news(evpn, neigh, key))
		binding_queue(evpn, binding);
	return 0;
}

/* The kernel or guests.c wrote the entry: the address is here. */
static int hear_local(struct evpn *evpn, const struct neigh *neigh)
{
	struct binding *binding = binding_take(evpn, neigh);

	if (!binding)
		return -ENOMEM;
	binding->is_learned = false;
	memcpy(binding->local, neigh->mac, MAC_LEN);
	if (!memcmp(binding->learned, neigh->mac, MAC_LEN))
		memset(binding->learned, 0, MAC_LEN);
	/* Clients of this bridge may have the remote MAC. REACHABLE: the guest has replied. */
	if (!mac_is_zero(binding->learned) && neigh->state & NUD_REACHABLE)
		binding_queue(evpn, binding);
	return 0;
}

/*
 * No host on the fabric has the address now, but its last local owner may: have the kernel resolve
 * it, and zebra advertises the host that replies. zebra may delete the very entry that is being
 * resolved: then once more.
 */
static void binding_resolve(struct evpn *evpn, struct binding *binding, __u32 bridge)
{
	if (evpn_is_on(evpn, bridge, binding->svi) &&
	    !neigh_resolve(&evpn->netlink, binding->svi, &binding->addr))
		binding->resolves_left--;
}

/* zebra's entry is no longer valid. */
static void hear_withdrawn(struct evpn *evpn, struct binding *binding, __u32 bridge)
{
	if (binding->is_learned) {
		binding->is_learned = false;
		binding_unqueue(evpn, binding);
		binding->resolves_left = mac_is_zero(binding->local) ? 0 : RESOLVES;
	}
	if (binding->resolves_left)
		binding_resolve(evpn, binding, bridge);
}

/* The entry was deleted. */
static void hear_deleted(struct evpn *evpn, struct binding *binding, __u32 bridge)
{
	bool is_resolving = binding->is_learned || binding->resolves_left;

	hear_withdrawn(evpn, binding, bridge);
	if (!is_resolving || mac_is_zero(binding->local))
		binding_forget(evpn, binding);
}

int evpn_fabric_hear(void *ctx, const struct nlmsghdr *message)
{
	struct evpn *evpn = ctx;
	struct claim_key key = {};
	struct binding *binding;
	struct neigh neigh;

	if (neigh_parse(message, &neigh) ||
	    !ports_find_bridge(evpn->ports, neigh.ifindex, &key.segment, &key.vlan))
		return 0;
	key.addr = neigh.addr;
	if (message->nlmsg_type == RTM_NEWNEIGH && neigh_is_valid(&neigh)) {
		if (neigh_is_learned(&neigh))
			return hear_learned(evpn, &neigh, &key);
		/* The administrator's entries and those of groups (ff02::) are not guests. */
		if (!(neigh.state & (NUD_PERMANENT | NUD_NOARP)))
			return hear_local(evpn, &neigh);
	}
	binding = binding_find(evpn, &neigh);
	if (!binding)
		return 0;
	binding->is_heard = true;
	if (message->nlmsg_type == RTM_DELNEIGH)
		hear_deleted(evpn, binding, key.segment);
	else
		hear_withdrawn(evpn, binding, key.segment);
	return 0;
}

void evpn_fabric_read_begin(struct evpn *evpn)
{
	struct binding *binding;

	for (binding = LIST_FIRST(&evpn->all); binding; binding = LIST_NEXT(binding, others))
		binding->is_heard = false;
}

void evpn_fabric_read_end(struct evpn *evpn)
{
	struct binding *binding, *next;
	__u32 bridge;
	__u16 vlan;

	for (binding = LIST_FIRST(&evpn->all); binding; binding = next) {
		next = LIST_NEXT(binding, others);
		if (!binding->is_heard &&
		    ports_find_bridge(evpn->ports, binding->svi, &bridge, &vlan))
			hear_deleted(evpn, binding, bridge);
	}
}
