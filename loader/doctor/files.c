// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "files.h"

bool doctor_file_has(const char *root, const char *file, const char *word)
{
	char path[PATH_MAX], line[PATH_MAX];
	bool found = false;
	FILE *stream;

	snprintf(path, sizeof(path), "%s%s", root, file);
	stream = fopen(path, "re");
	while (stream && !found && fgets(line, sizeof(line), stream))
		found = strstr(line, word);
	if (stream)
		fclose(stream);
	return found;
}
