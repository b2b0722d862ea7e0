// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attach.h"
#include "link.h"
#include "programs.h"
#include "tc.h"
#include "loader/rtnl/qdisc.h"

#define LOOPBACK_IFINDEX 1
#define FILTER_NAME	 "garpd_tc:[" /* libbpf adds the id: "garpd_tc:[42]" */

enum port_mode attach_mode_best(int prog_fd)
{
	int link = bpf_link_create(prog_fd, LOOPBACK_IFINDEX, ATTACH_TCX_INGRESS, NULL);

	if (link < 0)
		return MODE_TC;
	close(link);
	return MODE_TCX;
}

/* ---- tcx ---- */

int attach_tcx(int prog_fd, __u32 ifindex, const char *name, struct err *err)
{
	int link;

	if (!attach_link_adopt(prog_fd, ifindex, MODE_TCX))
		return 1;
	link = bpf_link_create(prog_fd, ifindex, ATTACH_TCX_INGRESS, NULL);
	if (link == -EINVAL)
		return err_set(err, link, "%s: tcx needs Linux 6.6; use \"mode: tc\"", name);
	if (link < 0)
		return err_set(err, link, "%s: cannot attach with tcx: %s", name, strerror(-link));
	return attach_link_pin(link, ifindex, MODE_TCX, name, err);
}

/* ---- tc ---- */

/*
 * Whose filter stands where ours goes. 0: nobody's, 1: ours, -EEXIST: somebody else's. On a qdisc
 * with no filter at all the kernel says EINVAL (no such chain, net/sched/cls_api.c).
 */
static int attach_tc_query(const struct bpf_tc_hook *hook)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY);
	char name[QDISC_NAME_LEN];
	int code = bpf_tc_query(hook, &opts);

	if (code == -ENOENT || code == -EINVAL)
		return 0;
	if (code)
		return code;
	qdisc_filter_name(hook->ifindex, GARPD_TC_PRIORITY, GARPD_TC_HANDLE, name);
	return strncmp(name, FILTER_NAME, strlen(FILTER_NAME)) ? -EEXIST : 1;
}

/* The qdisc itself, of our making, unless somebody else uses it by now. */
static int attach_tc_remove_qdisc(__u32 ifindex)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
			    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS); /* so says libbpf */

	return qdisc_is_empty(ifindex) ? bpf_tc_hook_destroy(&hook) : 0;
}

/* 0, 1 where ours was there already, or -errno with `err`. */
static int attach_tc_filter(int prog_fd, const struct bpf_tc_hook *hook, const char *name,
			    struct err *err)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int was = attach_tc_query(hook);
	int code;

	if (was == -EEXIST)
		return err_set(err, was,
			       "%s: somebody else's filter has handle 0x%x, priority %u; remove "
			       "it (tc filter del dev %s ingress), or use \"mode: tcx\"",
			       name, GARPD_TC_HANDLE, GARPD_TC_PRIORITY, name);
	code = was < 0 ? was : bpf_tc_attach(hook, &opts);
	if (code)
		return err_set(err, code, "%s: cannot attach with tc: %s", name, strerror(-code));
	return was;
}

int attach_tc(int prog_fd, __u32 ifindex, const char *name, struct port *port, struct err *err)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	int made = bpf_tc_hook_create(&hook);
	int code;

	if (made && made != -EEXIST)
		return err_set(err, made, "%s: cannot make a clsact qdisc: %s", name,
			       strerror(-made));
	code = attach_tc_filter(prog_fd, &hook, name, err);
	if (!made && code < 0)
		attach_tc_remove_qdisc(ifindex);
	else if (!made)
		port->made_qdisc = 1;
	return code;
}

int attach_tc_remove(__u32 ifindex, const struct port *port)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = GARPD_TC_HANDLE,
			    .priority = GARPD_TC_PRIORITY);
	int was = attach_tc_query(&hook);
	int code = was == 1 ? bpf_tc_detach(&hook, &opts) : 0;

	if (was < 0 && was != -EEXIST)
		return was;
	return code || !port->made_qdisc ? code : attach_tc_remove_qdisc(ifindex);
}
