// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * print.c - the table of the facts, for JSON and for the screen.
 */
#include <stdio.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "loader/maps/claims.h"
#include "parts.h"

#define FINDINGS_SHOWN 3 /* on the screen; JSON has all of them */

#define ROW(row) ((const struct explain *)(row))

static json_t *get_well(const void *row)
{
	return json_boolean(explain_is_well(row));
}

static json_t *get_daemon(const void *row)
{
	return ROW(row)->daemon < 0 ? json_null() : json_boolean(ROW(row)->daemon);
}

static json_t *get_claim(const void *row)
{
	return explain_is_claimed(row) ? output_object(claims_fields, &ROW(row)->claim)
				       : json_null();
}

static json_t *get_listeners(const void *row)
{
	return output_array(listeners_fields, ROW(row)->listener, ROW(row)->listeners,
			    sizeof(*ROW(row)->listener));
}

static json_t *neighbour_object(const struct explain *explain,
				const struct explain_interface *interface)
{
	enum neigh_outcome outcome = explain_outcome(explain, interface);
	json_t *right = outcome == NEIGH_ABSENT ? json_null()
						: json_boolean(outcome == NEIGH_FOLLOWED);

	return json_pack("{s:s, s:o, s:s, s:b, s:o}", "interface",
			 explain_name(explain, interface->ifindex), "mac",
			 output_mac(interface->neigh.mac), "state",
			 neigh_state_name(interface->neigh.state), "extern_learn",
			 !!(interface->neigh.flags & NTF_EXT_LEARNED), "right", right);
}

static json_t *get_neighbours(const void *row)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ROW(row)->interfaces; i++)
		json_array_append_new(list, neighbour_object(row, &ROW(row)->interface[i]));
	return list;
}

static json_t *get_findings(const void *row)
{
	struct finding findings[FINDINGS_MAX];
	size_t count = explain_causes(row, findings);

	return output_array(finding_fields, findings, count, sizeof(*findings));
}

#define EXPLAIN(TYPE, member) FIELD(TYPE, struct explain, member)

const struct field explain_fields[] = {
	{"address", NULL, EXPLAIN(ADDR, addr)},
	{"bridge", NULL, EXPLAIN(INTERFACE, claim.key.segment)},
	{"vlan", NULL, EXPLAIN(VLAN, claim.key.vlan)},
	{"inner_vlan", NULL, EXPLAIN(VLAN, claim.key.inner_vlan)},
	{"state", NULL, EXPLAIN(ENUM, claim.state), .name = claim_state_name},
	{"well", NULL, .get = get_well},
	{"daemon", NULL, .get = get_daemon},
	{"guest", NULL, EXPLAIN(TEXT, guest)},
	{"heard", "heard", .get = explain_heard},
	{"decided", "decided", .get = explain_decided},
	{"announced", "announced", .get = explain_announced},
	{"confirmed", "confirmed", .get = explain_confirmed},
	{"tables", "tables now", .get = explain_tables},
	{"findings", NULL, .get = get_findings},
	{"claim", NULL, .get = get_claim},
	{"listeners", NULL, .get = get_listeners},
	{"neighbours", NULL, .get = get_neighbours},
	{"fdb_port", NULL, EXPLAIN(INTERFACE, fdb.port)},
	{},
};

/* ---- the screen ---- */

static void title_print(const struct explain *explain)
{
	const struct claim *claim = &explain->claim;
	char segment[SEGMENT_TEXT_LEN], port[PORT_GUEST_TEXT_LEN];

	if (!explain_is_claimed(explain))
		printf("%s: no claim\n", ADDR(&explain->addr));
	else
		printf("%s on %s: %s, %s on %s\n", ADDR(&explain->addr),
		       segment_text(&claim->key, explain_name(explain, claim->key.segment),
				    segment),
		       claim_state_name(claim->state), MAC(claim->mac),
		       explain_port_text(explain, claim->port, explain->guest, port));
}

void explain_print(const struct explain *explain)
{
	struct finding findings[FINDINGS_MAX];
	size_t i, count = explain_causes(explain, findings);

	title_print(explain);
	output_sheet(explain_fields, explain);
	if (explain_is_well(explain))
		printf("%s\n", explain_is_unproven(explain) ? "no problem found" : "all is well");
	for (i = 0; i < count && i < FINDINGS_SHOWN; i++)
		output_sheet(finding_fields, &findings[i]);
	if (count > i)
		printf("%zu more: garpd explain -j %s\n", count - i, ADDR(&explain->addr));
}
