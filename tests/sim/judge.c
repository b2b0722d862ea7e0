// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "judge_parts.h"

void judge_must(int holds, const char *broken)
{
	judge_consult(broken);
	if (!holds)
		judge_condemn(broken);
}

int judge_mac(const __u8 *mac)
{
	return mac[MAC_LEN - 1] % JUDGE_MACS;
}

static int is_gone(const struct judge *judge, __u32 port)
{
	return judge->gone_ports >> port & 1;
}

int judge_has_guests(const struct judge *judge, __u32 port)
{
	return port != REMOTE->port && !is_gone(judge, port);
}

int judge_is_here(const struct judge *judge, __u32 port)
{
	return port == judge->port || is_gone(judge, judge->port);
}

void judge_remove_port(struct judge *judge, const struct station *from)
{
	judge->gone_ports |= 1ull << from->port;
}

void judge_check_sweep(struct judge *judge)
{
	judge_must(judge->state == CLAIM_NONE || !is_gone(judge, judge->quota_port),
		   "a claim counts for a port that is gone");
}

void judge_init(struct judge *judge, const struct settings *settings, int ipv6, int xdp)
{
	memset(judge, 0, sizeof(*judge));
	judge->settings = settings;
	judge->ipv6 = ipv6;
	judge->xdp = xdp;
	judge->mac = judge->owner = judge->rival = JUDGE_NO_MAC;
	judge->deferred.mac = judge->defender = JUDGE_NO_MAC;
}

int judge_has_conflict(const struct judge *judge, __u64 at_ns)
{
	return judge->state == CLAIM_CONFLICT && at_ns < judge->quiet_ns;
}

/* ---- owners ---- */

void judge_forget(struct judge *judge)
{
	struct judge known = *judge;

	judge_init(judge, known.settings, known.ipv6, known.xdp);
	memcpy(judge->policy, known.policy, sizeof(judge->policy));
	judge->gone_ports = known.gone_ports;
	judge->listeners = known.listeners;
	memcpy(judge->listener, known.listener, sizeof(judge->listener));
	judge->request = known.request;
}

void judge_clear_deferred(struct judge *judge)
{
	judge->deferred.mac = JUDGE_NO_MAC;
	judge->deferred.defender = 0;
}

/* `mac` gets the address. Returns 1 if it has moved too often: it is frozen from now on. */
int judge_set_owner(struct judge *judge, int mac, __u64 at_ns)
{
	int moved = judge->owner != JUDGE_NO_MAC && judge->owner != mac;

	judge_begin_announcing(judge, at_ns);
	judge->owner = mac;
	judge->owner_port = judge->port;
	judge->owner_role = judge->role;
	judge->doubted = 0;
	if (!moved)
		return 0;
	if (!judge->moves || at_ns > judge->moves_ns + judge->settings->moves_ns) {
		judge->moves = 0;
		judge->moves_ns = at_ns;
	}
	if (++judge->moves <= judge->settings->max_moves)
		return 0;
	judge->state = CLAIM_FROZEN;
	judge->quiet_ns = at_ns + judge->settings->thaw_ns;
	return 1;
}

void judge_set_guest(struct judge *judge, int mac, const struct station *from)
{
	judge->mac = mac;
	judge->port = from->port;
	judge->role = from->role;
}

/* The guest announces itself. */
void judge_settle(struct judge *judge, const struct station *from, __u64 at_ns)
{
	int mac = judge_mac(from->mac);
	struct nudging nudging = judge->nudging;
	int continues = (nudging.on || nudging.sending) && judge->owner == mac;

	judge_set_guest(judge, mac, from);
	judge_clear_deferred(judge);
	judge->deferred.tries = 0;
	judge->state = CLAIM_OWNED;
	judge->slot_ns = judge->shown_ns = at_ns; /* refresh_ns counts from here */
	judge_set_owner(judge, mac, at_ns);
	if (continues)
		judge->nudging = nudging;
}

/* Too few probes, or the conflict is over: back to the former owner, or to no claim. */
void judge_lapse(struct judge *judge)
{
	if (judge->owner == JUDGE_NO_MAC)
		return judge_forget(judge);
	judge->state = CLAIM_OWNED;
	judge->doubted = 1;
	judge->mac = judge->owner;
	judge->port = judge->owner_port;
	judge->role = judge->owner_role;
}

/* ---- attempts ---- */

static unsigned int min_probes_of(const struct judge *judge)
{
	return judge->ipv6 ? DUP_ADDR_DETECT_TRANSMITS : judge->settings->min_probes;
}

int judge_is_complete(const struct judge *judge)
{
	const struct attempt *attempt = &judge->attempt;

	return attempt->probes >= min_probes_of(judge) || attempt->used || attempt->immediate;
}

/* The guest has probed for a whole attempt, and no other host was heard since. */
int judge_is_alone(const struct judge *judge)
{
	return judge->state == CLAIM_CONFLICT && judge->attempt.alone &&
	       judge->attempt.probes >= min_probes_of(judge);
}
