// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "parts.h"
#include "loader/maps/pins.h"

/* Is the link on this interface? Of tcx as of XDP the kernel reports 0 where it is gone. */
static bool attach_link_is_on(int link, __u32 ifindex)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(link, &info, &size) && info.xdp.ifindex == ifindex;
}

int attach_link_adopt(int prog_fd, __u32 ifindex, const char *suffix)
{
	char path[PIN_PATH_LEN];
	int link = bpf_obj_get(pins_link_path(ifindex, suffix, path));
	int err = -ENODEV;

	if (link < 0)
		return link;
	if (attach_link_is_on(link, ifindex))
		err = bpf_link_update(link, prog_fd, NULL);
	close(link);
	if (err)
		unlink(path); /* its interface is gone, or it is on another one */
	return err;
}

int attach_link_pin(int link, __u32 ifindex, const char *suffix, const char *name, struct err *why)
{
	char path[PIN_PATH_LEN];
	int err = bpf_obj_pin(link, pins_link_path(ifindex, suffix, path));

	close(link);
	if (err)
		return err_set(why, err, "%s: cannot pin the link as %s: %s", name, path,
			       strerror(-err));
	return 0;
}

int attach_link_remove(__u32 ifindex, const char *suffix)
{
	char path[PIN_PATH_LEN];
	int link = bpf_obj_get(pins_link_path(ifindex, suffix, path));

	if (link < 0)
		return link == -ENOENT ? 0 : link;
	bpf_link_detach(link); /* other references may keep the link alive, not the attachment */
	close(link);
	return unlink(path) ? -errno : 0;
}
