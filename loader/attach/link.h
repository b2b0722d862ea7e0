/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link.h - garpd's BPF link on one interface, pinned by ifindex so that it outlives the daemon.
 */
#ifndef GARPD_ATTACH_LINK_H
#define GARPD_ATTACH_LINK_H

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

/*
 * Makes the link that is pinned for this mode run the program from now on, atomically. 0, or
 * -errno: there is no such link, or its interface is gone, and the pin with it.
 */
int attach_link_adopt(int prog_fd, __u32 ifindex, enum port_mode mode);

/* Pins a new link, and closes it. 0, or -errno with `why`: detached again. */
int attach_link_pin(int link, __u32 ifindex, enum port_mode mode, const char *name,
		    struct err *why);

/* Detaches and unpins. 0, also if there is no such link, or -errno. */
int attach_link_remove(__u32 ifindex, enum port_mode mode);

#endif
