// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of guests: of ports that Proxmox has named, from aliases, /etc/pve and /proc. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/guests/parts.h"
#include "play_links.h"

/* ---- as text ---- */

static void expect_of_port(const char *interface, const char *expected)
{
	char text[GUEST_TEXT_LEN];

	cr_assert_str_eq(guest_of_port(interface, text), expected, "%s", interface);
}

Test(guests, proxmox_names_its_ports)
{
	expect_of_port("tap101i0", "VM 101");
	expect_of_port("tap999999999i31", "VM 999999999");
	expect_of_port("veth102i1", "CT 102");
}

Test(guests, what_only_looks_like_that)
{
	static const char *const names[] = {"tap0",	      "tap",	  "tapi0",   "tap101i",
					    "tap101i0x",      "tap0i0",	  "tap-1i0", "tap 1i0",
					    "fwpr101p0",      "veth1a2b", "vnet3",   "xtap101i0",
					    "tap9999999999i0"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		expect_of_port(names[i], "");
}

Test(guests, a_name_is_cut_and_cleaned)
{
	char text[GUEST_TEXT_LEN], many[200];

	cr_assert_str_eq(guest_clean("web\n1\x1b[31m", text), "web?1?[31m");
	memset(many, 'x', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	cr_assert_eq(strlen(guest_clean(many, text)), GUEST_TEXT_LEN - 1);
}

Test(guests, stands_behind_its_port)
{
	char text[PORT_GUEST_TEXT_LEN];

	cr_assert_str_eq(port_guest_text("vnet3", "web-1", text), "vnet3 [web-1]");
	cr_assert_str_eq(port_guest_text("vnet3", "", text), "vnet3");
}

static bool know_seven(__u32 ifindex, char name[GUEST_TEXT_LEN])
{
	strcpy(name, "seven");
	return ifindex == 7;
}

Test(guests, a_table_has_null_where_none_is_known)
{
	json_t *text;

	cr_assert(json_is_null(guest_json(7)));
	guest_set_names(know_seven);
	text = guest_json(7);
	cr_assert_str_eq(json_string_value(text), "seven");
	json_decref(text);
	cr_assert(json_is_null(guest_json(8)));
	cr_assert(json_is_null(guest_json(0)));
}

/* ---- what the daemon knows ---- */

static struct play p;

static void expect_guest(unsigned int ifindex, const char *expected)
{
	char text[GUEST_TEXT_LEN];

	ports_settle(p.ports);
	cr_assert_str_eq(ports_guest_text(p.ports, ifindex, text), expected);
}

static void tap_is(const char *name, const char *alias)
{
	play_link(&p, (struct play_link){.ifindex = 10,
					 .name = name,
					 .kind = "tun",
					 .master = 2,
					 .state = BR_STATE_FORWARDING,
					 .alias = alias});
}

static void begin(void)
{
	play_init(&p);
	p.quiet = true;
	play_start(&p, "br0");
	play_bridge(&p, 2, "br0");
}

static void end(void)
{
	play_end(&p);
}

Test(guests, the_daemon_follows_an_alias, .init = begin, .fini = end)
{
	tap_is("vnet3", NULL);
	expect_guest(10, "");
	tap_is("vnet3", "web-1");
	expect_guest(10, "web-1");
	tap_is("vnet3", "web-10");
	expect_guest(10, "web-10");
	tap_is("vnet3", "web-1");
	expect_guest(10, "web-1");
	tap_is("vnet3", NULL);
	expect_guest(10, "");
	play_gone(&p, 10);
	expect_guest(10, "");
}

Test(guests, the_alias_comes_before_the_number, .init = begin, .fini = end)
{
	tap_is("tap101i0", NULL);
	expect_guest(10, "VM 101");
	tap_is("tap101i0", "web-1");
	expect_guest(10, "web-1");
	play_gone(&p, 10);
	expect_guest(10, "VM 101");
}

Test(guests, an_uplink_has_none, .init = begin, .fini = end)
{
	play_link(&p, (struct play_link){.ifindex = 11,
					 .name = "eno1",
					 .master = 2,
					 .state = BR_STATE_FORWARDING,
					 .alias = "to the core switch"});
	expect_guest(11, "");
	expect_guest(2, "");
}

/* ---- files below a root ---- */

static char root[] = "/tmp/garpd-unit.XXXXXX";

static void root_make(void)
{
	cr_assert_not_null(mkdtemp(root));
}

static void root_remove(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

/* Makes the directories of "etc/pve/lxc/1.conf", and returns the whole path. */
static const char *file_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *at = path + sizeof(root); (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(path, 0755);
	}
	return path;
}

static void file_write(const char *name, const char *text, size_t size)
{
	FILE *file = fopen(file_path(name), "w");

	cr_assert_not_null(file, "%s", name);
	cr_assert_eq(fwrite(text, 1, size, file), size);
	fclose(file);
}

#define FILE_WRITE(name, text) file_write(name, text, sizeof(text) - 1)

static void link_write(const char *name, const char *to)
{
	cr_assert_eq(symlink(to, file_path(name)), 0, "%s", name);
}

static void expect_pve(const char *interface, const char *expected)
{
	struct proxmox_port port;
	char name[GUEST_TEXT_LEN];

	cr_assert(guest_parse_port(interface, &port));
	cr_assert_eq(pve_read_name(root, &port, name), expected[0] != '\0', "%s", interface);
	cr_assert_str_eq(name, expected);
}

Test(guests, proxmox_has_a_file_for_each_guest, .init = root_make, .fini = root_remove)
{
	FILE_WRITE("etc/pve/qemu-server/101.conf", "boot: order=scsi0\ncores: 2\nname: web-1\n"
						   "net0: virtio=BC:24:11:00:00:01,bridge=vmbr0\n\n"
						   "[before]\nname: web-old\n");
	FILE_WRITE("etc/pve/qemu-server/102.conf", "cores: 2\n[before]\nname: gone\n");
	FILE_WRITE("etc/pve/lxc/103.conf", "arch: amd64\nhostname: ct-3\nname: eth0\n");
	expect_pve("tap101i0", "web-1");
	expect_pve("tap102i0", "");
	expect_pve("veth103i0", "ct-3");
	expect_pve("tap103i0", "");
	expect_pve("tap104i0", "");
}

static char taps[512];

static void hear(void *ctx, const char *tap, const char name[GUEST_TEXT_LEN])
{
	(void)ctx;
	snprintf(taps + strlen(taps), sizeof(taps) - strlen(taps), "%s=%s;", tap, name);
}

static void expect_taps(const char *expected)
{
	taps[0] = '\0';
	qemu_hear_taps(root, hear, NULL);
	cr_assert_str_eq(taps, expected);
}

/* A process of this command line, with one tap. */
static void process_write(const char *pid, const char *netns, const char *command, size_t size,
			  const char *tap)
{
	char name[64], line[64];

	snprintf(name, sizeof(name), "proc/%s/cmdline", pid);
	file_write(name, command, size);
	snprintf(name, sizeof(name), "proc/%s/ns/net", pid);
	link_write(name, netns);
	snprintf(name, sizeof(name), "proc/%s/fd/0", pid);
	link_write(name, "/dev/null");
	snprintf(name, sizeof(name), "proc/%s/fd/31", pid);
	link_write(name, "/dev/net/tun");
	snprintf(name, sizeof(name), "proc/%s/fdinfo/31", pid);
	snprintf(line, sizeof(line), "pos:\t0\nflags:\t0104002\nmnt_id:\t24\niff:\t%s\n", tap);
	file_write(name, line, strlen(line));
}

#define HERE "net:[4026531840]"
#define PROCESS(pid, netns, command, tap) \
	process_write(pid, netns, command, sizeof(command) - 1, tap)

static void proc_make(void)
{
	root_make();
	link_write("proc/self/ns/net", HERE);
}

Test(guests, qemu_is_named_by_its_command_line, .init = proc_make, .fini = root_remove)
{
	PROCESS("800", HERE,
		"/usr/bin/qemu-system-x86_64\0-name\0guest=web-1,debug-threads=on\0-S\0", "vnet3");
	expect_taps("vnet3=web-1;");
}

Test(guests, kvm_of_proxmox_gives_the_name_alone, .init = proc_make, .fini = root_remove)
{
	PROCESS("801", HERE,
		"/usr/bin/kvm\0-id\0"
		"101\0-name\0web-1,debug-threads=on\0-daemonize\0",
		"tap101i0");
	expect_taps("tap101i0=web-1;");
}

Test(guests, a_comma_of_the_name_is_doubled, .init = proc_make, .fini = root_remove)
{
	PROCESS("802", HERE, "qemu\0--name\0debug-threads=on,guest=a,,b,process=c", "vnet4");
	expect_taps("vnet4=a,b;");
}

Test(guests, processes_that_name_no_guest, .init = proc_make, .fini = root_remove)
{
	PROCESS("803", HERE, "qemu\0-S\0", "vnet5");
	PROCESS("804", HERE, "qemu\0-name\0", "vnet6");
	PROCESS("805", HERE, "qemu\0-name\0process=web-1\0", "vnet7");
	PROCESS("806", HERE, "qemu\0-name\0web-1\0", "");
	PROCESS("807", "net:[4026532000]", "qemu\0-name\0web-2\0", "vnet8");
	PROCESS("self2", HERE, "qemu\0-name\0web-3\0", "vnet9");
	FILE_WRITE("proc/808/cmdline", "qemu\0-name\0web-4\0");
	expect_taps("");
}

Test(guests, a_root_without_files_has_no_guests, .init = root_make, .fini = root_remove)
{
	expect_pve("tap101i0", "");
	expect_taps("");
}
