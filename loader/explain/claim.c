// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * claim.c - the causes in the claim: a conflict, the daemon, the listeners.
 */
#include <stdio.h>

#include "parts.h"
#include "loader/maps/pins_netns.h"

/* A live host sends ARP of its own more often than this. */
#define SILENT_NS (3600 * NSEC_PER_SEC)

/* ---- the claim ---- */

#define CONFLICT_REMEDY                                                                  \
	REMEDY "remove the address from one of the two; neither is announced until the " \
	       "other one announces itself or probes again"

static void cause_conflict(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	const char *mac = MAC(claim->mac), *port = explain_name(explain, claim->port);
	__u32 rival_port = explain->rival_fdb.port ? explain->rival_fdb.port : claim->rival_port;
	const char *does = claim->reason == COUNTER_conflict_probe ? "also probes for the address"
								   : "answers for the address";

	if (claim->reason == COUNTER_conflict_elsewhere)
		finding_set(finding,
			    "conflict: %s uses the address on two ports, one is %s" CONFLICT_REMEDY,
			    mac, port);
	else if (mac_is_zero(claim->rival))
		finding_set(finding, "conflict: another host %s" CONFLICT_REMEDY, does);
	else
		finding_set(finding, "conflict: %s%s%s %s of %s on %s" CONFLICT_REMEDY,
			    MAC(claim->rival), rival_port ? " on " : "",
			    rival_port ? explain_name(explain, rival_port) : "", does, mac, port);
}

static void cause_frozen(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u64 left_ns = claim->due_ns > explain->now_ns ? claim->due_ns - explain->now_ns : 0;

	finding_set(finding,
		    "frozen: %u moves within %s; the address is not announced" REMEDY
		    "find the hosts that take it from each other (garpd watch), then: garpd thaw "
		    "%s. It thaws by itself in %s, if it stays quiet",
		    claim->recent_moves, DURATION(explain->settings.moves_ns), ADDR(&explain->addr),
		    DURATION(left_ns));
}

/* An attempt after which the former owner still has the address. */
static void cause_lapsed(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	__u32 required = explain_min_probes(explain);
	char why[80] = "another host objected";

	if (claim->window_probes < required)
		snprintf(why, sizeof(why), "%u of %u required probes, and no use of the address",
			 claim->window_probes, required);
	finding_set(finding,
		    "the last attempt was ignored: %s" REMEDY
		    "if another host than %s should own it, let that one probe again, or declare "
		    "the address with its owners",
		    why, MAC(claim->owner));
}

static void causes_owned(const struct explain *explain, struct finding *findings)
{
	const struct claim *claim = &explain->claim;
	__u64 refresh_ns = explain->settings.refresh_ns;
	__u64 since_ns = explain->now_ns - claim->last_seen_ns;

	if (claim->flags & CLAIM_F_DOUBTED)
		finding_set(&findings[CAUSE_doubted],
			    "another host used or probed the address since %s did, or its MAC was "
			    "heard on another port than %s: it is not announced again" REMEDY
			    "this ends when the owner uses the address on that port: a ping is "
			    "enough",
			    MAC(claim->mac), explain_name(explain, claim->port));
	if (since_ns >= (refresh_ns ? refresh_ns : SILENT_NS))
		finding_set(&findings[CAUSE_silent],
			    "its owner was not heard for %s%s" REMEDY
			    "check that it is alive: %s -c 3 -I %s %s",
			    DURATION(since_ns), refresh_ns ? ": it is not announced again" : "",
			    addr_is_ipv4(&explain->addr) ? "arping" : "ping",
			    explain_name(explain, claim->key.segment), ADDR(&explain->addr));
}

static void causes_state(const struct explain *explain, struct finding *findings)
{
	const struct claim *claim = &explain->claim;

	if (claim->state == CLAIM_CONFLICT)
		cause_conflict(explain, &findings[CAUSE_conflict]);
	if (claim->state == CLAIM_FROZEN)
		cause_frozen(explain, &findings[CAUSE_frozen]);
	if (claim->state == CLAIM_OWNED)
		causes_owned(explain, findings);
	if (explain_is_claimed(explain) && claim->reason == COUNTER_lapsed)
		cause_lapsed(explain, &findings[CAUSE_lapsed]);
	if (claim->state == CLAIM_PROBING && claim->window_end_ns > explain->now_ns)
		finding_set(&findings[CAUSE_window_open],
			    "the window is open: it ends in %s, unless another probe arrives",
			    DURATION(claim->window_end_ns - explain->now_ns));
}

/* ---- its announcement ---- */

static void causes_deferred(const struct explain *explain, struct finding *findings)
{
	const char *port = explain_name(explain, explain->claim.port);
	bool by_port = explain->claim.queued == QUEUED_PORT;

	if (explain->claim.retries)
		finding_set(&findings[CAUSE_announce_failed],
			    "the kernel cannot send the announcement on %s; tried %u times" REMEDY
			    "check that %s and its peer are up: ip -s link show dev %s",
			    port, explain->claim.retries, port, SHELL(port));
	if (explain->claim.queued != QUEUED_NOT)
		finding_set(&findings[CAUSE_queued],
			    "its announcement is rate-limited, by the limit of %s; queued" REMEDY
			    "if that is usual here, raise %sannouncements_per_second: under "
			    "limits:",
			    by_port ? "its port" : "all ports together", by_port ? "" : "all_");
}

static void causes_announcement(const struct explain *explain, struct finding *findings)
{
	const struct claim *claim = &explain->claim;
	const char *port = explain_name(explain, claim->port);

	if (claim->flags & CLAIM_F_DEFERRED)
		causes_deferred(explain, findings);
	else if (explain_is_undisturbed(claim) && !explain_is_announced(explain))
		finding_set(&findings[CAUSE_announce_lost],
			    "an announcement was due and could not be sent on %s" REMEDY
			    "when the port is up again: garpd announce %s",
			    port, ADDR(&explain->addr));
	if (explain_is_settled(explain) && claim->reason == COUNTER_self_announced)
		finding_set(&findings[CAUSE_self_announced],
			    "the guest announced itself; garpd had nothing to add");
	if (explain_is_announced(explain) && explain->has_port &&
	    explain->port.role == ROLE_ROUTER && !explain->port.relay)
		finding_set(&findings[CAUSE_router_only],
			    "announced to this host only: %s is a router port without relay" REMEDY
			    "relay: yes announces to the other hosts of that LAN, too",
			    port);
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

static void causes_listeners(const struct explain *explain, struct finding *findings)
{
	size_t count;
	const struct listener *silent = first_silent(explain, &count);
	char more[40] = "";

	if (count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", count - 1);
	if (silent && explain->claim.nudge_round)
		finding_set(&findings[CAUSE_nudging], "%s has not answered yet; it is nudged again",
			    ADDR(&silent->addr));
	else if (silent)
		finding_set(&findings[CAUSE_unconfirmed],
			    "%s%s did not answer %u nudges: it may still send to another "
			    "MAC" REMEDY
			    "check that its table has %s at %s, else clear the entry; ignore if "
			    "that host no longer exists",
			    ADDR(&silent->addr), more, silent->tries, ADDR(&explain->addr),
			    MAC(explain->claim.mac));
	if (explain_is_unproven(explain))
		finding_set(&findings[CAUSE_unproven],
			    "announced, but no host confirmed it: a filter may have dropped the "
			    "announcement" REMEDY
			    "look for it with tcpdump on the uplink; or set gateways:, which are "
			    "nudged the next time");
	if (explain->settings.nudge == NUDGE_NEVER && explain_is_announced(explain))
		finding_set(&findings[CAUSE_nudge_never],
			    "listeners are not nudged (nudge: never): one that ignores gratuitous "
			    "ARP is not noticed" REMEDY "nudge: auto");
}

void causes_claim(const struct explain *explain, struct finding *findings)
{
	causes_state(explain, findings);
	causes_announcement(explain, findings);
	causes_listeners(explain, findings);
	if (explain->daemon == 0)
		finding_set(&findings[CAUSE_daemon_down],
			    "the daemon is not running: no window ends, no listener is nudged; "
			    "only addresses declared immediate are announced, at their first "
			    "probe, and in the XDP modes none" REMEDY
			    "systemctl start %s, or garpd run with the same flags",
			    pins_unit());
}
