// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/neighbour.h>

#include "address.h"

static const char *mode_text(const struct address *address)
{
	static const char *const texts[] = {
#define X(NAME, name, what) [ANNOUNCE_##NAME] = what,
		ANNOUNCE_MODES(X)
#undef X
	};

	return address->announce < ANNOUNCE_MODE_MAX ? texts[address->announce] : "unknown";
}

static void judge_declared(const struct address_facts *facts, struct findings *findings)
{
	const char *address = ADDR(&facts->addr);
	const struct declared *declared = facts->declared;

	if (facts->own[0])
		doctor_fail(findings, declared, address,
			    "%s of this host has it: it is announced for no guest" REMEDY
			    "ip addr show to %s",
			    facts->own, address);
	else if (!declared && facts->is_gateway)
		doctor_fail(findings, declared, address,
			    "is one of gateways: its owner gets all traffic, so it is announced "
			    "for no guest" REMEDY
			    "declare it, with the MACs that may have it as owners");
	else if (!declared && facts->is_next_hop)
		doctor_fail(findings, declared, address,
			    "is a next hop of this host (ip route): its owner gets all traffic, so "
			    "it is announced for no guest" REMEDY
			    "declare it, with the MACs that may have it as owners");
	else if (!declared)
		doctor_ok(findings, declared, address, "is not declared: any guest may have it");
	else if (declared->address.owner_count)
		doctor_ok(findings, declared, address,
			  "is declared by %s, with %u %s: announced %s", PREFIX(&declared->prefix),
			  declared->address.owner_count,
			  text_plural(declared->address.owner_count, "owner", "owners"),
			  mode_text(&declared->address));
	else
		doctor_ok(findings, declared, address, "is declared by %s: announced %s",
			  PREFIX(&declared->prefix), mode_text(&declared->address));
}

/* ---- in a segment ---- */

static void judge_policy(const struct address_place *place, struct findings *findings)
{
	struct finding denial;

	/* judge_declared() has these. */
	if (place->explain.policy.denied == COUNTER_denied_host ||
	    place->explain.policy.denied == COUNTER_denied_next_hop)
		return;
	if (explain_denial(&place->explain, &denial))
		doctor_fail(findings, policy, place->name, "%s" REMEDY "%s", denial.trouble,
			    denial.remedy);
	else if (place->subnet.len)
		doctor_ok(findings, policy, place->name,
			  "a guest there may have it: it is in the subnet of %s, %s",
			  place->interface, PREFIX(&place->subnet));
	else if (place->is_foreign)
		doctor_warn(findings, policy, place->name,
			    "a guest there may have it, but it is in no subnet of this host "
			    "there" REMEDY "ip -br addr");
	else
		doctor_ok(findings, policy, place->name,
			  "a guest there may have it; this host has no subnet there");
}

static void judge_entry(const struct explain *explain, const struct explain_interface *interface,
			struct findings *findings)
{
	const struct neigh *neigh = &interface->neigh;
	const char *name = explain_name(explain, interface->ifindex);

	if (!neigh_is_valid(neigh))
		doctor_ok(findings, host_entry, name, "this host has no entry for it");
	else
		doctor_ok(findings, host_entry, name, "this host has it at %s, %s%s",
			  MAC(neigh->mac), neigh_state_name(neigh->state),
			  neigh_is_learned(neigh) ? ", by EVPN" : "");
}

/* ---- what explain finds ---- */

static void judge_explain(const struct explain *explain, struct findings *findings)
{
	struct finding found[FINDINGS_MAX];
	size_t count = explain_causes(explain, found);
	const char *object = explain_is_claimed(explain)
				     ? explain_name(explain, explain->claim.key.segment)
				     : ADDR(&explain->addr);

	for (size_t i = 0; i < count; i++)
		doctor_add(findings, CHECK_explain, found[i].level, object, "%s%s%s",
			   found[i].trouble, found[i].remedy[0] ? REMEDY : "", found[i].remedy);
	if (!count)
		doctor_ok(findings, explain, object, "nothing is wrong; %zu %s of it",
			  explain->listeners,
			  text_plural(explain->listeners, "listener is known",
				      "listeners are known"));
}

/* Of pins that cannot be read the check `pins` has said why. */
static void judge_explains(const struct address_facts *facts, struct findings *findings)
{
	if (facts->explains.count && !facts->err)
		for (size_t i = 0; i < facts->explains.count; i++)
			judge_explain(&facts->explains.explain[i], findings);
	else
		doctor_ok(findings, explain, ADDR(&facts->addr),
			  "nothing is known of it: garpd is not loaded, or cannot be asked");
}

void address_judge(const struct address_facts *facts, struct findings *findings)
{
	judge_declared(facts, findings);
	for (size_t i = 0; i < facts->places; i++) {
		const struct address_place *place = &facts->place[i];

		judge_policy(place, findings);
		for (size_t j = 0; j < place->explain.interfaces; j++)
			judge_entry(&place->explain, &place->explain.interface[j], findings);
	}
	judge_explains(facts, findings);
}
