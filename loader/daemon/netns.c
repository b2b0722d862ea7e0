// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns.c - whether the network namespace of --netns still has its name. A process inside keeps the
 * namespace alive after `ip netns del`: the kernel reports nothing, the bridges stay, and no verb
 * reaches the daemon any more.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/maps/pins_netns.h"
#include "parts.h"

/* Also if the name is that of another network namespace by now. */
static bool netns_has_its_name(void)
{
	char path[sizeof(NETNS_DIR) + PIN_NETNS_LEN + 1];
	struct stat named, own;

	snprintf(path, sizeof(path), NETNS_DIR "/%s", pins_netns());
	if (stat("/proc/self/ns/net", &own))
		return true;
	if (stat(path, &named)) /* whatever else keeps it from being looked at passes */
		return errno != ENOENT && errno != ENOTDIR;
	return named.st_dev == own.st_dev && named.st_ino == own.st_ino;
}

static void netns_look(struct daemon *daemon, sd_event *event)
{
	if (netns_has_its_name())
		return;
	daemon->netns_is_gone = true;
	sd_event_exit(event, 0);
}

/* Which name it was does not matter: that of this one is looked at. */
static int on_netns(sd_event_source *source, int fd, uint32_t events, void *ctx)
{
	char ignored[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	while (read(fd, ignored, sizeof(ignored)) > 0)
		;
	netns_look(ctx, sd_event_source_get_event(source));
	return 0;
}

int daemon_watch_netns(struct daemon *daemon, struct err *why)
{
	int err;

	if (!pins_netns()[0])
		return 0;
	daemon->netns_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (daemon->netns_fd < 0 ||
	    inotify_add_watch(daemon->netns_fd, NETNS_DIR,
			      IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_ONLYDIR) < 0)
		return err_set(why, -errno, NETNS_DIR ": cannot be watched: %s", strerror(errno));
	err = sd_event_add_io(daemon->event, NULL, daemon->netns_fd, EPOLLIN, on_netns, daemon);
	if (err < 0)
		return err_set(why, err, NETNS_DIR ": cannot be watched: %s", strerror(-err));
	netns_look(daemon, daemon->event); /* it may have gone before the watch was there */
	return 0;
}

int daemon_leave_netns(struct daemon *daemon, struct err *why)
{
	struct err left;
	int err = datapath_remove(&daemon->datapath.pins, &left);

	return err_set(why, -ENOENT,
		       NETNS_DIR "/%s: deleted; %s%s, and ended, as garpd would keep the network "
				 "namespace alive; %s waits for a new one",
		       pins_netns(), err ? "not detached: " : "detached", err ? left.text : "",
		       pins_unit());
}
