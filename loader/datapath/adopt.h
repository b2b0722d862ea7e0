/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adopt.h - takes over the maps that a former daemon has pinned, or replaces those of another
 * layout.
 *
 * Maps and programs are replaced. Links and tc filters stay attached and run the new program from
 * one frame to the next, so that no port is ever without one; those that the new daemon does not
 * take over are swept away once its ports are attached.
 */
#ifndef GARPD_DATAPATH_ADOPT_H
#define GARPD_DATAPATH_ADOPT_H

#include <stdbool.h>

#include "loader/base/err.h"
#include "loader/maps/pins.h"

struct bpf_object;

enum adopt {
	ADOPT_NOTHING, /* no map is pinned */
	ADOPT_TAKE,    /* the maps that are pinned have this layout */
	ADOPT_REPLACE,
};

/*
 * Compares what is pinned with the maps of `object`, which is opened with GARPD_PIN_DIR as its root
 * and not loaded yet. With ADOPT_REPLACE `difference` has the first one, and loading pins the maps
 * beside the former ones. Fills in *adopt. 0, or -errno with `why`.
 */
int adopt_judge(struct bpf_object *object, enum adopt *adopt, struct err *difference,
		struct err *why);

/*
 * ADOPT_REPLACE, after loading: the new maps take the place of the former ones, `settings` last. A
 * daemon that dies before that leaves what is judged ADOPT_REPLACE again; one that dies after it,
 * a sweep that is due, and claims that carry_resume() finds. 0, or -errno with `why`.
 */
int adopt_replace(const struct bpf_object *object, struct err *why);

/* Loading has failed: what was pinned stays as it was. */
void adopt_give_up(void);

/*
 * Detaches garpd from every interface in every mode that `pins` does not describe (NULL: in every
 * mode), also where it is in no map. Qdiscs that are empty then go if the former maps tell that
 * garpd made them, and else stay: their owner is unknown. 0, or the first -errno with `why`: all
 * else is detached, and the sweep is still due.
 */
int adopt_sweep(const struct pins *pins, struct err *why);

/* Has this or a former daemon replaced maps, without a sweep since? */
bool adopt_is_sweep_due(void);

#endif
