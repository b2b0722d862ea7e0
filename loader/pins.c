// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_ether.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "pins.h"
#include "text.h"

#define BPFFS "/sys/fs/bpf"

/* The maps that a tool opens, and where in struct pins they go. */
static const struct pin {
	const char *name;
	size_t offset;
} pinned_maps[] = {
	{"claims", offsetof(struct pins, claims)},
	{"ports", offsetof(struct pins, ports)},
	{"port_vlans", offsetof(struct pins, port_vlans)},
	{"port_limits", offsetof(struct pins, port_limits)},
	{"addresses", offsetof(struct pins, addresses)},
	{"host", offsetof(struct pins, host)},
	{"settings", offsetof(struct pins, settings)},
	{"counters", offsetof(struct pins, counters)},
	{"events", offsetof(struct pins, events)},
};

#define PINNED_MAPS (sizeof(pinned_maps) / sizeof(pinned_maps[0]))

static int *pin_fd(struct pins *pins, const struct pin *pin)
{
	return (int *)((char *)pins + pin->offset);
}

const char *pins_path(const char *name, char path[PIN_PATH_LEN])
{
	snprintf(path, PIN_PATH_LEN, "%s/%s", GARPD_PIN_DIR, name);
	return path;
}

/* Each mode has a name of its own: while a port changes its mode, both links are there. */
const char *pins_link_path(__u32 ifindex, enum port_mode mode, char path[PIN_PATH_LEN])
{
	const char *suffix = mode == MODE_XDP		? "-xdp"
			     : mode == MODE_XDP_GENERIC ? "-xdp-generic"
							: "";

	snprintf(path, PIN_PATH_LEN, "%s/%s/%u%s", GARPD_PIN_DIR, GARPD_LINKS, ifindex, suffix);
	return path;
}

static void pins_clear(struct pins *pins)
{
	size_t i;

	for (i = 0; i < PINNED_MAPS; i++)
		*pin_fd(pins, &pinned_maps[i]) = -1;
	pins->speak = -1;
}

void pins_close(struct pins *pins)
{
	size_t i;

	for (i = 0; i < PINNED_MAPS; i++)
		if (*pin_fd(pins, &pinned_maps[i]) >= 0)
			close(*pin_fd(pins, &pinned_maps[i]));
	if (pins->speak >= 0)
		close(pins->speak);
	pins_clear(pins);
}

static int pins_check_bpffs(struct err *err)
{
	struct statfs fs;

	if (statfs(BPFFS, &fs) || fs.f_type != BPF_FS_MAGIC)
		return err_set(err, -ENODEV,
			       "%s: no BPF file system is mounted; mount -t bpf bpf %s", BPFFS,
			       BPFFS);
	return 0;
}

static int pins_explain(const char *path, int code, struct err *err)
{
	if (code == -ENOENT)
		return err_set(err, code, "%s: not there; is garpd loaded here? Start `garpd run`",
			       path);
	if (code == -EPERM || code == -EACCES)
		return err_set(err, code,
			       "%s: not permitted; run as root, or with CAP_BPF and CAP_NET_ADMIN",
			       path);
	return err_set(err, code, "%s: cannot open: %s", path, strerror(-code));
}

int pins_open(struct pins *pins, bool read_only, struct err *err)
{
	DECLARE_LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = read_only ? BPF_F_RDONLY : 0);
	char path[PIN_PATH_LEN];
	size_t i;
	int code, fd;

	pins_clear(pins);
	code = pins_check_bpffs(err);
	if (code)
		return code;
	for (i = 0; i < PINNED_MAPS; i++) {
		fd = bpf_obj_get_opts(pins_path(pinned_maps[i].name, path), &opts);
		if (fd < 0)
			goto fail;
		*pin_fd(pins, &pinned_maps[i]) = fd;
	}
	if (read_only)
		return 0;
	fd = pins->speak = bpf_obj_get(pins_path("garpd_speak", path));
	if (fd >= 0)
		return 0;
fail:
	pins->speak = -1;
	pins_close(pins);
	return pins_explain(path, fd, err);
}

int pins_lock(int *lock_fd, struct err *err)
{
	int code = pins_check_bpffs(err);
	int fd;

	if (code)
		return code;
	if (mkdir(GARPD_PIN_DIR, 0750) && errno != EEXIST)
		return pins_explain(GARPD_PIN_DIR, -errno, err);
	fd = open(GARPD_PIN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return pins_explain(GARPD_PIN_DIR, -errno, err);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return err_set(err, -EBUSY,
			       "%s: another `garpd run` is at work here; stop it first "
			       "(systemctl stop garpd)",
			       GARPD_PIN_DIR);
	}
	*lock_fd = fd;
	return 0;
}

/* Empties a directory of pins, one level deep, and removes it. */
static int pins_remove_dir(const char *dir, struct err *err)
{
	char path[PIN_PATH_LEN + NAME_MAX + 2];
	struct dirent *entry;
	DIR *handle = opendir(dir);

	if (!handle)
		return errno == ENOENT ? 0 : pins_explain(dir, -errno, err);
	while ((entry = readdir(handle))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		unlink(path);
	}
	closedir(handle);
	if (rmdir(dir))
		return err_set(err, -errno, "%s: cannot remove: %s", dir, strerror(errno));
	return 0;
}

int pins_remove(struct err *err)
{
	char path[PIN_PATH_LEN];
	int code = pins_remove_dir(pins_path(GARPD_LINKS, path), err);

	return code ? code : pins_remove_dir(GARPD_PIN_DIR, err);
}

int pins_speak(const struct pins *pins, struct speak_call *call)
{
	static const __u8 none[MAC_LEN];

	return pins_speak_for(pins, call, none);
}

int pins_speak_for(const struct pins *pins, struct speak_call *call, const __u8 mac[MAC_LEN])
{
	/* The kernel takes skb->protocol from here, for whoever looks at it on the wire. */
	__be16 proto = htons(addr_is_v4(&call->key.addr) ? ETH_P_ARP : ETH_P_IPV6);
	struct speak_frame frame = {.call = *call}, answer = {};
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &frame,
			    .data_size_in = sizeof(frame), .data_out = &answer,
			    .data_size_out = sizeof(answer));
	int code;

	memcpy(frame.mac, mac, MAC_LEN);
	memcpy(frame.ethernet + SPEAK_CALL_OFFSET - sizeof(proto), &proto, sizeof(proto));
	code = bpf_prog_test_run_opts(pins->speak, &opts);
	if (code)
		return code;
	if (opts.retval)
		return -EIO;
	*call = answer.call;
	return 0;
}

int pins_claim(const struct pins *pins, const struct claim_key *key, struct claim *claim)
{
	return bpf_map_lookup_elem_flags(pins->claims, key, claim, BPF_F_LOCK);
}

bool pins_claim_stands(const struct pins *pins, const struct claim_key *key,
		       const __u8 mac[MAC_LEN])
{
	struct claim claim;

	if (pins_claim(pins, key, &claim))
		return false;
	switch ((enum claim_state)claim.state) {
	case CLAIM_PROBING: /* announced already where it is declared so */
		return claim.flags & CLAIM_F_IMMEDIATE && !memcmp(claim.mac, mac, MAC_LEN);
	case CLAIM_ANNOUNCING:
	case CLAIM_OWNED:
		return !memcmp(claim.mac, mac, MAC_LEN);
	case CLAIM_CONFLICT: /* who defends a declared address has been announced */
		return claim.reason == COUNTER_defended && !memcmp(claim.rival, mac, MAC_LEN);
	case CLAIM_NONE:
	case CLAIM_DENIED:
	case CLAIM_FROZEN:
	case CLAIM_STATE_MAX:
		break;
	}
	return false;
}
