// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay.c - frames go in, with their times; the program hears them, and its clock is that of the
 * capture.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* The programs' clock at the first frame: to them 0 is no time. */
#define BEGIN_NS NSEC_PER_SEC

/* Frames of several queues are a bit out of order; beyond that the clock was set. */
#define SET_BACK_NS (1 * (long long)NSEC_PER_SEC)

#define COPY_NS	   NSEC_PER_MSEC
#define STEPS_ROOM 1024

/* ---- making one ---- */

static int replay_open(struct replay *replay)
{
	struct settings sends = replay->settings;
	int err;

	replay->settings.observe = 1;
	replay->world_count = 1;
	err = world_open(&replay->worlds[WORLD_OBSERVES], WORLD_OBSERVES, &replay->settings,
			 replay->options.max_claims)
		      ?: contenders_open(&replay->contenders);
	if (err || !replay->options.write)
		return err;
	/* Assume that each guest answers at once: announce without asking. */
	sends.observe = 0;
	sends.ask = 0;
	replay->world_count = 2;
	return world_open(&replay->worlds[WORLD_SENDS], WORLD_SENDS, &sends,
			  replay->options.max_claims);
}

struct replay *replay_new(const struct replay_options *options, struct err *why)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	int err = -ENOMEM;

	if (replay) {
		replay->options = *options;
		replay->settings = *options->settings;
		if (options->only)
			replay->only = *options->only;
		err = replay_open(replay);
	}
	if (!err)
		return replay;
	replay_free(replay);
	err_set(why, err, "out of memory");
	return NULL;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	for (unsigned int i = 0; i < replay->world_count; i++)
		world_close(&replay->worlds[i]);
	native_close();
	contenders_close(&replay->contenders);
	free(replay->guests.at);
	free(replay->uplinks.at);
	free(replay->answers);
	free(replay->steps);
	free(replay);
}

/* In each world. */
static int replay_write(struct replay *replay, const char *map, const void *key, const void *value)
{
	int err = 0;

	for (unsigned int i = 0; i < replay->world_count && !err; i++) {
		native_use(i);
		err = native_map_update(native_map_find(map), key, value, BPF_ANY);
	}
	return err;
}

int replay_declare(struct replay *replay, const struct prefix *prefix,
		   const struct address *address)
{
	return replay_write(replay, "addresses", prefix, address);
}

int replay_add_gateway(struct replay *replay, const struct addr *gateway)
{
	__u32 role = HOST_NEXT_HOP;

	return replay_write(replay, "host", gateway, &role);
}

static int macs_add(struct macs *macs, const __u8 mac[MAC_LEN])
{
	__u8(*at)[MAC_LEN] = realloc(macs->at, (macs->count + 1) * sizeof(*at));

	if (!at)
		return -ENOSPC;
	macs->at = at;
	memcpy(at[macs->count++], mac, MAC_LEN);
	return 0;
}

static bool macs_have(const struct macs *macs, const __u8 mac[MAC_LEN])
{
	for (size_t i = 0; i < macs->count; i++)
		if (mac_equal(macs->at[i], mac))
			return true;
	return false;
}

int replay_add_guest(struct replay *replay, const __u8 mac[MAC_LEN])
{
	return macs_add(&replay->guests, mac);
}

int replay_add_uplink(struct replay *replay, const __u8 mac[MAC_LEN])
{
	return macs_add(&replay->uplinks, mac);
}

/* Where the frames of this source come in. */
static __u32 replay_port(const struct replay *replay, const __u8 *mac)
{
	__u64 hash = 0;

	if (macs_have(&replay->uplinks, mac) ||
	    (replay->guests.count && !macs_have(&replay->guests, mac)))
		return REPLAY_UPLINK;
	memcpy(&hash, mac, MAC_LEN);
	hash *= 0x9e3779b97f4a7c15ull;
	return REPLAY_UPLINK + 1 + (__u32)(hash >> 32) % REPLAY_GUESTS;
}

/* ---- what the program tells ---- */

static bool is_only(const struct replay *replay, const struct addr *addr)
{
	return !replay->options.only || addr_equal(&replay->only, addr);
}

static void replay_add_step(struct replay *replay, const struct replay_step *step)
{
	struct replay_step *steps;
	size_t room = replay->step_room ? 2 * replay->step_room : STEPS_ROOM;

	if (replay->step_count == REPLAY_STEPS_MAX) {
		replay->summary.steps_left++;
		return;
	}
	if (replay->step_count == replay->step_room) {
		steps = realloc(replay->steps, room * sizeof(*steps));
		if (!steps) {
			replay->summary.steps_left++;
			return;
		}
		replay->steps = steps;
		replay->step_room = room;
	}
	replay->steps[replay->step_count++] = *step;
}

/* The attempt of the event's own MAC, or of the guest that it is about. */
static long long replay_began(struct replay *replay, const struct event *event,
			      const struct claim *claim)
{
	struct contender *contender = contenders_find(&replay->contenders, &event->key, event->mac,
						      false);

	if ((!contender || !contender->now.began_ns) && claim)
		contender = contenders_find(&replay->contenders, &event->key, claim->mac, false);
	return contender && contender->now.began_ns
		       ? contender->now.began_ns + replay->contenders.set_ns
		       : 0;
}

static void replay_take_events(struct replay *replay)
{
	const struct world *world = &replay->worlds[WORLD_OBSERVES];
	const struct claim *claim;
	struct slot *slot;

	for (__u32 i = 0; i < native.events; i++) {
		struct replay_step step = {
			.event = native.event[i],
			.wall_ns = (long long)native.event[i].time_ns + replay->wall_offset,
			.is_after = replay->has_ended,
		};

		if (!is_only(replay, &step.event.key.addr))
			continue;
		claim = world_find(world, &step.event.key, &slot);
		contenders_tell(&replay->contenders, &step.event, claim, slot, step.is_after,
				step.wall_ns);
		step.began_ns = replay_began(replay, &step.event, claim);
		replay_add_step(replay, &step);
	}
}

static void replay_take_sent(const struct replay *replay)
{
	for (__u32 i = 0; i < native.sent; i++) {
		const struct native_sent *sent = &native.frame[i];
		struct replay_frame frame = {
			.wall_ns = (long long)native.now_ns + replay->wall_offset,
			.at = sent->frame.at,
			.len = sent->frame.len,
			.wire_len = sent->frame.len,
		};

		if (sent->flags & BPF_F_INGRESS)
			replay->options.write(replay->options.ctx, &frame, true);
	}
}

static void replay_take(struct replay *replay, unsigned int world)
{
	if (world == WORLD_OBSERVES)
		replay_take_events(replay);
	else
		replay_take_sent(replay);
}

static void replay_run_until(struct replay *replay, __u64 until_ns)
{
	for (unsigned int i = 0; i < replay->world_count; i++)
		while (world_run_due(&replay->worlds[i], until_ns))
			replay_take(replay, i);
}

/* ---- the clock ---- */

/* To the time of a frame. It never runs backwards, whatever the capture says. */
static void replay_set_clock(struct replay *replay, long long wall_ns)
{
	long long now_ns = wall_ns - replay->wall_offset;

	if (replay->summary.frames == 1) {
		replay->summary.begin_ns = wall_ns;
		replay->wall_offset = wall_ns - (long long)BEGIN_NS;
		replay->now_ns = BEGIN_NS;
	} else if (now_ns >= (long long)replay->now_ns) {
		replay->now_ns = (__u64)now_ns;
	} else if (now_ns + SET_BACK_NS < (long long)replay->now_ns) {
		replay->summary.set_back++;
		replay->contenders.set_ns += wall_ns - replay->summary.end_ns;
		replay->wall_offset = wall_ns - (long long)replay->now_ns;
	} else {
		replay->summary.backwards++;
	}
	replay->summary.end_ns = (long long)replay->now_ns + replay->wall_offset;
}

void replay_pass(struct replay *replay, long long wall_ns)
{
	replay->summary.frames++;
	replay_set_clock(replay, wall_ns ?: 1); /* 0 is no time */
}

/* ---- frames ---- */

bool replay_is_wanted(const __u8 *at, __u32 len)
{
	__u32 offset = 2 * MAC_LEN;
	__u16 proto;

	for (int tags = 0; offset + sizeof(proto) <= len && tags <= FRAME_TAGS; tags++) {
		memcpy(&proto, at + offset, sizeof(proto));
		offset += sizeof(proto);
		if (proto == frame_be16(ETH_P_ARP))
			return true;
		if (proto == frame_be16(ETH_P_IPV6))
			return len > offset + sizeof(struct ipv6_wire) &&
			       nd_is_likely(at[offset + offsetof(struct ipv6_wire, next_header)],
					    at[offset + sizeof(struct ipv6_wire)]);
		if (!frame_is_tag(proto))
			return false;
		offset += sizeof(struct tag_wire) - sizeof(proto);
	}
	return false;
}

/* Was the very same frame here a moment ago? */
static bool replay_is_copy(struct replay *replay, const struct replay_frame *frame)
{
	__u32 len = frame->len < 128 ? frame->len : 128;
	__u64 hash = frame->wire_len, word;
	struct seen *seen;
	bool is_copy;

	for (__u32 i = 0; i < len; i += sizeof(word)) {
		word = 0;
		memcpy(&word, frame->at + i, len - i < sizeof(word) ? len - i : sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 29;
	}
	seen = &replay->seen[hash % SEEN_FRAMES];
	is_copy = seen->hash == hash && seen->at_ns && replay->now_ns < seen->at_ns + COPY_NS;
	*seen = (struct seen){.hash = hash, .at_ns = replay->now_ns};
	return is_copy;
}

static void replay_key(const struct frame *frame, struct claim_key *key)
{
	*key = (struct claim_key){
		.segment = REPLAY_SEGMENT,
		.vlan = vlan_of_tag(frame->tags.proto, frame->tags.tci),
		.inner_vlan = vlan_of_tag(frame->tags.inner_proto, frame->tags.inner_tci),
		.addr = frame->addr,
	};
}

/* Before the program hears it; whether the frame is a copy, it finds out by itself. */
static void replay_note(struct replay *replay, const struct replay_frame *of, bool is_uplink)
{
	static const struct tags inline_only;
	struct claim_key key;
	struct frame frame;
	bool is_copy = replay_is_copy(replay, of);

	replay->summary.copies += is_copy;
	frame_parse(of->at, of->at + of->len, &inline_only, &frame);
	if (frame.kind == FRAME_IGNORED && of->len < of->wire_len)
		replay->summary.cut++;
	if (is_copy || frame.kind == FRAME_IGNORED || !is_only(replay, &frame.addr))
		return;
	replay_key(&frame, &key);
	contenders_hear(&replay->contenders, &key, &frame, is_uplink, &replay->settings,
			(long long)replay->now_ns + replay->wall_offset);
}

void replay_frame(struct replay *replay, const struct replay_frame *frame)
{
	__u32 len = frame->len < NATIVE_FRAME_MAX ? frame->len : NATIVE_FRAME_MAX, port;

	replay_pass(replay, frame->wall_ns);
	if (len < ETH_HLEN)
		return;
	replay->summary.wanted++;
	replay_run_until(replay, replay->now_ns);
	if (replay->options.write)
		replay->options.write(replay->options.ctx, frame, false);
	port = replay_port(replay, frame->at + MAC_LEN);
	replay_note(replay, frame, port == REPLAY_UPLINK);
	for (unsigned int i = 0; i < replay->world_count; i++) {
		world_hear(&replay->worlds[i], frame->at, len, port, replay->options.guards,
			   replay->now_ns);
		replay_take(replay, i);
	}
}

/* The longest window that can be open, and the announcements behind it. */
static __u64 replay_left_ns(const struct settings *settings)
{
	return settings->window_ns + settings->grace_ns + settings->steady_window_ns +
	       settings->steady_grace_ns + settings->dad_window_ns + settings->dad_grace_ns +
	       settings->announce_num * settings->announce_interval_ns;
}

void replay_end(struct replay *replay)
{
	/* The last frames may have been others than ARP and ND. */
	replay_run_until(replay, replay->now_ns);
	replay->has_ended = true;
	replay_run_until(replay, replay->now_ns + replay_left_ns(&replay->settings));
	native_use(WORLD_OBSERVES);
	memcpy(replay->summary.counters,
	       native_map_lookup(native_map_find("counters"), &(__u32){0}),
	       sizeof(replay->summary.counters));
	contenders_end(&replay->contenders);
	replay->summary.answers_left = replay->contenders.left;
	replay_sort_answers(replay);
}

const struct replay_step *replay_steps(const struct replay *replay, size_t *count)
{
	*count = replay->step_count;
	return replay->steps;
}

const struct settings *replay_settings(const struct replay *replay)
{
	return &replay->settings;
}

void replay_summarize(const struct replay *replay, struct replay_summary *summary)
{
	*summary = replay->summary;
}
