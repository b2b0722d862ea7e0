// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "adopt.h"
#include "loader/attach/attach.h"
#include "loader/maps/pins_netns.h"
#include "datapath.h"
#include "garpd.skel.h"
#include "policy_maps.h"
#include "loader/maps/speak.h"

/* libbpf's last warning: it comes before the error that the user reads. */
static char libbpf_warning[256];

static int datapath_libbpf_print(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN) {
		vsnprintf(libbpf_warning, sizeof(libbpf_warning), format, args);
		libbpf_warning[strcspn(libbpf_warning, "\n")] = '\0';
	}
	return 0;
}

/* Probed only after loading has failed. The array: whether any map may be made. */
static bool datapath_has_no_ring_buffer(void)
{
	return libbpf_probe_bpf_map_type(BPF_MAP_TYPE_ARRAY, NULL) == 1 &&
	       libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 0;
}

static int datapath_load_failed(int err, struct err *why)
{
	if (datapath_has_no_ring_buffer())
		return err_set(why, -ENOTSUP,
			       "BPF: this kernel has no ring buffer (BPF_MAP_TYPE_RINGBUF); garpd "
			       "needs Linux 5.8 or newer");
	if (err == -EPERM)
		return err_set(why, err,
			       "BPF: not permitted; run as root, or with CAP_BPF and "
			       "CAP_NET_ADMIN; on a locked kernel see garpd doctor");
	return err_set(why, err,
		       "BPF: cannot load the programs: %s (%s); garpd needs Linux 5.10 or newer "
		       "with CONFIG_BPF_SYSCALL and CONFIG_NET_CLS_ACT",
		       strerror(-err), libbpf_warning);
}

/* The size of the claims map that is pinned; 0: none is. */
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

static bool datapath_is_xdp(enum port_mode mode)
{
	return mode == MODE_XDP || mode == MODE_XDP_GENERIC;
}

bool datapath_can_join(enum port_mode mode)
{
	return ATTACH_JOIN_BUILT && datapath_is_xdp(mode);
}

/*
 * Loads the program that hears in this mode, not the other: the verifier takes most of the time of
 * a start, and an old kernel may refuse garpd_xdp.
 */
static void datapath_choose_programs(const struct garpd_bpf *skeleton, enum port_mode mode)
{
	bool xdp = datapath_is_xdp(mode);

	bpf_program__set_autoload(skeleton->progs.garpd_tc, !xdp);
	bpf_program__set_autoload(skeleton->progs.garpd_xdp, xdp);
	if (xdp && attach_xdp_has_frags())
		bpf_program__set_flags(skeleton->progs.garpd_xdp, BPF_F_XDP_HAS_FRAGS);
}

static int datapath_open_skeleton(struct datapath *datapath, const struct config *config,
				  struct err *why)
{
	DECLARE_LIBBPF_OPTS(bpf_object_open_opts, opts, .pin_root_path = pins_dir());
	__u32 pinned;
	int err;

	libbpf_set_print(datapath_libbpf_print);
	datapath->skeleton = garpd_bpf__open_opts(&opts);
	if (!datapath->skeleton)
		return datapath_load_failed(-errno, why);
	err = adopt_judge(datapath->skeleton->obj, &datapath->adopt, &datapath->replaced, why);
	if (err)
		return err;
	pinned = datapath->adopt == ADOPT_TAKE ? datapath_pinned_claims() : 0;
	datapath->max_claims = pinned ? pinned : config->max_claims;
	bpf_map__set_max_entries(datapath->skeleton->maps.claims, datapath->max_claims);
	datapath_choose_programs(datapath->skeleton, config->mode);
	return 0;
}

/* Claims of another layout go over into the new maps. */
static int datapath_carry_first(struct datapath *datapath, const struct layout *layout,
				struct err *why)
{
	const struct garpd_bpf *skeleton = datapath->skeleton;
	struct carry_maps to = {
		.claims = bpf_map__fd(skeleton->maps.claims),
		.port_limits = bpf_map__fd(skeleton->maps.port_limits),
		.claimed = bpf_map__fd(skeleton->maps.claimed),
		.asked = bpf_map__fd(skeleton->maps.asked),
	};
	int err;

	if (datapath->adopt == ADOPT_TAKE)
		carry_resume(&datapath->carry, layout);
	if (datapath->adopt != ADOPT_REPLACE)
		return 0;
	err = former_keep(why);
	if (err)
		return err;
	carry_begin(&datapath->carry, layout, to);
	former_write_since(datapath->carry.since_ns);
	return 0;
}

/* What claims look like is written with the maps. */
static int datapath_write_layout(struct datapath *datapath, struct err *why)
{
	const struct garpd_bpf *skeleton = datapath->skeleton;
	struct layout *layout = malloc(sizeof(*layout));
	int err;

	if (!layout)
		return err_set(why, -ENOMEM, "no memory");
	err = layout_of(bpf_object__btf(skeleton->obj), layout, why)
		      ?: layout_write(bpf_map__fd(skeleton->maps.layout), layout, why)
		      ?: datapath_carry_first(datapath, layout, why);
	free(layout);
	return err;
}

static int datapath_load(struct datapath *datapath, const struct config *config, struct err *why)
{
	int err = datapath_open_skeleton(datapath, config, why);

	if (err)
		return err;
	err = garpd_bpf__load(datapath->skeleton);
	if (err) {
		adopt_give_up();
		return datapath_load_failed(err, why);
	}
	err = datapath_write_layout(datapath, why);
	if (err)
		adopt_give_up();
	else if (datapath->adopt == ADOPT_REPLACE)
		err = adopt_replace(datapath->skeleton->obj, why);
	if (!err && adopt_is_sweep_due())
		former_open(&datapath->former);
	return err;
}

/*
 * Under another name first: there is always a pin. A program that is not loaded takes the pin of a
 * former daemon away.
 */
static int datapath_pin_program(const struct bpf_program *program, struct err *why)
{
	const char *name = bpf_program__name(program);
	char path[PIN_PATH_LEN], next[PIN_PATH_LEN], next_name[64];
	int err;

	pins_path(name, path);
	if (!bpf_program__autoload(program)) {
		unlink(path);
		return 0;
	}
	snprintf(next_name, sizeof(next_name), "%s_next", name);
	pins_path(next_name, next);
	unlink(next);
	err = bpf_obj_pin(bpf_program__fd(program), next);
	if (!err && rename(next, path))
		err = -errno;
	return err ? err_set(why, err, "%s: cannot pin: %s", path, strerror(-err)) : 0;
}

static int datapath_pin(struct datapath *datapath, gid_t gid, struct err *why)
{
	const struct garpd_bpf *skeleton = datapath->skeleton;
	char path[PIN_PATH_LEN];

	if (mkdir(pins_path(GARPD_LINKS, path), 0750) && errno != EEXIST)
		return err_set(why, -errno, "%s: cannot make: %s", path, strerror(errno));
	return datapath_pin_program(skeleton->progs.garpd_tc, why)
		       ?: datapath_pin_program(skeleton->progs.garpd_xdp, why)
		       ?: datapath_pin_program(skeleton->progs.garpd_host_out, why)
		       ?: datapath_pin_program(skeleton->progs.garpd_host_in, why)
		       ?: datapath_pin_program(skeleton->progs.garpd_speak, why)
		       ?: pins_share(gid, why)
		       ?: pins_open(&datapath->pins, false, why);
}

/* A descriptor that outlives libbpf's object; -1 with errno: none is left. */
static int datapath_keep(const struct bpf_program *program)
{
	return fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 0);
}

/* What is loaded is in the kernel; libbpf's copy of it, more than a MiB, is given back. */
static void datapath_forget_object(struct datapath *datapath)
{
	garpd_bpf__destroy(datapath->skeleton);
	datapath->skeleton = NULL;
#ifdef M_TRIM_THRESHOLD
	malloc_trim(0);
#endif
}

static int datapath_open_list(struct datapath *datapath, struct err *why)
{
	datapath->speak_list = speak_list_open(bpf_map__fd(datapath->skeleton->maps.speak_list));
	return datapath->speak_list
		       ? 0
		       : err_set(why, -errno, "BPF: map speak_list: cannot map it into memory: %s",
				 strerror(errno));
}

/* The mode of the configuration, or the best one (never XDP), and the program for it. */
static int datapath_choose_mode(struct datapath *datapath, enum port_mode wanted, struct err *why)
{
	const struct bpf_program *tc = datapath->skeleton->progs.garpd_tc;
	const struct bpf_program *xdp = datapath->skeleton->progs.garpd_xdp;

	datapath->program.fd = datapath_keep(datapath_is_xdp(wanted) ? xdp : tc);
	datapath->program.host_out = datapath_keep(datapath->skeleton->progs.garpd_host_out);
	datapath->program.host_in = datapath_keep(datapath->skeleton->progs.garpd_host_in);
	if (datapath->program.host_in < 0)
		return err_set(why, -errno, "BPF: the programs: %s", strerror(errno));
	datapath->program.join = (struct attach_join){
		.object = datapath->skeleton->skeleton->data,
		.size = datapath->skeleton->skeleton->data_sz,
		.max_claims = datapath->max_claims,
		.has_frags = bpf_program__flags(xdp) & BPF_F_XDP_HAS_FRAGS,
	};
	datapath->mode_requested = wanted != MODE_AUTO;
	datapath->host_mode = wanted;
	if (!datapath->mode_requested || datapath_is_xdp(wanted))
		datapath->host_mode = attach_best_mode(datapath->program.host_out);
	datapath->mode = datapath->mode_requested ? wanted : datapath->host_mode;
	return 0;
}

void datapath_init(struct datapath *datapath)
{
	memset(datapath, 0, sizeof(*datapath));
	memset(&datapath->pins, -1, sizeof(datapath->pins));
	datapath->lock = -1;
	datapath->program = (struct attach_program){.fd = -1, .host_out = -1, .host_in = -1};
	carry_init(&datapath->carry);
	former_init(&datapath->former);
}

int datapath_open(struct datapath *datapath, struct config *config, gid_t gid, struct err *why)
{
	int err = pins_lock(&datapath->lock, why);
	struct err ignored;

	if (err)
		return err;
	err = datapath_load(datapath, config, why)
		      ?: datapath_pin(datapath, gid, why)
		      ?: datapath_open_list(datapath, why)
		      ?: policy_apply(&datapath->pins, config, why)
		      ?: datapath_choose_mode(datapath, config->mode, why);
	if (!err)
		datapath_forget_object(datapath);
	else if (datapath->adopt == ADOPT_NOTHING)
		pins_remove(&ignored); /* there were none before this start */
	return err;
}

void datapath_carry_rest(struct datapath *datapath)
{
	carry_end(&datapath->carry, &datapath->pins);
	former_forget_claims();
	former_close(&datapath->former);
}

static void datapath_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void datapath_close(struct datapath *datapath)
{
	carry_close(&datapath->carry);
	former_close(&datapath->former);
	attach_join_close(&datapath->program.join);
	datapath_forget_object(datapath);
	speak_list_close(datapath->speak_list);
	datapath_close_fd(&datapath->program.fd);
	datapath_close_fd(&datapath->program.host_out);
	datapath_close_fd(&datapath->program.host_in);
	pins_close(&datapath->pins);
	datapath_close_fd(&datapath->lock);
}
