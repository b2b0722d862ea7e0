// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "adopt.h"
#include "loader/attach/attach.h"
#include "loader/attach/xdp.h"
#include "datapath.h"
#include "garpd.skel.h"
#include "policy_maps.h"

/*
 * What libbpf has to say comes before the error that the user reads, so only the last warning is
 * kept, for the case that there is nothing better to say.
 */
static char libbpf_said[256];

static int datapath_libbpf_print(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN) {
		vsnprintf(libbpf_said, sizeof(libbpf_said), format, args);
		libbpf_said[strcspn(libbpf_said, "\n")] = '\0';
	}
	return 0;
}

/*
 * Asked only when loading has failed, and of the kernel: a version says little. The array tells
 * "there is none" from "we may make none".
 */
static bool datapath_no_ring_buffer(void)
{
	return libbpf_probe_bpf_map_type(BPF_MAP_TYPE_ARRAY, NULL) == 1 &&
	       libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 0;
}

static int datapath_load_error(int code, struct err *err)
{
	if (datapath_no_ring_buffer())
		return err_set(err, -ENOTSUP,
			       "BPF: this kernel has no ring buffer (BPF_MAP_TYPE_RINGBUF); garpd "
			       "needs Linux 5.8 or newer");
	if (code == -EPERM)
		return err_set(err, code,
			       "BPF: not permitted; run as root, or with CAP_BPF and "
			       "CAP_NET_ADMIN");
	return err_set(err, code,
		       "BPF: cannot load the programs: %s (%s); garpd needs Linux 5.10 or newer "
		       "with CONFIG_BPF_SYSCALL and CONFIG_NET_CLS_ACT",
		       strerror(-code), libbpf_said);
}

/* The size of a claims map that is pinned already; 0: there is none. */
static __u32 datapath_pinned_claims(void)
{
	char path[PIN_PATH_LEN];
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	int fd = bpf_obj_get(pins_path("claims", path));

	if (fd < 0)
		return 0;
	bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	return info.max_entries;
}

static bool datapath_wants_xdp(enum port_mode mode)
{
	return mode == MODE_XDP || mode == MODE_XDP_GENERIC;
}

bool datapath_joins(enum port_mode mode)
{
	return ATTACH_JOIN_BUILT && datapath_wants_xdp(mode);
}

/*
 * The one that hears in this mode. The other is not loaded: the verifier's walk is most of what
 * starting costs, and an old kernel that would refuse garpd_xdp has no use for it either.
 */
static void datapath_prepare(const struct garpd_bpf *skeleton, enum port_mode mode)
{
	bool xdp = datapath_wants_xdp(mode);

	bpf_program__set_autoload(skeleton->progs.garpd_tc, !xdp);
	bpf_program__set_autoload(skeleton->progs.garpd_xdp, xdp);
	if (xdp && attach_xdp_has_frags())
		bpf_program__set_flags(skeleton->progs.garpd_xdp, BPF_F_XDP_HAS_FRAGS);
}

static int datapath_open_skeleton(struct datapath *datapath, const struct config *config,
				  struct err *err)
{
	DECLARE_LIBBPF_OPTS(bpf_object_open_opts, opts, .pin_root_path = GARPD_PIN_DIR);
	__u32 pinned;
	int code;

	libbpf_set_print(datapath_libbpf_print);
	datapath->skeleton = garpd_bpf__open_opts(&opts);
	if (!datapath->skeleton)
		return datapath_load_error(-errno, err);
	code = adopt_judge(datapath->skeleton->obj, &datapath->adopt, &datapath->replaced, err);
	if (code)
		return code;
	pinned = datapath->adopt == ADOPT_TAKE ? datapath_pinned_claims() : 0;
	datapath->max_claims = pinned ? pinned : config->max_claims;
	bpf_map__set_max_entries(datapath->skeleton->maps.claims, datapath->max_claims);
	datapath_prepare(datapath->skeleton, config->mode);
	return 0;
}

static int datapath_load(struct datapath *datapath, const struct config *config, struct err *err)
{
	int code = datapath_open_skeleton(datapath, config, err);

	if (code)
		return code;
	code = garpd_bpf__load(datapath->skeleton);
	if (code) {
		adopt_give_up();
		return datapath_load_error(code, err);
	}
	if (datapath->adopt == ADOPT_REPLACE)
		code = adopt_replace(datapath->skeleton->obj, err);
	return code;
}

/*
 * Under a second name first, so that there is no instant without the pin. A program that is not
 * wanted leaves no pin of a former daemon's behind.
 */
static int datapath_pin_program(const struct bpf_program *program, struct err *err)
{
	const char *name = bpf_program__name(program);
	char path[PIN_PATH_LEN], next[PIN_PATH_LEN], next_name[64];
	int code;

	if (!bpf_program__autoload(program)) {
		unlink(pins_path(name, path));
		return 0;
	}

	snprintf(next_name, sizeof(next_name), "%s_next", name);
	pins_path(name, path);
	pins_path(next_name, next);
	unlink(next);
	code = bpf_obj_pin(bpf_program__fd(program), next);
	if (!code && rename(next, path))
		code = -errno;
	if (code)
		return err_set(err, code, "%s: cannot pin: %s", path, strerror(-code));
	return 0;
}

static int datapath_pin(struct datapath *datapath, gid_t gid, struct err *err)
{
	char path[PIN_PATH_LEN];
	int code;

	if (mkdir(pins_path(GARPD_LINKS, path), 0750) && errno != EEXIST)
		return err_set(err, -errno, "%s: cannot make: %s", path, strerror(errno));
	code = datapath_pin_program(datapath->skeleton->progs.garpd_tc, err);
	if (!code)
		code = datapath_pin_program(datapath->skeleton->progs.garpd_xdp, err);
	if (!code)
		code = datapath_pin_program(datapath->skeleton->progs.garpd_speak, err);
	if (!code)
		code = pins_share(gid, err);
	if (!code)
		code = pins_open(&datapath->pins, false, err);
	return code;
}

/* The mode that was asked for, or the best one, which is never XDP; and the program for it. */
static void datapath_choose(struct datapath *datapath, enum port_mode wanted)
{
	const struct bpf_program *tc = datapath->skeleton->progs.garpd_tc;
	const struct bpf_program *xdp = datapath->skeleton->progs.garpd_xdp;

	datapath->program.fd = bpf_program__fd(datapath_wants_xdp(wanted) ? xdp : tc);
	datapath->program.join = (struct attach_join){
		.object = datapath->skeleton->skeleton->data,
		.size = datapath->skeleton->skeleton->data_sz,
		.max_claims = datapath->max_claims,
		.has_frags = bpf_program__flags(xdp) & BPF_F_XDP_HAS_FRAGS,
	};
	datapath->mode_requested = wanted != MODE_AUTO;
	datapath->mode = datapath->mode_requested ? wanted : attach_mode_best(datapath->program.fd);
}

void datapath_init(struct datapath *datapath)
{
	memset(datapath, 0, sizeof(*datapath));
	memset(&datapath->pins, -1, sizeof(datapath->pins));
	datapath->lock = -1;
}

int datapath_open(struct datapath *datapath, struct config *config, gid_t gid, struct err *err)
{
	int code = pins_lock(&datapath->lock, err);

	if (!code)
		code = datapath_load(datapath, config, err);
	if (!code)
		code = datapath_pin(datapath, gid, err);
	if (!code)
		code = policy_apply(&datapath->pins, config, err);
	if (code) {
		struct err ignored;

		if (datapath->lock >= 0 && datapath->adopt == ADOPT_NOTHING)
			pins_remove(&ignored); /* we made them just now */
		return code;
	}
	datapath_choose(datapath, config->mode);
	return 0;
}

void datapath_close(struct datapath *datapath)
{
	attach_join_close(&datapath->program.join);
	garpd_bpf__destroy(datapath->skeleton);
	datapath->skeleton = NULL;
	pins_close(&datapath->pins);
	if (datapath->lock >= 0)
		close(datapath->lock);
	datapath->lock = -1;
}
