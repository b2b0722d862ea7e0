/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inputs.h - frames and calls of garpd_speak, read from the differential fuzzer's input. */
#ifndef GARPD_FUZZ_INPUTS_H
#define GARPD_FUZZ_INPUTS_H

#include "kernel.h"

/* Those that the inputs are about, by number: guests below GUESTS, addresses below ADDRESSES. */
#define ADDRESSES 4
#define GUESTS	  4

void guest_mac(__u8 *mac, unsigned int who);
struct addr address4(unsigned int which);
struct addr address6(unsigned int which);

/* FORM WHO ADDRESS TAGS PATCHES {OFFSET VALUE}.. CUT */
void read_frame(struct input *input, struct bytes *frame);
/* LEN BYTES.. */
void read_bytes(struct input *input, struct bytes *frame);
/* OP ADDRESS TAGS: a struct speak_frame */
void read_speak(struct input *input, struct bytes *frame);

#endif /* GARPD_FUZZ_INPUTS_H */
