/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adopt.h - what a former daemon has left pinned: taken over, or replaced where it is of another
 * version's layout.
 *
 * Replaced are maps and programs. Links and tc filters stay where they are and run the new program
 * from one frame to the next, so that no port is without one; what the new daemon does not take up
 * of them is swept away once its ports are attached.
 */
#ifndef GARPD_DATAPATH_ADOPT_H
#define GARPD_DATAPATH_ADOPT_H

#include <stdbool.h>

#include "loader/base/err.h"
#include "loader/maps/pins.h"

struct bpf_object;

enum adopt {
	ADOPT_NOTHING, /* nobody was here before */
	ADOPT_TAKE,    /* what is pinned is ours, to the byte */
	ADOPT_REPLACE,
};

/*
 * Compares what is pinned with the maps of `object`, which is opened with GARPD_PIN_DIR as its root
 * and not loaded yet. With ADOPT_REPLACE `why` has the first difference, and the object will be
 * pinned beside the former one when it is loaded. Fills *adopt. 0, or -errno with `err`.
 */
int adopt_judge(struct bpf_object *object, enum adopt *adopt, struct err *why, struct err *err);

/*
 * ADOPT_REPLACE: the object is loaded, and takes the place of what was pinned, map by map,
 * `settings` last: a daemon that dies in between leaves what is judged ADOPT_REPLACE again, and one
 * that dies after it a sweep that is due. 0, or -errno with `err`.
 */
int adopt_replace(const struct bpf_object *object, struct err *err);

/* The object was not loaded: what was pinned is as it was. */
void adopt_give_up(void);

/*
 * Takes off everything of ours, in whatever mode, that `pins` does not describe (NULL: everything),
 * also where no map tells of it any more. Clsact qdiscs stay: nobody knows who made them. 0, or
 * -errno with the first `err`: all else is off, and the sweep is still due.
 */
int adopt_sweep(const struct pins *pins, struct err *err);

/* Was something replaced, by us or by a daemon that has died since, and nothing swept yet? */
bool adopt_sweep_is_due(void);

#endif
