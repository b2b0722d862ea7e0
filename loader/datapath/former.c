// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool former_is_kept(const char *name)
{
	char path[PIN_PATH_LEN];

	return !access(former_path(name, path), F_OK);
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
	/* `layout` is the last one: if it is there, all are. */
	static const char *const names[] = {"claims", "ports", "layout"};
	char path[PIN_PATH_LEN];
	int err;

	if (former_is_kept("layout") && former_is_kept("claims"))
		return 0;
	err = pins_remove_below(PINS_FORMER, why);
	if (err)
		return err;
	if (mkdir(pins_path(PINS_FORMER, path), 0700))
		return err_set(why, -errno, "%s: cannot make: %s", path, strerror(errno));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !err; i++)
		err = former_keep_pin(names[i]);
	if (err && err != -ENOENT)
		return err_set(why, err, "%s: cannot pin the former maps: %s", path,
			       strerror(-err));
	return 0;
}

int former_open_pin(const char *name)
{
	char path[PIN_PATH_LEN];

	return bpf_obj_get(former_path(name, path));
}

void former_forget_claims(void)
{
	char path[PIN_PATH_LEN];

	unlink(former_path("claims", path));
}

/* ---- when its claims were carried ---- */

void former_write_since(__u64 since_ns)
{
	char path[PIN_PATH_LEN], text[24];

	snprintf(text, sizeof(text), "%llu", since_ns);
	if (symlink(text, pins_path(PINS_NEXT "/since", path)))
		return; /* without it a start after a kill takes over nothing more */
}

__u64 former_read_since(void)
{
	char path[PIN_PATH_LEN], text[24] = "";

	/* Of the new maps `settings` is the last one that leaves. */
	if (!access(pins_path(PINS_NEXT "/settings", path), F_OK) ||
	    readlink(pins_path(PINS_NEXT "/since", path), text, sizeof(text) - 1) < 0)
		return 0;
	return strtoull(text, NULL, 10);
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

static int former_open_either(const char *name)
{
	char path[PIN_PATH_LEN];

	return former_is_kept("layout") ? former_open_pin(name)
					: bpf_obj_get(pins_path(name, path));
}

static int former_find_made_qdisc(__u32 *offset)
{
	const struct field_name name = {LAYOUT_MADE_QDISC};
	int fd = former_open_either("layout"), err;
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
	former->ports = former_open_either("ports");
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
