/* SPDX-License-Identifier: GPL-2.0-or-later */
/* failing.h - memory that runs out, for calloc() of garpd's own code and for jansson. */
#ifndef GARPD_TEST_FAILING_H
#define GARPD_TEST_FAILING_H

#include <stddef.h>

#define FAILING_NEVER ((size_t)-1)

/* So many more succeed, then all fail. */
void failing_calloc_after(size_t count);
void failing_json_after(size_t count);

#endif
