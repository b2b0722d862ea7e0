// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "processes.h"

#define COMMAND_LEN 16384 /* as far as a command line is read; -name is among the first words */

/* Its arguments, each with its NUL. Returns their size. */
static size_t read_command(const char *root, const char *pid, char text[COMMAND_LEN])
{
	char path[PATH_MAX];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/proc/%s/cmdline", root, pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? 0 : read(fd, text, COMMAND_LEN - 1);
	if (fd >= 0)
		close(fd);
	text[size < 0 ? 0 : size] = '\0';
	return size < 0 ? 0 : (size_t)size;
}

void processes_each(const char *root, void (*hear)(void *ctx, const struct process *process),
		    void *ctx)
{
	char path[PATH_MAX], command[COMMAND_LEN];
	struct process process = {.root = root, .command = command};
	struct dirent *entry;
	DIR *proc;

	snprintf(path, sizeof(path), "%s/proc", root);
	proc = opendir(path);
	while (proc && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		process.pid = entry->d_name;
		process.size = read_command(root, process.pid, command);
		hear(ctx, &process);
	}
	if (proc)
		closedir(proc);
}

const char *process_argument(const struct process *process, const char *option, const char *after)
{
	const char *end = process->command + process->size;
	const char *at = after ? after + strlen(after) + 1 : process->command, *next;
	size_t dashes;

	for (; at < end; at = next) {
		next = at + strlen(at) + 1;
		dashes = strspn(at, "-");
		if (next < end && (dashes == 1 || dashes == 2) && !strcmp(at + dashes, option))
			return next;
	}
	return NULL;
}

/*
 * "web-1", "guest=web-1,debug-threads=on", "web-1,process=qemu:web-1": qemu's QemuOpts, where a
 * comma of a value is doubled, and the first one needs no key.
 */
static void take_name(const char *options, char name[GUEST_TEXT_LEN])
{
	const char *value = strstr(options, "guest=");
	size_t used = 0;

	if (!value || (value != options && value[-1] != ','))
		value = strchr(options, '=') && strcspn(options, "=") < strcspn(options, ",")
				? ""
				: options;
	else
		value += strlen("guest=");
	for (; *value && used < GUEST_TEXT_LEN - 1; value++) {
		if (*value == ',' && *++value != ',')
			break;
		name[used++] = *value;
	}
	name[used] = '\0';
}

void process_guest_name(const struct process *process, char name[GUEST_TEXT_LEN])
{
	const char *options = process_argument(process, "name", NULL);

	name[0] = '\0';
	if (options)
		take_name(options, name);
}
