// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "judge_parts.h"

void judge_must(int holds, const char *broken)
{
	if (!holds)
		judge_condemns(broken);
}

int judge_mac(const __u8 *mac)
{
	return mac[MAC_LEN - 1] % JUDGE_MACS;
}

static int has_left(const struct judge *judge, __u32 port)
{
	return judge->left >> port & 1;
}

int judge_has_guests(const struct judge *judge, __u32 port)
{
	return port != REMOTE->port && !has_left(judge, port);
}

void judge_leaves(struct judge *judge, const struct station *from)
{
	judge->left |= 1ull << from->port;
}

void judge_swept(struct judge *judge)
{
	judge_must(judge->state == CLAIM_NONE || !has_left(judge, judge->counts_for),
		   "a claim counts for a port that has left");
}

void judge_init(struct judge *judge, const struct settings *settings, int ipv6, int xdp)
{
	memset(judge, 0, sizeof(*judge));
	judge->settings = settings;
	judge->ipv6 = ipv6;
	judge->xdp = xdp;
	judge->mac = judge->owner = judge->rival = JUDGE_NOBODY;
	judge->debt.whom = judge->defender = JUDGE_NOBODY;
}

static int quarrels(const struct judge *judge, __u64 at_ns)
{
	return judge->state == CLAIM_CONFLICT && at_ns < judge->quiet_ns;
}

/* ---- who has the address ---- */

void judge_forgets(struct judge *judge)
{
	struct judge known = *judge;

	judge_init(judge, known.settings, known.ipv6, known.xdp);
	memcpy(judge->policy, known.policy, sizeof(judge->policy));
	memcpy(judge->heard_of, known.heard_of, sizeof(judge->heard_of));
	judge->left = known.left;
	judge->listeners = known.listeners;
	memcpy(judge->listener, known.listener, sizeof(judge->listener));
	judge->asked = known.asked;
}

void judge_owes_nothing(struct judge *judge)
{
	judge->debt.whom = JUDGE_NOBODY;
	judge->debt.defender = 0;
}

/* It has got through. 1: the address moves too often, and is frozen from now on. */
int judge_owns(struct judge *judge, int mac, __u64 at_ns)
{
	int moved = judge->owner != JUDGE_NOBODY && judge->owner != mac;

	judge_begins(judge, at_ns);
	judge->owner = mac;
	judge->owner_port = judge->port;
	judge->owner_role = judge->role;
	judge->doubted = 0;
	if (!moved)
		return 0;
	if (!judge->moves || at_ns > judge->moves_ns + judge->settings->moves_ns) {
		judge->moves = 0;
		judge->moves_ns = at_ns;
	}
	if (++judge->moves <= judge->settings->max_moves)
		return 0;
	judge->state = CLAIM_FROZEN;
	judge->quiet_ns = at_ns + judge->settings->thaw_ns;
	return 1;
}

static void is_now(struct judge *judge, int mac, const struct station *from)
{
	judge->mac = mac;
	judge->port = from->port;
	judge->role = from->role;
}

/* It says so itself. */
static void settles(struct judge *judge, const struct station *from, __u64 at_ns)
{
	int mac = judge_mac(from->mac);
	struct nudging nudging = judge->nudging;
	int goes_on = nudging.on && judge->owner == mac;

	is_now(judge, mac, from);
	judge_owes_nothing(judge);
	judge->debt.tries = 0;
	judge->state = CLAIM_OWNED;
	judge->slot_ns = at_ns; /* a refresh is due so long after this */
	judge_owns(judge, mac, at_ns);
	if (goes_on)
		judge->nudging = nudging;
}

/* Too few probes, or a quarrel is over: as before. */
void judge_lapses(struct judge *judge)
{
	if (judge->owner == JUDGE_NOBODY)
		return judge_forgets(judge);
	judge->state = CLAIM_OWNED;
	judge->doubted = 1;
	judge->mac = judge->owner;
	judge->port = judge->owner_port;
	judge->role = judge->owner_role;
}

/* ---- windows ---- */

static unsigned int probes_wanted(const struct judge *judge)
{
	return judge->ipv6 ? DUP_ADDR_DETECT_TRANSMITS : judge->settings->min_probes;
}

int judge_complete(const struct judge *judge)
{
	const struct attempt *attempt = &judge->attempt;

	return attempt->probes >= probes_wanted(judge) || attempt->used || attempt->immediate;
}

/* RFC 5227 2.1.1 and RFC 4862 5.4, with the grace of those who announce themselves. */
static __u64 wait_after_probe(const struct judge *judge)
{
	const struct settings *set = judge->settings;
	const struct attempt *attempt = &judge->attempt;
	int known = attempt->declared && attempt->probes >= set->min_probes;

	if (judge->ipv6)
		return set->dad_window_ns + set->dad_grace_ns;
	if (attempt->probes >= PROBE_NUM && !attempt->unsteady)
		return set->steady_window_ns + (known ? 0 : set->steady_grace_ns);
	return set->window_ns + (known ? 0 : set->grace_ns);
}

static void probes_once_more(struct judge *judge, const struct station *from, __u8 nonce)
{
	is_now(judge, judge_mac(from->mac), from);
	judge->nonce = nonce;
	judge->attempt.probes++;
	judge->attempt.ends_ns = judge->probed_ns + wait_after_probe(judge);
}

static void opens(struct judge *judge, const struct station *from, __u8 nonce, __u64 at_ns)
{
	int mac = judge_mac(from->mac);

	judge->attempt = (struct attempt){
		.rival = JUDGE_NOBODY,
		.declared = judge->policy[mac].declared,
		.immediate = judge->policy[mac].immediate,
		.opened_ns = at_ns,
	};
	judge_owes_nothing(judge);
	judge->debt.tries = 0;
	judge->slots = 0;
	judge->nudging.on = 0;
	judge->state = CLAIM_PROBING;
	probes_once_more(judge, from, nonce);
}

static void continues(struct judge *judge, const struct station *from, __u8 nonce, __u64 gap_ns)
{
	const struct settings *set = judge->settings;

	if (gap_ns + set->steady_tolerance_ns < set->steady_gap_ns ||
	    gap_ns > set->steady_gap_ns + set->steady_tolerance_ns)
		judge->attempt.unsteady = 1;
	probes_once_more(judge, from, nonce);
}

static void takes_over(struct judge *judge, const struct station *from, __u8 nonce, __u64 before_ns,
		       __u64 at_ns)
{
	int older = judge->mac;

	opens(judge, from, nonce, at_ns);
	judge->attempt.rival = older;
	judge->attempt.rival_ns = before_ns;
}

/* The longest window that one of the two may have. */
static __u64 quarrel_lasts(const struct judge *judge)
{
	const struct settings *set = judge->settings;

	return judge->ipv6 ? set->dad_window_ns + set->dad_grace_ns
			   : set->window_ns + set->grace_ns;
}

static void contradicts(struct judge *judge, int mac, __u64 at_ns)
{
	judge->state = CLAIM_CONFLICT;
	judge->nudging.on = 0;
	judge->quiet_ns = at_ns + quarrel_lasts(judge);
	if (judge->debt.defender)
		return;
	judge_owes_nothing(judge);
	if (judge->mac != mac)
		judge->rival = mac;
}

/* ---- what is heard ---- */

/* Mirrored, or a rival's mirrored one. */
static int is_copy(const struct judge *judge, int mac, __u64 at_ns)
{
	const struct attempt *attempt = &judge->attempt;
	__u64 within_ns = judge->settings->duplicate_ns;

	if (judge->mac == mac)
		return judge->probed_ns && at_ns < judge->probed_ns + within_ns;
	return judge->state == CLAIM_PROBING && attempt->rival == mac &&
	       at_ns < attempt->rival_ns + within_ns;
}

static void probed(struct judge *judge, __u64 at_ns)
{
	if (at_ns > judge->probed_ns)
		judge->probed_ns = at_ns;
	judge->seen_ns = at_ns;
}

static void hears_probe_of_guest(struct judge *judge, const struct station *from, __u8 nonce,
				 __u64 at_ns)
{
	int mac = judge_mac(from->mac);
	__u64 before_ns = judge->probed_ns;

	probed(judge, at_ns);
	if (judge->state == CLAIM_FROZEN && at_ns < judge->quiet_ns) {
		judge->doubted = 1;
		judge->quiet_ns = at_ns + judge->settings->thaw_ns;
	} else if (quarrels(judge, at_ns)) {
		contradicts(judge, mac, at_ns);
	} else if (judge->state != CLAIM_PROBING) {
		if (judge->state == CLAIM_FROZEN)
			judge->moves = 0;
		opens(judge, from, nonce, at_ns);
	} else if (judge->mac == mac && judge->port == from->port) {
		continues(judge, from, nonce, at_ns - before_ns);
	} else if (judge->ipv6 || judge->attempt.rival == mac) {
		contradicts(judge, mac, at_ns);
	} else {
		takes_over(judge, from, nonce, before_ns, at_ns);
	}
}

static void hears_probe(struct judge *judge, const struct station *from, __u8 nonce, __u64 at_ns)
{
	int mac = judge_mac(from->mac);

	if (judge->mac != mac && judge->nonce && judge->nonce == nonce)
		return; /* its own, in a loop */
	if (from->role == ROLE_UPLINK) {
		judge->doubted |= judge->mac != mac;
		if (judge->mac != mac && (judge->state == CLAIM_PROBING || quarrels(judge, at_ns)))
			contradicts(judge, mac, at_ns);
	} else if (is_copy(judge, mac, at_ns)) {
		return;
	} else if (!judge->policy[mac].denied) {
		hears_probe_of_guest(judge, from, nonce, at_ns);
	} else if (judge->state == CLAIM_NONE || judge->state == CLAIM_DENIED) {
		judge->state = CLAIM_DENIED;
		is_now(judge, mac, from);
		probed(judge, at_ns);
	}
}

/* Two ports of guests have one MAC. */
static int is_elsewhere(const struct judge *judge, const struct station *from)
{
	return from->port != judge->port && from->role != ROLE_UPLINK && judge->role != ROLE_UPLINK;
}

/* The one that the claim is about uses its address. */
static void hears_guest(struct judge *judge, int announces, const struct station *from, __u64 at_ns)
{
	int pending = judge->state == CLAIM_PROBING || judge->state == CLAIM_ANNOUNCING;

	/* A frame from where it may not be: somebody replays what was announced for it. */
	if (judge->policy[judge->mac].denied && judge->state != CLAIM_DENIED)
		return;
	if (is_elsewhere(judge, from)) {
		judge->doubted = 1;
		if (judge->state == CLAIM_PROBING && !judge->attempt.immediate)
			contradicts(judge, judge->mac, at_ns);
		return;
	}
	judge->seen_ns = at_ns;
	judge->doubted = 0;
	if (judge->state == CLAIM_OWNED) {
		is_now(judge, judge->mac, from);
		judge->owner_port = judge->port;
		judge->owner_role = judge->role;
	} else if (pending && from->role == ROLE_UPLINK) {
		return;
	} else if ((pending || judge->state == CLAIM_CONFLICT) && announces &&
		   !quarrels(judge, at_ns)) {
		settles(judge, from, at_ns);
	} else if (judge->state == CLAIM_PROBING && !judge->attempt.used) {
		judge->port = from->port;
		judge->attempt.used = 1;
	}
}

/* Somebody else does. */
static void hears_other(struct judge *judge, enum heard_kind kind, const struct station *from,
			__u64 at_ns)
{
	int mac = judge_mac(from->mac);
	const struct policy *policy = &judge->policy[mac];
	int announces = kind == HEARD_ANNOUNCEMENT && !policy->denied;

	judge->doubted = 1;
	if (judge->state == CLAIM_PROBING || judge->state == CLAIM_ANNOUNCING) {
		if (judge->attempt.immediate && policy->declared && kind != HEARD_RELAY)
			judge->defender = mac;
		contradicts(judge, mac, at_ns);
	} else if (quarrels(judge, at_ns)) {
		judge->quiet_ns = at_ns + quarrel_lasts(judge);
	} else if (judge->state == CLAIM_FROZEN && announces) {
		judge->quiet_ns = at_ns + judge->settings->thaw_ns;
	} else if ((judge->state == CLAIM_OWNED || judge->state == CLAIM_CONFLICT) && announces) {
		judge->seen_ns = at_ns;
		settles(judge, from, at_ns);
	}
}

/* Generic XDP meets what was re-injected, and cannot tell. */
static int is_echo(const struct judge *judge, enum heard_kind kind, const struct station *from,
		   __u64 at_ns)
{
	return judge->xdp && kind == HEARD_ANNOUNCEMENT && judge->mac == judge_mac(from->mac) &&
	       judge->port == from->port && judge->announce_start_ns &&
	       at_ns < judge->announce_start_ns + judge->settings->duplicate_ns;
}

static void hears_of(struct judge *judge, const struct station *from, __u64 at_ns)
{
	if (from->role != ROLE_UPLINK)
		judge->heard_of[judge_mac(from->mac)] = (struct heard_of){from->port, at_ns};
}

void judge_hears(struct judge *judge, enum heard_kind kind, const struct station *from, __u8 nonce,
		 __u64 at_ns)
{
	judge->left &= ~(1ull << from->port);
	if (kind != HEARD_RELAY && !is_echo(judge, kind, from, at_ns))
		hears_of(judge, from, at_ns);
	if (kind == HEARD_ELSE)
		return;
	judge->defender = JUDGE_NOBODY;
	if (kind == HEARD_PROBE) {
		if (judge->state == CLAIM_NONE)
			judge->counts_for = from->port;
		hears_probe(judge, from, nonce, at_ns);
	} else if (judge->state == CLAIM_NONE || is_echo(judge, kind, from, at_ns)) {
		return;
	} else if (judge->mac != judge_mac(from->mac)) {
		hears_other(judge, kind, from, at_ns);
	} else if (kind != HEARD_RELAY) {
		hears_guest(judge, kind == HEARD_ANNOUNCEMENT, from, at_ns);
	}
}
