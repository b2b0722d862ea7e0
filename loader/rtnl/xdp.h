/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xdp.h - which XDP programs are on an interface. */
#ifndef GARPD_RTNL_XDP_H
#define GARPD_RTNL_XDP_H

#include "bpf/abi/abi.h"

/*
 * The id of the XDP program on the interface: the driver's, else the generic one, else the
 * hardware's; 0: none. Asks for that interface alone (bpf_xdp_query() of libbpf dumps all).
 */
__u32 xdp_program(__u32 ifindex);

#endif
