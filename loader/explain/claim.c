// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * claim.c - the causes that stand in the claim: a quarrel, the daemon, the listeners.
 */
#include <stdio.h>

#include "parts.h"

/* A live host's own ARP asks for somebody more often than this. */
#define SILENT_NS (3600 * NSEC_PER_SEC)

/* ---- the claim ---- */

bool find_conflict(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u32 port = explain->rival_fdb.port ? explain->rival_fdb.port : claim->rival_port;

	if (claim->state != CLAIM_CONFLICT)
		return false;
	if (claim->reason == COUNTER_conflict_elsewhere)
		finding_trouble(finding, "conflict: %s has the address on two ports, %s is one",
				MAC(claim->mac), explain_name(explain, claim->port));
	else if (mac_is_zero(claim->rival))
		finding_trouble(finding, "conflict: another host has the address, or wants it");
	else
		finding_trouble(finding,
				"conflict: %s on %s has the address or wants it, as %s on %s does",
				MAC(claim->rival), explain_name(explain, port), MAC(claim->mac),
				explain_name(explain, claim->port));
	return finding_remedy(
		finding, "take it off one of the two; nobody is announced until the other says so "
			 "or probes again");
}

bool find_frozen(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u64 left_ns = claim->due_ns > explain->now_ns ? claim->due_ns - explain->now_ns : 0;

	if (claim->state != CLAIM_FROZEN)
		return false;
	finding_trouble(finding, "it moved %u times within %s: frozen, nothing is said",
			claim->recent_moves, DURATION(explain->settings.moves_ns));
	return finding_remedy(
		finding,
		"find out who takes it from whom (garpd watch), then: garpd thaw %s. It thaws "
		"by itself in %s, if it is quiet",
		ADDR(&explain->addr), DURATION(left_ns));
}

bool find_daemon_down(const struct explain *explain, struct finding *finding)
{
	if (explain->daemon != 0)
		return false;
	finding_trouble(finding,
			"the daemon does not run: windows are not ended, nobody is nudged; only "
			"declared addresses are announced, at their first probe");
	return finding_remedy(finding, "systemctl start garpd, or garpd run as before");
}

bool find_announce_failed(const struct explain *explain, struct finding *finding)
{
	if (!(explain->claim.flags & CLAIM_F_DEFERRED) || !explain->claim.retries)
		return false;
	finding_trouble(finding, "the kernel takes no announcement on %s; tried %u times so far",
			explain_name(explain, explain->claim.port), explain->claim.retries);
	return finding_remedy(finding, "is %s up, with its peer? ip -s link show dev %s",
			      explain_name(explain, explain->claim.port),
			      explain_name(explain, explain->claim.port));
}

bool find_announce_lost(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;

	if (claim->reason != COUNTER_window_ended && claim->reason != COUNTER_announce_next &&
	    claim->reason != COUNTER_announce_done)
		return false;
	if (explain_is_announced(explain) || claim->flags & CLAIM_F_DEFERRED)
		return false;
	finding_trouble(finding, "an announcement was due and could not be sent: %s took no frame",
			explain_name(explain, claim->port));
	return finding_remedy(finding, "when the port is up again: garpd announce %s",
			      ADDR(&explain->addr));
}

/* An attempt after which the owner from before it has the address still. */
bool find_lapsed(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u32 wanted = explain_min_probes(explain);

	if (!explain_is_claimed(explain) || claim->reason != COUNTER_lapsed)
		return false;
	if (claim->window_probes < wanted)
		finding_trouble(finding,
				"the last attempt came to nothing: probes of its window %u, of %u "
				"that are wanted, and no sign of use",
				claim->window_probes, wanted);
	else
		finding_trouble(finding, "the last attempt came to nothing: somebody objected");
	return finding_remedy(
		finding,
		"should another than %s have it? Let that guest probe again, or declare "
		"the address with its owners",
		MAC(claim->owner));
}

bool find_doubted(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;

	if (claim->state != CLAIM_OWNED || !(claim->flags & CLAIM_F_DOUBTED))
		return false;
	finding_trouble(finding,
			"another host has named or probed the address since %s did, or its MAC was "
			"heard on another port than %s: nothing is repeated for it",
			MAC(claim->mac), explain_name(explain, claim->port));
	return finding_remedy(
		finding, "once it names the address from there that is over: a ping from it is "
			 "enough");
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
	finding_trouble(finding, "%s%s has not answered %u nudges: it may go on sending elsewhere",
			ADDR(&silent->addr), more, silent->tries);
	return finding_remedy(
		finding,
		"see whether its table has %s at %s, and clear the entry if not; a host that is no "
		"more does no harm",
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

/* By a listener, who answered; or by the host's own entry, which followed. */
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

/* Whoever is waited for is told of by himself. */
bool explain_is_unproven(const struct explain *explain)
{
	size_t waited_for;

	first_silent(explain, &waited_for);
	return explain_is_announced(explain) && !waited_for && !is_confirmed(explain);
}

bool find_unproven(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_unproven(explain))
		return false;
	finding_trouble(finding, "announced, and nobody was there to confirm it: a filter may have "
				 "stopped it");
	return finding_remedy(finding,
			      "look for it with tcpdump on the uplink; or name gateways:, which "
			      "are asked the next time");
}

bool find_nudge_never(const struct explain *explain, struct finding *finding)
{
	if (explain->settings.nudge != NUDGE_NEVER || !explain_is_announced(explain))
		return false;
	finding_trouble(finding, "nobody is asked whether it followed (nudge: never): who ignores "
				 "gratuitous ARP goes unnoticed");
	return finding_remedy(finding, "nudge: auto");
}

/* ---- good to know ---- */

bool find_window_open(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;

	if (claim->state != CLAIM_PROBING || claim->window_end_ns <= explain->now_ns)
		return false;
	return finding_trouble(
		finding, "its window is open: it is decided in %s, unless another probe comes",
		DURATION(claim->window_end_ns - explain->now_ns));
}

bool find_queued(const struct explain *explain, struct finding *finding)
{
	if (!(explain->claim.flags & CLAIM_F_DEFERRED) || explain->claim.queued == QUEUED_NOT)
		return false;
	finding_trouble(finding, "its announcement waits: %s",
			explain->claim.queued == QUEUED_PORT ? "its port says too much at once"
							     : "all ports together say too much");
	return finding_remedy(finding,
			      "if that is usual here, raise the announcements under limits:");
}

bool find_self_announced(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_settled(explain) || explain->claim.reason != COUNTER_self_announced)
		return false;
	return finding_trouble(finding, "the guest announced itself: there was nothing to add");
}

bool find_router_only(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_announced(explain) || !explain->has_port ||
	    explain->port.role != ROLE_ROUTER || explain->port.relay)
		return false;
	finding_trouble(finding, "this host alone is told: %s is a router port without relay",
			explain_name(explain, explain->claim.port));
	return finding_remedy(finding, "relay: yes tells the other hosts of that LAN, too");
}

bool find_silent(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u64 refresh_ns = explain->settings.refresh_ns;
	__u64 since_ns = explain->now_ns - claim->last_seen_ns;

	if (claim->state != CLAIM_OWNED || since_ns < (refresh_ns ? refresh_ns : SILENT_NS))
		return false;
	finding_trouble(finding, "its owner was not heard of for %s%s", DURATION(since_ns),
			refresh_ns ? ": it is not announced again" : "");
	return finding_remedy(finding, "is it alive? %s %s %s",
			      addr_is_ipv4(&explain->addr) ? "arping -c 3 -I" : "ping -c 3 -I",
			      explain_name(explain, claim->key.segment), ADDR(&explain->addr));
}
