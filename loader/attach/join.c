// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include "join.h"
#include "programs.h"
#include "loader/rtnl/xdp.h"
#include "loader/maps/pins_netns.h"

#define DISPATCHER "xdp_dispatcher"
#define GARPD_XDP  "garpd_xdp"
/*
 * After programs that drop frames, such as xdp-filter (10): garpd does not hear what the host
 * drops. It is also libxdp's default.
 */
#define RUN_PRIORITY 50

/* ---- libxdp's messages ---- */

/* The last one that is about a failure, for the error of join_failed(). */
static char join_message[256];

static int join_print(enum libxdp_print_level level, const char *format, va_list args)
{
	if (level == LIBXDP_DEBUG)
		return 0;
	vsnprintf(join_message, sizeof(join_message), format, args);
	join_message[strcspn(join_message, "\n")] = '\0';
	return 0;
}

static int join_failed(struct err *why, int err, const char *name, const char *what)
{
	return err_set(why, err, "%s: libxdp: %s: %s%s%s%s; use \"mode: auto\"", name, what,
		       strerror(-err), join_message[0] ? " (" : "", join_message,
		       join_message[0] ? ")" : "");
}

/* ---- the dispatcher ---- */

/* The dispatcher with its programs, to be closed; NULL: none, or no right to read it. */
static struct xdp_multiprog *join_find(__u32 ifindex)
{
	char name[PROGRAM_NAME_LEN];
	struct xdp_multiprog *dispatcher;
	__u32 id = xdp_program(ifindex);

	if (!id || programs_name(id, name) || strcmp(name, DISPATCHER))
		return NULL;
	libxdp_set_print(join_print);
	join_message[0] = '\0';
	dispatcher = xdp_multiprog__get_from_ifindex((int)ifindex);
	if (libxdp_get_error(dispatcher))
		return NULL;
	if (!xdp_multiprog__is_legacy(dispatcher))
		return dispatcher;
	xdp_multiprog__close(dispatcher);
	return NULL;
}

static enum port_mode join_mode(const struct xdp_multiprog *dispatcher)
{
	enum xdp_attach_mode mode = xdp_multiprog__attach_mode(dispatcher);

	return mode == XDP_MODE_NATIVE ? MODE_XDP
	       : mode == XDP_MODE_SKB  ? MODE_XDP_GENERIC
				       : MODE_AUTO;
}

enum port_mode attach_join_mode(__u32 ifindex)
{
	struct xdp_multiprog *dispatcher = join_find(ifindex);
	enum port_mode mode = dispatcher ? join_mode(dispatcher) : MODE_AUTO;

	xdp_multiprog__close(dispatcher);
	return mode;
}

/* Fills in the ids of its programs, all or garpd's only. Returns how many. */
static size_t join_ids(const struct xdp_multiprog *dispatcher, bool only_garpd,
		       __u32 ids[ATTACH_JOIN_MAX])
{
	struct xdp_program *it = NULL;
	size_t count = 0;

	while (count < ATTACH_JOIN_MAX && (it = xdp_multiprog__next_prog(it, dispatcher)))
		if (!only_garpd || !strcmp(xdp_program__name(it), GARPD_XDP))
			ids[count++] = xdp_program__id(it);
	return count;
}

size_t attach_join_read(__u32 ifindex, __u32 ids[ATTACH_JOIN_MAX])
{
	struct xdp_multiprog *dispatcher = join_find(ifindex);
	size_t count = dispatcher ? join_ids(dispatcher, false, ids) : 0;

	xdp_multiprog__close(dispatcher);
	return count;
}

/* ---- joining ---- */

/* libbpf loads no object that it has refused once: a new one for each attempt after a failure. */
static int join_open(struct attach_join *join)
{
	DECLARE_LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "garpd_bpf",
			    .pin_root_path = pins_dir());
	struct bpf_program *program;

	if (join->program)
		return 0;
	join->opened = bpf_object__open_mem(join->object, join->size, &opts);
	if (!join->opened)
		return -errno;
	bpf_map__set_max_entries(bpf_object__find_map_by_name(join->opened, "claims"),
				 join->max_claims);
	bpf_object__for_each_program(program, join->opened)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), GARPD_XDP));
	if (join->has_frags)
		bpf_program__set_flags(bpf_object__find_program_by_name(join->opened, GARPD_XDP),
				       BPF_F_XDP_HAS_FRAGS);
	join->program = xdp_program__from_bpf_obj(join->opened, "xdp");
	if (libxdp_get_error(join->program)) {
		join->program = NULL;
		return -EINVAL;
	}
	xdp_program__set_run_prio(join->program, RUN_PRIORITY);
	xdp_program__set_chain_call_enabled(join->program, XDP_PASS, true);
	return 0;
}

void attach_join_close(struct attach_join *join)
{
	xdp_program__close(join->program);
	bpf_object__close(join->opened);
	join->program = NULL;
	join->opened = NULL;
}

/* Removes garpd's programs from the dispatcher. 0 or -errno. */
static int join_remove(__u32 ifindex, enum xdp_attach_mode mode, const __u32 *ids, size_t count)
{
	struct xdp_program *programs[ATTACH_JOIN_MAX];
	size_t opened = 0;
	int err = 0;

	while (opened < count && !err) {
		programs[opened] = xdp_program__from_id(ids[opened]);
		err = (int)libxdp_get_error(programs[opened]);
		opened += !err;
	}
	if (!err && count)
		err = xdp_program__detach_multi(programs, count, (int)ifindex, mode, 0);
	while (opened > 0)
		xdp_program__close(programs[--opened]);
	return err;
}

/*
 * If the dispatcher has gone meanwhile and cannot be made anew, libxdp attaches the program by
 * itself, where no garpd would find it again.
 */
static int join_attach(struct attach_join *join, __u32 ifindex, enum xdp_attach_mode mode)
{
	int err = join_open(join);

	if (err)
		return err;
	err = xdp_program__attach(join->program, (int)ifindex, mode, 0);
	if (err || attach_join_mode(ifindex) != MODE_AUTO)
		return err;
	xdp_program__detach(join->program, (int)ifindex, mode, 0);
	return -EAGAIN;
}

static int join_replace(struct attach_join *join, __u32 ifindex, const char *name,
			const struct xdp_multiprog *dispatcher, struct err *why)
{
	enum xdp_attach_mode mode = xdp_multiprog__attach_mode(dispatcher);
	__u32 former[ATTACH_JOIN_MAX];
	size_t count = join_ids(dispatcher, true, former);
	int err = join_attach(join, ifindex, mode);

	if (err) {
		attach_join_close(join);
		return join_failed(why, err, name, "cannot join the dispatcher");
	}
	err = join_remove(ifindex, mode, former, count);
	if (err)
		return join_failed(why, err, name, "cannot remove the former garpd_xdp");
	return count > 0;
}

int attach_join(struct attach_join *join, __u32 ifindex, const char *name, struct err *why)
{
	struct xdp_multiprog *dispatcher = join_find(ifindex);
	int err;

	if (!dispatcher)
		return join_failed(why, -EAGAIN, name, "the dispatcher has just gone");
	err = join_replace(join, ifindex, name, dispatcher, why);
	xdp_multiprog__close(dispatcher);
	return err;
}

int attach_join_leave(__u32 ifindex, enum port_mode mode)
{
	struct xdp_multiprog *dispatcher = join_find(ifindex);
	__u32 ids[ATTACH_JOIN_MAX];
	int err = 0;

	if (dispatcher && join_mode(dispatcher) == mode)
		err = join_remove(ifindex, xdp_multiprog__attach_mode(dispatcher), ids,
				  join_ids(dispatcher, true, ids));
	xdp_multiprog__close(dispatcher);
	return err;
}

/*
 * A dispatcher calls freplace programs, which some kernels permit to no one (EPERM). Others return
 * EINVAL for this one, which replaces nothing.
 */
const char *attach_join_obstacle(void)
{
	int fd = programs_load_pass(BPF_PROG_TYPE_EXT, "garpd_ext", 0);

	if (fd >= 0)
		close(fd);
	return fd == -EPERM ? "this kernel permits no freplace programs, which libxdp's dispatcher "
			      "is made of"
			    : NULL;
}
