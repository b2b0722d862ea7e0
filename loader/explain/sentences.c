// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sentences.c - the facts as sentences: what was heard, which rule decided, what was said, who
 * confirmed, what the tables say. Pure, like the causes.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "loader/maps/claims.h"
#include "loader/maps/event_text.h"
#include "parts.h"

#define LISTENERS_SHOWN	 4
#define INTERFACES_SHOWN 4
#define WHOM_LEN	 64 /* " as MAC into PORT," */

#define ROW(row) ((const struct explain *)(row))

/* One more line. */
static void tell(json_t *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell(json_t *lines, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	json_array_append_new(lines, json_vsprintf(format, args));
	va_end(args);
}

static const char *ago(const struct explain *explain, __u64 then_ns, char text[DURATION_TEXT_LEN])
{
	return duration_text(explain->now_ns > then_ns ? explain->now_ns - then_ns : 0, text);
}

static const char *times(__u32 count, char text[DURATION_TEXT_LEN])
{
	if (count == 1 || count == 2)
		return count == 1 ? "once" : "twice";
	snprintf(text, DURATION_TEXT_LEN, "%u times", count);
	return text;
}

#define TIMES(count)	 times(count, (char[DURATION_TEXT_LEN]){})
#define AGO(explain, ns) ago(explain, ns, (char[DURATION_TEXT_LEN]){})

/* ---- heard ---- */

/*
 * Whose probes the last window had: the claim's MAC. Not after an attempt that came to nothing,
 * since the claim is its former owner's again; nor where an announcement may have moved it without
 * one.
 */
static bool window_is_of_mac(const struct claim *claim)
{
	return claim->state != CLAIM_FROZEN && claim->reason != COUNTER_lapsed &&
	       claim->reason != COUNTER_self_announced;
}

/* The sum goes on from one owner to the next. */
static void tell_probes(const struct explain *explain, json_t *lines)
{
	const struct claim *claim = &explain->claim;
	const char *whose = claim->probes > claim->window_probes ? " by whomever" : "";
	char of[WHOM_LEN] = "";

	if (window_is_of_mac(claim))
		snprintf(of, sizeof(of), " of %s on %s", MAC(claim->mac),
			 explain_name(explain, claim->port));
	tell(lines, "probes%s: %u in the last window, %u in all%s, the last %s ago", of,
	     claim->window_probes, claim->probes, whose, AGO(explain, claim->last_probe_ns));
}

json_t *explain_heard(const void *row)
{
	const struct explain *explain = ROW(row);
	const struct claim *claim = &explain->claim;
	json_t *lines = json_array();
	char places[PLACES_TEXT_LEN];

	if (!explain_is_claimed(explain)) {
		tell(lines, "nothing that is remembered, on %zu ports of %s", explain->ports,
		     explain->segments.count
			     ? explain_places_text(explain, &explain->segments, places)
			     : "no bridge");
		return lines;
	}
	tell_probes(explain, lines);
	if (claim->self_announced)
		tell(lines, "its own announcements: %u", claim->self_announced);
	if (claim->conflicts)
		tell(lines, "contradicted %s, last %s ago", TIMES(claim->conflicts),
		     AGO(explain, claim->last_conflict_ns));
	if (!mac_is_zero(claim->rival))
		tell(lines, "its rival: %s on %s", MAC(claim->rival),
		     explain_name(explain, claim->rival_port));
	if (claim->moves)
		tell(lines, "moved %s", TIMES(claim->moves));
	if (claim->last_seen_ns > claim->last_probe_ns)
		tell(lines, "its last ARP or ND about the address: %s ago",
		     AGO(explain, claim->last_seen_ns));
	return lines;
}

/* ---- decided ---- */

static const char *announce_mode_what(__u32 mode)
{
	static const char *const what[] = {
#define X(NAME, name, sentence) [ANNOUNCE_##NAME] = name ", " sentence,
		ANNOUNCE_MODES(X)
#undef X
	};

	return mode < ANNOUNCE_MODE_MAX ? what[mode] : "unknown";
}

static void tell_policy(const struct explain *explain, json_t *lines)
{
	if (explain->is_host)
		tell(lines, "policy: the address is %s",
		     explain->host == HOST_OWN ? "this host's own" : "a next hop of this host");
	if (!explain->is_declared)
		tell(lines, "policy: no entry names it: after-probe, any MAC");
	else if (!explain->declared.owner_count)
		tell(lines, "policy: %s: %s, any MAC", PREFIX(&explain->prefix),
		     announce_mode_what(explain->declared.announce));
	else
		tell(lines, "policy: %s: %s; owners: %u%s", PREFIX(&explain->prefix),
		     announce_mode_what(explain->declared.announce), explain->declared.owner_count,
		     explain->policy.declared ? ", of which it is one" : "");
}

/* The reasons that a claim has whose window nobody disturbed. */
static bool window_ended(const struct claim *claim)
{
	return (claim->reason == COUNTER_window_ended || claim->reason == COUNTER_announce_next ||
		claim->reason == COUNTER_announce_done) &&
	       claim->window_end_ns > claim->last_probe_ns;
}

json_t *explain_decided(const void *row)
{
	const struct explain *explain = ROW(row);
	const struct claim *claim = &explain->claim;
	const char *story = event_text_find(claim->reason)->sentence;
	json_t *lines = json_array();

	if (explain_is_claimed(explain))
		tell(lines, "%s (%s): %s", claim_state_name(claim->state),
		     counter_name(claim->reason), story ? story : counter_help(claim->reason));
	if (window_ended(claim))
		tell(lines, "its window ended quietly, %s after the last probe",
		     DURATION(claim->window_end_ns - claim->last_probe_ns));
	tell_policy(explain, lines);
	return lines;
}

/* ---- said ---- */

/* The last announcement was that of the rival, who had defended a declared address. */
static bool rival_said_last(const struct claim *claim)
{
	return claim->state == CLAIM_CONFLICT && claim->reason == COUNTER_defended &&
	       claim->last_announcement_ns >= claim->last_conflict_ns;
}

/* It was that of the claim's MAC, and not of an attempt since then that came to nothing. */
static bool owner_said_last(const struct explain *explain)
{
	const struct claim *claim = &explain->claim;
	bool attempt = claim->reason == COUNTER_lapsed &&
		       claim->last_announcement_ns >= claim->first_probe_ns;

	return explain_is_announced(explain) && !attempt;
}

/* " as MAC into PORT,", "" where the claim has forgotten who it was. */
static const char *whom_said(const struct explain *explain, char text[WHOM_LEN])
{
	const struct claim *claim = &explain->claim;
	bool rival = rival_said_last(claim);

	text[0] = '\0';
	if (rival || owner_said_last(explain))
		snprintf(text, WHOM_LEN, " as %s into %s,", MAC(rival ? claim->rival : claim->mac),
			 explain_name(explain, rival ? claim->rival_port : claim->port));
	return text;
}

static const char *announcement_form(const struct explain *explain)
{
	static const char *const forms[] = {
		[FORM_REQUEST] = "request",
		[FORM_REPLY] = "reply",
		[FORM_BOTH] = "request and reply",
	};

	if (!addr_is_ipv4(&explain->addr))
		return "unsolicited advertisement";
	return forms[explain->settings.form & FORM_BOTH];
}

json_t *explain_said(const void *row)
{
	const struct explain *explain = ROW(row);
	const struct claim *claim = &explain->claim;
	json_t *lines = json_array();

	if (!claim->announcements)
		tell(lines, "nothing");
	else
		tell(lines, "announced %s (%s), last%s %s ago%s", TIMES(claim->announcements),
		     announcement_form(explain), whom_said(explain, (char[WHOM_LEN]){}),
		     AGO(explain, claim->last_announcement_ns),
		     explain->port.relay ? ", on its wire too" : "");
	if (claim->nudges)
		tell(lines, "nudges to its listeners: %u, the last %s ago", claim->nudges,
		     AGO(explain, claim->nudged_ns));
	if (claim->flags & CLAIM_F_DEFERRED)
		tell(lines, "one announcement is owed");
	return lines;
}

/* ---- confirmed ---- */

/* Why nobody is asked; NULL: they are. */
static const char *why_unasked(const struct explain *explain)
{
	if (explain->settings.nudge == NUDGE_NEVER)
		return "nobody is asked (nudge: never)";
	if (explain->has_port && explain->port.role == ROLE_ROUTER)
		return "nobody is asked: on a router port no answer comes by";
	if (explain->settings.nudge == NUDGE_AUTO && !explain->claim.nudges &&
	    explain->claim.self_announced)
		return "nobody is asked: it announced itself (nudge: always asks all the same)";
	return explain->listeners
		       ? NULL
		       : "nobody to ask: none was heard to ask for it; gateways: names them";
}

static void tell_listener(const struct explain *explain, const struct listener *listener,
			  json_t *lines)
{
	__u64 since_ns = explain->claim.announced_since_ns;
	const char *kind = listener->gateway ? " (gateway)" : "";

	if (explain_is_waited_for(explain, listener))
		tell(lines, "not by %s%s: nudged %s, the last %s ago", ADDR(&listener->addr), kind,
		     TIMES(listener->tries), AGO(explain, listener->nudged_ns));
	else if (listener->answered_ns && listener->answered_ns >= since_ns)
		tell(lines, "by %s%s, %s after the announcement", ADDR(&listener->addr), kind,
		     DURATION(listener->answered_ns - since_ns));
	else
		tell(lines, "not by %s%s: not asked since", ADDR(&listener->addr), kind);
}

json_t *explain_confirmed(const void *row)
{
	const struct explain *explain = ROW(row);
	size_t i, shown = explain->listeners;
	json_t *lines = json_array();

	if (!explain_is_settled(explain))
		return lines;
	if (shown > LISTENERS_SHOWN)
		shown = LISTENERS_SHOWN;
	for (i = 0; i < shown; i++)
		tell_listener(explain, &explain->listener[i].listener, lines);
	if (explain->listeners > shown)
		tell(lines, "and %zu more: garpd show listeners", explain->listeners - shown);
	if (why_unasked(explain))
		tell(lines, "%s", why_unasked(explain));
	if (explain->claim.refreshed)
		tell(lines, "by this host's own table, %s", TIMES(explain->claim.refreshed));
	return lines;
}

/* ---- tables ---- */

/* "": there is nothing that it should say. */
static const char *verdict(const struct explain *explain, const struct explain_interface *interface)
{
	switch (explain_outcome(explain, interface)) {
	case NEIGH_ABSENT:
		break;
	case NEIGH_FOLLOWED:
		return ": right";
	case NEIGH_OTHER:
	case NEIGH_PERMANENT:
	case NEIGH_LEARNED:
		return ": WRONG";
	}
	return "";
}

static void tell_interface(const struct explain *explain, const struct explain_interface *interface,
			   json_t *lines)
{
	const struct neigh *neigh = &interface->neigh;
	const char *name = explain_name(explain, interface->ifindex);

	if (!neigh->has_mac)
		tell(lines, "host, %s: no entry", name);
	else
		tell(lines, "host, %s: %s, %s%s%s", name, MAC(neigh->mac),
		     neigh_state_name(neigh->state),
		     neigh->flags & NTF_EXT_LEARNED ? ", extern_learn" : "",
		     verdict(explain, interface));
}

static void tell_fdb(const struct explain *explain, json_t *lines)
{
	const struct claim *claim = &explain->claim;
	const char *right = explain->fdb.port == claim->port ? ": right" : ": WRONG";

	if (!explain->fdb.port)
		tell(lines, "bridge: %s is in no entry of its own, its frames go everywhere",
		     MAC(claim->mac));
	else
		tell(lines, "bridge: %s is behind %s%s%s", MAC(claim->mac),
		     explain_name(explain, explain->fdb.port),
		     explain->fdb.flags & NTF_EXT_LEARNED ? ", extern_learn" : "",
		     explain_is_settled(explain) ? right : "");
}

json_t *explain_tables(const void *row)
{
	const struct explain *explain = ROW(row);
	json_t *lines = json_array();

	for (size_t i = 0; i < explain->interfaces && i < INTERFACES_SHOWN; i++)
		tell_interface(explain, &explain->interface[i], lines);
	if (explain->has_fdb)
		tell_fdb(explain, lines);
	return lines;
}
