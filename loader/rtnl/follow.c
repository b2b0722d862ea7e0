// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "follow.h"
#include "loader/base/log.h"

int follow_read(struct follow *follow)
{
	const struct follow_ops *ops = follow->ops;
	int err = 1;

	for (int i = 0; i < FOLLOW_READ_TRIES && err == 1; i++)
		err = ops->dump(follow->ctx, &follow->netlink);
	if (ops->end)
		ops->end(follow->ctx, err == 0);
	return err < 0 ? err : 0;
}

static int on_notifications(sd_event_source *source, int fd, uint32_t revents, void *ctx)
{
	struct follow *follow = ctx;
	const struct follow_ops *ops = follow->ops;
	int err = netlink_read_notifications(&follow->netlink, ops->hear, follow->ctx);

	if (err == -ENOBUFS)
		err = ops->lost ? ops->lost(follow->ctx) : follow_read(follow);
	err = ops->settle(follow->ctx, err);
	if (err && ops->failed)
		ops->failed(follow->ctx, err);
	else if (err)
		follow_fail(follow, err);
	return 0;
}

int follow_open(struct follow *follow, sd_event *event, const struct follow_ops *ops, void *ctx,
		struct err *why)
{
	int err = netlink_open(&follow->netlink, ops->groups, why);

	if (err)
		return err;
	follow->ops = ops;
	follow->ctx = ctx;
	err = sd_event_add_io(event, &follow->source, netlink_notifications_fd(&follow->netlink),
			      EPOLLIN, on_notifications, follow);
	if (err >= 0)
		err = follow_read(follow);
	if (err < 0)
		return err_set(why, err, "%s: cannot be read: %s", ops->table, strerror(-err));
	return 0;
}

void follow_fail(struct follow *follow, int err)
{
	log_error("%s: lost the rtnetlink subscription: %s; exiting", follow->ops->table,
		  strerror(-err));
	sd_event_exit(sd_event_source_get_event(follow->source), err);
}

void follow_close(struct follow *follow)
{
	follow->source = sd_event_source_disable_unref(follow->source);
	netlink_close(&follow->netlink);
}
