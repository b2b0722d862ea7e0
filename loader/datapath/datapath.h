/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * datapath.h - the programs and maps in the kernel, as the daemon has them: loaded or adopted; and
 * the ports that they are attached to.
 */
#ifndef GARPD_DATAPATH_DATAPATH_H
#define GARPD_DATAPATH_DATAPATH_H

#include "bpf/abi/abi.h"
#include "adopt.h"
#include "carry.h"
#include "former.h"
#include "loader/attach/attach.h"
#include "loader/config/config.h"
#include "loader/base/err.h"
#include "loader/maps/pins.h"

struct garpd_bpf; /* the generated skeleton */

struct datapath {
	struct garpd_bpf *skeleton; /* while it is being loaded */
	struct pins pins;
	struct speak_call *speak_list; /* loader/maps/speak.h */
	int lock;		       /* pins_lock() */
	struct attach_program program; /* garpd_tc, or garpd_xdp in an XDP mode */
	enum port_mode mode;	       /* never MODE_AUTO */
	enum port_mode host_mode;      /* of a bridge's own device: the same, but never XDP */
	bool mode_requested;	       /* `mode` is the configuration's, not the best one */
	enum adopt adopt;	       /* what became of the pins of a former daemon */
	struct err replaced;	       /* with ADOPT_REPLACE: why */
	struct carry carry;	       /* the claims that were there, if maps were replaced */
	struct former former;	       /* the ports that were there, while the daemon starts */
	__u32 max_claims;	       /* of the map, which keeps its size when it is adopted */
};

/* Makes it ready for datapath_open and datapath_close. */
void datapath_init(struct datapath *datapath);

/*
 * Takes the lock, loads the programs over the maps that are pinned (or makes the maps), pins what
 * is new, for `gid` to read, and writes the settings and addresses of `config`. Attaches nothing;
 * what another version of garpd has attached stays until adopt_sweep(). 0, or -errno with `why`;
 * datapath_close takes what is left either way.
 */
int datapath_open(struct datapath *datapath, struct config *config, gid_t gid, struct err *why);

/*
 * Once all ports are attached: what the programs of another version have heard of claims since
 * datapath_open().
 */
void datapath_carry_rest(struct datapath *datapath);

/* Can a port in this mode join libxdp's dispatcher, which takes more capabilities? */
bool datapath_can_join(enum port_mode mode);

/* Programs, links and pins stay. */
void datapath_close(struct datapath *datapath);

/*
 * Describes the port in the maps, then attaches, or replaces garpd's program in whatever mode. 0, 1
 * if garpd was attached already, or -errno with `why`: then a port that was attached before is as
 * it was, any other is not in the maps.
 */
int datapath_attach(struct datapath *datapath, __u32 ifindex, const char *name,
		    const struct port *port, const struct port_vlans *vlans,
		    const struct vlan_way *way, struct err *why);

/* Describes an attached port anew. 0, 1 if its segment is another one now, or -errno with `why`. */
int datapath_describe(const struct pins *pins, __u32 ifindex, const char *name,
		      const struct port *port, const struct port_vlans *vlans,
		      const struct vlan_way *way, struct err *why);

/*
 * Counts the ports of each segment anew, before the first one is attached: a daemon may have died
 * between two writes. Frames of guests have to prove again that no uplink sends them back.
 */
void datapath_count_segments(const struct pins *pins);

/* So many ports of the segment could not be attached: it has as many that are not heard. */
void datapath_set_missing(const struct pins *pins, __u32 segment, __u32 missing);

/* An uplink of the segment leads elsewhere: guests' frames have to prove that again. */
void datapath_renew_uplinks(const struct pins *pins, __u32 segment);

/* Is the port heard? Writes it, with what follows for its segment. */
void datapath_note_unheard(const struct pins *pins, __u32 ifindex, const struct port *was,
			   enum unheard unheard);

/*
 * Denies claims (GUARD_UNHEARD) in each segment with a port that is not heard, if guests are not
 * asked there, or with "deaf: deny"; and no longer in the others.
 */
void datapath_deny_unheard(const struct pins *pins);

/* Detaches a port and removes it from the maps, even if detaching fails. 0, or -errno with `why`.
 */
int datapath_detach(const struct pins *pins, __u32 ifindex, const char *name, struct err *why);

/* Forgets the limits of ports that are gone and have no claims left. */
void datapath_forget_limits(const struct pins *pins);

/*
 * Detaches all ports, then removes all pins. 0, or the first -errno with `why`: a port that cannot
 * be detached stays in the maps, and the pins stay.
 */
int datapath_remove(const struct pins *pins, struct err *why);

#endif
