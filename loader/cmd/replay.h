/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.h - how garpd replay prints what became of a capture. */
#ifndef GARPD_CMD_REPLAY_H
#define GARPD_CMD_REPLAY_H

#include "loader/replay/replay.h"

/* Of one address, or (NULL) of all. */
void replay_print(const struct replay *replay, const char *file, const char *address);

#endif
