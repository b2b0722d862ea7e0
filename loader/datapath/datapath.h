/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * datapath.h - the kernel half, as the daemon holds it: load or adopt, describe, attach, detach.
 */
#ifndef GARPD_DATAPATH_DATAPATH_H
#define GARPD_DATAPATH_DATAPATH_H

#include "bpf/abi/abi.h"
#include "adopt.h"
#include "loader/attach/attach.h"
#include "loader/config/config.h"
#include "loader/base/err.h"
#include "loader/maps/pins.h"

struct garpd_bpf; /* the generated skeleton */

struct datapath {
	struct garpd_bpf *skeleton;
	struct pins pins;
	int lock;		       /* pins_lock */
	struct attach_program program; /* garpd_tc, or garpd_xdp in an XDP mode */
	enum port_mode mode;	       /* resolved: never MODE_AUTO */
	bool mode_requested;	       /* by the configuration */
	enum adopt adopt;	       /* what became of the pins that were there before us */
	struct err replaced;	       /* with ADOPT_REPLACE: why */
	__u32 max_claims;	       /* of the map as it is, which an adoption does not change */
};

/* Nothing is open yet: before datapath_open, and enough for datapath_close. */
void datapath_init(struct datapath *datapath);

/*
 * Takes the lock, loads the programs over the maps that are pinned already (or makes the maps),
 * pins what is new, for `gid` to read, and writes the settings and addresses of `config`. Nothing
 * is attached yet; what another version of garpd has attached stays until adopt_sweep. 0, or -errno
 * with `err`; datapath_close takes what is left either way.
 */
int datapath_open(struct datapath *datapath, struct config *config, gid_t gid, struct err *err);

/* May a port of this mode have to join libxdp's dispatcher, which takes more rights than the rest?
 */
bool datapath_joins(enum port_mode mode);

/* Programs, links and pins stay. */
void datapath_close(struct datapath *datapath);

/*
 * Describes the port in the maps, then attaches; or replaces, where ours is attached in any
 * mode. 0, 1 (ours was there already), or -errno with `err`: then what was attached before is so
 * still and the description is the former one; without a former one there is neither.
 */
int datapath_attach(struct datapath *datapath, __u32 ifindex, const char *name,
		    const struct port *port, const struct port_vlans *vlans, struct err *err);

/* Describes an attached port anew. 0, 1 (it has left its segment), or -errno with `err`. */
int datapath_describe(struct datapath *datapath, __u32 ifindex, const char *name,
		      const struct port *port, const struct port_vlans *vlans, struct err *err);

/*
 * Detaches the port, which is none of ours any more, and forgets it, even where that failed. 0, or
 * -errno with `err`.
 */
int datapath_detach(const struct pins *pins, __u32 ifindex, const char *name, struct err *err);

/*
 * Detaches every port that can be, and removes every pin. 0, or -errno with the first `err`: the
 * ports that are left stay described, and so the pins.
 */
int datapath_remove(const struct pins *pins, struct err *err);

#endif
