// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "installed.h"
#include "loader/base/text.h"
#include "loader/maps/pins_netns.h"

#define BPFFS "/sys/fs/bpf"

static void judge_bpffs(const struct installed_facts *facts, struct findings *findings)
{
	if (facts->bpffs)
		doctor_add_error(findings, CHECK_bpffs, CAUSE_TROUBLE, &facts->bpffs_why);
	else if (facts->is_read_only)
		doctor_fail(findings, bpffs, BPFFS,
			    "is mounted read-only" REMEDY "mount -o remount,rw " BPFFS);
	else if (facts->group && !(facts->mode & S_IXOTH))
		doctor_warn(findings, bpffs, BPFFS,
			    "cannot be entered by the group %s (mode %04o)" REMEDY
			    "chmod 0711 " BPFFS,
			    facts->group, facts->mode);
	else
		doctor_ok(findings, bpffs, BPFFS, "is mounted");
}

static void judge_pins(const struct installed_facts *facts, struct findings *findings)
{
	if (facts->bpffs)
		return;
	if (facts->netns[0])
		return doctor_fail(findings, pins, pins_dir(),
				   "is of another network namespace, %s" REMEDY
				   "run garpd there, or, if that is gone: rm -r %s",
				   facts->netns, pins_dir());
	switch (facts->pins) {
	case 0:
		return doctor_ok(findings, pins, pins_dir(), "%zu pins of this version's layout",
				 facts->count);
	case -ENOENT:
		return doctor_ok(findings, pins, pins_dir(), "nothing is pinned");
	case -EACCES:
		return doctor_needs_root(findings, pins, pins_dir());
	case -EPROTO: /* the daemon of this version replaces them */
		return doctor_warn(findings, pins, pins_dir(),
				   "pinned by another version of garpd, whose claims are "
				   "forgotten when this one starts" REMEDY "systemctl restart "
				   "%s; without this version: garpd detach of the other one",
				   pins_unit());
	}
	doctor_add_error(findings, CHECK_pins, CAUSE_TROUBLE, &facts->pins_why);
}

static void judge_daemon(const struct installed_facts *facts, struct findings *findings)
{
	const struct daemon_info *info = &facts->info;
	char since[TIME_TEXT_LEN];

	if (facts->daemon < 0)
		doctor_needs_root(findings, daemon, "garpd");
	else if (!facts->daemon && facts->count)
		doctor_fail(findings, daemon, "garpd",
			    "does not run: its programs hear, and nothing is announced but what is "
			    "declared immediate" REMEDY "systemctl start %s",
			    pins_unit());
	else if (!facts->daemon)
		doctor_warn(findings, daemon, "garpd",
			    "does not run" REMEDY "systemctl enable --now %s", pins_unit());
	else if (info->version[0] && strcmp(info->version, facts->version) != 0)
		doctor_warn(findings, daemon, "garpd",
			    "pid %u is version %s, this one is %s" REMEDY "systemctl restart %s",
			    info->pid, info->version, facts->version, pins_unit());
	else if (!info->pid)
		doctor_ok(findings, daemon, "garpd", "runs");
	else
		doctor_ok(findings, daemon, "garpd", "runs since %.19s, pid %u, %s",
			  time_local_text(info->started_ns, since), info->pid,
			  info->config[0] ? info->config : "without a file");
}

static void judge_watchdog(const struct installed_facts *facts, struct findings *findings)
{
	if (facts->daemon != 1 || !facts->info.pid)
		return;
	if (facts->watchdog < 0)
		doctor_needs_root(findings, watchdog, "garpd");
	else if (facts->watchdog)
		doctor_ok(findings, watchdog, "garpd", "systemd restarts it if it is stuck");
	else
		doctor_warn(findings, watchdog, "garpd",
			    "nothing restarts it if it is stuck" REMEDY
			    "start it by its unit, with WatchdogSec=: systemctl start %s",
			    pins_unit());
}

void installed_judge(const struct installed_facts *facts, struct findings *findings)
{
	judge_bpffs(facts, findings);
	judge_pins(facts, findings);
	judge_daemon(facts, findings);
	judge_watchdog(facts, findings);
}
