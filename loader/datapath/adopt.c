// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "adopt.h"
#include "former.h"
#include "loader/attach/attach.h"
#include "loader/maps/pins_netns.h"

/* ---- judging ---- */

/* 0: the same, 1: not, with the difference in `why`. */
static int adopt_compare(const struct bpf_map *map, const struct bpf_map_info *pinned,
			 struct err *why)
{
	const char *name = bpf_map__name(map);
	bool any_size = !strcmp(name, "claims"); /* limits.claims: the map keeps its size */
	const struct {
		const char *what;
		__u32 was, is;
	} sizes[] = {
		{"type", pinned->type, bpf_map__type(map)},
		{"key size", pinned->key_size, bpf_map__key_size(map)},
		{"value size", pinned->value_size, bpf_map__value_size(map)},
		{"size", pinned->max_entries,
		 any_size ? pinned->max_entries : bpf_map__max_entries(map)},
		{"flags", pinned->map_flags, bpf_map__map_flags(map)},
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i].was != sizes[i].is)
			return err_set(why, 1, "map %s: %s %u instead of %u", name, sizes[i].what,
				       sizes[i].was, sizes[i].is);
	return 0;
}

static int adopt_compare_abi(int settings_fd, struct err *why)
{
	struct settings settings = {};
	__u32 zero = 0;

	/* 0: the daemon that made it was killed before it wrote to it. */
	if (bpf_map_lookup_elem(settings_fd, &zero, &settings) || !settings.abi ||
	    settings.abi == GARPD_ABI)
		return 0;
	return err_set(why, 1, "layout %u instead of %u", settings.abi, GARPD_ABI);
}

/* 0: pinned, and the same; 1: pinned, and different; -ENOENT: not pinned; or -errno. */
static int adopt_judge_map(const struct bpf_map *map, struct err *why)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	int fd = bpf_obj_get(bpf_map__pin_path(map));
	int differs;

	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		differs = err_set(why, 1, "%s: not a map", bpf_map__name(map));
	else
		differs = adopt_compare(map, &info, why);
	if (!differs && !strcmp(bpf_map__name(map), "settings"))
		differs = adopt_compare_abi(fd, why);
	close(fd);
	return differs;
}

/* As adopt_judge_map, for all of them. */
static int adopt_judge_maps(const struct bpf_object *object, enum adopt *adopt, struct err *why)
{
	const struct bpf_map *map;
	int result;

	bpf_object__for_each_map(map, object) {
		if (!bpf_map__pin_path(map))
			continue;
		result = adopt_judge_map(map, why);
		if (result && result != -ENOENT)
			return result;
		if (!result)
			*adopt = ADOPT_TAKE;
	}
	return 0;
}

/* Makes the object pin its maps below PINS_NEXT. */
static int adopt_aside(struct bpf_object *object, struct err *why)
{
	char path[2 * PIN_PATH_LEN];
	struct bpf_map *map;
	int err;

	adopt_give_up(); /* what a daemon has left that died while it replaced */
	bpf_object__for_each_map(map, object) {
		if (!bpf_map__pin_path(map))
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", pins_dir(), PINS_NEXT, bpf_map__name(map));
		err = bpf_map__set_pin_path(map, path);
		if (err)
			return err_set(why, err, "pins: %s", strerror(-err));
	}
	return 0;
}

int adopt_judge(struct bpf_object *object, enum adopt *adopt, struct err *difference,
		struct err *why)
{
	int result;

	*adopt = ADOPT_NOTHING;
	result = adopt_judge_maps(object, adopt, difference);
	if (result < 0)
		return pins_explain(pins_dir(), result, why);
	if (!result)
		return 0;
	*adopt = ADOPT_REPLACE;
	return adopt_aside(object, why);
}

/* ---- replacing ---- */

static int adopt_replace_map(const char *name, struct err *why)
{
	char from[PIN_PATH_LEN], to[PIN_PATH_LEN], next[PIN_PATH_LEN];

	snprintf(next, sizeof(next), PINS_NEXT "/%s", name);
	if (rename(pins_path(next, from), pins_path(name, to)))
		return err_set(why, -errno, "%s: cannot replace: %s", to, strerror(errno));
	return 0;
}

/* Removes maps and programs that this version does not have. */
static void adopt_forget_unknown(const struct bpf_object *object)
{
	DIR *dir = opendir(pins_dir());
	char path[PIN_PATH_LEN];
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_REG &&
		    !bpf_object__find_map_by_name(object, entry->d_name) &&
		    !bpf_object__find_program_by_name(object, entry->d_name))
			unlink(pins_path(entry->d_name, path));
	if (dir)
		closedir(dir);
}

int adopt_replace(const struct bpf_object *object, struct err *why)
{
	const struct bpf_map *map;
	int err;

	bpf_object__for_each_map(map, object) {
		if (!bpf_map__pin_path(map) || !strcmp(bpf_map__name(map), "settings"))
			continue;
		err = adopt_replace_map(bpf_map__name(map), why);
		if (err)
			return err;
	}
	err = adopt_replace_map("settings", why);
	if (!err)
		adopt_forget_unknown(object);
	return err;
}

void adopt_give_up(void)
{
	struct err ignored;

	pins_remove_below(PINS_NEXT, &ignored);
}

/* ---- sweeping ---- */

struct sweep {
	const struct pins *pins;
	struct former former;
};

/* All modes but the one that `pins` describes. 0, or the first -errno with `why`. */
static int adopt_sweep_role(const struct sweep *sweep, __u32 ifindex, const char *name,
			    enum port_role role, struct err *why)
{
	const struct pins *pins = sweep->pins;
	struct port port = {}, sought = {.role = role, .mode = MODE_TCX};
	bool known = pins && !bpf_map_lookup_elem(pins->ports, &ifindex, &port) &&
		     (port.role == ROLE_HOST) == (role == ROLE_HOST);
	enum port_mode last = role == ROLE_HOST ? MODE_TC : MODE_XDP_GENERIC;
	struct err later;
	int err, first = 0;

	sought.made_qdisc = former_made_qdisc(&sweep->former, ifindex);
	for (; sought.mode <= last; sought.mode++) {
		if (known && sought.mode == port.mode)
			continue;
		err = attach_remove(ifindex, name, &sought, first ? &later : why);
		first = first ? first : err;
	}
	return first;
}

static int adopt_sweep_interface(const struct sweep *sweep, __u32 ifindex, const char *name,
				 struct err *why)
{
	struct err later;
	int err = adopt_sweep_role(sweep, ifindex, name, ROLE_GUEST, why);
	int host_err = adopt_sweep_role(sweep, ifindex, name, ROLE_HOST, err ? &later : why);

	return err ? err : host_err;
}

static int adopt_sweep_interfaces(const struct sweep *sweep, struct err *why)
{
	struct if_nameindex *all = if_nameindex();
	const struct if_nameindex *it;
	struct err later;
	int err, first = 0;

	if (!all)
		return err_set(why, -errno, "interfaces: cannot list: %s", strerror(errno));
	for (it = all; it->if_index; it++) {
		err = adopt_sweep_interface(sweep, it->if_index, it->if_name, first ? &later : why);
		first = first ? first : err;
	}
	if_freenameindex(all);
	return first;
}

/* Removes the pins of links whose interface is gone: the kernel keeps them, detached. */
static void adopt_sweep_links(void)
{
	char path[PIN_PATH_LEN], at[PIN_PATH_LEN], name[IF_NAMESIZE];
	DIR *dir = opendir(pins_path(GARPD_LINKS, path));
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_type == DT_DIR ||
		    if_indextoname((unsigned int)strtoul(entry->d_name, NULL, 10), name))
			continue;
		snprintf(at, sizeof(at), GARPD_LINKS "/%.40s", entry->d_name);
		unlink(pins_path(at, path));
	}
	if (dir)
		closedir(dir);
}

int adopt_sweep(const struct pins *pins, struct err *why)
{
	/* Most of what is sought does not exist, which libbpf would complain about. */
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct sweep sweep = {.pins = pins};
	struct err ignored;
	int err;

	former_open(&sweep.former);
	err = adopt_sweep_interfaces(&sweep, why);
	former_close(&sweep.former);
	adopt_sweep_links();
	if (!err) {
		pins_remove_below(PINS_FORMER, &ignored);
		adopt_give_up();
	}
	libbpf_set_print(print);
	return err;
}

bool adopt_is_sweep_due(void)
{
	char path[PIN_PATH_LEN];

	return !access(pins_path(PINS_NEXT, path), F_OK);
}
