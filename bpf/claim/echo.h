/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * echo.h - do the uplinks of a segment send frames of its guests back? A guest in IPv6 duplicate
 * address detection that hears its own announcement gives the address up, so that is announced at
 * the first solicitation only where it cannot come back. Pure: the caller looks `segments` and
 * `echoes` up.
 */
#ifndef GARPD_CLAIM_ECHO_H
#define GARPD_CLAIM_ECHO_H

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h"

/*
 * A frame in eight bytes, so that it is read and written whole: the MAC, and the end of the
 * address. Two that are taken for one cost a wait.
 */
static __always_inline __u64 echo_sample(const __u8 *mac, const struct addr *addr)
{
	__u64 sample = 0;

	__builtin_memcpy(&sample, mac, MAC_LEN);
	__builtin_memcpy((__u8 *)&sample + MAC_LEN, addr->bytes + 14, 2);
	return sample;
}

/*
 * Another CPU may read one of the two words before they are written, and the other one after that.
 * The frame is stored so that only its own time opens it: an old one with a new time is no frame.
 */
static __always_inline __u64 echo_seal(__u64 sample, __u64 sample_ns)
{
	return sample ^ sample_ns;
}

/* A broadcast of a guest, which the bridge floods to every uplink. */
static __always_inline void echo_note_sent(struct echo *echo, const struct segment *segment,
					   __u64 sample, const struct settings *settings,
					   __u64 now_ns)
{
	int is_first = echo->sent_ns <= segment->since_ns;

	/* The sample is kept for as long as it may come back. */
	if (!is_first && now_ns < echo->sample_ns + settings->echo_ns)
		return;
	echo->sealed = echo_seal(sample, now_ns);
	echo->sample_ns = now_ns;
	if (is_first)
		echo->sent_ns = now_ns;
}

/* Is a frame heard on an uplink the sample? */
static __always_inline int echo_is_sample(const struct echo *echo, __u64 sample,
					  const struct settings *settings, __u64 now_ns)
{
	__u64 sample_ns = *(const volatile __u64 *)&echo->sample_ns;

	return echo->sealed == echo_seal(sample, sample_ns) &&
	       now_ns < sample_ns + settings->echo_ns;
}

/* Has a frame come back since the uplinks changed? */
static __always_inline int echo_is_heard(const struct echo *echo, const struct segment *segment)
{
	return echo->returned_ns > segment->since_ns;
}

/* Is every uplink known not to send frames back? `echo` is NULL if nothing was sent. */
static __always_inline int echo_is_ruled_out(const struct segment *segment, const struct echo *echo,
					     const struct settings *settings, __u64 now_ns)
{
	if (segment->missing) /* each may be an uplink */
		return 0;
	if (!segment->uplinks)
		return 1;
	return !segment->unheard && echo && echo->sent_ns > segment->since_ns &&
	       now_ns >= echo->sent_ns + settings->echo_ns && !echo_is_heard(echo, segment);
}

#endif /* GARPD_CLAIM_ECHO_H */
