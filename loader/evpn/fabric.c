// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric.c - what zebra writes into the neighbour table, and what the L2 clients of this
 * hypervisor are told of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "bpf/frame/frame.h"
#include "loader/rtnl/bridge.h"
#include "bindings.h"
#include "loader/base/log.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

/*
 * What is announced at once, and how soon the rest follows: 10,000 a second, so that a fabric that
 * comes up is no storm on the bridges, and a failover of hundreds waits for nothing.
 */
#define SAY_AT_ONCE  500
#define SAY_EVERY_US 50000

/* What changed so long before this daemon came is no news any more: every cache has expired. */
#define OLD_NEWS_MS (10 * 60 * 1000)

#define ASKS 3 /* who has an address that is withdrawn; each is three requests, a second apart */

void evpn_fabric_forget(struct evpn *evpn)
{
	bindings_forget(evpn, 0);
	while (!LIST_EMPTY(&evpn->svis))
		svi_free(LIST_FIRST(&evpn->svis));
	evpn->turn = sd_event_source_disable_unref(evpn->turn);
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

/* ---- saying ---- */

/* Does the claim of the address say or has it said the same? Then its own announcements do. */
static bool claim_says(const struct evpn *evpn, const struct claim_key *key,
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
	       (claim.state == CLAIM_PROBING || claim.state == CLAIM_ANNOUNCING);
}

static void say_log(const struct evpn *evpn, const struct speak_call *call, const __u8 *mac)
{
	const char *bridge = ports_name(evpn->ports, call->key.segment);
	const char *port = ports_name(evpn->ports, call->port);
	char address[ADDR_TEXT_LEN], text[MAC_TEXT_LEN];

	if (!bridge || !port || call->result == COUNTER_fabric_link_local)
		return;
	addr_text(&call->key.addr, address);
	mac_text(mac, text);
	if (call->result == COUNTER_fabric_announced)
		log_info("%s: %s: is at %s now, says EVPN: announced, as from %s", bridge, address,
			 text, port);
	else
		log_warning("%s: %s: is at %s now, says EVPN: not announced here: %s", bridge,
			    address, text, counter_help(call->result));
}

/* Said once, until it runs again. */
static void say_failed(struct evpn *evpn, const struct claim_key *key, const __u8 *mac, int error)
{
	char address[ADDR_TEXT_LEN], text[MAC_TEXT_LEN];

	if (!evpn->is_mute)
		log_error(
			"%s: %s: is at %s now, says EVPN: cannot run garpd_speak: %s; " SPEAK_AGAIN_TEXT,
			ports_name_text(evpn->ports, key->segment), addr_text(&key->addr, address),
			mac_text(mac, text), strerror(-error));
	evpn->is_mute = true;
}

/* `port` may be 0, there is none: counted. 0, or -errno: the program did not run. */
static int say(struct evpn *evpn, const struct claim_key *key, __u32 port, const __u8 mac[MAC_LEN])
{
	struct speak_call call = {.key = *key, .op = SPEAK_FABRIC, .port = port};
	int error = speak_run_for(evpn->pins, &call, mac);

	if (error) {
		say_failed(evpn, key, mac, error);
		return error;
	}
	evpn->is_mute = false;
	say_log(evpn, &call, mac);
	return 0;
}

/* Whom the fabric has by now, where it has them. As say(). */
static int binding_say(struct evpn *evpn, struct binding *binding)
{
	struct claim_key key = {.addr = binding->addr};
	struct fdb fdb;

	if (!ports_find_bridge(evpn->ports, binding->svi, &key.segment, &key.vlan) ||
	    !evpn_is_on(evpn, key.segment, binding->svi))
		return 0;
	if (binding->is_learned)
		return say(evpn, &key, ports_find_vxlan(evpn->ports, key.segment, key.vlan),
			   binding->learned);
	memset(binding->learned, 0, MAC_LEN);
	if (claim_says(evpn, &key, binding->local) ||
	    fdb_read(&evpn->netlink, key.segment,
		     ports_is_vlan_aware(evpn->ports, key.segment) ? key.vlan : 0, binding->local,
		     &fdb) ||
	    !ports_is_guest(evpn->ports, fdb.port))
		return 0;
	return say(evpn, &key, fdb.port, binding->local);
}

static int turn_comes(sd_event_source *timer, uint64_t now_us, void *ctx)
{
	struct evpn *evpn = ctx;

	(void)timer;
	(void)now_us;
	evpn->turn = sd_event_source_disable_unref(evpn->turn);
	evpn_fabric_say(evpn);
	return 0;
}

static void turn_arm(struct evpn *evpn, uint64_t usec)
{
	if (sd_event_add_time_relative(evpn->event, &evpn->turn, CLOCK_MONOTONIC, usec,
				       ANNOUNCE_ACCURACY_US, turn_comes, evpn) < 0)
		log_error("neighbours: cannot set a timer; moves wait for the next one");
}

/* What cannot be said stays at the head of the queue. */
void evpn_fabric_say(struct evpn *evpn)
{
	struct binding *binding;
	int count = 0, error = 0;

	if (evpn->turn)
		return;
	while ((binding = TAILQ_FIRST(&evpn->saying)) && count++ < SAY_AT_ONCE) {
		error = binding_say(evpn, binding);
		if (error)
			break;
		binding_unqueue(evpn, binding);
	}
	if (binding)
		turn_arm(evpn, error ? SPEAK_AGAIN_USEC : SAY_EVERY_US);
}

/* ---- hearing ---- */

/*
 * While starting, is it known already? To a guest that is taking the address right now it would be
 * a contradiction, and it is from before.
 */
static bool is_old_news(const struct evpn *evpn, const struct neigh *neigh,
			const struct claim_key *key)
{
	return evpn->starting && (neigh->changed_ms > OLD_NEWS_MS ||
				  claim_says(evpn, key, neigh->mac) || claim_is_pending(evpn, key));
}

/* zebra wrote it: the address is elsewhere on the fabric. */
static int binding_learned(struct evpn *evpn, const struct neigh *neigh,
			   const struct claim_key *key)
{
	struct binding *binding = binding_find(evpn, neigh);
	bool moved;

	if (!binding)
		binding = binding_make(evpn, neigh);
	if (!binding)
		return -ENOMEM;
	svi_find(evpn, binding->svi)->reached = true;
	binding->heard = true;
	moved = memcmp(binding->learned, neigh->mac, MAC_LEN);
	memcpy(binding->learned, neigh->mac, MAC_LEN);
	binding->is_learned = true;
	binding->asks_left = 0;
	if (moved && !is_old_news(evpn, neigh, key))
		binding_queue(evpn, binding);
	return 0;
}

/* The kernel or evpn_guests.c did: the address is here. */
static int binding_local(struct evpn *evpn, const struct neigh *neigh)
{
	struct binding *binding = binding_find(evpn, neigh);

	if (!binding)
		binding = binding_make(evpn, neigh);
	if (!binding)
		return -ENOMEM;
	binding->heard = true;
	binding->is_learned = false;
	binding->asks_left = 0;
	memcpy(binding->local, neigh->mac, MAC_LEN);
	if (!memcmp(binding->learned, neigh->mac, MAC_LEN))
		memset(binding->learned, 0, MAC_LEN);
	/* Clients of this bridge may have been told of another one. REACHABLE: it has answered. */
	if (!mac_is_zero(binding->learned) && neigh->state & NUD_REACHABLE)
		binding_queue(evpn, binding);
	return 0;
}

/*
 * Nobody on the fabric has the address any more. Who had it here before may have it still: the
 * kernel asks, and zebra tells of who answers. Asked again where zebra has taken the very entry
 * away in which the kernel was asking.
 */
static void binding_resolve(struct evpn *evpn, struct binding *binding, __u32 bridge)
{
	if (evpn_is_on(evpn, bridge, binding->svi) &&
	    !neigh_resolve(&evpn->netlink, binding->svi, &binding->addr))
		binding->asks_left--;
}

/* What zebra wrote is gone. */
static void binding_withdrawn(struct evpn *evpn, struct binding *binding, __u32 bridge)
{
	if (binding->is_learned) {
		binding->is_learned = false;
		binding_unqueue(evpn, binding);
		binding->asks_left = mac_is_zero(binding->local) ? 0 : ASKS;
	}
	if (binding->asks_left)
		binding_resolve(evpn, binding, bridge);
}

/* The entry itself is. */
static void binding_gone(struct evpn *evpn, struct binding *binding, __u32 bridge)
{
	bool asking = binding->is_learned || binding->asks_left;

	binding_withdrawn(evpn, binding, bridge);
	if (!asking || mac_is_zero(binding->local))
		binding_forget(evpn, binding);
}

int evpn_fabric_hear(struct evpn *evpn, const struct nlmsghdr *message)
{
	struct claim_key key = {};
	struct binding *binding;
	struct neigh neigh;

	if (neigh_parse(message, &neigh) ||
	    !ports_find_bridge(evpn->ports, neigh.ifindex, &key.segment, &key.vlan))
		return 0;
	key.addr = neigh.addr;
	if (message->nlmsg_type == RTM_NEWNEIGH && neigh_is_valid(&neigh)) {
		if (neigh_is_learned(&neigh))
			return binding_learned(evpn, &neigh, &key);
		/* Neither the administrator's nor those of groups (ff02::) are anybody's guest. */
		if (!(neigh.state & (NUD_PERMANENT | NUD_NOARP)))
			return binding_local(evpn, &neigh);
	}
	binding = binding_find(evpn, &neigh);
	if (!binding)
		return 0;
	binding->heard = true;
	if (message->nlmsg_type == RTM_DELNEIGH)
		binding_gone(evpn, binding, key.segment);
	else
		binding_withdrawn(evpn, binding, key.segment);
	return 0;
}

void evpn_fabric_read_begin(struct evpn *evpn)
{
	struct binding *binding;

	for (binding = LIST_FIRST(&evpn->all); binding; binding = LIST_NEXT(binding, others))
		binding->heard = false;
}

void evpn_fabric_read_end(struct evpn *evpn)
{
	struct binding *binding, *next;
	__u32 bridge;
	__u16 vlan;

	for (binding = LIST_FIRST(&evpn->all); binding; binding = next) {
		next = LIST_NEXT(binding, others);
		if (!binding->heard && ports_find_bridge(evpn->ports, binding->svi, &bridge, &vlan))
			binding_gone(evpn, binding, bridge);
	}
}
