/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relay_declared.h - the guests that the relay announces at their first probe. */
#ifndef GARPD_BENCH_RELAY_DECLARED_H
#define GARPD_BENCH_RELAY_DECLARED_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* Takes ADDR=MAC[,MAC...], which it changes. 0 or -EINVAL. */
int relay_declare(char *text);

/* Takes a file with such a line for each address. 0 or -errno. */
int relay_declare_file(const char *path);

bool relay_is_declared(const struct in6_addr *addr, const uint8_t *mac);

#endif
