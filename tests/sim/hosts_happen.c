// SPDX-License-Identifier: GPL-2.0-or-later
/* What the hosts do, and what the bridge does to them. */
#include <stdlib.h>
#include <string.h>

#include "hosts_parts.h"
#include "random.h"

struct hosts_play playing;

__u64 hosts_random(__u64 below)
{
	return random_below(&playing.random, below);
}

int hosts_in_100(unsigned int percent)
{
	return hosts_random(100) < percent;
}

const char *hosts_address(void)
{
	return playing.ipv6 ? ADDRESS6 : ADDRESS;
}

void hosts_must(int holds, const char *broken)
{
	if (holds)
		return;
	playing.broken = broken;
	longjmp(playing.over, 1);
}

void hosts_note(const char *who, const char *does)
{
	if (playing.trace)
		fprintf(playing.trace, "%11.6f s  %s %s\n", (w->now_ns - WORLD_START_NS) / 1e9, who,
			does);
}

void hosts_put(__u64 at_ns, enum happens what, int who)
{
	unsigned int attempt = who < HOSTS ? playing.host[who].attempt : 0;

	if (playing.queued < EVENTS_MAX)
		playing.queue[playing.queued++] = (struct happening){at_ns, what, who, attempt};
}

/* ---- the hosts ---- */

static const char *const has_names[] = {"gives the address up", "probes", "has the address", "dies",
					"moves to another machine"};

const struct station *hosts_place_of(const struct host *host)
{
	return host->has == IS_MOVED ? host->moved_to : host->station;
}

void hosts_set_has(struct host *host, enum has has)
{
	if (host->has == HAS_IT)
		host->had_ns = w->now_ns;
	if (host->has == IS_MOVED)
		host->moved_had_ns = w->now_ns;
	host->has = has;
	host->named = 0;
	hosts_note(host->station->name, has_names[has]);
}

int hosts_is_doubted_since(const struct host *host, __u64 since_ns)
{
	const struct host *other;

	for (other = playing.host; other < playing.host + HOSTS; other++)
		if (other != host && other->named_ns > since_ns)
			return 1;
	return 0;
}

/* Does garpd hear a frame of it now? What the policy denies changes nothing. */
static int is_heard(struct host *host, int is_probe)
{
	int denied = is_probe && port_has_guests(host->station->role) &&
		     world_policy(w, hosts_address(), host->station).denied;

	if (host->deaf)
		return 0;
	if (!denied)
		host->named_ns = w->now_ns;
	return 1;
}

/* A broadcast of `from` reaches every other host: who is in DAD gives up, who has it objects. */
static void meet(struct host *from, int is_probe)
{
	struct host *host;

	playing.sign_ns = w->now_ns;
	for (host = playing.host; host < playing.host + HOSTS; host++) {
		if (host == from || host->has == HAS_NOT || host->has == IS_DEAD)
			continue;
		host->disturbed = from->disturbed = 1;
		if (host->has == IN_DAD)
			hosts_set_has(host, HAS_NOT);
		else if (is_probe)
			hosts_put(w->now_ns + hosts_random(50) * NSEC_PER_MSEC, OBJECTS,
				  host - playing.host);
	}
}

static void probe(struct host *host)
{
	hosts_note(host->station->name, "probes");
	if (is_heard(host, 1) && playing.ipv6)
		world_solicit(w, hosts_address(), host->station, 0, w->now_ns);
	else if (!host->deaf)
		world_probe(w, hosts_address(), host->station, w->now_ns);
	meet(host, 1);
	if (host->has != IN_DAD)
		return;
	if (--host->probes)
		hosts_put(w->now_ns + host->gap_ns, PROBES, host - playing.host);
	else if (host->scanner)
		hosts_set_has(host, HAS_NOT);
	else
		hosts_put(w->now_ns + host->wait_ns, TAKES, host - playing.host);
}

/* Windows; dhcpcd and networkd; a slow one. In IPv6 one solicitation and RetransTimer. */
static void begin_detection(struct host *host)
{
	static const struct {
		unsigned int probes, gap_ms, jitter_ms, wait_ms;
	} kinds[] = {
		{3, 998, 16, 1000},
		{3, 1200, 800, 2000},
		{4, 1000, 1000, 2000},
	};
	unsigned int kind = hosts_random(3);

	host->attempt++;
	/* Of two frames in one nanosecond the claim machine takes neither for the later. */
	host->disturbed = playing.sign_ns == w->now_ns;
	host->scanner = hosts_in_100(10);
	host->probes = playing.ipv6 ? 1 : kinds[kind].probes;
	host->gap_ns = (kinds[kind].gap_ms + hosts_random(kinds[kind].jitter_ms)) * NSEC_PER_MSEC;
	host->wait_ns = (playing.ipv6 ? 1000 : kinds[kind].wait_ms) * NSEC_PER_MSEC;
	hosts_set_has(host, IN_DAD);
	hosts_put(w->now_ns, PROBES, host - playing.host);
}

/* The guest in DAD hears it; garpd may not. */
static void object(struct host *host)
{
	hosts_note(hosts_place_of(host)->name, "objects");
	if (!hosts_in_100(playing.lossy) && is_heard(host, 0))
		world_use(w, hosts_address(), hosts_place_of(host), w->now_ns);
	meet(host, 0);
}

static void use(struct host *host)
{
	hosts_note(hosts_place_of(host)->name, "uses the address");
	if (is_heard(host, 0))
		world_use(w, hosts_address(), hosts_place_of(host), w->now_ns);
	meet(host, 0);
}

/* Its hypervisor has told the fabric, and may be late: whoever has it or wants it here is
 * contradicted. */
static void tell(struct host *host)
{
	struct host *other;

	hosts_note(host->station->name, "has the address, says EVPN");
	host->named_ns = playing.sign_ns = w->now_ns;
	for (other = playing.host; other < playing.host + HOSTS; other++)
		other->disturbed = 1;
	world_tell(w, hosts_address(), host->station, w->now_ns);
}

/*
 * An operator claims the address for it, whether or not it has it. Who has or wants it elsewhere is
 * contradicted.
 */
static void name(struct host *host)
{
	__u16 denied = world_policy(w, hosts_address(), host->station).denied;
	int reason = world_claim_by_hand(w, hosts_address(), host->station, w->now_ns);
	struct host *other;

	hosts_note(host->station->name, reason == COUNTER_claim_by_hand ? "is claimed for by hand"
									: "is refused by hand");
	hosts_must(!denied || reason == denied, "an operator's claim passes a guard");
	if (reason != COUNTER_claim_by_hand)
		return;
	playing.sign_ns = w->now_ns;
	for (other = playing.host; other < playing.host + HOSTS; other++)
		other->disturbed |= other != host;
	host->named = host->has == HAS_IT;
}

/* A host does not begin anew so soon that its probe would be taken for a copy of its last one. */
static int is_copy(const struct host *host)
{
	return host->named_ns && w->now_ns < host->named_ns + w->settings.duplicate_ns;
}

void hosts_happen(const struct happening *next)
{
	struct host *host = next->who < HOSTS ? &playing.host[next->who] : NULL;
	int has = host && (host->has == HAS_IT || host->has == IS_MOVED);

	switch (next->what) {
	case BEGINS:
		if ((host->has == HAS_NOT || host->has == IS_DEAD) && !is_copy(host))
			begin_detection(host);
		break;
	case PROBES:
		if (host->has == IN_DAD && next->attempt == host->attempt)
			probe(host);
		break;
	case TAKES:
		if (host->has == IN_DAD && next->attempt == host->attempt)
			hosts_set_has(host, HAS_IT);
		break;
	case DIES:
		hosts_set_has(host, IS_DEAD);
		break;
	case MOVES:
		if (host->has != HAS_IT || host->station != GUEST_A)
			break;
		host->moved_to = hosts_in_100(50) ? A_UPLINK : A_MOVED;
		hosts_set_has(host, IS_MOVED);
		break;
	case LEAVES:
		if (host->has != IS_DEAD)
			hosts_set_has(host, HAS_NOT);
		break;
	case IS_NAMED:
		if (!host->deaf) /* else garpd does not hear its probes, nor its answers */
			name(host);
		break;
	case IS_TOLD_OF:
		tell(host);
		break;
	case OBJECTS:
		if (has)
			object(host);
		break;
	case USES:
		if (has)
			use(host);
		break;
	case DAEMON_STOPS:
	case DAEMON_STARTS:
		w->daemon_stopped = next->what == DAEMON_STOPS;
		break;
	case FAILS:
		w->fail = 1 + hosts_random(3);
		break;
	case BLOCKS:
		w->deaf_ports |= 1u << host->station->port;
		break;
	case FORWARDS:
		w->deaf_ports = 0;
		break;
	}
}
