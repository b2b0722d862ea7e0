// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd doctor: the BPF file system, the pins, and the daemon. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "doctor_found.h"
#include "loader/doctor/installed.h"

static struct installed_facts facts;

static void setup(void)
{
	facts = (struct installed_facts){
		.mode = 0700,
		.count = 30,
		.daemon = 1,
		.info = {.pid = 42, .version = "1.2.3"},
		.version = "1.2.3",
		.watchdog = 1,
	};
}

TestSuite(doctor_installed, .init = setup, .fini = found_clear);

static void judge(void)
{
	found_clear();
	installed_judge(&facts, &found);
}

Test(doctor_installed, is_as_it_should_be)
{
	judge();
	found_ok("bpffs", "/sys/fs/bpf", "mounted");
	found_ok("pins", "/sys/fs/bpf/garpd", "30 pins");
	found_ok("daemon", "garpd", "pid 42, without a file");
	found_ok("watchdog", "garpd", "restarts it");
}

Test(doctor_installed, has_nothing_yet)
{
	facts = (struct installed_facts){.pins = -ENOENT, .version = "1.2.3"};
	judge();
	found_ok("pins", "/sys/fs/bpf/garpd", "nothing is pinned");
	found_warn("daemon", "garpd", "does not run", "systemctl enable --now garpd");
	found_count("watchdog", 0);
}

Test(doctor_installed, has_no_bpf_file_system)
{
	facts.bpffs = -ENODEV;
	err_set(&facts.bpffs_why, -ENODEV, "/sys/fs/bpf: no BPF file system; mount it");
	judge();
	found_fail("bpffs", "/sys/fs/bpf", "no BPF file system", "mount it");
	found_count("pins", 0);
}

Test(doctor_installed, bpf_file_system_keeps_some_out)
{
	facts.group = "adm";
	judge();
	found_warn("bpffs", "/sys/fs/bpf", "by the group adm (mode 0700)", "chmod 0711");
	facts.mode = 0711;
	judge();
	found_ok("bpffs", "/sys/fs/bpf", "mounted");
	facts.is_read_only = true;
	judge();
	found_fail("bpffs", "/sys/fs/bpf", "read-only", "remount,rw");
}

Test(doctor_installed, pins_are_of_others)
{
	facts.pins = -EPROTO;
	judge();
	found_warn("pins", "/sys/fs/bpf/garpd", "another version", "systemctl restart garpd");
	facts.pins = -EACCES;
	judge();
	found_warn("pins", "/sys/fs/bpf/garpd", "needs root", "garpd doctor");
	facts.pins = -EPERM;
	err_set(&facts.pins_why, -EPERM, "/sys/fs/bpf/garpd: belongs to user 7; remove it");
	judge();
	found_fail("pins", "/sys/fs/bpf/garpd", "user 7", "remove it");
	strcpy(facts.netns, "net:[1]");
	judge();
	found_fail("pins", "/sys/fs/bpf/garpd", "namespace, net:[1]", "rm -r");
}

Test(doctor_installed, daemon_is_not_there)
{
	facts.daemon = 0;
	facts.info = (struct daemon_info){};
	judge();
	found_fail("daemon", "garpd", "does not run: its programs hear", "systemctl start");
	found_count("watchdog", 0);
	facts.daemon = -EACCES;
	judge();
	found_warn("daemon", "garpd", "needs root", "garpd doctor");
}

Test(doctor_installed, daemon_is_another_one)
{
	strcpy(facts.info.version, "1.2.2");
	facts.watchdog = 0;
	judge();
	found_warn("daemon", "garpd", "version 1.2.2, this one is 1.2.3", "systemctl restart");
	found_warn("watchdog", "garpd", "nothing restarts it", "WatchdogSec=");
	facts.watchdog = -EACCES;
	judge();
	found_warn("watchdog", "garpd", "needs root", "garpd doctor");
}
