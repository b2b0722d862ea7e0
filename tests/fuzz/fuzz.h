/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - what the fuzz targets share: an input that is read byte by byte, and must(), which ends
 * the run where a rule is broken, so that libFuzzer keeps the input.
 */
#ifndef GARPD_FUZZ_H
#define GARPD_FUZZ_H

#include <linux/types.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(holds, ...)                                                                       \
	do {                                                                                   \
		if (!(holds)) {                                                                \
			fprintf(stderr, "%s:%d: must hold: %s: ", __FILE__, __LINE__, #holds); \
			fprintf(stderr, __VA_ARGS__);                                          \
			fputc('\n', stderr);                                                   \
			abort();                                                               \
		}                                                                              \
	} while (0)

struct input {
	const __u8 *at;
	size_t len;
};

/* The next byte; 0 at the end. */
static inline __u8 input_byte(struct input *input)
{
	if (!input->len)
		return 0;
	input->len--;
	return *input->at++;
}

static inline __u16 input_u16(struct input *input)
{
	__u16 high = input_byte(input);

	return high << 8 | input_byte(input);
}

/* libFuzzer's entry points. */
int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#endif /* GARPD_FUZZ_H */
