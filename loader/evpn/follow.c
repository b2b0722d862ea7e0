// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/rtnetlink.h>

#include "parts.h"
#include "loader/base/log.h"

bool evpn_is_on(const struct evpn *evpn, __u32 bridge, __u32 svi)
{
	switch (evpn->mode) {
	case EVPN_NO:
		return false;
	case EVPN_YES:
		return true;
	case EVPN_AUTO:
		break;
	}
	return evpn->following && evpn_fabric_reaches(evpn, svi) &&
	       ports_suppress(evpn->ports, bridge);
}

static int hear(void *ctx, const struct nlmsghdr *message)
{
	return evpn_fabric_hear(ctx, message);
}

/* The table as it is. The news that wait in the other socket come after it and say the same. */
static int evpn_read(struct evpn *evpn)
{
	int result = 1;

	for (int i = 0; i < NETLINK_READ_TRIES && result == 1; i++) {
		evpn_fabric_read_begin(evpn);
		result = neigh_dump(&evpn->news, hear, evpn);
	}
	if (result == 0)
		evpn_fabric_read_end(evpn);
	return result < 0 ? result : 0;
}

static void evpn_unfollow(struct evpn *evpn)
{
	evpn_fabric_forget(evpn);
	evpn->source = sd_event_source_disable_unref(evpn->source);
	netlink_close(&evpn->news);
	evpn->following = false;
}

static int on_news(sd_event_source *source, int fd, uint32_t revents, void *ctx)
{
	struct evpn *evpn = ctx;
	int error = netlink_news_read(&evpn->news, hear, evpn);

	(void)source;
	(void)fd;
	(void)revents;
	if (error == -ENOBUFS)
		error = evpn_read(evpn);
	evpn_fabric_say(evpn);
	if (!error)
		return 0;
	log_error("neighbours: what EVPN does cannot be followed: %s; tried again when "
		  "a link changes",
		  strerror(-error));
	evpn_unfollow(evpn);
	return 0;
}

static int evpn_follow(struct evpn *evpn, struct err *err)
{
	static const unsigned int groups[] = {RTNLGRP_NEIGH};
	int error = netlink_open(&evpn->news, groups, 1, err);

	if (error)
		return error;
	error = sd_event_add_io(evpn->event, &evpn->source, netlink_news_fd(&evpn->news), EPOLLIN,
				on_news, evpn);
	evpn->following = true;
	evpn->starting = true;
	if (error >= 0)
		error = evpn_read(evpn);
	evpn->starting = false;
	if (error < 0) {
		evpn_unfollow(evpn);
		return err_set(err, error, "neighbours: cannot be read: %s", strerror(-error));
	}
	evpn_fabric_say(evpn);
	return 0;
}

/*
 * A host's neighbour table changes all the time, and each change would wake the daemon: it is
 * followed only where there can be a fabric.
 */
static int evpn_take(struct evpn *evpn, enum evpn_mode mode, struct err *err)
{
	bool wanted = mode != EVPN_NO && ports_have_vxlan(evpn->ports);

	evpn->mode = mode;
	evpn_fabric_settle(evpn);
	if (wanted && !evpn->following)
		return evpn_follow(evpn, err);
	if (!wanted && evpn->following)
		evpn_unfollow(evpn);
	return 0;
}

void evpn_settle(struct evpn *evpn, enum evpn_mode mode)
{
	struct err err;

	if (evpn && evpn_take(evpn, mode, &err))
		log_error("%s", err.text);
}

int evpn_open(struct evpn **out, sd_event *event, const struct pins *pins,
	      const struct ports *ports, enum evpn_mode mode, struct err *err)
{
	struct evpn *evpn = calloc(1, sizeof(*evpn));
	int error;

	*out = evpn;
	if (!evpn)
		return err_set(err, -ENOMEM, "neighbours: out of memory");
	*evpn = (struct evpn){.event = event, .pins = pins, .ports = ports};
	TAILQ_INIT(&evpn->saying);
	error = netlink_open(&evpn->netlink, NULL, 0, err);
	return error ? error : evpn_take(evpn, mode, err);
}

void evpn_close(struct evpn *evpn)
{
	if (!evpn)
		return;
	evpn_guests_forget(evpn);
	evpn_unfollow(evpn);
	netlink_close(&evpn->netlink);
	free(evpn);
}
