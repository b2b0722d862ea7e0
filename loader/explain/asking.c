// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * asking.c - the causes in the question: the guest has not answered, or was not asked yet; or garpd
 * only observes.
 */
#include "parts.h"

static void cause_unanswered(const struct explain *explain, struct finding *finding)
{
	const struct claim *claim = &explain->claim;
	const char *address = ADDR(&explain->addr), *mac = MAC(claim->mac);

	finding_set(finding,
		    "%s on %s was asked for %s and has not answered: it is not announced%s" REMEDY
		    "check that the guest has the address and that its firewall lets %s through; "
		    "ask: no for that segment announces without asking",
		    mac, explain_name(explain, claim->port), address,
		    explain_is_settled(explain) ? " again" : "",
		    addr_is_ipv4(&explain->addr) ? "ARP" : "Neighbor Solicitations");
}

static void cause_no_asker(const struct explain *explain, struct finding *finding)
{
	const char *segment = explain_name(explain, explain->claim.key.segment);

	finding_set(finding,
		    "%s cannot be asked for the address: this host has no interface with a MAC on "
		    "%s" REMEDY "see ip link show dev %s and the daemon's log; or set ask: no for "
		    "that segment",
		    MAC(explain->claim.mac), segment, SHELL(segment));
}

static void cause_asking(const struct explain *explain, struct finding *findings)
{
	const struct claim *claim = &explain->claim;
	__u64 left_ns = claim->ask_ns > explain->now_ns ? claim->ask_ns - explain->now_ns : 0;
	const char *mac = MAC(claim->mac), *port = explain_name(explain, claim->port);

	if (explain->has_port && !explain->port.forwarding)
		finding_set(&findings[CAUSE_asking], "%s is asked once %s forwards%s", mac, port,
			    explain->port.starting ? ", which STP's forward delay holds up" : "");
	else if (claim->ask_flags & ASK_F_TURN)
		finding_set(&findings[CAUSE_ask_queued],
			    "the question to %s is rate-limited, by the limit of %s; queued" REMEDY
			    "if that is usual here, raise announcements_per_second: under limits:",
			    mac, port);
	else
		finding_set(&findings[CAUSE_asking],
			    "%s is asked for the address, %u times so far; next in %s", mac,
			    claim->questions, DURATION(left_ns));
}

void causes_asking(const struct explain *explain, struct finding *findings)
{
	const struct claim *claim = &explain->claim;

	if (claim->flags & CLAIM_F_OBSERVED)
		finding_set(&findings[CAUSE_observed],
			    "nothing was sent: garpd only observes there" REMEDY
			    "observe: no, without --observe, announces it after its next probes");
	if (!claim->ask_ns)
		return;
	if (!explain->has_asker)
		cause_no_asker(explain, &findings[CAUSE_no_asker]);
	else if (claim->ask_flags & ASK_F_UNANSWERED)
		cause_unanswered(explain, &findings[CAUSE_unanswered]);
	cause_asking(explain, findings);
}
