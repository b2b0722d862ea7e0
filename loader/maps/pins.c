// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "pins.h"
#include "pins_netns.h"
#include "pins_parts.h"
#include "loader/base/text.h"

#define BPFFS "/sys/fs/bpf"

/* X(map, key, value). `settings` is first: it tells whether the others have this layout. */
#define PINS(X)                                                 \
	X(settings, __u32, struct settings)                     \
	X(claims, struct claim_key, struct claim)               \
	X(ports, __u32, struct port)                            \
	X(port_vlans, __u32, struct port_vlans)                 \
	X(vlan_ways, __u32, struct vlan_way)                    \
	X(port_limits, __u32, struct limit)                     \
	X(port_names, __u32, struct port_name)                  \
	X(daemon, __u32, struct daemon_info)                    \
	X(segments, __u32, struct segment)                      \
	X(echoes, struct echo_key, struct echo)                 \
	X(lanes, __u32, struct lane_limit)                      \
	X(addresses, struct prefix, struct address)             \
	X(subnets, struct subnet, __u32)                        \
	X(askers, struct subnet, struct asker)                  \
	X(rule_addresses, struct rule_address, __u32)           \
	X(rule_macs, struct rule_mac, __u32)                    \
	X(host, struct addr, __u32)                             \
	X(listeners, struct listener_key, struct listener)      \
	X(gateways, __u32, struct addr)                         \
	X(gateways_heard, struct listener_key, struct listener) \
	X(counters, __u32, struct counters)                     \
	X(histograms, __u32, struct histogram)

/* The maps that a tool opens, where in struct pins they go, and the sizes that it counts on. */
static const struct pin {
	const char *name;
	size_t offset;
	__u32 key_size;
	__u32 value_size;
} pinned_maps[] = {
#define X(map, key, value) {#map, offsetof(struct pins, map), sizeof(key), sizeof(value)},
	PINS(X)
#undef X
		{"events", offsetof(struct pins, events), 0, 0},
};

#define PINNED_MAPS (sizeof(pinned_maps) / sizeof(pinned_maps[0]))

static int *pin_fd(struct pins *pins, const struct pin *pin)
{
	return (int *)((char *)pins + pin->offset);
}

const char *pins_path(const char *name, char path[PIN_PATH_LEN])
{
	snprintf(path, PIN_PATH_LEN, "%s/%s", pins_dir(), name);
	return path;
}

const char *pins_link_path(__u32 ifindex, const char *suffix, char path[PIN_PATH_LEN])
{
	snprintf(path, PIN_PATH_LEN, "%s/%s/%u%s", pins_dir(), GARPD_LINKS, ifindex, suffix);
	return path;
}

static void pins_clear(struct pins *pins)
{
	for (size_t i = 0; i < PINNED_MAPS; i++)
		*pin_fd(pins, &pinned_maps[i]) = -1;
	pins->speak = pins->speak_lock = -1;
	pins->is_patient = false;
}

void pins_close(struct pins *pins)
{
	for (size_t i = 0; i < PINNED_MAPS; i++)
		if (*pin_fd(pins, &pinned_maps[i]) >= 0)
			close(*pin_fd(pins, &pinned_maps[i]));
	if (pins->speak >= 0)
		close(pins->speak);
	if (pins->speak_lock >= 0)
		close(pins->speak_lock);
	pins_clear(pins);
}

int pins_check_bpffs(struct err *why)
{
	struct statfs fs;

	if (statfs(BPFFS, &fs) || fs.f_type != BPF_FS_MAGIC)
		return err_set(why, -ENODEV,
			       BPFFS ": no BPF file system is mounted; mount -t bpf bpf " BPFFS);
	return 0;
}

int pins_explain(const char *path, int err, struct err *why)
{
	static const struct {
		int err;
		const char *text;
	} causes[] = {
		{-EACCES, "not permitted; run as root, or to read only, as a member of the "
			  "\"group\" in garpd.yaml (it must be able to enter the file system: "
			  "chmod 0711 " BPFFS ")"},
		{-EPERM, "not permitted: this kernel requires CAP_BPF even to read "
			 "(kernel.unprivileged_bpf_disabled is not 0); run as root, or with "
			 "CAP_BPF and CAP_NET_ADMIN"},
		{-EROFS, BPFFS " is mounted read-only; mount -o remount,rw " BPFFS},
	};

	if (err == -ENOENT)
		return err_set(why, err,
			       "%s: not found; garpd is not loaded here: start `garpd run%s`", path,
			       pins_netns_option());
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].err == err)
			return err_set(why, err, "%s: %s", path, causes[i].text);
	return err_set(why, err, "%s: cannot open: %s", path, strerror(-err));
}

/* ---- the directory ---- */

#define START_AGAIN "remove it (rm -r %s) and start again"

int pins_check_owner(const struct stat *dir, struct err *why)
{
	const char *path = pins_dir();

	if (!S_ISDIR(dir->st_mode))
		return err_set(why, -ENOTDIR, "%s: is a %s, not garpd's directory; " START_AGAIN,
			       path, S_ISLNK(dir->st_mode) ? "symbolic link" : "file", path);
	if (dir->st_uid != 0 && dir->st_uid != geteuid())
		return err_set(why, -EPERM, "%s: belongs to user %u, not to garpd; " START_AGAIN,
			       path, dir->st_uid, path);
	if (dir->st_mode & (S_IWGRP | S_IWOTH))
		return err_set(why, -EPERM,
			       "%s: writable by others (mode %04o), so its contents cannot be "
			       "trusted; " START_AGAIN,
			       path, dir->st_mode & 07777, path);
	return 0;
}

int pins_check_dir(struct err *why)
{
	struct stat dir;

	if (lstat(pins_dir(), &dir))
		return errno == ENOENT ? 0 : pins_explain(pins_dir(), -errno, why);
	return pins_check_owner(&dir, why);
}

/* ---- opening ---- */

static int pins_other_layout(const char *path, struct err *why)
{
	return err_set(why, -EPROTO,
		       "%s: pinned by another version of garpd; use that version, or start "
		       "`garpd run` of this one, which replaces it",
		       path);
}

/* The kernel copies as many bytes as the map has, not as many as the caller has room for. */
static int pins_check_size(int fd, const struct pin *pin, const char *path, struct err *why)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) || info.key_size != pin->key_size ||
	    info.value_size != pin->value_size)
		return pins_other_layout(path, why);
	return 0;
}

/* 0 is a map that was never written to: its daemon was killed while it started. */
static int pins_check_abi(const struct pins *pins, struct err *why)
{
	struct settings settings = {};
	__u32 zero = 0;

	if (!bpf_map_lookup_elem(pins->settings, &zero, &settings) && settings.abi &&
	    settings.abi != GARPD_ABI)
		return pins_other_layout(pins_dir(), why);
	return 0;
}

static int pins_open_map(struct pins *pins, const struct pin *pin, bool read_only, struct err *why)
{
	DECLARE_LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = read_only ? BPF_F_RDONLY : 0);
	char path[PIN_PATH_LEN];
	int fd = bpf_obj_get_opts(pins_path(pin->name, path), &opts);
	int err;

	if (fd < 0)
		return pins_explain(path, fd, why);
	*pin_fd(pins, pin) = fd;
	err = pins_check_size(fd, pin, path, why);
	if (err || fd != pins->settings)
		return err;
	return pins_check_abi(pins, why);
}

static int pins_open_speak(struct pins *pins, struct err *why)
{
	char path[PIN_PATH_LEN];
	int fd = bpf_obj_get(pins_path("garpd_speak", path));

	if (fd < 0)
		return pins_explain(path, fd, why);
	pins->speak = fd;
	pins->speak_lock = open(pins_path(GARPD_LINKS, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return pins->speak_lock < 0 ? pins_explain(path, -errno, why) : 0;
}

static int pins_open_all(struct pins *pins, bool read_only, struct err *why)
{
	int err = pins_check_bpffs(why);

	if (err)
		return err;
	err = pins_check_dir(why);
	if (!err && (!read_only || pins_netns()[0])) /* what acts needs its ifindexes */
		err = pins_check_netns(why);
	for (size_t i = 0; i < PINNED_MAPS && !err; i++)
		err = pins_open_map(pins, &pinned_maps[i], read_only, why);
	return err || read_only ? err : pins_open_speak(pins, why);
}

int pins_open(struct pins *pins, bool read_only, struct err *why)
{
	int err;

	pins_clear(pins);
	err = pins_open_all(pins, read_only, why);
	if (err)
		pins_close(pins);
	return err;
}

/* 0: the map is not open. */
static __u32 pins_map_id(int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

bool pins_are_pinned(const struct pins *pins)
{
	DECLARE_LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = BPF_F_RDONLY);
	char path[PIN_PATH_LEN];
	int fd = bpf_obj_get_opts(pins_path("claims", path), &opts);
	bool same = fd >= 0 && pins_map_id(fd) == pins_map_id(pins->claims);

	if (fd >= 0)
		close(fd);
	return same;
}

/* ---- sharing and removing ---- */

static int pins_share_one(const char *path, gid_t gid, mode_t mode, struct err *why)
{
	if (chown(path, -1, gid) || chmod(path, mode))
		return err_set(why, -errno,
			       "%s: cannot be given to group %u: %s; start garpd as root", path,
			       gid, strerror(errno));
	return 0;
}

/* Of another network namespace they are below those of the first one, which the group may pass. */
static int pins_share_dir(gid_t gid, struct err *why)
{
	struct stat first;

	if (stat(GARPD_PIN_DIR, &first))
		return pins_explain(GARPD_PIN_DIR, -errno, why);
	if (!pins_netns()[0])
		return pins_share_one(GARPD_PIN_DIR, gid, 0750 | (first.st_mode & S_IXOTH), why);
	if (gid != getegid() && !(first.st_mode & S_IXOTH) &&
	    chmod(GARPD_PIN_DIR, (first.st_mode & 07777) | S_IXOTH))
		return pins_explain(GARPD_PIN_DIR, -errno, why);
	return pins_share_one(pins_dir(), gid, 0750, why);
}

int pins_share(gid_t gid, struct err *why)
{
	char path[PIN_PATH_LEN];
	mode_t mode = gid == getegid() ? 0600 : 0640;
	int err = pins_share_dir(gid, why);

	for (size_t i = 0; i < PINNED_MAPS && !err; i++)
		err = pins_share_one(pins_path(pinned_maps[i].name, path), gid, mode, why);
	return err;
}

static size_t pins_count_in(const char *dir)
{
	DIR *handle = opendir(dir);
	struct dirent *entry;
	size_t count = 0;

	while (handle && (entry = readdir(handle)))
		count += entry->d_type == DT_REG;
	if (handle)
		closedir(handle);
	return count;
}

size_t pins_count(void)
{
	char path[PIN_PATH_LEN];

	return pins_count_in(pins_dir()) + pins_count_in(pins_path(GARPD_LINKS, path));
}

/* Whether directories are all that is in it: those of other network namespaces. */
static bool pins_has_only_dirs(const char *dir)
{
	DIR *handle = opendir(dir);
	bool only = handle;
	struct dirent *entry;

	while (only && (entry = readdir(handle)))
		only = entry->d_type == DT_DIR;
	if (handle)
		closedir(handle);
	return only;
}

/* Empties a directory of pins, one level deep, and removes it. */
static int pins_remove_dir(const char *dir, struct err *why)
{
	char path[PIN_PATH_LEN + NAME_MAX + 2];
	struct dirent *entry;
	DIR *handle = opendir(dir);

	if (!handle)
		return errno == ENOENT ? 0 : pins_explain(dir, -errno, why);
	while ((entry = readdir(handle))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		unlink(path);
	}
	closedir(handle);
	if (rmdir(dir) && !(errno == ENOTEMPTY && pins_has_only_dirs(dir)))
		return err_set(why, -errno, "%s: cannot remove: %s", dir, strerror(errno));
	return 0;
}

int pins_remove_below(const char *name, struct err *why)
{
	char path[PIN_PATH_LEN];

	return pins_remove_dir(pins_path(name, path), why);
}

int pins_remove(struct err *why)
{
	int err = pins_remove_below(GARPD_LINKS, why)
			  ?: pins_remove_below(PINS_NEXT, why)
			  ?: pins_remove_below(PINS_FORMER, why)
			  ?: pins_remove_below(PINS_LOCK, why)
			  ?: pins_remove_dir(pins_dir(), why);

	if (!err && pins_netns()[0])
		rmdir(GARPD_PIN_DIR); /* unless it is in use */
	return err;
}

/* ---- names ---- */

bool pins_is_own(const char *name)
{
	static const char *const others[] = {"echoes",	 "asked",     "claimed",
					     "layout",	 GARPD_LINKS, PINS_LOCK,
					     PINS_NETNS, PINS_NEXT,   PINS_FORMER};

	for (size_t i = 0; i < PINNED_MAPS; i++)
		if (!strcmp(pinned_maps[i].name, name))
			return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(others[i], name))
			return true;
	return !strncmp(name, "garpd_", strlen("garpd_")); /* programs */
}
