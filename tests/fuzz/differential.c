// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * differential.c - the object in the kernel against the same source compiled natively: the same
 * frames, at the same time, over the same maps. Same verdict, same packet, same maps (so: same
 * claims), same counters, same events; and what would be sent is an announcement. Coverage is the
 * native half's. Root.
 *
 * Input: SETTINGS STEP.. A step is WHAT and its arguments:
 *
 *	bits 0-2
 *	0-3	a frame through tc, for 1 and 3 through XDP: read_frame()
 *	4	time passes, in all maps: TIME(2), in ms
 *	5	the daemon comes: read_speak()
 *	6	as 0, with our mark
 *	7	any bytes, for bit 6 through XDP: LEN BYTES..
 *	bits 3-5: enum kernel_port
 */
#include <linux/pkt_cls.h>

#include "fixture.h"
#include "inputs.h"

/* Where the times of an element begin: they are compared with what the clock may have been. */
static const struct {
	const char *map;
	size_t from;
} times[] = {
	{"claims", offsetof(struct claim, window_end_ns)},
	{"port_limits", offsetof(struct limit, probes_tat_ns)},
	{"lanes", offsetof(struct lane_limit, rounds_tat_ns)},
	{"listeners", offsetof(struct listener, heard_ns)},
	{"gateways_heard", offsetof(struct listener, heard_ns)},
};

/* The maps that the programs change, and those that only the daemon does. */
#define CHANGING 5
static const char *const changing[CHANGING] = {"claims", "port_limits", "lanes", "listeners",
					       "gateways_heard"};
static const char *const constant[] = {"ports",		 "port_vlans", "vlan_ways",
				       "addresses",	 "host",       "subnets",
				       "rule_addresses", "rule_macs",  "gateways"};

/* Both halves' before a step, and the kernel's after it. */
static struct native_map before[CHANGING], after[CHANGING];

/* No claim, and nothing used up. */
static void fill_changing(void)
{
	struct native_map *limits = native_map_find("port_limits");
	int i;

	for (i = 0; i < CHANGING; i++)
		native_map_clear(native_map_find(changing[i]));
	for (i = 0; i < PORT_DOWN; i++)
		native_map_update(limits, &kernel.ifindex[i], &(struct limit){}, BPF_ANY);
	for (i = 0; i < CHANGING; i++)
		kernel_write(native_map_find(changing[i]));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	unsigned int i;

	(void)argc, (void)argv;
	kernel_open();
	fill_policy();
	fill_ports();
	for (i = 0; i < sizeof(constant) / sizeof(*constant); i++)
		kernel_write(native_map_find(constant[i]));
	for (i = 0; i < CHANGING; i++) {
		must(!native_map_like(&before[i], native_map_find(changing[i])) &&
			     !native_map_like(&after[i], native_map_find(changing[i])),
		     "no memory");
	}
	return 0;
}

/* ---- the same, and at the same time ---- */

static size_t times_from(const struct native_map *map)
{
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (!strcmp(times[i].map, map->name))
			return times[i].from;
	return map->value_size;
}

static int same_time(__u64 a, __u64 b)
{
	__u64 off = a > b ? a - b : b - a;

	return off <= kernel.to_ns - kernel.from_ns;
}

static int same_value(const void *a, const void *b, size_t from, size_t size)
{
	const __u8 *x = a, *y = b;
	size_t i;
	__u64 s, t;

	if (memcmp(x, y, from))
		return 0;
	for (i = from; i < size; i += sizeof(s)) {
		memcpy(&s, x + i, sizeof(s));
		memcpy(&t, y + i, sizeof(t));
		if (!same_time(s, t))
			return 0;
	}
	return 1;
}

static void dump(const char *whose, const void *value, size_t size)
{
	const __u8 *byte = value;
	size_t i;

	fprintf(stderr, "%s", whose);
	for (i = 0; i < size; i++)
		fprintf(stderr, "%s%02x", i % 8 ? "" : " ", byte[i]);
	fputc('\n', stderr);
}

static void dump_map(const char *whose, const struct native_map *map)
{
	for (unsigned int i = 0; i < map->places; i++)
		if (native_map_value(map, i))
			dump(whose, native_map_value(map, i), map->value_size);
}

static int same_map(struct native_map *ours, struct native_map *theirs)
{
	unsigned int i;
	void *value;

	for (i = 0; i < ours->places; i++) {
		if (!native_map_key(ours, i))
			continue;
		value = native_map_lookup(theirs, native_map_key(ours, i));
		if (!value || !same_value(native_map_value(ours, i), value, times_from(ours),
					  ours->value_size))
			return 0;
	}
	return ours->count == theirs->count;
}

static int same_event(const struct event *a, const struct event *b)
{
	struct event x = *a, y = *b;

	x.time_ns = y.time_ns = x.deadline_ns = y.deadline_ns = x.took_ns = y.took_ns = 0;
	return !memcmp(&x, &y, sizeof(x)) && same_time(a->time_ns, b->time_ns) &&
	       same_time(a->deadline_ns, b->deadline_ns) && same_time(a->took_ns, b->took_ns);
}

static int same_events(void)
{
	unsigned int i;

	if (native.events != kernel.events)
		return 0;
	for (i = 0; i < native.events; i++)
		if (!same_event(&native.event[i], &kernel.event[i]))
			return 0;
	return 1;
}

/* ---- a step, in both halves ---- */

enum hook { HOOK_TC, HOOK_XDP, HOOK_SPEAK };

struct step {
	int hook, verdict;
	__u32 ifindex, mark;
	struct bytes frame;
	__u64 counters[COUNTER_MAX];
};

static void run_kernel(struct step *step)
{
	__u64 counted[COUNTER_MAX];
	int i;

	kernel_counters(counted);
	if (step->hook == HOOK_TC)
		step->verdict = kernel_tc(&step->frame, step->ifindex, &step->mark);
	else if (step->hook == HOOK_XDP)
		step->verdict = kernel_xdp(&step->frame, step->ifindex);
	else
		step->verdict = kernel_speak(&step->frame);
	kernel_counters(step->counters);
	for (i = 0; i < COUNTER_MAX; i++)
		step->counters[i] -= counted[i];
	for (i = 0; i < CHANGING; i++)
		kernel_read(&after[i]);
}

static void run_native(struct step *step, __u64 now_ns)
{
	struct native_map *counters = native_map_find("counters");
	int i;

	for (i = 0; i < CHANGING; i++)
		native_map_copy(native_map_find(changing[i]), &before[i]);
	native_map_clear(counters);
	native_begin(now_ns);
	if (step->hook == HOOK_TC)
		step->verdict = native_tc(step->frame.at, &step->frame.len, step->ifindex,
					  &step->mark);
	else if (step->hook == HOOK_XDP)
		step->verdict = native_xdp(step->frame.at, &step->frame.len, step->ifindex);
	else
		step->verdict = native_speak(step->frame.at, &step->frame.len);
	memcpy(step->counters, native_map_lookup(counters, &(__u32){0}), sizeof(step->counters));
}

/* The answer of garpd_speak has a time in it. */
static int same_frame(const struct step *ours, const struct step *theirs)
{
	struct speak_frame x, y;

	if (ours->frame.len != theirs->frame.len)
		return 0;
	if (ours->hook != HOOK_SPEAK)
		return !memcmp(ours->frame.at, theirs->frame.at, ours->frame.len);
	memcpy(&x, ours->frame.at, sizeof(x));
	memcpy(&y, theirs->frame.at, sizeof(y));
	return !memcmp(&x.call.key, &y.call.key, sizeof(x.call.key)) && x.call.op == y.call.op &&
	       x.call.result == y.call.result && same_time(x.call.deadline_ns, y.call.deadline_ns);
}

/* NULL, or what is not the same. */
static const char *differs(const struct step *ours, const struct step *theirs)
{
	int i;

	if (ours->verdict != theirs->verdict)
		return "the verdict";
	if (ours->mark != theirs->mark)
		return "the mark";
	if (!same_frame(ours, theirs))
		return "the frame";
	if (memcmp(ours->counters, theirs->counters, sizeof(ours->counters)))
		return "the counters";
	for (i = 0; i < CHANGING; i++)
		if (!same_map(native_map_find(changing[i]), &after[i]))
			return changing[i];
	return same_events() ? NULL : "the events";
}

#define COUNTER_NAME(name, what) #name,

static void tell(const struct step *ours, const struct step *theirs)
{
	static const char *const names[] = {COUNTERS(COUNTER_NAME)};
	unsigned int i;

	fprintf(stderr, "native, kernel: verdict %d %d, events %u %u\n", ours->verdict,
		theirs->verdict, native.events, kernel.events);
	for (i = 0; i < COUNTER_MAX; i++)
		if (ours->counters[i] || theirs->counters[i])
			fprintf(stderr, "%s: %llu, %llu\n", names[i], ours->counters[i],
				theirs->counters[i]);
	dump("native frame:", ours->frame.at, ours->frame.len);
	dump("kernel frame:", theirs->frame.at, theirs->frame.len);
	for (i = 0; i < CHANGING; i++) {
		dump_map("native map:", native_map_find(changing[i]));
		dump_map("kernel map:", &after[i]);
	}
}

/* Whatever is sent is an announcement, and everybody can read it; or a listener is asked. */
static void check_sent(const struct native_sent *sent)
{
	static const struct tags untagged;
	struct frame frame;

	frame_parse(sent->frame.at, sent->frame.at + sent->frame.len, &untagged, &frame);
	must(sent->mark == GARPD_MARK, "sent without our mark");
	if (sent->flags & BPF_F_INGRESS)
		must(frame.kind == FRAME_ANNOUNCEMENT ||
			     (frame.kind == FRAME_ASSERTION && frame.to == FRAME_REQUEST),
		     "sent: kind %d, reason %d", frame.kind, frame.reason);
	else
		must(frame.kind == FRAME_ASSERTION && frame.relayed &&
			     !memcmp(sent->frame.at + MAC_LEN, other, MAC_LEN),
		     "sent on a wire: kind %d, reason %d", frame.kind, frame.reason);
}

/* A frame is passed on as it came, and never dropped but where an operator asked for it. */
static void check_passed(const struct step *step, const struct bytes *came)
{
	if (step->hook == HOOK_SPEAK)
		return;
	must(step->frame.len == came->len && !memcmp(step->frame.at, came->at, came->len),
	     "the frame was changed");
	must(step->verdict == (step->hook == HOOK_TC ? TC_ACT_UNSPEC : XDP_PASS) ||
		     (step->verdict == XDP_DROP && step->counters[COUNTER_probe_over_limit]),
	     "verdict %d", step->verdict);
}

static void take(const struct step *step)
{
	static struct step ours, theirs;
	__u64 when[3];
	const char *what = "the clock";
	unsigned int i;

	for (i = 0; i < CHANGING; i++)
		native_map_copy(&before[i], native_map_find(changing[i]));
	theirs = *step;
	run_kernel(&theirs);
	if (theirs.verdict == KERNEL_REFUSES)
		return;
	when[0] = kernel.events ? kernel.event[0].time_ns : kernel.from_ns;
	when[1] = kernel.from_ns;
	when[2] = kernel.to_ns;
	for (i = 0; i < 3 && what; i++) {
		ours = *step;
		run_native(&ours, when[i]);
		what = differs(&ours, &theirs);
	}
	if (what)
		tell(&ours, &theirs);
	must(!what, "%s: not the same in both halves", what);
	check_passed(&ours, &step->frame);
	for (i = 0; i < native.sent; i++)
		check_sent(&native.frame[i]);
	for (i = 0; i < CHANGING; i++)
		native_map_copy(native_map_find(changing[i]), &after[i]);
}

/* Time passes: everything that is remembered is longer ago. */
static void pass(__u64 ns)
{
	struct native_map *map;
	unsigned int i, j;
	__u8 *value;
	size_t at;
	__u64 *when;

	for (i = 0; i < CHANGING; i++) {
		map = native_map_find(changing[i]);
		for (j = 0; j < map->places; j++) {
			value = native_map_value(map, j);
			for (at = times_from(map); value && at < map->value_size;
			     at += sizeof(*when)) {
				when = (__u64 *)(value + at);
				*when = *when > ns ? *when - ns : !!*when;
			}
		}
		kernel_write(map);
	}
}

static void read_step(struct input *input)
{
	static struct step step;
	__u8 what = input_byte(input);

	step = (struct step){
		.hook = what & 1 ? HOOK_XDP : HOOK_TC,
		.ifindex = kernel.ifindex[(what >> 3 & 7) % PORT_MAX],
		.mark = 7,
	};
	switch (what & 7) {
	case 4:
		return pass(input_u16(input) * NSEC_PER_MSEC);
	case 5:
		step.hook = HOOK_SPEAK;
		read_speak(input, &step.frame);
		break;
	case 6:
		step.mark = GARPD_MARK;
		read_frame(input, &step.frame);
		break;
	case 7:
		step.hook = what >> 6 & 1 ? HOOK_XDP : HOOK_TC;
		read_bytes(input, &step.frame);
		break;
	default:
		read_frame(input, &step.frame);
	}
	take(&step);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	struct input input = {data, len};

	fill_settings(input_byte(&input));
	fill_changing();
	while (input.len)
		read_step(&input);
	return 0;
}
