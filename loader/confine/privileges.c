// SPDX-License-Identifier: GPL-2.0-or-later
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "privileges.h"
#include "syscalls.h"

/* When a capability is needed. */
enum need {
	NEED_ALWAYS,
	NEED_TO_START,
	NEED_TO_JOIN, /* libxdp's dispatcher; and while starting */
};

/*
 * Each was seen to fail without. Not CAP_NET_RAW: no frame leaves by a packet socket. Not
 * CAP_DAC_OVERRIDE: garpd opens only its own files.
 */
static const struct {
	unsigned int capability;
	enum need need;
} kept[] = {
	{CAP_BPF, NEED_ALWAYS},	       /* maps; BPF_PROG_RUN before Linux 6.0 */
	{CAP_NET_ADMIN, NEED_ALWAYS},  /* tc and XDP programs, links, qdiscs, neighbours */
	{CAP_PERFMON, NEED_TO_JOIN},   /* the verifier: "pointer -= pointer prohibited" */
	{CAP_SYS_ADMIN, NEED_TO_JOIN}, /* libxdp, to join and leave: BPF_PROG_GET_FD_BY_ID */
	{CAP_SETPCAP, NEED_TO_START},  /* to drop others from the bounding set */
};

#define KEPT (sizeof(kept) / sizeof(kept[0]))

static int privileges_failed(struct err *why, int err, const char *what)
{
	return err_set(why, err, "privileges: %s: %s; start garpd as root", what, strerror(-err));
}

/* ---- the group that may read the pins ---- */

int privileges_group(const char *name, gid_t *gid, struct err *why)
{
	const struct group *found;

	found = getgrnam(name);
	if (!found)
		return err_set(why, -ENOENT,
			       "group: no group \"%s\"; groupadd --system %s, or remove \"group\"",
			       name, name);
	*gid = found->gr_gid;
	return 0;
}

static bool privileges_is_member(gid_t gid)
{
	gid_t groups[NGROUPS_MAX];
	int i, count = getgroups(NGROUPS_MAX, groups);

	for (i = 0; i < count; i++)
		if (groups[i] == gid)
			return true;
	return gid == getegid();
}

/* The owner of a file may give it to a group of which it is a member, without CAP_CHOWN. */
static int privileges_join_group(const char *group, gid_t *gid, struct err *why)
{
	int err;

	*gid = getegid();
	if (!group)
		return 0;
	err = privileges_group(group, gid, why);
	if (err)
		return err;
	if (!privileges_is_member(*gid) && setgroups(1, gid))
		return privileges_failed(why, -errno, "cannot join \"group\"");
	return 0;
}

/* ---- capabilities ---- */

static bool privileges_need(enum need need, bool starting, bool joins)
{
	return need == NEED_ALWAYS || starting || (need == NEED_TO_JOIN && joins);
}

/* Keeps what is needed and there; clears everything else from every set. */
static void privileges_choose(bool starting, bool joins)
{
	bool has[KEPT];
	size_t i;

	for (i = 0; i < KEPT; i++)
		has[i] = privileges_need(kept[i].need, starting, joins) &&
			 capng_have_capability(CAPNG_PERMITTED, kept[i].capability);
	capng_clear(CAPNG_SELECT_ALL);
	for (i = 0; i < KEPT; i++)
		if (has[i])
			capng_update(CAPNG_ADD,
				     CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
				     kept[i].capability);
}

/*
 * Without CAP_SETPCAP the bounding set and the securebits stay as they are; with no_new_privs no
 * process can gain from them.
 */
static int privileges_keep(bool starting, bool joins, struct err *why)
{
	bool bounds;

	if (capng_get_caps_process())
		return privileges_failed(why, -EIO, "cannot read the capabilities");
	bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	if (starting && bounds && capng_lock())
		return privileges_failed(why, -EPERM, "cannot lock the securebits");
	privileges_choose(starting, joins);
	if (capng_apply(bounds ? CAPNG_SELECT_ALL : CAPNG_SELECT_CAPS))
		return privileges_failed(why, -EPERM, "cannot drop capabilities");
	return 0;
}

int privileges_drop(const char *group, gid_t *gid, struct err *why)
{
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	int err = privileges_join_group(group, gid, why);

	if (err)
		return err;
	/* Linux 5.10 counts maps as locked memory; raising its limit takes CAP_SYS_RESOURCE. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	return privileges_keep(true, true, why) ?: syscalls_confine(why);
}

int privileges_settle(bool joins, struct err *why)
{
	return privileges_keep(false, joins, why);
}
