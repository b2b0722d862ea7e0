// SPDX-License-Identifier: GPL-2.0-or-later
/* Windows and conflicts: what a frame means for the claim. */
#include "judge_parts.h"

/* ---- windows ---- */

/* RFC 5227 2.1.1 and RFC 4862 5.4, plus the grace for guests that announce themselves. */
static __u64 window_length_ns(const struct judge *judge)
{
	const struct settings *settings = judge->settings;
	const struct attempt *attempt = &judge->attempt;
	int known = attempt->declared && attempt->probes >= settings->min_probes;

	if (judge->ipv6)
		return settings->dad_window_ns + settings->dad_grace_ns;
	if (attempt->probes >= PROBE_NUM && !attempt->unsteady)
		return settings->steady_window_ns + (known ? 0 : settings->steady_grace_ns);
	return settings->window_ns + (known ? 0 : settings->grace_ns);
}

static void count_probe(struct judge *judge, const struct station *from, __u8 nonce)
{
	judge_set_guest(judge, judge_mac(from->mac), from);
	judge->nonce = nonce;
	judge->attempt.probes++;
	judge->attempt.ends_ns = judge->probed_ns + window_length_ns(judge);
}

/* An attempt without a probe yet. */
static void begin_attempt(struct judge *judge, const struct station *from, __u64 at_ns)
{
	judge->attempt = (struct attempt){
		.rival = JUDGE_NO_MAC,
		.declared = judge->policy[judge_mac(from->mac)].declared,
		.opened_ns = at_ns,
	};
	judge_clear_deferred(judge);
	judge->deferred.tries = 0;
	judge->slots = 0;
	judge->nudging.on = 0;
	judge->state = CLAIM_PROBING;
}

static void open_window(struct judge *judge, const struct station *from, __u8 nonce, __u64 at_ns)
{
	begin_attempt(judge, from, at_ns);
	judge->attempt.immediate = judge->policy[judge_mac(from->mac)].immediate;
	count_probe(judge, from, nonce);
}

static void continue_window(struct judge *judge, const struct station *from, __u8 nonce,
			    __u64 gap_ns)
{
	const struct settings *settings = judge->settings;

	if (gap_ns + settings->steady_tolerance_ns < settings->steady_gap_ns ||
	    gap_ns > settings->steady_gap_ns + settings->steady_tolerance_ns)
		judge->attempt.unsteady = 1;
	count_probe(judge, from, nonce);
}

static void take_over(struct judge *judge, const struct station *from, __u8 nonce, __u64 before_ns,
		      __u64 at_ns)
{
	int older = judge->mac;

	open_window(judge, from, nonce, at_ns);
	judge->attempt.rival = older;
	judge->attempt.rival_ns = before_ns;
}

/* A conflict lasts as long as the longest window of a guest. */
static __u64 conflict_ns(const struct judge *judge)
{
	const struct settings *settings = judge->settings;

	return judge->ipv6 ? settings->dad_window_ns + settings->dad_grace_ns
			   : settings->window_ns + settings->grace_ns;
}

/* Another host was heard: what was probed until then counts for nothing. */
static void prolong_conflict(struct judge *judge, __u64 at_ns)
{
	__u64 last_ns = at_ns > judge->probed_ns ? at_ns : judge->probed_ns;

	judge->attempt.alone = 0;
	if (last_ns > judge->other_ns) /* another CPU may have read its clock later */
		judge->other_ns = last_ns;
	judge->quiet_ns = judge->other_ns + conflict_ns(judge);
}

static void set_rival(struct judge *judge, int mac, __u32 port)
{
	judge->rival = mac;
	judge->rival_port = port;
}

static void contradict(struct judge *judge, const struct station *from, __u64 at_ns)
{
	int mac = judge_mac(from->mac);

	judge->state = CLAIM_CONFLICT;
	judge->nudging.on = 0;
	prolong_conflict(judge, at_ns);
	if (judge->deferred.defender)
		return;
	judge_clear_deferred(judge);
	if (judge->mac != mac)
		set_rival(judge, mac, from->port);
}

/* ---- probes in a conflict ---- */

static void begin_alone(struct judge *judge, const struct station *from, __u8 nonce, __u64 at_ns)
{
	judge->attempt = (struct attempt){
		.rival = JUDGE_NO_MAC,
		.declared = judge->policy[judge_mac(from->mac)].declared,
		.opened_ns = at_ns,
		.alone = at_ns > judge->other_ns,
	};
	judge->slots = 0;
	count_probe(judge, from, nonce);
}

/* The conflict lasts until the attempt in it is over. */
static void set_quiet(struct judge *judge)
{
	judge->quiet_ns = judge->other_ns + conflict_ns(judge);
	if (judge->attempt.ends_ns > judge->quiet_ns)
		judge->quiet_ns = judge->attempt.ends_ns;
}

static void probe_in_conflict(struct judge *judge, const struct station *from, __u8 nonce,
			      __u64 before_ns, __u64 at_ns)
{
	int mac = judge_mac(from->mac),
	    same = judge->mac == mac && judge_is_here(judge, from->port);
	int rival_probes = judge->rival == mac;

	if (judge->deferred.defender && judge->deferred.mac == mac)
		judge_clear_deferred(judge); /* it has lost what it defended */
	if (!same && (judge->ipv6 || judge->deferred.defender)) {
		contradict(judge, from, at_ns);
		if (rival_probes)
			judge->rival = JUDGE_NO_MAC;
		return;
	}
	if (!same)
		set_rival(judge, judge->mac, judge->port);
	if (same && judge->attempt.alone)
		continue_window(judge, from, nonce, at_ns > before_ns ? at_ns - before_ns : 0);
	else
		begin_alone(judge, from, nonce, at_ns);
	set_quiet(judge);
}

/* ---- frames ---- */

/* Another host names an owner's address: what was left to announce and to nudge is not sent. */
static void doubt_owner(struct judge *judge)
{
	judge->doubted = 1;
	if (judge->state != CLAIM_ANNOUNCING && judge->state != CLAIM_OWNED)
		return;
	judge->state = CLAIM_OWNED;
	judge_clear_deferred(judge);
	judge->nudging.on = 0;
}

/* A mirrored copy of the guest's probe, or of its rival's. */
static int is_copy(const struct judge *judge, int mac, __u64 at_ns)
{
	const struct attempt *attempt = &judge->attempt;
	__u64 within_ns = judge->settings->duplicate_ns;

	if (judge->mac == mac)
		return judge->has_probed && at_ns < judge->probed_ns + within_ns;
	return judge->state == CLAIM_PROBING && attempt->rival == mac &&
	       at_ns < attempt->rival_ns + within_ns;
}

static void note_probe(struct judge *judge, __u64 at_ns)
{
	judge->has_probed = 1;
	if (at_ns > judge->probed_ns)
		judge->probed_ns = at_ns;
	judge->seen_ns = at_ns;
}

/* It goes on with the attempt that it makes alone in a conflict, which no daemon has ended. */
static int probes_on_alone(const struct judge *judge, const struct station *from, __u64 before_ns,
			   __u64 at_ns)
{
	return judge->state == CLAIM_CONFLICT && judge->attempt.alone &&
	       judge->mac == judge_mac(from->mac) && judge_is_here(judge, from->port) &&
	       at_ns < before_ns + conflict_ns(judge);
}

/* The older prober probes on. After a silence as long as a conflict it has begun anew. */
static int is_contested(const struct judge *judge, int mac, __u64 at_ns)
{
	const struct attempt *attempt = &judge->attempt;

	return attempt->rival == mac && at_ns < attempt->rival_ns + conflict_ns(judge);
}

/* A conflict, in which this probe is the first of an attempt. */
static void contest(struct judge *judge, const struct station *from, __u8 nonce, __u64 before_ns,
		    __u64 at_ns)
{
	judge->state = CLAIM_CONFLICT;
	judge->nudging.on = 0;
	judge_clear_deferred(judge);
	set_rival(judge, judge->mac, judge->port);
	if (before_ns > judge->other_ns)
		judge->other_ns = before_ns;
	begin_alone(judge, from, nonce, at_ns);
	set_quiet(judge);
}

static void hear_guest_probe(struct judge *judge, const struct station *from, __u8 nonce,
			     __u64 at_ns)
{
	int mac = judge_mac(from->mac);
	__u64 before_ns = judge->probed_ns;

	note_probe(judge, at_ns);
	if (judge->state == CLAIM_FROZEN && at_ns < judge->quiet_ns) {
		judge->doubted = 1;
		judge->quiet_ns = at_ns + judge->settings->thaw_ns;
	} else if (judge_has_conflict(judge, at_ns) ||
		   probes_on_alone(judge, from, before_ns, at_ns)) {
		probe_in_conflict(judge, from, nonce, before_ns, at_ns);
	} else if (judge->state != CLAIM_PROBING) {
		if (judge->state == CLAIM_FROZEN)
			judge->moves = 0;
		open_window(judge, from, nonce, at_ns);
	} else if (judge->mac == mac && judge_is_here(judge, from->port)) {
		continue_window(judge, from, nonce, at_ns - before_ns);
	} else if (judge->ipv6 && at_ns < judge->attempt.ends_ns) {
		contradict(judge, from,
			   at_ns); /* both have failed, and no further probe shows it */
	} else if (is_contested(judge, mac, at_ns)) {
		contest(judge, from, nonce, before_ns, at_ns);
	} else {
		take_over(judge, from, nonce, before_ns, at_ns);
	}
}

static void hear_probe(struct judge *judge, const struct station *from, __u8 nonce, __u64 at_ns)
{
	int mac = judge_mac(from->mac);

	if (judge->mac != mac && judge->nonce && judge->nonce == nonce)
		return; /* the guest's own probe, looped back */
	if (from->role == ROLE_UPLINK) {
		if (judge->mac != mac)
			doubt_owner(judge);
		if (judge->mac != mac &&
		    (judge->state == CLAIM_PROBING || judge_has_conflict(judge, at_ns)))
			contradict(judge, from, at_ns);
	} else if (is_copy(judge, mac, at_ns)) {
		return;
	} else if (!judge->policy[mac].denied) {
		hear_guest_probe(judge, from, nonce, at_ns);
	} else if (judge->state == CLAIM_NONE || judge->state == CLAIM_DENIED) {
		judge->state = CLAIM_DENIED;
		judge_set_guest(judge, mac, from);
		note_probe(judge, at_ns);
	}
}

/* The guest's MAC on another port with guests. */
static int is_elsewhere(const struct judge *judge, const struct station *from)
{
	return !judge_is_here(judge, from->port) && from->role != ROLE_UPLINK &&
	       judge->role != ROLE_UPLINK;
}

/* It uses the address there. */
static void hear_elsewhere(struct judge *judge, const struct station *from, __u64 at_ns)
{
	judge->doubted = 1;
	if (judge->state == CLAIM_PROBING && !judge->attempt.immediate)
		contradict(judge, from, at_ns);
}

/* The guest of the claim uses the address. */
static void hear_guest(struct judge *judge, int announces, const struct station *from, __u64 at_ns)
{
	int pending = judge->state == CLAIM_PROBING || judge->state == CLAIM_ANNOUNCING;

	/* A frame from a port where the policy forbids the guest is a replay. */
	if (judge->policy[judge->mac].denied && judge->state != CLAIM_DENIED)
		return;
	if (is_elsewhere(judge, from))
		return hear_elsewhere(judge, from, at_ns);
	judge->seen_ns = at_ns;
	judge->doubted = 0;
	if (judge->state == CLAIM_OWNED) {
		judge_set_guest(judge, judge->mac, from);
		judge->owner_port = judge->port;
		judge->owner_role = judge->role;
	} else if (pending && from->role == ROLE_UPLINK) {
		return;
	} else if ((pending || judge->state == CLAIM_CONFLICT) && announces &&
		   (!judge_has_conflict(judge, at_ns) || judge->attempt.alone)) {
		judge_settle(judge, from, at_ns);
	} else if (judge->state == CLAIM_PROBING && !judge->attempt.used) {
		judge->port = from->port;
		judge->attempt.used = 1;
	}
}

/* A defender whose announcement is deferred, on its own port: the conflict is not over. */
static int defends_again(const struct judge *judge, enum heard_kind kind,
			 const struct station *from)
{
	const struct policy *policy = &judge->policy[judge_mac(from->mac)];

	return (kind == HEARD_USE || kind == HEARD_REPLY) && judge->deferred.defender &&
	       judge->deferred.mac == judge_mac(from->mac) && judge->deferred.port == from->port &&
	       policy->declared && !policy->denied;
}

/* Another host uses the address. */
static void hear_other(struct judge *judge, enum heard_kind kind, const struct station *from,
		       __u64 at_ns)
{
	int mac = judge_mac(from->mac);
	const struct policy *policy = &judge->policy[mac];
	int announces = kind == HEARD_ANNOUNCEMENT && !policy->denied;

	judge->doubted = 1;
	if (defends_again(judge, kind, from)) {
		prolong_conflict(judge, at_ns);
	} else if (judge->state == CLAIM_PROBING || judge->state == CLAIM_ANNOUNCING) {
		if (judge->attempt.immediate && policy->declared && kind != HEARD_RELAY &&
		    kind != HEARD_OBJECTION)
			judge->defender = mac;
		contradict(judge, from, at_ns);
	} else if (judge_has_conflict(judge, at_ns)) {
		prolong_conflict(judge, at_ns);
	} else if (judge->state == CLAIM_FROZEN && announces) {
		judge->quiet_ns = at_ns + judge->settings->thaw_ns;
	} else if ((judge->state == CLAIM_OWNED || judge->state == CLAIM_CONFLICT) && announces) {
		judge->seen_ns = at_ns;
		judge_settle(judge, from, at_ns);
	} else {
		doubt_owner(judge);
	}
}

/* Generic XDP sees re-injected frames and cannot read their mark. */
static int is_echo(const struct judge *judge, enum heard_kind kind, const struct station *from,
		   __u64 at_ns)
{
	return judge->xdp && kind == HEARD_ANNOUNCEMENT && judge->mac == judge_mac(from->mac) &&
	       judge->port == from->port && judge->announce_start_ns &&
	       at_ns < judge->announce_start_ns + judge->settings->duplicate_ns;
}

/* A frame of the guest, or garpd's own for it, comes back from an uplink. */
static int comes_back(const struct judge *judge, const struct station *from, __u64 at_ns)
{
	__u64 sent_ns = judge->seen_ns;

	if (sent_ns < judge->announce_start_ns)
		sent_ns = judge->announce_start_ns;
	if (sent_ns < judge->nudged_ns)
		sent_ns = judge->nudged_ns;
	return from->role == ROLE_UPLINK && judge->role != ROLE_UPLINK &&
	       judge->mac == judge_mac(from->mac) && at_ns < sent_ns + judge->settings->echo_ns;
}

void judge_hear(struct judge *judge, enum heard_kind kind, const struct station *from, __u8 nonce,
		__u64 at_ns)
{
	judge->gone_ports &= ~(1ull << from->port);
	if (kind == HEARD_OTHER)
		return;
	judge->defender = JUDGE_NO_MAC;
	if (kind == HEARD_PROBE) {
		if (judge->state == CLAIM_NONE)
			judge->quota_port = from->port;
		hear_probe(judge, from, nonce, at_ns);
	} else if (judge->state == CLAIM_NONE || is_echo(judge, kind, from, at_ns) ||
		   comes_back(judge, from, at_ns)) {
		return;
	} else if (judge->mac != judge_mac(from->mac)) {
		hear_other(judge, kind, from, at_ns);
	} else if (kind == HEARD_OBJECTION) {
		if (is_elsewhere(judge, from))
			hear_elsewhere(judge, from, at_ns);
	} else if (kind != HEARD_RELAY) {
		hear_guest(judge, kind == HEARD_ANNOUNCEMENT, from, at_ns);
	}
}

enum counter judge_claim(struct judge *judge, const struct station *guest, __u64 at_ns)
{
	int mac = judge_mac(guest->mac);

	if (judge->policy[mac].denied)
		return judge->policy[mac].denied;
	if (judge->state == CLAIM_PROBING || judge->state == CLAIM_FROZEN ||
	    judge_has_conflict(judge, at_ns))
		return COUNTER_claim_refused;
	if (judge->state == CLAIM_NONE)
		judge->quota_port = guest->port;
	begin_attempt(judge, guest, at_ns); /* not immediate: the operator does not vouch for it */
	judge_set_guest(judge, mac, guest);
	judge->nonce = 0;
	judge->seen_ns = at_ns;
	judge->probed_ns = at_ns - judge->settings->duplicate_ns; /* it was no probe */
	judge->attempt.probes = judge->attempt.used = 1;
	judge->attempt.ends_ns = at_ns;
	judge->sent_mac = JUDGE_NO_MAC; /* it was not for this */
	return COUNTER_claim_by_hand;
}
