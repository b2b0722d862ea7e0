// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <arpa/inet.h>
#include <stdarg.h>
#include <string.h>

#include "world.h"

const struct station guest_a = {"guest_a", {0x02, 0, 0, 0, 0, 0xa}, 11, ROLE_GUEST};
const struct station guest_b = {"guest_b", {0x02, 0, 0, 0, 0, 0xb}, 12, ROLE_GUEST};
const struct station guest_c = {"guest_c", {0x02, 0, 0, 0, 0, 0xc}, 13, ROLE_GUEST};
const struct station remote_a = {"remote_a", {0x02, 0, 0, 0, 0, 0xa}, 2, ROLE_UPLINK};
const struct station remote_b = {"remote_b", {0x02, 0, 0, 0, 0, 0xe}, 2, ROLE_UPLINK};
const struct station moved_a = {"moved_a", {0x02, 0, 0, 0, 0, 0xa}, 14, ROLE_GUEST};

__u64 at_ms(__u64 ms)
{
	return WORLD_START_NS + ms * NSEC_PER_MSEC;
}

__u64 at_us(__u64 us)
{
	return WORLD_START_NS + us * NSEC_PER_USEC;
}

void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->settings = (struct settings)SETTINGS_DEFAULTS;
	w->settings.ask = 0; /* no guest answers by itself; suites about the question set it */
	w->now_ns = WORLD_START_NS;
	w->asker = ASKER_HOST;
}

static struct addr world_addr(const char *text)
{
	struct addr addr;
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) == 1)
		addr_from_ipv4(&addr, (const __u8 *)&in);
	else
		assert(inet_pton(AF_INET6, text, addr.bytes) == 1);
	return addr;
}

static int world_find(const struct world *w, const char *addr)
{
	int i;

	for (i = 0; i < WORLD_CLAIMS; i++)
		if (!strcmp(w->sites[i].addr, addr))
			return i;
	return -1;
}

static int world_site(struct world *w, const char *addr)
{
	int i = world_find(w, addr);

	if (i >= 0)
		return i;
	i = world_find(w, "");
	assert(i >= 0 && strlen(addr) < sizeof(w->sites[i].addr));
	strcpy(w->sites[i].addr, addr);
	return i;
}

void world_declare(struct world *w, const char *addr, enum announce_mode mode, ...)
{
	struct address *declared = &w->sites[world_site(w, addr)].declared;
	const struct station *owner;
	va_list owners;

	memset(declared, 0, sizeof(*declared));
	declared->announce = mode;
	va_start(owners, mode);
	while ((owner = va_arg(owners, const struct station *)))
		memcpy(declared->owners[declared->owner_count++], owner->mac, MAC_LEN);
	va_end(owners);
}

void world_set_host(struct world *w, const char *addr, enum host_address what)
{
	w->sites[world_site(w, addr)].host = what;
}

static struct policy world_judge(const struct world *w, int site, const __u8 *mac, __u32 port)
{
	const struct address *declared = &w->sites[site].declared;
	int named = declared->announce != ANNOUNCE_AFTER_PROBE || declared->owner_count;
	struct guard guard = {};

	if (w->ruled_ports >> port % WORLD_PORTS & 1)
		guard.guards = GUARD_ADDRESSES;
	return policy_judge_guarded(named ? declared : NULL,
				    w->sites[site].host ? &w->sites[site].host : NULL, &guard, mac);
}

struct policy world_policy(const struct world *w, const char *addr, const struct station *station)
{
	return world_judge(w, world_find(w, addr), station->mac, station->port);
}

static int world_is_port_gone(const struct world *w, __u32 port)
{
	return w->gone_ports >> port % WORLD_PORTS & 1;
}

static int world_has_guests(const struct world *w, __u32 port)
{
	return port != REMOTE->port && !world_is_port_gone(w, port);
}

static struct claim_next world_find_next(struct world *w, int site)
{
	const struct claim *claim = &w->sites[site].claim;
	struct claim_next next = {
		.port = claim_next_port(claim),
		.policy = world_judge(w, site, claim_next_mac(claim), claim_next_port(claim)),
	};

	memcpy(next.mac, claim_next_mac(claim), MAC_LEN);
	next.live_port = world_has_guests(w, next.port) ? next.port : 0;
	next.forwards = !world_is_port_gone(w, next.port) &&
			!(w->deaf_ports >> next.port % WORLD_PORTS & 1);
	next.asker = w->asker;
	next.port_left = world_is_port_gone(w, claim->quota_port);
	return next;
}

/* A guest's frames may enter on ports with guests; a defender's on any port. */
static int world_can_enter(const struct world *w, const struct claim_step *step, __u32 port)
{
	return step->announce == ANNOUNCE_DEFENDER ? !world_is_port_gone(w, port)
						   : world_has_guests(w, port);
}

/* quota_reserve_round() without its maps: when an announcement may be sent on the port. */
static __u64 world_reserve_round(struct world *w, __u32 port, __u8 *queued)
{
	struct limit *limit = &w->limits[port % WORLD_PORTS];
	__u64 at_ns = w->now_ns;
	int busy;

	if (*queued == QUEUED_ALL)
		return w->now_ns;
	if (*queued == QUEUED_NOT)
		at_ns = limit_reserve_round(limit, &w->settings, w->now_ns);
	busy = limit_is_busy(limit, &w->settings, w->now_ns);
	*queued = QUEUED_PORT;
	if (at_ns > w->now_ns)
		return at_ns;
	*queued = QUEUED_ALL;
	return lane_reserve(&w->lanes[busy ? LANE_BUSY : LANE_QUIET], &w->settings, w->now_ns);
}

static void world_hear_now(struct world *w, const char *addr, const struct station *from,
			   const struct frame *seen);

/* The announcement of the step, and what becomes of it. */
static struct announcement world_try_announce(struct world *w, const struct claim *claim,
					      const struct claim_step *step,
					      const struct heard *heard)
{
	int defender = step->announce == ANNOUNCE_DEFENDER;
	struct announcement announcement = {.at_ns = w->now_ns, .reason = step->reason};

	if (!step->announce)
		return announcement;
	memcpy(announcement.mac, defender ? claim->rival : claim->mac, MAC_LEN);
	announcement.port = defender ? claim->rival_port : claim->port;
	announcement.queued = step->queued;
	if (heard && w->xdp) {
		announcement.became = ANNOUNCEMENT_DEFERRED;
		return announcement;
	}
	if (!world_can_enter(w, step, announcement.port)) {
		announcement.became = ANNOUNCEMENT_FAILED;
		return announcement;
	}
	announcement.turn_ns = world_reserve_round(w, announcement.port, &announcement.queued);
	if (announcement.turn_ns > w->now_ns) {
		announcement.became = ANNOUNCEMENT_QUEUED;
	} else if (w->fail) {
		w->fail--;
		announcement.became = ANNOUNCEMENT_FAILED;
	} else {
		announcement.became = ANNOUNCEMENT_SENT;
	}
	return announcement;
}

static void world_record(struct world *w, struct claim *claim, enum announce announce,
			 const struct announcement *announcement)
{
	struct said said = {announce, announcement->mac, announcement->port};
	int sent = announcement->became == ANNOUNCEMENT_SENT;
	struct claim_step step;
	__u64 waited_ns = HISTOGRAM_NOTHING;

	if (announcement->became == ANNOUNCEMENT_QUEUED) {
		step = claim_queue(claim, &said, announcement->queued, announcement->turn_ns,
				   w->now_ns);
		w->counted[step.reason]++;
		return;
	}
	if (sent) {
		assert(w->announced.count < WORLD_ANNOUNCEMENTS);
		w->announced.list[w->announced.count++] = *announcement;
		waited_ns = claim_waited_ns(claim, &said, w->now_ns);
	}
	if (waited_ns != HISTOGRAM_NOTHING) {
		w->waits++;
		w->waited_ns = waited_ns;
	}
	step = claim_record_sent(claim, &said, sent, &w->settings, w->now_ns);
	w->counted[step.reason]++;
}

/* A round of nudges, to each listener that has not replied, as of when the lock was released. */
static void world_nudge(struct world *w, struct claim *claim, struct nudges *nudges)
{
	struct claim_step step;
	unsigned int i;

	for (i = 0; i < w->listeners; i++) {
		if (w->listener[i].answered_ns >= nudges->since_ns)
			continue;
		nudges->waiting++;
		if (nudges->count_only)
			continue;
		w->listener[i].nudged_ns = w->now_ns;
		nudges->sent++;
	}
	if (nudges->sent)
		w->nudged_ns[w->nudge_rounds++ % WORLD_NUDGE_ROUNDS] = w->now_ns;
	step = claim_finish_nudges(claim, nudges, &w->settings, w->now_ns);
	w->counted[step.reason] += step.changed;
}

/* ---- questions ---- */

static __u32 world_bit(const __u8 *mac)
{
	return 1u << mac[MAC_LEN - 1] % 16;
}

void world_mute(struct world *w, const struct station *station)
{
	w->mute |= world_bit(station->mac);
}

void world_unmute(struct world *w, const struct station *station)
{
	w->mute &= ~world_bit(station->mac);
}

/* Returns 1 if the question is sent now; else it is rate-limited. */
static int world_reserve_question(struct world *w, struct claim *claim,
				  const struct claim_step *step, __u32 port)
{
	struct claim_step queued;
	__u64 at_ns;

	if (step->ask_waited)
		return 1;
	at_ns = limit_reserve_question(&w->limits[port % WORLD_PORTS], &w->settings, w->now_ns);
	if (at_ns <= w->now_ns)
		return 1;
	queued = claim_queue_question(claim, at_ns);
	w->counted[queued.reason]++;
	return 0;
}

static int world_answers(const struct world *w, const struct station *guest, enum asker_kind asker)
{
	if (w->answers && !w->answers(w, guest->mac, guest->port))
		return 0;
	if (w->mute & world_bit(guest->mac))
		return 0;
	return asker == ASKER_ZERO || !(w->zero_only & world_bit(guest->mac));
}

/* The guest hears the question at once, and answers at once or never. */
static void world_ask_guest(struct world *w, int site, const struct claim_step *step)
{
	struct claim *claim = &w->sites[site].claim;
	int former = step->ask == ASK_FORMER_OWNER, defender = step->ask == ASK_DEFENDER;
	struct station guest = {.port = defender ? claim->rival_port
					: former ? claim->owner_port
						 : claim->port};
	struct question *question = &w->asked.list[w->asked.count];

	memcpy(guest.mac, defender ? claim->rival : former ? claim->owner : claim->mac, MAC_LEN);
	guest.role = guest.port == REMOTE->port ? ROLE_UPLINK : ROLE_GUEST;
	if (step->ask == ASK_GUEST && !port_has_guests(guest.role))
		return; /* due_may_ask() */
	if (!world_reserve_question(w, claim, step, guest.port))
		return;
	assert(w->asked.count < WORLD_QUESTIONS);
	w->asked.count++;
	w->counted[COUNTER_asked]++;
	*question = (struct question){.at_ns = w->now_ns, .port = guest.port, .from = step->asker};
	memcpy(question->mac, guest.mac, MAC_LEN);
	if (world_is_port_gone(w, guest.port) || !world_answers(w, &guest, step->asker))
		return;
	world_hear_now(w, w->sites[site].addr, &guest,
		       &(struct frame){.kind = FRAME_ASSERTION, .to_mac = WORLD_ASKER_MAC});
}

/* What the BPF programs do with a step. `heard` is NULL when the daemon came. */
static void world_follow(struct world *w, int site, struct claim_step step,
			 const struct heard *heard)
{
	struct claim *claim = &w->sites[site].claim;
	struct announcement announcement = world_try_announce(w, claim, &step, heard);
	struct nudges nudges = {
		.count_only = claim_nudge_is_last(claim, &w->settings),
		/* Without guests behind the port no listener is nudged, or waited for. */
		.since_ns = world_has_guests(w, claim->port) ? claim->announced_since_ns : 0,
	};

	w->step = step;
	w->counted[step.reason]++;
	w->counted[COUNTER_moved] += step.moved;
	if (announcement.became == ANNOUNCEMENT_DEFERRED)
		claim_defer(claim, step.announce, w->now_ns);
	if (w->watch)
		w->watch(w, &step, &announcement);
	if (announcement.became != ANNOUNCEMENT_NONE &&
	    announcement.became != ANNOUNCEMENT_DEFERRED)
		world_record(w, claim, step.announce, &announcement);
	if (step.nudge && (!step.announce || announcement.became == ANNOUNCEMENT_SENT))
		world_nudge(w, claim, &nudges);
	if (step.answered)
		w->counted[COUNTER_answered_host + step.answered - ASKER_HOST]++;
	if (step.ask)
		world_ask_guest(w, site, &step);
	if (step.forget)
		memset(claim, 0, sizeof(*claim));
}

/* What hear.h does with a frame of a MAC that is asked; of all its claims, not of four. */
static void world_hear_mac(struct world *w, const struct station *from)
{
	struct claim_step step;
	int i;

	for (i = 0; w->settings.ask && i < WORLD_CLAIMS; i++) {
		step = claim_hear_mac(&w->sites[i].claim, from->mac, from->port, w->now_ns);
		w->counted[step.reason] += step.changed;
	}
}

static void world_hear_now(struct world *w, const char *addr, const struct station *from,
			   const struct frame *seen)
{
	struct frame frame = *seen;
	struct heard heard = {.frame = &frame,
			      .port = from->port,
			      .role = from->role,
			      .markless = w->xdp,
			      .is_told = w->is_told};
	int site = world_site(w, addr);
	struct claim *claim = &w->sites[site].claim;
	struct claim_step step;

	frame.addr = world_addr(addr);
	memcpy(frame.mac, from->mac, MAC_LEN);
	if (mac_is_zero(frame.to_mac))
		memset(frame.to_mac, 0xff, MAC_LEN);
	heard.policy = world_judge(w, site, frame.mac, from->port);
	if (world_is_port_gone(w, claim->port))
		heard.gone_port = claim->port;
	/* Only a guest's probe makes a claim, as in garpd.bpf.c. */
	if (claim->state == CLAIM_NONE &&
	    !(frame.kind == FRAME_PROBE && port_has_guests(from->role))) {
		if (!frame.relayed && frame.kind != FRAME_OBJECTION)
			world_hear_mac(w, from);
		return;
	}
	claim->key.addr = frame.addr;
	if (claim->state == CLAIM_NONE)
		claim->quota_port = from->port;
	step = frame.kind == FRAME_PROBE
		       ? claim_hear_probe(claim, &heard, &w->settings, w->now_ns)
		       : claim_hear_assertion(claim, &heard, &w->settings, w->now_ns);
	if (!frame.relayed && frame.kind != FRAME_OBJECTION && step.reason != COUNTER_own_frame)
		world_hear_mac(w, from);
	world_follow(w, site, step, &heard);
}

static void world_hear(struct world *w, const char *addr, const struct station *from,
		       const struct frame *seen, __u64 at_ns)
{
	world_run_until(w, at_ns);
	w->now_ns = at_ns - w->behind_ns;
	w->gone_ports &= ~(1u << from->port % WORLD_PORTS);
	world_hear_now(w, addr, from, seen);
	w->now_ns = at_ns;
}

void world_probe(struct world *w, const char *addr, const struct station *from, __u64 at_ns)
{
	world_hear(w, addr, from, &(struct frame){.kind = FRAME_PROBE}, at_ns);
}

void world_solicit(struct world *w, const char *addr, const struct station *from, __u8 nonce,
		   __u64 at_ns)
{
	struct frame frame = {.kind = FRAME_PROBE};

	memset(frame.nonce, nonce, sizeof(frame.nonce));
	world_hear(w, addr, from, &frame, at_ns);
}

void world_probes(struct world *w, const char *addr, const struct station *from, __u64 at_ns,
		  int count, __u64 gap_ns)
{
	int i;

	for (i = 0; i < count; i++)
		world_probe(w, addr, from, at_ns + i * gap_ns);
}

void world_announce(struct world *w, const char *addr, const struct station *from, __u64 at_ns)
{
	world_hear(w, addr, from, &(struct frame){.kind = FRAME_ANNOUNCEMENT}, at_ns);
}

void world_tell(struct world *w, const char *addr, const struct station *from, __u64 at_ns)
{
	world_run_until(w, at_ns);
	w->is_told = 1;
	world_announce(w, addr, from, at_ns);
	w->is_told = 0;
}

void world_use(struct world *w, const char *addr, const struct station *from, __u64 at_ns)
{
	world_hear(w, addr, from, &(struct frame){.kind = FRAME_ASSERTION}, at_ns);
}

void world_advertise(struct world *w, const char *addr, const struct station *from, __u64 at_ns)
{
	world_hear(w, addr, from, &(struct frame){.kind = FRAME_ASSERTION, .tentative = 1}, at_ns);
}

void world_reply_to(struct world *w, const char *addr, const struct station *from,
		    const struct station *to, __u64 at_ns)
{
	struct frame frame = {.kind = FRAME_ASSERTION, .to = FRAME_REPLY};

	memcpy(frame.to_mac, to->mac, MAC_LEN);
	world_hear(w, addr, from, &frame, at_ns);
}

void world_object(struct world *w, const char *addr, const struct station *from, __u64 at_ns)
{
	world_hear(w, addr, from, &(struct frame){.kind = FRAME_OBJECTION}, at_ns);
}

void world_relay(struct world *w, const char *addr, const struct station *from, __u64 at_ns)
{
	world_hear(w, addr, from, &(struct frame){.kind = FRAME_ASSERTION, .relayed = 1}, at_ns);
}

void world_take(struct world *w, const char *addr, const struct station *from, __u64 at_ns)
{
	world_probes(w, addr, from, at_ns, 3, NSEC_PER_SEC);
	world_run_until(w, at_ns + 3050 * NSEC_PER_MSEC);
}

/* Index of the claim with the earliest deadline; -1: no deadline. */
static int world_next(const struct world *w)
{
	int i, next = -1;

	for (i = 0; i < WORLD_CLAIMS; i++) {
		if (!w->sites[i].claim.deadline_ns)
			continue;
		if (next < 0 || w->sites[i].claim.deadline_ns < w->sites[next].claim.deadline_ns)
			next = i;
	}
	return next;
}

static void world_run_deadline(struct world *w, int site)
{
	struct claim_next next = world_find_next(w, site);
	struct claim *claim = &w->sites[site].claim;

	w->wakeups++;
	world_follow(w, site, claim_run_deadline(claim, &next, &w->settings, w->now_ns), NULL);
}

void world_run_until(struct world *w, __u64 at_ns)
{
	struct claim *claim;
	int site;

	assert(at_ns >= w->now_ns);
	while (!w->daemon_stopped && (site = world_next(w)) >= 0) {
		claim = &w->sites[site].claim;
		if (claim->deadline_ns > at_ns)
			break;
		if (claim->deadline_ns > w->now_ns)
			w->now_ns = claim->deadline_ns;
		world_run_deadline(w, site);
	}
	w->now_ns = at_ns;
}

void world_wake(struct world *w, const char *addr, __u64 at_ns)
{
	world_run_until(w, at_ns);
	world_run_deadline(w, world_site(w, addr));
}

void world_remove_port(struct world *w, const struct station *from, __u64 at_ns)
{
	world_run_until(w, at_ns);
	w->gone_ports |= 1u << from->port % WORLD_PORTS;
}

void world_sweep(struct world *w, const char *addr, __u64 at_ns)
{
	int site = world_site(w, addr);
	struct claim *claim = &w->sites[site].claim;
	struct claim_next next;

	world_run_until(w, at_ns);
	next = world_find_next(w, site);
	if (!claim->state || !next.port_left)
		return;
	world_follow(w, site, claim_drop_port(claim, next.live_port, w->now_ns), NULL);
}

void world_queue_others(struct world *w, const struct station *at, unsigned int count, __u64 at_ns)
{
	__u8 queued = QUEUED_NOT;

	world_run_until(w, at_ns);
	for (; count; count--, queued = QUEUED_NOT)
		world_reserve_round(w, at->port, &queued);
}

/* Looks up what a step needs, as due.h does. */
static struct claim_next world_prepare(struct world *w, int site, __u64 at_ns)
{
	struct claim_next next;

	world_run_until(w, at_ns);
	next = world_find_next(w, site);
	return next;
}

/* Returns the reason of the step: what was done, or why it was refused. */
static int world_request(struct world *w, const char *addr, enum request request, __u64 at_ns)
{
	int site = world_site(w, addr);
	struct claim *claim = &w->sites[site].claim;
	struct claim_next next = world_prepare(w, site, at_ns);

	world_follow(w, site, claim_announce_now(claim, request, &next, &w->settings, w->now_ns),
		     NULL);
	return w->step.reason;
}

int world_announce_by_hand(struct world *w, const char *addr, __u64 at_ns)
{
	return world_request(w, addr, REQUEST_BY_HAND, at_ns);
}

int world_claim_by_hand(struct world *w, const char *addr, const struct station *guest, __u64 at_ns)
{
	int site = world_site(w, addr);
	struct claim *claim = &w->sites[site].claim;
	struct frame frame = {.kind = FRAME_PROBE, .addr = world_addr(addr)};
	struct heard heard = {.frame = &frame, .port = guest->port, .role = guest->role};

	world_run_until(w, at_ns);
	memcpy(frame.mac, guest->mac, MAC_LEN);
	heard.policy = world_judge(w, site, guest->mac, guest->port);
	heard.policy.immediate = 0;
	if (heard.policy.denied)
		return heard.policy.denied;
	claim->key.addr = frame.addr;
	if (claim->state == CLAIM_NONE)
		claim->quota_port = guest->port;
	world_follow(w, site, claim_make_by_hand(claim, &heard, &w->settings, w->now_ns), NULL);
	return w->step.reason;
}

int world_announce_link(struct world *w, const char *addr, __u64 at_ns)
{
	return world_request(w, addr, REQUEST_LINK, at_ns);
}

int world_reply(struct world *w, const char *addr, unsigned int which, const struct station *to,
		__u64 at_ns)
{
	struct listener *known = which < w->listeners ? &w->listener[which] : NULL;
	const struct addr listener = world_addr(LISTENER);
	struct claim *claim = &w->sites[world_site(w, addr)].claim;
	struct claim_step step;

	world_run_until(w, at_ns);
	step = claim_confirm(claim, to->mac, &listener, known, w->now_ns);
	if (known && mac_equal(claim->mac, to->mac))
		known->answered_ns = w->now_ns;
	w->counted[step.reason]++;
	return step.reason;
}

/* Returns the reason of the step: thaw_by_hand or thaw_refused. */
int world_thaw(struct world *w, const char *addr, __u64 at_ns)
{
	int site = world_site(w, addr);
	struct claim *claim = &w->sites[site].claim;

	world_prepare(w, site, at_ns);
	world_follow(w, site, claim_thaw(claim, &w->settings, w->now_ns), NULL);
	return w->step.reason;
}

void world_send_other(struct world *w, const struct station *from, __u64 at_ns)
{
	world_run_until(w, at_ns);
	w->now_ns = at_ns - w->behind_ns;
	w->gone_ports &= ~(1u << from->port % WORLD_PORTS);
	world_hear_mac(w, from);
	w->now_ns = at_ns;
}

const struct claim *world_claim(const struct world *w, const char *addr)
{
	int site = world_find(w, addr);

	return site >= 0 && w->sites[site].claim.state ? &w->sites[site].claim : NULL;
}

int world_state(const struct world *w, const char *addr)
{
	const struct claim *claim = world_claim(w, addr);

	return claim ? claim->state : CLAIM_NONE;
}

int world_has_asked(const struct world *w, unsigned int n, const struct station *station,
		    enum asker_kind from, __u64 at_ns)
{
	const struct question *question = &w->asked.list[n];

	return n < w->asked.count && question->at_ns == at_ns && question->port == station->port &&
	       question->from == from && !memcmp(question->mac, station->mac, MAC_LEN);
}

int world_has_announced(const struct world *w, unsigned int n, const struct station *station,
			__u64 at_ns)
{
	const struct announcement *announcement = &w->announced.list[n];

	return n < w->announced.count && announcement->at_ns == at_ns &&
	       announcement->port == station->port &&
	       !memcmp(announcement->mac, station->mac, MAC_LEN);
}
