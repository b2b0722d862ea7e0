/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cooked.h - frames of "-i any" captures (Linux cooked, SLL and SLL2), which have no Ethernet
 * header, made Ethernet again.
 */
#ifndef GARPD_REPLAY_COOKED_H
#define GARPD_REPLAY_COOKED_H

#include "replay.h"

#define COOKED_MAX 9000

/*
 * Makes the frame in `made`: its sender is known, its receiver as far as the frame itself tells.
 * False: it is no Ethernet, or too short.
 */
bool cooked_make(bool is_sll2, struct replay_frame *frame, __u8 made[COOKED_MAX]);

#endif
