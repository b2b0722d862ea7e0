// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>

#include "filters.h"

#define LIST_LEN 200

/* ---- programs ---- */

/* Those on the first chain, in their order: "tcx foreign, tcx garpd_tc, tc flower" */
static const char *order_text(const struct filters_port *port, char text[LIST_LEN])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < port->programs && used < LIST_LEN; i++)
		if (!port->program[i].aside)
			used += (size_t)snprintf(text + used, LIST_LEN - used, "%s%s %s",
						 used ? ", " : "", port->program[i].hook,
						 port->program[i].name);
	return text;
}

/* Where garpd is not attached yet only an XDP program will come before it. */
static enum unheard judge_order(const struct filters_port *port, struct program *before)
{
	__u32 own = 0;

	for (size_t i = 0; i < port->programs && !own; i++)
		if (programs_is_garpd(&port->program[i]))
			own = port->program[i].id;
	if (own || port->is_attended)
		return order_judge(port->program, port->programs, own, before);
	if (!port->programs || strcmp(port->program[0].hook, "xdp") != 0)
		return UNHEARD_NOT;
	*before = port->program[0];
	return UNHEARD_XDP;
}

#define LOOK "bpftool net show dev %s; tc filter show dev %s %s"

/* True: it is heard. */
static bool judge_port(const struct filters_port *port, struct findings *findings)
{
	enum cause_level level = port->denies ? CAUSE_TROUBLE : CAUSE_NOTE;
	const char *side = port->is_host ? "egress" : "ingress";
	const char *then = port->denies ? ", so claims of its segment are denied" : "";
	struct program before = {};
	char list[LIST_LEN];

	switch (judge_order(port, &before)) {
	case UNHEARD_NOT:
	case UNHEARD_MAX:
		return true;
	case UNHEARD_DETACHED:
		doctor_add(findings, CHECK_heard, CAUSE_TROUBLE, port->name,
			   "garpd is not attached to it, although it runs" REMEDY
			   "garpd show ports%s; systemctl reload %s",
			   pins_netns_option(), pins_unit());
		return false;
	case UNHEARD_XDP:
	case UNHEARD_TCX:
	case UNHEARD_TC:
		doctor_add(findings, CHECK_heard, level, port->name,
			   "%s %s comes before garpd's and may end the way of an objection%s; "
			   "in order: %s" REMEDY LOOK,
			   before.hook, before.name, then, order_text(port, list),
			   SHELL(port->name), SHELL(port->name), side);
	}
	return false;
}

/* Ports come bridge by bridge. */
static void judge_ports(const struct filters_facts *facts, struct findings *findings)
{
	size_t heard = 0, all = 0;

	for (size_t i = 0; i < facts->ports; i++) {
		const struct filters_port *port = &facts->port[i];

		heard += judge_port(port, findings);
		all++;
		if (i + 1 < facts->ports && !strcmp(facts->port[i + 1].bridge, port->bridge))
			continue;
		if (heard == all)
			doctor_ok(findings, heard, port->bridge,
				  "nothing comes before garpd's program on its %zu %s", all,
				  text_plural(all, "port", "ports"));
		heard = all = 0;
	}
}

/* ---- rulesets ---- */

/* "prerouting -300", "ingress of v-new -500" */
static size_t chain_text(const struct nft_chain *chain, char *text, size_t size)
{
	return (size_t)snprintf(text, size, "%s%s%s at %d", nft_hook_name(chain),
				chain->device[0] ? " of " : "", chain->device, chain->priority);
}

static bool is_same_table(const struct nft_chain *a, const struct nft_chain *b)
{
	return a->family == b->family && !strcmp(a->table, b->table);
}

/* A line for each table, at its first chain. */
static void judge_table(const struct filters_facts *facts, size_t first, struct findings *findings)
{
	const struct nft_chain *chain = &facts->chain[first];
	const char *family = nft_family_name(chain->family);
	bool bridged = chain->family != NFPROTO_ARP || facts->arp_of_bridges;
	char list[LIST_LEN] = "", object[NFT_NAME_LEN + 16];
	size_t used = 0;

	for (size_t i = 0; i < first; i++)
		if (is_same_table(&facts->chain[i], chain))
			return;
	for (size_t i = first; i < facts->chains && used < LIST_LEN - 2; i++) {
		if (!is_same_table(&facts->chain[i], chain))
			continue;
		if (used)
			used += (size_t)snprintf(list + used, LIST_LEN - used, ", ");
		used += chain_text(&facts->chain[i], list + used, LIST_LEN - used);
	}
	snprintf(object, sizeof(object), "%s %s", family, chain->table);
	doctor_warn(findings, ruleset, object,
		    "has rules that may drop %s: %s" REMEDY "nft list table %s %s",
		    bridged ? "announcements" : "what comes out to this host", list, family,
		    SHELL(chain->table));
}

static void judge_rulesets(const struct filters_facts *facts, struct findings *findings)
{
	for (size_t i = 0; i < facts->chains; i++)
		judge_table(facts, i, findings);
	for (size_t i = 0; i < facts->legacies; i++)
		doctor_warn(findings, ruleset, facts->legacy[i].table,
			    "has rules that may drop announcements" REMEDY "%s",
			    facts->legacy[i].command);
	if (facts->nft == -EPERM || facts->nft == -EACCES)
		doctor_needs_root(findings, ruleset, "nftables");
	else if (!facts->chains && !facts->legacies)
		doctor_ok(findings, ruleset, "nftables",
			  "no ruleset judges bridges, ARP or single devices");
}

void filters_judge(const struct filters_facts *facts, struct findings *findings)
{
	if (facts->can_read_programs)
		judge_ports(facts, findings);
	else
		doctor_needs_root(findings, heard, "ports");
	judge_rulesets(facts, findings);
}
