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
#include "loader/attach/attach.h"

/* ---- judging ---- */

static bool adopt_may_differ(const char *name)
{
	return !strcmp(name, "claims"); /* limits.claims: the size that it has got is kept */
}

/* 0: the same, 1: not, and `why` says where. */
static int adopt_compare(const struct bpf_map *map, const struct bpf_map_info *pinned,
			 struct err *why)
{
	const char *name = bpf_map__name(map);
	const struct {
		const char *what;
		__u32 was, is;
	} sizes[] = {
		{"type", pinned->type, bpf_map__type(map)},
		{"key size", pinned->key_size, bpf_map__key_size(map)},
		{"value size", pinned->value_size, bpf_map__value_size(map)},
		{"size", pinned->max_entries,
		 adopt_may_differ(name) ? pinned->max_entries : bpf_map__max_entries(map)},
		{"flags", pinned->map_flags, bpf_map__map_flags(map)},
	};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i].was != sizes[i].is)
			return err_set(why, 1, "map %s: %s %u there, %u here", name, sizes[i].what,
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
	return err_set(why, 1, "layout %u there, %u here", settings.abi, GARPD_ABI);
}

/* 0: pinned and ours, 1: pinned and other, -ENOENT: not pinned, or -errno. */
static int adopt_judge_map(const struct bpf_map *map, struct err *why)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	int fd = bpf_obj_get(bpf_map__pin_path(map));
	int code;

	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		code = err_set(why, 1, "%s: no map", bpf_map__name(map));
	else
		code = adopt_compare(map, &info, why);
	if (!code && !strcmp(bpf_map__name(map), "settings"))
		code = adopt_compare_abi(fd, why);
	close(fd);
	return code;
}

/* As adopt_judge_map, of all of them. */
static int adopt_judge_maps(const struct bpf_object *object, enum adopt *adopt, struct err *why)
{
	const struct bpf_map *map;
	int code;

	bpf_object__for_each_map(map, object) {
		if (!bpf_map__pin_path(map))
			continue;
		code = adopt_judge_map(map, why);
		if (code && code != -ENOENT)
			return code;
		if (!code)
			*adopt = ADOPT_TAKE;
	}
	return 0;
}

/* The object will be pinned below PINS_NEXT. */
static int adopt_aside(struct bpf_object *object, struct err *err)
{
	char path[2 * PIN_PATH_LEN];
	struct bpf_map *map;
	int code = 0;

	adopt_give_up(); /* what a daemon left that died here */
	bpf_object__for_each_map(map, object) {
		if (code || !bpf_map__pin_path(map))
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", GARPD_PIN_DIR, PINS_NEXT,
			 bpf_map__name(map));
		code = bpf_map__set_pin_path(map, path);
	}
	return code ? err_set(err, code, "pins: %s", strerror(-code)) : 0;
}

int adopt_judge(struct bpf_object *object, enum adopt *adopt, struct err *why, struct err *err)
{
	int code;

	*adopt = ADOPT_NOTHING;
	code = adopt_judge_maps(object, adopt, why);
	if (code < 0)
		return pins_explain(GARPD_PIN_DIR, code, err);
	if (!code)
		return 0;
	*adopt = ADOPT_REPLACE;
	return adopt_aside(object, err);
}

/* ---- replacing ---- */

static int adopt_replace_map(const char *name, struct err *err)
{
	char from[PIN_PATH_LEN], to[PIN_PATH_LEN], next[PIN_PATH_LEN];

	snprintf(next, sizeof(next), PINS_NEXT "/%s", name);
	if (rename(pins_path(next, from), pins_path(name, to)))
		return err_set(err, -errno, "%s: cannot replace: %s", to, strerror(errno));
	return 0;
}

/* Maps and programs that this version does not have. */
static void adopt_forget_unknown(const struct bpf_object *object)
{
	DIR *dir = opendir(GARPD_PIN_DIR);
	char path[PIN_PATH_LEN];
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_type != DT_DIR &&
		    !bpf_object__find_map_by_name(object, entry->d_name) &&
		    !bpf_object__find_program_by_name(object, entry->d_name))
			unlink(pins_path(entry->d_name, path));
	if (dir)
		closedir(dir);
}

int adopt_replace(const struct bpf_object *object, struct err *err)
{
	const struct bpf_map *map;
	int code = 0;

	bpf_object__for_each_map(map, object)
		if (!code && bpf_map__pin_path(map) && strcmp(bpf_map__name(map), "settings"))
			code = adopt_replace_map(bpf_map__name(map), err);
	if (!code)
		code = adopt_replace_map("settings", err);
	if (!code)
		adopt_forget_unknown(object);
	return code;
}

void adopt_give_up(void)
{
	struct err ignored;

	pins_remove_below(PINS_NEXT, &ignored);
}

/* ---- sweeping ---- */

/* As far as it goes: 0, or -errno with the first `err`. */
static int adopt_sweep_interface(const struct pins *pins, __u32 ifindex, const char *name,
				 struct err *err)
{
	struct port port = {}, left = {};
	bool known = pins && !bpf_map_lookup_elem(pins->ports, &ifindex, &port);
	struct err later;
	int code = 0;

	for (left.mode = MODE_TCX; left.mode <= MODE_XDP_GENERIC; left.mode++) {
		int failed = known && left.mode == port.mode
				     ? 0
				     : attach_remove(ifindex, name, &left, code ? &later : err);

		code = code ? code : failed;
	}
	return code;
}

static int adopt_sweep_interfaces(const struct pins *pins, struct err *err)
{
	struct if_nameindex *all = if_nameindex();
	const struct if_nameindex *it;
	struct err later;
	int code = 0;

	if (!all)
		return err_set(err, -errno, "interfaces: cannot be listed: %s", strerror(errno));
	for (it = all; it->if_index; it++) {
		int failed = adopt_sweep_interface(pins, it->if_index, it->if_name,
						   code ? &later : err);

		code = code ? code : failed;
	}
	if_freenameindex(all);
	return code;
}

/* The interface of a link is gone: so is the link, but for its pin. */
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

int adopt_sweep(const struct pins *pins, struct err *err)
{
	/* Most of what is looked for is not there, of which libbpf need not complain. */
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	int code = adopt_sweep_interfaces(pins, err);

	adopt_sweep_links();
	if (!code)
		adopt_give_up();
	libbpf_set_print(print);
	return code;
}

bool adopt_sweep_is_due(void)
{
	char path[PIN_PATH_LEN];

	return !access(pins_path(PINS_NEXT, path), F_OK);
}
