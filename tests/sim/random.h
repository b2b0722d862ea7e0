/* SPDX-License-Identifier: GPL-2.0-or-later */
/* random.h - a seed gives the same numbers on every machine: xorshift64*, Vigna 2016. */
#ifndef GARPD_SIM_RANDOM_H
#define GARPD_SIM_RANDOM_H

#include <linux/types.h>

static inline __u64 random_begin(__u64 seed)
{
	return (seed + 1) * 0x9e3779b97f4a7c15ull | 1;
}

/* A number below `below`, which is not 0. */
static inline __u64 random_below(__u64 *state, __u64 below)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * 2685821657736338717ull >> 33) % below;
}

#endif /* GARPD_SIM_RANDOM_H */
