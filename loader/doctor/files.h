/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.h - what files of the host say, below a `root` ("": the host's own).
 */
#ifndef GARPD_DOCTOR_FILES_H
#define GARPD_DOCTOR_FILES_H

#include <stdbool.h>

/* Is the word in a line of the file? One that cannot be read has no lines. */
bool doctor_file_has(const char *root, const char *file, const char *word);

#endif
