// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * claim.c - the causes in the claim: a conflict, the daemon, the listeners.
 */
#include <stdio.h>

#include "parts.h"

/* A live host sends ARP of its own more often than this. */
#define SILENT_NS (3600 * NSEC_PER_SEC)

/* ---- the claim ---- */

bool find_conflict(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u32 port = explain->rival_fdb.port ? explain->rival_fdb.port : claim->rival_port;
	const char *does = claim->reason == COUNTER_conflict_probe ? "also probes for the address"
								   : "answers for the address";

	if (claim->state != CLAIM_CONFLICT)
		return false;
	if (claim->reason == COUNTER_conflict_elsewhere)
		finding_trouble(finding, "conflict: %s uses the address on two ports, one is %s",
				MAC(claim->mac), explain_name(explain, claim->port));
	else if (mac_is_zero(claim->rival))
		finding_trouble(finding, "conflict: another host %s", does);
	else
		finding_trouble(finding, "conflict: %s on %s %s of %s on %s", MAC(claim->rival),
				explain_name(explain, port), does, MAC(claim->mac),
				explain_name(explain, claim->port));
	return finding_remedy(
		finding,
		"remove the address from one of the two; neither is announced until the other one "
		"announces itself or probes again");
}

bool find_frozen(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u64 left_ns = claim->due_ns > explain->now_ns ? claim->due_ns - explain->now_ns : 0;

	if (claim->state != CLAIM_FROZEN)
		return false;
	finding_trouble(finding, "frozen: %u moves within %s; the address is not announced",
			claim->recent_moves, DURATION(explain->settings.moves_ns));
	return finding_remedy(
		finding,
		"find the hosts that take it from each other (garpd watch), then: garpd thaw %s. "
		"It thaws by itself in %s, if it stays quiet",
		ADDR(&explain->addr), DURATION(left_ns));
}

bool find_daemon_down(const struct explain *explain, struct finding *finding)
{
	if (explain->daemon != 0)
		return false;
	finding_trouble(finding, "the daemon is not running: no window ends, no listener is "
				 "nudged; only declared addresses are announced, at their first "
				 "probe");
	return finding_remedy(finding, "systemctl start garpd, or garpd run with the same flags");
}

bool find_announce_failed(const struct explain *explain, struct finding *finding)
{
	const char *name = explain_name(explain, explain->claim.port);

	if (!(explain->claim.flags & CLAIM_F_DEFERRED) || !explain->claim.retries)
		return false;
	finding_trouble(finding, "the kernel cannot send the announcement on %s; tried %u times",
			name, explain->claim.retries);
	return finding_remedy(finding, "check that %s and its peer are up: ip -s link show dev %s",
			      name, name);
}

bool find_announce_lost(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;

	if (claim->reason != COUNTER_window_ended && claim->reason != COUNTER_announce_next &&
	    claim->reason != COUNTER_announce_done)
		return false;
	if (explain_is_announced(explain) || claim->flags & CLAIM_F_DEFERRED)
		return false;
	finding_trouble(finding, "an announcement was due and could not be sent on %s",
			explain_name(explain, claim->port));
	return finding_remedy(finding, "when the port is up again: garpd announce %s",
			      ADDR(&explain->addr));
}

/* An attempt after which the former owner still has the address. */
bool find_lapsed(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u32 required = explain_min_probes(explain);

	if (!explain_is_claimed(explain) || claim->reason != COUNTER_lapsed)
		return false;
	if (claim->window_probes < required)
		finding_trouble(finding,
				"the last attempt was ignored: %u of %u required probes, and no "
				"use of the address",
				claim->window_probes, required);
	else
		finding_trouble(finding, "the last attempt was ignored: another host objected");
	return finding_remedy(finding,
			      "if another host than %s should own it, let that one probe again, or "
			      "declare the address with its owners",
			      MAC(claim->owner));
}

bool find_doubted(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;

	if (claim->state != CLAIM_OWNED || !(claim->flags & CLAIM_F_DOUBTED))
		return false;
	finding_trouble(finding,
			"another host used or probed the address since %s did, or its MAC was "
			"heard on another port than %s: it is not announced again",
			MAC(claim->mac), explain_name(explain, claim->port));
	return finding_remedy(
		finding,
		"this ends when the owner uses the address on that port: a ping is enough");
}

/* ---- the listeners ---- */

static const struct listener *first_silent(const struct explain *explain, size_t *count)
{
	const struct listener *first = NULL;

	*count = 0;
	for (size_t i = 0; i < explain->listeners; i++) {
		const struct listener *listener = &explain->listener[i].listener;

		if (!explain_is_waited_for(explain, listener))
			continue;
		first = first ? first : listener;
		++*count;
	}
	return first;
}

bool find_unconfirmed(const struct explain *explain, struct finding *finding)
{
	size_t count;
	const struct listener *silent = first_silent(explain, &count);
	char more[40] = "";

	if (!silent || explain->claim.nudge_round)
		return false;
	if (count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", count - 1);
	finding_trouble(finding, "%s%s did not answer %u nudges: it may still send to another MAC",
			ADDR(&silent->addr), more, silent->tries);
	return finding_remedy(
		finding,
		"check that its table has %s at %s, else clear the entry; ignore if that host no "
		"longer exists",
		ADDR(&explain->addr), MAC(explain->claim.mac));
}

bool find_nudging(const struct explain *explain, struct finding *finding)
{
	size_t count;
	const struct listener *silent = first_silent(explain, &count);

	if (!silent || !explain->claim.nudge_round)
		return false;
	return finding_trouble(finding, "%s has not answered yet; it is nudged again",
			       ADDR(&silent->addr));
}

/* By a listener that answered, or by the host's own entry, which followed. */
static bool is_confirmed(const struct explain *explain)
{
	__u64 since_ns = explain->claim.announced_since_ns;

	for (size_t i = 0; i < explain->listeners; i++)
		if (explain->listener[i].listener.answered_ns >= since_ns)
			return true;
	for (size_t i = 0; i < explain->interfaces; i++)
		if (explain_outcome(explain, &explain->interface[i]) == NEIGH_FOLLOWED)
			return true;
	return explain->claim.refreshed || explain->claim.confirmed_ns >= since_ns;
}

/* Silent listeners have a cause of their own. */
bool explain_is_unproven(const struct explain *explain)
{
	size_t silent;

	first_silent(explain, &silent);
	return explain_is_announced(explain) && !silent && !is_confirmed(explain);
}

bool find_unproven(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_unproven(explain))
		return false;
	finding_trouble(finding, "announced, but no host confirmed it: a filter may have dropped "
				 "the announcement");
	return finding_remedy(finding, "look for it with tcpdump on the uplink; or set gateways:, "
				       "which are nudged the next time");
}

bool find_nudge_never(const struct explain *explain, struct finding *finding)
{
	if (explain->settings.nudge != NUDGE_NEVER || !explain_is_announced(explain))
		return false;
	finding_trouble(finding, "listeners are not nudged (nudge: never): one that ignores "
				 "gratuitous ARP is not noticed");
	return finding_remedy(finding, "nudge: auto");
}

/* ---- good to know ---- */

bool find_window_open(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;

	if (claim->state != CLAIM_PROBING || claim->window_end_ns <= explain->now_ns)
		return false;
	return finding_trouble(finding,
			       "the window is open: it ends in %s, unless another probe arrives",
			       DURATION(claim->window_end_ns - explain->now_ns));
}

bool find_queued(const struct explain *explain, struct finding *finding)
{
	bool port = explain->claim.queued == QUEUED_PORT;

	if (!(explain->claim.flags & CLAIM_F_DEFERRED) || explain->claim.queued == QUEUED_NOT)
		return false;
	finding_trouble(finding, "its announcement is rate-limited, by the limit of %s; queued",
			port ? "its port" : "all ports together");
	return finding_remedy(finding,
			      "if that is usual here, raise %sannouncements_per_second: under "
			      "limits:",
			      port ? "" : "all_");
}

bool find_self_announced(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_settled(explain) || explain->claim.reason != COUNTER_self_announced)
		return false;
	return finding_trouble(finding, "the guest announced itself; garpd had nothing to add");
}

bool find_router_only(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_announced(explain) || !explain->has_port ||
	    explain->port.role != ROLE_ROUTER || explain->port.relay)
		return false;
	finding_trouble(finding, "announced to this host only: %s is a router port without relay",
			explain_name(explain, explain->claim.port));
	return finding_remedy(finding, "relay: yes announces to the other hosts of that LAN, too");
}

bool find_silent(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u64 refresh_ns = explain->settings.refresh_ns;
	__u64 since_ns = explain->now_ns - claim->last_seen_ns;

	if (claim->state != CLAIM_OWNED || since_ns < (refresh_ns ? refresh_ns : SILENT_NS))
		return false;
	finding_trouble(finding, "its owner was not heard for %s%s", DURATION(since_ns),
			refresh_ns ? ": it is not announced again" : "");
	return finding_remedy(finding, "check that it is alive: %s %s %s",
			      addr_is_ipv4(&explain->addr) ? "arping -c 3 -I" : "ping -c 3 -I",
			      explain_name(explain, claim->key.segment), ADDR(&explain->addr));
}
