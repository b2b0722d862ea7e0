/* SPDX-License-Identifier: GPL-2.0-or-later */
/* no_leaks(): LeakSanitizer is silent at the end of a Criterion child, so a test calls it. */
#ifndef GARPD_TEST_LEAKS_H
#define GARPD_TEST_LEAKS_H

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#define no_leaks() cr_assert_eq(__lsan_do_recoverable_leak_check(), 0, "memory was lost")
#else
#define no_leaks() (void)0
#endif

#endif
