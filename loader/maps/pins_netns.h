/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pins_netns.h - another network namespace, as `ip netns` names them: the process works there, with
 * pins of its own. Each has its own daemon.
 *
 * Only the network namespace is another: `ip netns exec` would also mount /sys anew, and hide the
 * pins.
 */
#ifndef GARPD_MAPS_PINS_NETNS_H
#define GARPD_MAPS_PINS_NETNS_H

#include <stdbool.h>

#include "loader/base/err.h"

#define NETNS_DIR     "/run/netns"
#define PINS_NETNS    "netns" /* below pins_dir(): a link to the identity of the namespace */
#define PIN_NETNS_LEN 60      /* of a name: PIN_PATH_LEN has room for it */

#define PIN_NETNS_ID_LEN 64 /* "net:[4026531840]:18446744073709551615" */

/*
 * Enters it, before threads, sockets and pins. 0, or -errno with `why`: -EINVAL means that it
 * cannot be a name.
 */
int pins_enter_netns(const char *name, struct err *why);

/*
 * Which network namespace the process is in: its inode, and from Linux 5.14 on its cookie, since
 * the kernel gives the inode of one that is gone to the next. 0 or -errno.
 */
int pins_netns_id(char id[PIN_NETNS_ID_LEN]);

/* Whether both are of one. */
bool pins_netns_is(const char *id, const char *other);

/*
 * Are the pins of the network namespace that the process is in? 0, also if none is noted there;
 * -EBUSY: they are of another one; or another -errno, both with `why`.
 */
int pins_check_netns(struct err *why);

/* The name; "" without. */
const char *pins_netns(void);

/* GARPD_PIN_DIR, or below it the directory of the namespace. */
const char *pins_dir(void);

/* For remedies: "garpd" or "garpd@NAME", a unit; "" or " --netns NAME", behind a verb. */
const char *pins_unit(void);
const char *pins_netns_option(void);

#endif
