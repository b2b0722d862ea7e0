// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "installed.h"
#include "loader/maps/pins_netns.h"

#define BPFFS "/sys/fs/bpf"

static void bpffs_read(struct installed_facts *facts)
{
	struct statvfs fs;
	struct stat root;

	facts->bpffs = pins_check_bpffs(&facts->bpffs_why);
	facts->is_read_only = !statvfs(BPFFS, &fs) && fs.f_flag & ST_RDONLY;
	facts->mode = stat(BPFFS, &root) ? 0 : root.st_mode & 07777;
}

/* pins_lock() writes it down. */
static void netns_read(struct installed_facts *facts)
{
	char path[PIN_PATH_LEN], own[PIN_NETNS_ID_LEN];

	if (readlink(pins_path(PINS_NETNS, path), facts->netns, sizeof(facts->netns) - 1) < 0 ||
	    pins_netns_id(own) || pins_netns_is(own, facts->netns))
		facts->netns[0] = '\0';
}

/* sd_event_set_watchdog() goes by the environment of its process. */
static int watchdog_read(pid_t pid)
{
	static const char name[] = "WATCHDOG_USEC=";
	char path[64], *word = NULL;
	size_t room = 0;
	int found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (!found && getdelim(&word, &room, '\0', file) > 0)
		found = !strncmp(word, name, sizeof(name) - 1) && word[sizeof(name) - 1] != '0';
	free(word);
	fclose(file);
	return found;
}

void installed_read(const struct doctor *doctor, struct installed_facts *facts)
{
	*facts = (struct installed_facts){
		.group = doctor->config.group,
		.pins = doctor->pins_err,
		.pins_why = doctor->pins_why,
		.daemon = doctor->daemon,
		.info = doctor->daemon_info,
		.version = doctor->request->version,
		.count = pins_count(),
	};
	bpffs_read(facts);
	netns_read(facts);
	if (facts->info.pid)
		facts->watchdog = watchdog_read((pid_t)facts->info.pid);
}
