// SPDX-License-Identifier: GPL-2.0-or-later
/* What can happen in a world, and the same in words. */
#include "parts.h"

struct happening events[EVENTS_MAX];
int event_count;

static void add(struct act act)
{
	if (event_count < EVENTS_MAX) {
		events[event_count] = (struct happening){.act = act, .plain = event_count};
		event_count++;
	}
}

static void add_if(int wanted, enum act_kind kind)
{
	if (wanted)
		add((struct act){.kind = kind});
}

static void add_frames(int who, int what)
{
	unsigned int nonces = what == HEARD_PROBE && bounds->nonces ? bounds->nonces : 1;
	int behind, nonce;

	for (behind = 0; behind <= bounds->behind; behind++)
		for (nonce = 0; nonce < 3; nonce++)
			if (nonces >> nonce & 1)
				add((struct act){.kind = ACT_HEAR,
						 .who = who,
						 .what = what,
						 .behind = behind,
						 .nonce = nonce});
}

/* What concerns one station. */
static void add_station(int who)
{
	int what;

	if (bounds->gone >> who & 1)
		add((struct act){.kind = ACT_PORT_GONE, .who = who});
	if (bounds->busy && who < 2)
		add((struct act){.kind = ACT_BUSY, .who = who});
	if (bounds->deaf && who < 2)
		add((struct act){.kind = ACT_FORWARDING, .who = who});
	if (bounds->lives >> who & 1) {
		add((struct act){.kind = ACT_GET, .who = who});
		add((struct act){.kind = ACT_LOSE, .who = who});
	}
	if (bounds->claimed >> who & 1)
		add((struct act){.kind = ACT_CLAIM, .who = who});
	if (bounds->told >> who & 1)
		add((struct act){.kind = ACT_TELL, .who = who, .what = HEARD_ANNOUNCEMENT});
	if (!(bounds->from >> who & 1))
		return;
	for (what = 0; what <= HEARD_REPLY; what++)
		if (bounds->kinds >> what & 1)
			add_frames(who, what);
}

static void add_replies(void)
{
	int which, who;

	for (which = 0; which < bounds->listeners + bounds->strangers; which++)
		for (who = 0; who < 2; who++)
			if (bounds->from >> who & 1)
				add((struct act){.kind = ACT_REPLY, .who = who, .arg = which});
}

static int can_announce(enum act_kind kind)
{
	return kind == ACT_HEAR || kind == ACT_SERVE || kind == ACT_EARLY ||
	       kind == ACT_OLD_CLOCK || kind == ACT_BY_HAND || kind == ACT_LINK ||
	       (kind == ACT_TICK && !bounds->late);
}

/* Each event with each frame that another CPU may hear before it is over. */
static void add_races(void)
{
	int plain = event_count, i, k;

	for (i = 0; i < plain; i++)
		for (k = 0; can_announce(events[i].act.kind) && k < plain; k++)
			if (events[k].act.kind == ACT_HEAR && events[k].act.what != HEARD_OTHER &&
			    event_count < EVENTS_MAX)
				events[event_count++] = (struct happening){.act = events[i].act,
									   .race = events[k].act,
									   .has_race = 1,
									   .plain = i};
}

void events_make(void)
{
	unsigned int i;

	event_count = 0;
	add_if(1, ACT_TICK);
	add_if(bounds->late, ACT_SERVE);
	add_if(bounds->early, ACT_EARLY);
	add_if(bounds->old_clock, ACT_OLD_CLOCK);
	add_if(bounds->by_hand, ACT_BY_HAND);
	add_if(bounds->link, ACT_LINK);
	add_if(bounds->thaw, ACT_THAW);
	add_if(bounds->fail, ACT_FAIL);
	add_if(bounds->sweep, ACT_SWEEP);
	for (i = 0; i < RULES; i++)
		if (bounds->rules >> i & 1 && bounds->rules != 1u << i)
			add((struct act){.kind = ACT_POLICY, .arg = i});
	for (i = 0; i < STATIONS; i++)
		add_station(i);
	add_replies();
	if (bounds->race)
		add_races();
}

/* ---- in words ---- */

static const char *const names[STATIONS] = {
	"a", "b", "a on the uplink", "a remote host", "a on another port", "c", "b on a's port",
};

static int tell_frame(const struct act *act, char *buf, size_t len)
{
	static const char *const does[] = {"probes",
					   "announces itself",
					   "uses the address",
					   "is named by a relay",
					   "sends other ARP",
					   "objects",
					   "replies to a third host"};

	return snprintf(buf, len, "%s %s%s%s", names[act->who], does[act->what],
			act->behind ? ", a tick before" : "",
			act->nonce ? (act->nonce == 1 ? ", nonce 1" : ", nonce 2") : "");
}

static int tell_act(const struct act *act, char *buf, size_t len)
{
	static const char *const plain[] = {
		[ACT_TICK] = "(a tick passes)",
		[ACT_SERVE] = "the daemon comes",
		[ACT_EARLY] = "the daemon comes early",
		[ACT_OLD_CLOCK] = "the daemon comes with an older clock",
		[ACT_BY_HAND] = "announce by hand",
		[ACT_CLAIM] = "an operator claims it for ",
		[ACT_LINK] = "an uplink came back",
		[ACT_THAW] = "thaw by hand",
		[ACT_TELL] = "EVPN says that the address is had by ",
		[ACT_POLICY] = "the configuration changes: ",
		[ACT_FAIL] = "the next announcement cannot be sent",
		[ACT_REPLY] = "a listener replies to ",
		[ACT_PORT_GONE] = "the port disappears, of ",
		[ACT_SWEEP] = "the daemon sweeps",
		[ACT_BUSY] = "another address is announced on the port of ",
		[ACT_GET] = "the address is now had by ",
		[ACT_LOSE] = "the address is lost by ",
		[ACT_FORWARDING] = "the port starts or stops forwarding, of ",
	};
	int of = act->kind == ACT_REPLY || act->kind == ACT_PORT_GONE || act->kind == ACT_BUSY ||
		 act->kind == ACT_TELL || act->kind == ACT_CLAIM || act->kind >= ACT_GET;

	if (act->kind == ACT_HEAR)
		return tell_frame(act, buf, len);
	if (act->kind == ACT_POLICY)
		return snprintf(buf, len, "%s%s", plain[act->kind], model_rules[act->arg].name);
	return snprintf(buf, len, "%s%s", plain[act->kind], of ? names[act->who] : "");
}

const char *events_tell(int event, char *buf, size_t len)
{
	int used = tell_act(&events[event].act, buf, len);

	if (events[event].has_race) {
		used += snprintf(buf + used, len - used, "; meanwhile on another CPU ");
		tell_act(&events[event].race, buf + used, len - used);
	}
	return buf;
}
