/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wire.h - frames on the far end of a port. */
#ifndef GARPD_TEST_WIRE_H
#define GARPD_TEST_WIRE_H

#include "tests/unit/bytes.h"

/* A raw socket that hears what arrives at the interface, and not what it sends itself. */
int wire_open(int ifindex);

#endif /* GARPD_TEST_WIRE_H */
