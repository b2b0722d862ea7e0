// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * speak.c - calling garpd_speak, and the claim that a call is about.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include <bpf/bpf.h>

#include "pins.h"
#include "loader/base/text.h"

#define SPEAK_NAPS   50
#define SPEAK_NAP_NS 100000l

/*
 * One call at a time, of all processes. A call takes some microseconds, but who makes it may have
 * been stopped inside: 0, or -EBUSY after a few milliseconds, and the daemon goes on.
 */
static int speak_lock(const struct pins *pins)
{
	const struct timespec nap = {.tv_nsec = SPEAK_NAP_NS};

	for (int i = 0; i < SPEAK_NAPS; i++) {
		if (!flock(pins->speak_lock, LOCK_EX | LOCK_NB))
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		nanosleep(&nap, NULL);
	}
	return -EBUSY;
}

static int speak_run(const struct pins *pins, struct bpf_test_run_opts *opts)
{
	int code = speak_lock(pins);

	if (code)
		return code;
	code = bpf_prog_test_run_opts(pins->speak, opts);
	flock(pins->speak_lock, LOCK_UN);
	return code;
}

int pins_speak(const struct pins *pins, struct speak_call *call)
{
	static const __u8 none[MAC_LEN];

	return pins_speak_for(pins, call, none);
}

int pins_speak_for(const struct pins *pins, struct speak_call *call, const __u8 mac[MAC_LEN])
{
	/* The kernel takes skb->protocol from here, for whoever looks at it on the wire. */
	__be16 proto = htons(addr_is_ipv4(&call->key.addr) ? ETH_P_ARP : ETH_P_IPV6);
	struct speak_frame frame = {.call = *call}, answer = {};
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &frame,
			    .data_size_in = sizeof(frame), .data_out = &answer,
			    .data_size_out = sizeof(answer));
	int code;

	memcpy(frame.mac, mac, MAC_LEN);
	memcpy(frame.ethernet + SPEAK_CALL_OFFSET - sizeof(proto), &proto, sizeof(proto));
	code = speak_run(pins, &opts);
	if (code)
		return code;
	if (opts.retval)
		return -EIO;
	*call = answer.call;
	return 0;
}

int pins_claim(const struct pins *pins, const struct claim_key *key, struct claim *claim)
{
	return bpf_map_lookup_elem_flags(pins->claims, key, claim, BPF_F_LOCK);
}

bool pins_claim_stands(const struct pins *pins, const struct claim_key *key,
		       const __u8 mac[MAC_LEN])
{
	struct claim claim;

	if (pins_claim(pins, key, &claim))
		return false;
	switch ((enum claim_state)claim.state) {
	case CLAIM_PROBING: /* announced already where it is declared so */
		return claim.flags & CLAIM_F_IMMEDIATE && !memcmp(claim.mac, mac, MAC_LEN);
	case CLAIM_ANNOUNCING:
	case CLAIM_OWNED:
		return !memcmp(claim.mac, mac, MAC_LEN);
	case CLAIM_CONFLICT: /* who defends a declared address has been announced */
		return claim.reason == COUNTER_defended && !memcmp(claim.rival, mac, MAC_LEN);
	case CLAIM_NONE:
	case CLAIM_DENIED:
	case CLAIM_FROZEN:
	case CLAIM_STATE_MAX:
		break;
	}
	return false;
}
