/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link.h - a BPF link of ours on one interface, pinned by ifindex, so that it outlives the
 * daemon.
 */
#ifndef GARPD_ATTACH_LINK_H
#define GARPD_ATTACH_LINK_H

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

/*
 * The link that a former daemon has pinned for this mode runs the new program from now on,
 * atomically. 0, or -errno: there is none that is of use, and no pin of one either.
 */
int attach_link_adopt(int prog_fd, __u32 ifindex, enum port_mode mode);

/* Pins a new link and closes it. 0, or -errno with `err`: it is gone. */
int attach_link_pin(int link, __u32 ifindex, enum port_mode mode, const char *name,
		    struct err *err);

/* Detaches and unpins. 0, also where there is no such link, or -errno. */
int attach_link_remove(__u32 ifindex, enum port_mode mode);

#endif
