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

/* How far a capability is needed. */
enum need {
	NEED_ALWAYS,
	NEED_TO_START,
	NEED_TO_JOIN, /* later on; while starting, too */
};

/*
 * What is kept, and why; each one was found by leaving it out. Not CAP_NET_RAW: no frame leaves by
 * a packet socket. Not CAP_DAC_OVERRIDE: what is ours is ours to open.
 */
static const struct {
	unsigned int capability;
	enum need need;
} kept[] = {
	{CAP_BPF, NEED_ALWAYS}, /* maps, and BPF_PROG_RUN on Linux before 6.0 */
	/* programs of the kinds tc and XDP, links, qdiscs, neighbours */
	{CAP_NET_ADMIN, NEED_ALWAYS},
	/* the verifier, which else says "pointer -= pointer prohibited" */
	{CAP_PERFMON, NEED_TO_JOIN},
	/* BPF_PROG_GET_FD_BY_ID, which libxdp lives by: to join, and to leave what was joined */
	{CAP_SYS_ADMIN, NEED_TO_JOIN},
	/* giving up the last two, when it is time, from the bounding set as well */
	{CAP_SETPCAP, NEED_TO_START},
};

#define KEPT (sizeof(kept) / sizeof(kept[0]))

static int privileges_failed(struct err *err, int code, const char *what)
{
	return err_set(err, code, "privileges: %s: %s; start garpd as root", what, strerror(-code));
}

/* ---- the group that may look ---- */

int privileges_group(const char *name, gid_t *gid, struct err *err)
{
	const struct group *found;

	errno = 0;
	found = getgrnam(name);
	if (!found)
		return err_set(err, -ENOENT,
			       "group: there is no group \"%s\" here; make it (groupadd --system "
			       "%s), or leave \"group\" out",
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

/* Whoever owns a file may give it to a group that he is in, without CAP_CHOWN. */
static int privileges_join_group(gid_t gid, struct err *err)
{
	if (!privileges_is_member(gid) && setgroups(1, &gid))
		return privileges_failed(err, -errno, "cannot become a member of \"group\"");
	return 0;
}

static int privileges_take_group(const char *group, gid_t *gid, struct err *err)
{
	int code;

	*gid = getegid();
	if (!group)
		return 0;
	code = privileges_group(group, gid, err);
	return code ? code : privileges_join_group(*gid, err);
}

/* ---- capabilities ---- */

static bool privileges_need(enum need need, bool starting, bool joins)
{
	switch (need) {
	case NEED_ALWAYS:
		return true;
	case NEED_TO_START:
		return starting;
	case NEED_TO_JOIN:
		return starting || joins;
	}
	return false;
}

/* What we have of what we need; everything else is cleared from every set. */
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
 * Where nobody gave us CAP_SETPCAP the bounding set and the securebits stay as they are: with
 * no_new_privs they give nothing to anybody.
 */
static int privileges_keep(bool starting, bool joins, struct err *err)
{
	bool bounds;

	if (capng_get_caps_process())
		return privileges_failed(err, -EIO, "cannot read the capabilities");
	bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	if (starting && bounds && capng_lock())
		return privileges_failed(err, -EPERM, "cannot lock the securebits");
	privileges_choose(starting, joins);
	if (capng_apply(bounds ? CAPNG_SELECT_ALL : CAPNG_SELECT_CAPS))
		return privileges_failed(err, -EPERM, "cannot drop capabilities");
	return 0;
}

/* Linux 5.10 counts maps as locked memory, and raising the limit takes CAP_SYS_RESOURCE. */
static void privileges_raise_memlock(void)
{
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

int privileges_drop(const char *group, gid_t *gid, struct err *err)
{
	int code = privileges_take_group(group, gid, err);

	if (code)
		return code;
	privileges_raise_memlock();
	code = privileges_keep(true, true, err);
	return code ? code : syscalls_confine(err);
}

int privileges_settle(bool joins, struct err *err)
{
	return privileges_keep(false, joins, err);
}
