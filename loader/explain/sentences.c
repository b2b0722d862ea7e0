// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sentences.c - the facts as sentences: what was heard, decided, announced and confirmed, and what
 * the kernel's tables have. Pure, like the causes.
 */
#include <stdio.h>
#include <string.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "loader/maps/claims.h"
#include "loader/maps/event_text.h"
#include "parts.h"

#define LISTENERS_SHOWN	 4
#define INTERFACES_SHOWN 4
#define HOST_LEN	 64 /* " as MAC into PORT," */

#define ROW(row) ((const struct explain *)(row))

#define line_add(lines, ...) json_array_append_new(lines, json_sprintf(__VA_ARGS__))

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
 * The probes of the last window are those of the claim's MAC, but for a claim that went back to its
 * former owner, and for one that an announcement may have moved without a window.
 */
static bool is_window_of_mac(const struct claim *claim)
{
	return claim->state != CLAIM_FROZEN && claim->reason != COUNTER_lapsed &&
	       claim->reason != COUNTER_self_announced;
}

/* claim->probes counts those of former owners, too. */
static void add_probes(const struct explain *explain, json_t *lines)
{
	const struct claim *claim = &explain->claim;
	char all[HOST_LEN] = "";

	if (!is_window_of_mac(claim)) {
		line_add(lines, "%u probes received, from any host, last %s ago", claim->probes,
			 AGO(explain, claim->last_probe_ns));
		return;
	}
	if (claim->probes > claim->window_probes)
		snprintf(all, sizeof(all), ", %u from any host", claim->probes);
	line_add(lines, "probes of %s on %s: %u in the last window%s, last %s ago", MAC(claim->mac),
		 explain_name(explain, claim->port), claim->window_probes, all,
		 AGO(explain, claim->last_probe_ns));
}

json_t *explain_heard(const void *row)
{
	const struct explain *explain = ROW(row);
	const struct claim *claim = &explain->claim;
	json_t *lines = json_array();
	char places[PLACES_TEXT_LEN], rival[PORT_GUEST_TEXT_LEN];

	if (!explain_is_claimed(explain)) {
		line_add(lines, "nothing remembered, on %zu ports of %s", explain->ports,
			 explain->segments.count
				 ? explain_places_text(explain, &explain->segments, places)
				 : "no bridge");
		return lines;
	}
	add_probes(explain, lines);
	if (claim->self_announced)
		line_add(lines, "it announced itself %s", TIMES(claim->self_announced));
	if (claim->conflicts)
		line_add(lines, "contradicted %s, last %s ago", TIMES(claim->conflicts),
			 AGO(explain, claim->last_conflict_ns));
	if (!mac_is_zero(claim->rival))
		line_add(lines, "rival: %s%s%s", MAC(claim->rival), claim->rival_port ? " on " : "",
			 claim->rival_port ? explain_port_text(explain, claim->rival_port,
							       explain->rival_guest, rival)
					   : "");
	if (claim->moves)
		line_add(lines, "moved %s", TIMES(claim->moves));
	if (claim->last_seen_ns > claim->last_probe_ns)
		line_add(lines, "its last ARP or ND about the address: %s ago",
			 AGO(explain, claim->last_seen_ns));
	return lines;
}

/* ---- decided ---- */

/* "denied: configured announce: never (denied_never)" */
static void add_state(const struct claim *claim, json_t *lines)
{
	bool open = claim->state == CLAIM_PROBING && !(claim->flags & CLAIM_F_IMMEDIATE);
	const char *state = open ? "undecided" : claim_state_name(claim->state);
	const char *sentence = event_text_find(claim->reason)->sentence;
	size_t len = strlen(state);

	if (!sentence)
		sentence = counter_help(claim->reason);
	if (strncmp(sentence, state, len) == 0 && sentence[len] == ':')
		sentence += len + 2; /* it begins with the state already */
	line_add(lines, "%s: %s (%s)", state, sentence, counter_name(claim->reason));
}

static const char *announce_mode_what(__u32 mode)
{
	static const char *const what[] = {
#define X(NAME, name, sentence) [ANNOUNCE_##NAME] = name ", " sentence,
		ANNOUNCE_MODES(X)
#undef X
	};

	return mode < ANNOUNCE_MODE_MAX ? what[mode] : "unknown";
}

static void add_policy(const struct explain *explain, json_t *lines)
{
	if (explain->is_host)
		line_add(lines, "policy: the address is %s",
			 explain->host == HOST_OWN ? "this host's own"
						   : "a next hop of this host, or one of gateways");
	if (!explain->is_declared)
		line_add(lines, "policy: not declared: after-probe, any MAC");
	else if (!explain->declared.owner_count)
		line_add(lines, "policy: %s: %s, any MAC", PREFIX(&explain->prefix),
			 announce_mode_what(explain->declared.announce));
	else
		line_add(lines, "policy: %s: %s; owners: %u%s", PREFIX(&explain->prefix),
			 announce_mode_what(explain->declared.announce),
			 explain->declared.owner_count,
			 explain->policy.declared ? ", including this MAC" : "");
}

json_t *explain_decided(const void *row)
{
	const struct explain *explain = ROW(row);
	const struct claim *claim = &explain->claim;
	json_t *lines = json_array();

	if (explain_is_claimed(explain))
		add_state(claim, lines);
	if (explain_is_undisturbed(claim) && claim->window_end_ns > claim->last_probe_ns)
		line_add(lines, "the window ended quietly, %s after the last probe",
			 DURATION(claim->window_end_ns - claim->last_probe_ns));
	add_policy(explain, lines);
	return lines;
}

/* ---- announced ---- */

/* The last announcement was the rival's, who defended a declared address. */
static bool is_last_of_rival(const struct claim *claim)
{
	return claim->state == CLAIM_CONFLICT && claim->reason == COUNTER_defended &&
	       claim->last_announcement_ns >= claim->last_conflict_ns;
}

/* It was that of the claim's MAC, not of an attempt since then that was ignored. */
static bool is_last_of_owner(const struct explain *explain)
{
	const struct claim *claim = &explain->claim;
	bool attempt = claim->reason == COUNTER_lapsed &&
		       claim->last_announcement_ns >= claim->first_probe_ns;

	return explain_is_announced(explain) && !attempt;
}

/* " as MAC into PORT,"; "" where the claim does not have the MAC any longer. */
static const char *last_text(const struct explain *explain, char text[HOST_LEN])
{
	const struct claim *claim = &explain->claim;
	bool rival = is_last_of_rival(claim);

	text[0] = '\0';
	if (rival || is_last_of_owner(explain))
		snprintf(text, HOST_LEN, " as %s into %s,", MAC(rival ? claim->rival : claim->mac),
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

static void add_questions(const struct explain *explain, json_t *lines)
{
	const struct claim *claim = &explain->claim;
	char answer[DURATION_TEXT_LEN], answered[HOST_LEN] = "no answer that still counts";

	if (claim->answered_ns)
		snprintf(answered, sizeof(answered), "answered %s ago",
			 ago(explain, claim->answered_ns, answer));
	line_add(lines, "questions to the guest: %u, last %s ago; %s", claim->asked,
		 AGO(explain, claim->asked_ns), answered);
	if (explain->has_asker)
		line_add(lines, "asked from %s (%s)", ADDR(&explain->asker.addr),
			 MAC(explain->asker.mac));
}

json_t *explain_announced(const void *row)
{
	const struct explain *explain = ROW(row);
	const struct claim *claim = &explain->claim;
	json_t *lines = json_array();

	if (!claim->announcements)
		line_add(lines, "nothing");
	else
		line_add(lines, "%s (%s), last%s %s ago%s", TIMES(claim->announcements),
			 announcement_form(explain), last_text(explain, (char[HOST_LEN]){}),
			 AGO(explain, claim->last_announcement_ns),
			 explain->port.relay ? ", also on its wire" : "");
	if (claim->asked)
		add_questions(explain, lines);
	if (claim->nudges)
		line_add(lines, "nudges to its listeners: %u, last %s ago", claim->nudges,
			 AGO(explain, claim->nudged_ns));
	if (claim->flags & CLAIM_F_DEFERRED)
		line_add(lines, "one announcement is deferred");
	return lines;
}

/* ---- confirmed ---- */

/* Why no listener is nudged; NULL if they are. */
static const char *no_nudges(const struct explain *explain)
{
	if (explain->settings.nudge == NUDGE_NEVER)
		return "no nudges (nudge: never)";
	if (explain->has_port && explain->port.role == ROLE_ROUTER)
		return "no nudges: their answers do not pass a router port";
	if (explain->settings.nudge == NUDGE_AUTO && !explain->claim.nudges &&
	    explain->claim.self_announced)
		return "no nudges: the guest announced itself (nudge: always sends them anyway)";
	return explain->listeners ? NULL : "no nudges: no listener is known; gateways: adds some";
}

static void add_listener(const struct explain *explain, const struct listener *listener,
			 json_t *lines)
{
	__u64 since_ns = explain->claim.announced_since_ns;
	const char *kind = listener->gateway ? " (gateway)" : "";

	if (explain_is_waited_for(explain, listener))
		line_add(lines, "not by %s%s: nudged %s, last %s ago", ADDR(&listener->addr), kind,
			 TIMES(listener->tries), AGO(explain, listener->nudged_ns));
	else if (listener->answered_ns && listener->answered_ns >= since_ns)
		line_add(lines, "by %s%s, %s after the announcement", ADDR(&listener->addr), kind,
			 DURATION(listener->answered_ns - since_ns));
	else
		line_add(lines, "not by %s%s: not nudged since the announcement",
			 ADDR(&listener->addr), kind);
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
		add_listener(explain, &explain->listener[i].listener, lines);
	if (explain->listeners > shown)
		line_add(lines, "and %zu more: garpd show listeners", explain->listeners - shown);
	if (no_nudges(explain))
		line_add(lines, "%s", no_nudges(explain));
	if (explain->claim.refreshed)
		line_add(lines, "by this host's own entry, %s", TIMES(explain->claim.refreshed));
	return lines;
}

/* ---- tables ---- */

/* "" unless the entry has a MAC that is right or wrong. */
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

static void add_interface(const struct explain *explain, const struct explain_interface *interface,
			  json_t *lines)
{
	const struct neigh *neigh = &interface->neigh;
	const char *name = explain_name(explain, interface->ifindex);

	if (!neigh->has_mac)
		line_add(lines, "host, %s: no entry", name);
	else
		line_add(lines, "host, %s: %s, %s%s%s", name, MAC(neigh->mac),
			 neigh_state_name(neigh->state),
			 neigh->flags & NTF_EXT_LEARNED ? ", extern_learn" : "",
			 verdict(explain, interface));
}

static void add_fdb(const struct explain *explain, json_t *lines)
{
	const struct claim *claim = &explain->claim;
	const char *right = explain->fdb.port == claim->port ? ": right" : ": WRONG";

	if (!explain->fdb.port)
		line_add(lines, "bridge: no entry for %s, its frames are flooded", MAC(claim->mac));
	else
		line_add(lines, "bridge: %s is behind %s%s%s", MAC(claim->mac),
			 explain_name(explain, explain->fdb.port),
			 explain->fdb.flags & NTF_EXT_LEARNED ? ", extern_learn" : "",
			 explain_is_settled(explain) ? right : "");
}

json_t *explain_tables(const void *row)
{
	const struct explain *explain = ROW(row);
	json_t *lines = json_array();

	if (!explain_is_claimed(explain) && !explain->interfaces)
		line_add(lines, "host: no entry");
	for (size_t i = 0; i < explain->interfaces && i < INTERFACES_SHOWN; i++)
		add_interface(explain, &explain->interface[i], lines);
	if (explain->has_fdb)
		add_fdb(explain, lines);
	return lines;
}
