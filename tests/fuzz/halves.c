// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/pkt_cls.h>

#include "bpf/claim/echo.h"
#include "fixture.h"
#include "halves.h"
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
	{"echoes", offsetof(struct echo, sample_ns)},
};

/* The maps that the programs change, and those that only the daemon does. */
#define VALUE_BYTES 512 /* at least as many as an element of these has */
#define CHANGING    7
static const char *const changing[CHANGING] = {
	"claims", "port_limits", "lanes", "listeners", "gateways_heard", "echoes", "asked"};
static const char *const constant[] = {"ports",	   "port_vlans", "vlan_ways",	   "addresses",
				       "host",	   "subnets",	 "rule_addresses", "rule_macs",
				       "gateways", "segments",	 "askers"};

/* Both halves' before a step, and the kernel's after it. */
static struct native_map before[CHANGING], after[CHANGING];
static __u64 counted[COUNTER_MAX];

struct halves_did halves_did;
int halves_are_pairs;

/* No claim, and nothing used up. */
static void fill_changing(void)
{
	struct native_map *limits = native_map_find("port_limits");
	int i;

	for (i = 0; i < CHANGING; i++)
		native_map_clear(native_map_find(changing[i]));
	for (i = 0; i < PORT_MAX; i++)
		native_map_update(limits, &kernel.ifindex[i], &(struct limit){}, BPF_ANY);
	for (i = 0; i < CHANGING; i++)
		kernel_write(native_map_find(changing[i]));
}

void halves_open(void)
{
	unsigned int i;

	kernel_open();
	fill_policy();
	fill_ports();
	fill_segment();
	for (i = 0; i < sizeof(constant) / sizeof(*constant); i++)
		kernel_write(native_map_find(constant[i]));
	for (i = 0; i < CHANGING; i++)
		must(!native_map_like(&before[i], native_map_find(changing[i])) &&
			     !native_map_like(&after[i], native_map_find(changing[i])),
		     "no memory");
}

void halves_begin(__u8 flags, __u32 quota)
{
	fill_settings(flags, quota);
	fill_changing();
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

/* Of map `echoes`: the frame is sealed with its time (bpf/claim/echo.h). */
static void unseal(const struct native_map *map, void *value)
{
	struct echo *echo = value;

	if (map->value_size == sizeof(*echo) && !strcmp(map->name, "echoes"))
		echo->sealed = echo_seal(echo->sealed, echo->sample_ns);
}

/*
 * Where two programs write a broadcast and its time at once, the words of one and of the other may
 * stay: that is no frame of anybody, and the next broadcast is taken (bpf/claim/echo.h). The
 * kernel's is taken for the native one then; both are unsealed.
 */
static void forgive_torn(const struct native_map *map, void *ours, const void *theirs)
{
	const struct echo *kernels = theirs;
	struct echo *natives = ours;

	if (halves_are_pairs && !strcmp(map->name, "echoes") &&
	    memcmp(&kernels->sealed, guest, MAC_LEN / 2))
		natives->sealed = kernels->sealed;
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
	__u8 x[VALUE_BYTES], y[VALUE_BYTES];
	unsigned int i;
	void *value;

	for (i = 0; i < ours->places; i++) {
		if (!native_map_key(ours, i))
			continue;
		value = native_map_lookup(theirs, native_map_key(ours, i));
		if (!value)
			return 0;
		memcpy(x, native_map_value(ours, i), ours->value_size);
		memcpy(y, value, ours->value_size);
		unseal(ours, x);
		unseal(ours, y);
		forgive_torn(ours, x, y);
		if (!same_value(x, y, times_from(ours), ours->value_size))
			return 0;
	}
	return ours->count == theirs->count;
}

int halves_same_event(const struct event *a, const struct event *b)
{
	struct event x = *a, y = *b;

	x.time_ns = y.time_ns = x.deadline_ns = y.deadline_ns = x.took_ns = y.took_ns = 0;
	return !memcmp(&x, &y, sizeof(x)) && same_time(a->time_ns, b->time_ns) &&
	       same_time(a->deadline_ns, b->deadline_ns) && same_time(a->took_ns, b->took_ns);
}

/* ---- a step, in both halves ---- */

void halves_before(void)
{
	int i;

	for (i = 0; i < CHANGING; i++)
		native_map_copy(&before[i], native_map_find(changing[i]));
	kernel_counters(counted);
}

int halves_after(void)
{
	int i, err = 0;

	kernel_counters(halves_did.counters);
	for (i = 0; i < COUNTER_MAX; i++)
		halves_did.counters[i] -= counted[i];
	for (i = 0; i < CHANGING && !err; i++)
		err = kernel_read(&after[i]);
	return err;
}

void halves_rewind(void)
{
	int i;

	struct native_map *map;

	for (i = 0; i < CHANGING; i++) {
		map = native_map_find(changing[i]);
		native_map_copy(map, &before[i]);
		/* What a program deletes then shows. */
		for (__u32 place = 0; place < map->places; place++)
			if (!native_map_value(map, place))
				memset(map->values + place * map->value_size, 0, map->value_size);
	}
	native_map_clear(native_map_find("counters"));
}

void halves_follow(void)
{
	int i;

	for (i = 0; i < CHANGING; i++)
		native_map_copy(native_map_find(changing[i]), &after[i]);
}

void halves_run_native(struct step *step)
{
	struct bytes *frame = &step->frame;

	switch (step->program) {
	case KERNEL_TC:
		step->verdict = native_tc(frame->at, &frame->len, step->ifindex, &step->mark);
		return;
	case KERNEL_XDP:
		step->verdict = native_xdp(frame->at, &frame->len, step->ifindex);
		return;
	case KERNEL_SPEAK:
		step->verdict = native_speak(frame->at, &frame->len);
		return;
	case KERNEL_HOST_OUT:
		step->verdict = native_host_out(frame->at, &frame->len, step->ifindex, &step->mark);
		return;
	case KERNEL_HOST_IN:
		step->verdict = native_host_in(frame->at, &frame->len, step->ifindex, &step->mark);
		return;
	case KERNEL_PROGRAMS:
		return;
	}
}

/* ---- what is not the same ---- */

/* The answer of garpd_speak has a time in it. */
static int same_frame(const struct step *ours, const struct step *theirs)
{
	struct speak_frame x, y;

	if (ours->frame.len != theirs->frame.len)
		return 0;
	if (ours->program != KERNEL_SPEAK)
		return !memcmp(ours->frame.at, theirs->frame.at, ours->frame.len);
	memcpy(&x, ours->frame.at, sizeof(x));
	memcpy(&y, theirs->frame.at, sizeof(y));
	return !memcmp(&x.call.key, &y.call.key, sizeof(x.call.key)) && x.call.op == y.call.op &&
	       x.call.result == y.call.result && same_time(x.call.deadline_ns, y.call.deadline_ns);
}

int halves_same_step(const struct step *ours, const struct step *theirs)
{
	return ours->verdict == theirs->verdict && ours->mark == theirs->mark &&
	       same_frame(ours, theirs);
}

struct native_map *halves_was(const char *name)
{
	int i = 0;

	while (strcmp(changing[i], name))
		i++;
	return &before[i];
}

int halves_is_changing(const struct native_map *map)
{
	static const struct native_map *known[CHANGING];
	int i;

	if (!known[0])
		for (i = 0; i < CHANGING; i++)
			known[i] = native_map_find(changing[i]);
	for (i = 0; i < CHANGING; i++)
		if (map == known[i])
			return 1;
	return 0;
}

static const __u64 *native_counters(void)
{
	return native_map_lookup(native_map_find("counters"), &(__u32){0});
}

const char *halves_differ(void)
{
	int i;

	if (memcmp(native_counters(), halves_did.counters, sizeof(halves_did.counters)))
		return "the counters";
	for (i = 0; i < CHANGING; i++)
		if (!same_map(native_map_find(changing[i]), &after[i]))
			return changing[i];
	return NULL;
}

#define COUNTER_NAME(name, what) #name,

void halves_tell(void)
{
	static const char *const names[] = {COUNTERS(COUNTER_NAME)};
	const __u64 *counters = native_counters();
	unsigned int i;

	fprintf(stderr, "native, kernel: events %u %u\n", native.events, kernel.events);
	for (i = 0; i < COUNTER_MAX; i++)
		if (counters[i] || halves_did.counters[i])
			fprintf(stderr, "%s: %llu, %llu\n", names[i], counters[i],
				halves_did.counters[i]);
	for (i = 0; i < CHANGING; i++) {
		if (same_map(native_map_find(changing[i]), &after[i]))
			continue;
		fprintf(stderr, "%s\n", changing[i]);
		dump_map("before:", &before[i]);
		dump_map("native map:", native_map_find(changing[i]));
		dump_map("kernel map:", &after[i]);
	}
}

void halves_tell_step(const struct step *ours, const struct step *theirs)
{
	fprintf(stderr, "native, kernel: verdict %d %d\n", ours->verdict, theirs->verdict);
	dump("native frame:", ours->frame.at, ours->frame.len);
	dump("kernel frame:", theirs->frame.at, theirs->frame.len);
}

/* Whatever is sent is an announcement, and everybody can read it; or a listener is asked. */
static void check_sent(const struct native_sent *sent)
{
	static const struct tags untagged;
	int from_above = sent->ifindex == kernel.ifindex[PORT_HOST];
	int comes_in = from_above ? !sent->flags : sent->flags == BPF_F_INGRESS;
	struct frame frame;

	frame_parse(sent->frame.at, sent->frame.at + sent->frame.len, &untagged, &frame);
	must(sent->mark == GARPD_MARK, "sent without our mark");
	if (!memcmp(sent->frame.at + MAC_LEN, asker_mac, MAC_LEN)) {
		must(!(sent->frame.at[0] & 1) && !comes_in,
		     "a question to many hosts, or as from the guest");
		return;
	}
	if (comes_in)
		must(frame.kind == FRAME_ANNOUNCEMENT ||
			     (frame.kind == FRAME_ASSERTION && frame.to == FRAME_REQUEST),
		     "sent: kind %d, reason %d", frame.kind, frame.reason);
	else
		must(frame.kind == FRAME_ASSERTION && frame.relayed &&
			     !memcmp(sent->frame.at + MAC_LEN, other, MAC_LEN),
		     "sent on a wire: kind %d, reason %d", frame.kind, frame.reason);
}

void halves_check_sent(void)
{
	unsigned int i;

	for (i = 0; i < native.sent; i++)
		check_sent(&native.frame[i]);
}

/* A frame is passed on as it came, and never dropped but where an operator asked for it. */
void halves_check(const struct step *step, const struct bytes *came)
{
	if (step->program == KERNEL_SPEAK)
		return;
	must(step->frame.len == came->len && !memcmp(step->frame.at, came->at, came->len),
	     "the frame was changed");
	must(step->verdict == (step->program == KERNEL_XDP ? XDP_PASS : TC_ACT_UNSPEC) ||
		     (step->verdict == XDP_DROP && halves_did.counters[COUNTER_probe_over_limit]),
	     "verdict %d", step->verdict);
}

void halves_pass(__u64 ns)
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
			if (!value)
				continue;
			unseal(map, value);
			for (at = times_from(map); at < map->value_size; at += sizeof(*when)) {
				when = (__u64 *)(value + at);
				*when = *when > ns ? *when - ns : !!*when;
			}
			unseal(map, value); /* the same again: seals it */
		}
		kernel_write(map);
	}
}

int halves_read_step(struct input *input, struct step *step)
{
	__u8 what = input_byte(input);

	*step = (struct step){
		.program = what & 1 ? KERNEL_XDP : KERNEL_TC,
		.ifindex = kernel.ifindex[(what >> 3 & 7) % PORT_MAX],
		.mark = 7,
	};
	switch (what & 7) {
	case 4:
		halves_pass(input_u16(input) * NSEC_PER_MSEC);
		return 0;
	case 5:
		step->program = KERNEL_SPEAK;
		read_speak(input, &step->frame);
		break;
	case 6:
		step->mark = GARPD_MARK;
		read_frame(input, &step->frame);
		break;
	case 7:
		step->program = what >> 6 & 1 ? KERNEL_XDP : KERNEL_TC;
		read_bytes(input, &step->frame);
		break;
	default:
		read_frame(input, &step->frame);
	}
	return 1;
}
