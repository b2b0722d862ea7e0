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

#define DISPATCHER "xdp_dispatcher"
#define OURS	   "garpd_xdp"
/*
 * Behind what has a say on frames, such as xdp-filter (10): garpd does not hear what the host
 * drops. It is the number that libxdp gives to whoever asks for none.
 */
#define RUN_PRIORITY 50

/* ---- what libxdp says ---- */

/* Of all its lines the last one that has to do with a failure, for whoever reads our error. */
static char join_said[256];

static int join_print(enum libxdp_print_level level, const char *format, va_list args)
{
	if (level == LIBXDP_DEBUG)
		return 0;
	vsnprintf(join_said, sizeof(join_said), format, args);
	join_said[strcspn(join_said, "\n")] = '\0';
	return 0;
}

static void join_listen(void)
{
	libxdp_set_print(join_print);
	join_said[0] = '\0';
}

static int join_failed(struct err *err, int code, const char *name, const char *what)
{
	return err_set(err, code, "%s: libxdp: %s: %s%s%s%s; use \"mode: auto\"", name, what,
		       strerror(-code), join_said[0] ? " (" : "", join_said,
		       join_said[0] ? ")" : "");
}

/* ---- who is there ---- */

/* The dispatcher with its programs, to be closed; NULL: none, or one that is not for us to read. */
static struct xdp_multiprog *join_find(__u32 ifindex)
{
	char name[PROGRAM_NAME_LEN];
	struct xdp_multiprog *dispatcher;
	__u32 id = programs_xdp(ifindex);

	if (!id || programs_name(id, name) || strcmp(name, DISPATCHER))
		return NULL;
	join_listen();
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

/* Fills `ids`, with all of them or ours alone. Returns how many. */
static size_t join_ids(const struct xdp_multiprog *dispatcher, bool ours_alone,
		       __u32 ids[ATTACH_JOIN_MAX])
{
	struct xdp_program *it = NULL;
	size_t count = 0;

	while (count < ATTACH_JOIN_MAX && (it = xdp_multiprog__next_prog(it, dispatcher)))
		if (!ours_alone || !strcmp(xdp_program__name(it), OURS))
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

/* What libbpf refuses once it never loads: hence the object anew for each attempt that failed. */
static int join_open(struct attach_join *join)
{
	DECLARE_LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "garpd_bpf",
			    .pin_root_path = GARPD_PIN_DIR);
	struct bpf_program *program = NULL;

	if (join->program)
		return 0;
	join->opened = bpf_object__open_mem(join->object, join->size, &opts);
	if (!join->opened)
		return -errno;
	bpf_map__set_max_entries(bpf_object__find_map_by_name(join->opened, "claims"),
				 join->max_claims);
	while ((program = bpf_object__next_program(join->opened, program)))
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), OURS));
	if (join->has_frags)
		bpf_program__set_flags(bpf_object__find_program_by_name(join->opened, OURS),
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

/* Takes programs out by their ids. */
static int join_take_out(__u32 ifindex, enum xdp_attach_mode mode, const __u32 *ids, size_t count)
{
	struct xdp_program *programs[ATTACH_JOIN_MAX];
	size_t i, opened = 0;
	int code = 0;

	while (opened < count && !code) {
		programs[opened] = xdp_program__from_id(ids[opened]);
		code = (int)libxdp_get_error(programs[opened]);
		opened += !code;
	}
	if (!code && count)
		code = xdp_program__detach_multi(programs, count, (int)ifindex, mode, 0);
	for (i = 0; i < opened; i++)
		xdp_program__close(programs[i]);
	return code;
}

/*
 * Where the dispatcher has gone in the meantime and cannot be made anew, libxdp attaches the
 * program alone and by itself, which nobody would find again.
 */
static int join_attach(struct attach_join *join, __u32 ifindex, enum xdp_attach_mode mode)
{
	int code = join_open(join);

	if (code)
		return code;
	code = xdp_program__attach(join->program, (int)ifindex, mode, 0);
	if (code || attach_join_mode(ifindex) != MODE_AUTO)
		return code;
	xdp_program__detach(join->program, (int)ifindex, mode, 0);
	return -EAGAIN;
}

static int join_replace(struct attach_join *join, __u32 ifindex, const char *name,
			const struct xdp_multiprog *dispatcher, struct err *err)
{
	enum xdp_attach_mode mode = xdp_multiprog__attach_mode(dispatcher);
	__u32 ours[ATTACH_JOIN_MAX];
	size_t count = join_ids(dispatcher, true, ours);
	int code = join_attach(join, ifindex, mode);

	if (code) {
		attach_join_close(join);
		return join_failed(err, code, name, "cannot join the dispatcher");
	}
	code = join_take_out(ifindex, mode, ours, count);
	if (code)
		return join_failed(err, code, name, "cannot take the former garpd's program out");
	return count > 0;
}

int attach_join(struct attach_join *join, __u32 ifindex, const char *name, struct err *err)
{
	struct xdp_multiprog *dispatcher = join_find(ifindex);
	int code;

	if (!dispatcher)
		return join_failed(err, -EAGAIN, name, "the dispatcher was there a moment ago");
	code = join_replace(join, ifindex, name, dispatcher, err);
	xdp_multiprog__close(dispatcher);
	return code;
}

int attach_join_leave(__u32 ifindex, enum port_mode mode)
{
	struct xdp_multiprog *dispatcher = join_find(ifindex);
	__u32 ours[ATTACH_JOIN_MAX];
	int code = 0;

	if (dispatcher && join_mode(dispatcher) == mode)
		code = join_take_out(ifindex, xdp_multiprog__attach_mode(dispatcher), ours,
				     join_ids(dispatcher, true, ours));
	xdp_multiprog__close(dispatcher);
	return code;
}

/* ---- does the kernel let us? ---- */

/*
 * A dispatcher is nothing without freplace programs, and there are kernels that permit none to
 * anybody. One that extends nothing is malformed (EINVAL) where they are permitted.
 */
const char *attach_join_obstacle(void)
{
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_EXT, "garpd_ext", "GPL", pass,
			       sizeof(pass) / sizeof(pass[0]), NULL);

	if (fd >= 0)
		close(fd);
	return fd == -EPERM ? "this kernel permits no freplace programs, which libxdp's dispatcher "
			      "is made of"
			    : NULL;
}
