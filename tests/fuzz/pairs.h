/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pairs.h - random pairs of steps that are about the same things, for concurrent.c. */
#ifndef GARPD_FUZZ_PAIRS_H
#define GARPD_FUZZ_PAIRS_H

#include "kernel.h"

void pairs_seed(__u64 seed);
/* Below `bound`, which is not 0. */
__u32 pairs_random(__u32 bound);

void pairs_make(struct step *steps);

#endif /* GARPD_FUZZ_PAIRS_H */
