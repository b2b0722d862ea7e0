/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tick.h - put before every source of the model (-include): the seconds and milliseconds of the
 * claim machine, the world and the judge become variables, so that the model may have short ones.
 * Time in the model passes in ticks.
 */
#ifndef GARPD_MODEL_TICK_H
#define GARPD_MODEL_TICK_H

#include "bpf/abi/abi.h"

#undef NSEC_PER_SEC
#undef NSEC_PER_MSEC
#define NSEC_PER_SEC  model_second_ns
#define NSEC_PER_MSEC model_msec_ns

extern unsigned long long model_second_ns, model_msec_ns;

/* A multiple of 60, for CLAIM_DENIED_NS, and of 800, for the first second of questions. */
#define TICK_NS 2400ull

#endif /* GARPD_MODEL_TICK_H */
