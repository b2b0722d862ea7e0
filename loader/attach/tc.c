// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "parts.h"
#include "programs.h"
#include "loader/rtnl/qdisc.h"

#define LOOPBACK_IFINDEX 1
#define FILTER_NAME	 "garpd_tc:[" /* libbpf adds the id: "garpd_tc:[42]" */

enum port_mode attach_best_mode(int prog_fd)
{
	int link = bpf_link_create(prog_fd, LOOPBACK_IFINDEX, ATTACH_TCX_INGRESS, NULL);

	if (link < 0)
		return MODE_TC;
	close(link);
	return MODE_TCX;
}

/* ---- tcx ---- */

int attach_tcx(int prog_fd, __u32 ifindex, const char *name, struct err *why)
{
	int link;

	if (!attach_link_adopt(prog_fd, ifindex, MODE_TCX))
		return 1;
	link = bpf_link_create(prog_fd, ifindex, ATTACH_TCX_INGRESS, NULL);
	if (link == -EINVAL)
		return err_set(why, link, "%s: tcx needs Linux 6.6; use \"mode: tc\"", name);
	if (link < 0)
		return err_set(why, link, "%s: cannot attach with tcx: %s", name, strerror(-link));
	return attach_link_pin(link, ifindex, MODE_TCX, name, why);
}

/* ---- tc ---- */

static void attach_tc_note_name(void *ctx, const struct qdisc_filter *filter)
{
	bool *is_garpd = ctx;

	if (filter->handle == GARPD_TC_HANDLE && filter->priority == GARPD_TC_PRIORITY)
		*is_garpd = !strncmp(filter->name, FILTER_NAME, strlen(FILTER_NAME));
}

/*
 * Looks for a filter with garpd's handle and priority. 0: none, 1: garpd's, -EEXIST: another
 * program's, or -errno. On a qdisc with no filter at all the kernel returns EINVAL (no such chain,
 * net/sched/cls_api.c).
 */
static int attach_tc_query(const struct bpf_tc_hook *hook)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY);
	int err = bpf_tc_query(hook, &opts);
	bool is_garpd = false;

	if (err == -ENOENT || err == -EINVAL)
		return 0;
	if (err)
		return err;
	qdisc_each_filter(hook->ifindex, attach_tc_note_name, &is_garpd);
	return is_garpd ? 1 : -EEXIST;
}

/* Removes the qdisc, unless others use it by now. */
static int attach_tc_remove_qdisc(__u32 ifindex)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
			    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS); /* all of clsact */

	return qdisc_is_empty(ifindex) ? bpf_tc_hook_destroy(&hook) : 0;
}

/* 0, 1 if garpd's was there already, or -errno with `why`. */
static int attach_tc_filter(int prog_fd, const struct bpf_tc_hook *hook, const char *name,
			    struct err *why)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int was = attach_tc_query(hook);
	int err;

	if (was == -EEXIST)
		return err_set(why, was,
			       "%s: another program's filter has handle 0x%x, priority %u; remove "
			       "it (tc filter del dev %s ingress), or use \"mode: tcx\"",
			       name, GARPD_TC_HANDLE, GARPD_TC_PRIORITY, name);
	err = was < 0 ? was : bpf_tc_attach(hook, &opts);
	if (err)
		return err_set(why, err, "%s: cannot attach with tc: %s", name, strerror(-err));
	return was;
}

int attach_tc(int prog_fd, __u32 ifindex, const char *name, struct port *port, struct err *why)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	int made = bpf_tc_hook_create(&hook);
	int err;

	if (made && made != -EEXIST)
		return err_set(why, made, "%s: cannot add a clsact qdisc: %s", name,
			       strerror(-made));
	err = attach_tc_filter(prog_fd, &hook, name, why);
	if (made)
		return err;
	if (err < 0)
		attach_tc_remove_qdisc(ifindex);
	else
		port->made_qdisc = 1;
	return err;
}

int attach_tc_remove(__u32 ifindex, const struct port *port)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY);
	int was = attach_tc_query(&hook);
	int err = was == 1 ? bpf_tc_detach(&hook, &opts) : 0;

	if (was < 0 && was != -EEXIST)
		return was;
	return err || !port->made_qdisc ? err : attach_tc_remove_qdisc(ifindex);
}
