/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_capture.h - a capture in place of a log: what garpd would have done. */
#ifndef GARPD_CMD_REPORT_CAPTURE_H
#define GARPD_CMD_REPORT_CAPTURE_H

#include "loader/report/report.h"

/* By a replay with the default configuration. 0, or -errno with `why`. */
int report_read_capture(struct report *report, const char *file, struct err *why);

#endif
