// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "link.h"
#include "loader/maps/pins.h"

int attach_link_adopt(int prog_fd, __u32 ifindex, enum port_mode mode)
{
	char path[PIN_PATH_LEN];
	int link = bpf_obj_get(pins_link_path(ifindex, mode, path));
	int code;

	if (link < 0)
		return link;
	code = bpf_link_update(link, prog_fd, NULL);
	close(link);
	if (code)
		unlink(path); /* its interface is gone */
	return code;
}

int attach_link_pin(int link, __u32 ifindex, enum port_mode mode, const char *name, struct err *err)
{
	char path[PIN_PATH_LEN];
	int code = bpf_obj_pin(link, pins_link_path(ifindex, mode, path));

	close(link);
	if (code)
		return err_set(err, code, "%s: cannot pin the link as %s: %s", name, path,
			       strerror(-code));
	return 0;
}

int attach_link_remove(__u32 ifindex, enum port_mode mode)
{
	char path[PIN_PATH_LEN];
	int link = bpf_obj_get(pins_link_path(ifindex, mode, path));

	if (link < 0)
		return link == -ENOENT ? 0 : link;
	bpf_link_detach(link); /* other references may keep the link alive, not the attachment */
	close(link);
	return unlink(path) ? -errno : 0;
}
