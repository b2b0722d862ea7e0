// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "former.h"
#include "layout.h"
#include "loader/maps/pins.h"
#include "loader/maps/pins_netns.h"

#define FORMER_PORT_MAX 1024 /* bytes of a port */

/* ---- keeping ---- */

static const char *former_path(const char *name, char path[PIN_PATH_LEN])
{
	char below[PIN_PATH_LEN];

	snprintf(below, sizeof(below), PINS_FORMER "/%s", name);
	return pins_path(below, path);
}

/* `layout` is the last one that is kept: then all of them are. */
static bool former_is_kept(void)
{
	char path[PIN_PATH_LEN];

	return !access(former_path("layout", path), F_OK);
}

/* 0 or -errno. */
static int former_keep_pin(const char *name)
{
	char path[PIN_PATH_LEN];
	int fd = bpf_obj_get(pins_path(name, path)), err;

	if (fd < 0)
		return fd;
	err = bpf_obj_pin(fd, former_path(name, path));
	close(fd);
	return err;
}

int former_keep(struct err *why)
{
	static const char *const names[] = {"ports", "layout"};
	char path[PIN_PATH_LEN];
	int err;

	if (former_is_kept())
		return 0;
	err = pins_remove_below(PINS_FORMER, why);
	if (err)
		return err;
	if (mkdir(pins_path(PINS_FORMER, path), 0700))
		return err_set(why, -errno, "%s: cannot make: %s", path, strerror(errno));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !err; i++)
		err = former_keep_pin(names[i]);
	if (err && err != -ENOENT)
		return err_set(why, err, "%s: cannot pin the former maps: %s", path, strerror(-err));
	return 0;
}

/* ---- its ports ---- */

void former_init(struct former *former)
{
	*former = (struct former){.ports = -1};
}

void former_close(struct former *former)
{
	if (former->ports >= 0)
		close(former->ports);
	former_init(former);
}

static int former_open_pin(const char *name)
{
	char path[PIN_PATH_LEN];

	return bpf_obj_get(former_is_kept() ? former_path(name, path) : pins_path(name, path));
}

static int former_find_made_qdisc(__u32 *offset)
{
	const struct field_name name = {LAYOUT_MADE_QDISC};
	int fd = former_open_pin("layout"), err;
	struct field_place place;

	if (fd < 0)
		return fd;
	err = bpf_map_lookup_elem(fd, &name, &place);
	close(fd);
	*offset = err ? 0 : place.offset;
	return err;
}

void former_open(struct former *former)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	former_init(former);
	if (former_find_made_qdisc(&former->made_qdisc))
		return;
	former->ports = former_open_pin("ports");
	if (former->ports < 0 || bpf_obj_get_info_by_fd(former->ports, &info, &size) ||
	    info.key_size != sizeof(__u32) || info.value_size > FORMER_PORT_MAX ||
	    former->made_qdisc >= info.value_size)
		former_close(former);
}

bool former_made_qdisc(const struct former *former, __u32 ifindex)
{
	__u8 port[FORMER_PORT_MAX];

	return former->ports >= 0 && !bpf_map_lookup_elem(former->ports, &ifindex, port) &&
	       port[former->made_qdisc] == 1;
}
