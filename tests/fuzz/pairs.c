// SPDX-License-Identifier: GPL-2.0-or-later
#include "inputs.h"
#include "pairs.h"

/* What the two steps of a pair have in common, mostly. */
struct subject {
	__u32 which, is_ipv6;
};

static __u64 state;

void pairs_seed(__u64 seed)
{
	state = seed * 2 + 1;
}

/* xorshift64* (Vigna) */
__u32 pairs_random(__u32 bound)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1dull >> 32) % bound;
}

static int chance(__u32 percent)
{
	return pairs_random(100) < percent;
}

#define PICK(from) (from)[pairs_random(sizeof(from) / sizeof(*(from)))]

/* ---- frames ---- */

/* By enum form of inputs.c: probes first, then those that use the address. */
static const __u8 forms4[] = {0, 0, 0, 0, 1, 2, 3, 3}, forms6[] = {4, 4, 4, 5, 6, 6, 7};

static void make_frame(const struct subject *subject, struct bytes *frame)
{
	__u8 bytes[] = {
		subject->is_ipv6 ? PICK(forms6) : PICK(forms4),
		pairs_random(chance(70) ? 2 : GUESTS),
		subject->which,
		chance(92) ? 0 : pairs_random(32), /* tags */
		0,
		0,
	};
	struct input input = {bytes, sizeof(bytes)};

	read_frame(&input, frame);
}

/* ---- garpd_speak ---- */

static const __u8 ops[] = {SPEAK_DUE,	    SPEAK_DUE,		SPEAK_DUE,   SPEAK_DUE,
			   SPEAK_DUE,	    SPEAK_DUE,		SPEAK_NOW,   SPEAK_THAW,
			   SPEAK_PORT_LEFT, SPEAK_PORT_OPEN,	SPEAK_LINK,  SPEAK_MAKE_ROOM,
			   SPEAK_MAKE_ROOM, SPEAK_MOVE_SEGMENT, SPEAK_CLAIM, SPEAK_FABRIC};

static void make_call(const struct subject *subject, struct bytes *frame)
{
	struct speak_frame call = {};

	call.call.op = PICK(ops);
	call.call.port = kernel.ifindex[chance(50) ? PORT_GUEST : PORT_OTHER];
	call.call.key = (struct claim_key){
		.segment = KERNEL_SEGMENT,
		.vlan = chance(90) ? 0 : 5,
		.addr = subject->is_ipv6 ? address6(subject->which) : address4(subject->which),
	};
	guest_mac(call.mac, pairs_random(2));
	frame->len = 0;
	put(frame, &call, sizeof(call));
}

/* ---- a pair ---- */

static const enum kernel_port ports[] = {PORT_GUEST, PORT_GUEST,  PORT_GUEST, PORT_OTHER,
					 PORT_OTHER, PORT_UPLINK, PORT_AWARE, PORT_BLOCKED};

static void make_program(struct step *step)
{
	__u32 roll = pairs_random(100);

	step->ifindex = kernel.ifindex[PICK(ports)];
	step->program = roll < 48 ? KERNEL_TC : roll < 68 ? KERNEL_XDP : KERNEL_SPEAK;
	if (roll < 90)
		return;
	step->program = roll < 95 ? KERNEL_HOST_OUT : KERNEL_HOST_IN;
	step->ifindex = kernel.ifindex[PORT_HOST];
}

/* The daemon makes one call at a time (loader/maps/speak.h). */
void pairs_make(struct step *steps)
{
	struct subject subject;
	int i;

	for (i = 0; i < 2; i++) {
		if (!i || chance(25))
			subject = (struct subject){pairs_random(chance(70) ? 2 : ADDRESSES),
						   chance(30)};
		steps[i].mark = 7;
		do
			make_program(&steps[i]);
		while (i && steps[0].program == KERNEL_SPEAK && steps[1].program == KERNEL_SPEAK);
		if (steps[i].program == KERNEL_SPEAK)
			make_call(&subject, &steps[i].frame);
		else
			make_frame(&subject, &steps[i].frame);
	}
}
