/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fixture.h - what the daemon would have written into the maps, for the differential fuzzer. */
#ifndef GARPD_FUZZ_FIXTURE_H
#define GARPD_FUZZ_FIXTURE_H

#include "kernel.h"

/* Into the native maps only: kernel_write() makes the kernel's the same. */
void fill_policy(void);
void fill_ports(void);
void fill_segment(void);

extern const __u8 asker_mac[];

/*
 * Both: bits 0-1 the form, 2-3 announce_num - 1, 4 link_local, 5 probes of XDP are limited, 6 to
 * few, 7 frozen after one move,
 * everybody is nudged, and refreshed after two seconds. `quota`: claims of a port.
 */
#define QUOTA_AMPLE 2048
void fill_settings(__u8 flags, __u32 quota);

#endif /* GARPD_FUZZ_FIXTURE_H */
