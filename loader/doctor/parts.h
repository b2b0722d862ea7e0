/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - what the files of this folder share: the checks, and what a group of them gets.
 */
#ifndef GARPD_DOCTOR_PARTS_H
#define GARPD_DOCTOR_PARTS_H

#include <bpf/libbpf.h>

#include "doctor.h"
#include "loader/base/shell.h"
#include "loader/base/text.h"
#include "loader/config/config.h"
#include "loader/maps/pins.h"
#include "loader/maps/pins_netns.h"

/*
 * The checks, X(name, what is looked at). The name is a contract, `check` in JSON; garpd(8) has
 * what is looked at, word by word.
 */
#define CHECKS(X)                                                                   \
	X(bpf, "programs can be loaded")                                            \
	X(tcx, "how programs are attached: tcx, else tc")                           \
	X(ring_buffer, "events can be sent to the daemon")                          \
	X(btf, "the kernel takes descriptions of types, for locks in maps")         \
	X(jit, "programs are compiled to machine code")                             \
	X(memlock, "maps may be as large as they have to be")                       \
	X(lockdown, "the lockdown of the kernel does not forbid BPF")               \
	X(bpffs, "the BPF file system is mounted, writable, and open to the group") \
	X(pins, "what is pinned is of this version and this network namespace")     \
	X(daemon, "the daemon runs, and is of this version")                        \
	X(watchdog, "systemd restarts a daemon that is stuck")                      \
	X(clock, "timers are exact, and times in the log those of other machines")  \
	X(arp_receiver, "this host takes announcements of IPv4 addresses")          \
	X(nd_receiver, "this host takes announcements of IPv6 addresses")           \
	X(permanent, "no entry of this host for a declared address is fixed")       \
	X(evpn, "where there is a fabric, garpd informs it")                        \
	X(declared, "with ADDR: what the configuration says of it")                 \
	X(policy, "with ADDR: on which segments a guest may have it")               \
	X(host_entry, "with ADDR: what this host has of it")                        \
	X(explain, "with ADDR: what garpd explain finds")                           \
	X(config, "the configuration has no error")                                 \
	X(bridge, "each name in bridges: is a bridge, and that is up")              \
	X(router, "each name in routers: can be a router port")                     \
	X(pattern, "each name of ports and segments matches something")             \
	X(own_address, "this host has no declared address itself")                  \
	X(joint, "which bridges are one segment, joined by a veth pair")            \
	X(stp, "ports forward as soon as they come up")                             \
	X(mld_snooping, "solicitations reach every port")                           \
	X(role, "the role of each port, and why")                                   \
	X(forwarding, "each port forwards")                                         \
	X(learning, "each port learns where a guest is")                            \
	X(isolated, "guests hear each other")                                       \
	X(hairpin, "no port returns frames to where they came from")                \
	X(neigh_suppress, "announcements pass each port, or EVPN stands in")        \
	X(heard, "no program comes before garpd's")                                 \
	X(ruleset, "which rulesets judge bridges, ARP and single devices")          \
	X(macvtap, "no guest is behind a macvtap, which can be no port")            \
	X(sr_iov, "no guest has a virtual function of a card")                      \
	X(dpdk, "no network card bypasses the kernel")                              \
	X(vhost_user, "no guest has a vhost-user interface")                        \
	X(open_vswitch, "each port of Open vSwitch is followed")                    \
	X(rate_limit, "libvirt and Proxmox can limit the rate of each guest")       \
	X(bond, "the mode of each bond, and what it needs")                         \
	X(reflects, "no uplink sends back what guests say, while garpd runs")

enum check {
#define X(name, what) CHECK_##name,
	CHECKS(X)
#undef X
		CHECK_COUNT
};

const char *doctor_check_name(unsigned int check); /* "unknown" behind the last one */

/* Adds a finding: "reason" or "reason" REMEDY "remedy". Out of memory, it is noted. */
void doctor_add(struct findings *findings, enum check check, enum cause_level level,
		const char *object, const char *format, ...) __attribute__((format(printf, 5, 6)));

#define doctor_ok(findings, check, object, ...) \
	doctor_add(findings, CHECK_##check, CAUSE_OK, object, __VA_ARGS__)
#define doctor_warn(findings, check, object, ...) \
	doctor_add(findings, CHECK_##check, CAUSE_NOTE, object, __VA_ARGS__)
#define doctor_fail(findings, check, object, ...) \
	doctor_add(findings, CHECK_##check, CAUSE_TROUBLE, object, __VA_ARGS__)

/* What could not be looked at. */
#define doctor_needs_root(findings, check, object) \
	doctor_warn(findings, check, object,       \
		    "not looked at: needs root" REMEDY "sudo garpd doctor%s", pins_netns_option())

/* The same with a text of the form "reason; remedy". */
void doctor_add_reason(struct findings *findings, enum check check, enum cause_level level,
		       const char *object, const char *text);

/* The same with an error of the form "object: reason; remedy". */
void doctor_add_error(struct findings *findings, enum check check, enum cause_level level,
		      const struct err *err);

struct view;

/* What a group of checks gets. */
struct doctor {
	const struct doctor_request *request;
	struct findings *findings;
	const char *file; /* of the configuration; NULL: none was read */
	char usual_file[sizeof("/etc/garpd/.yaml") + PIN_NETNS_LEN];
	struct config config; /* with a file that has errors, what could be read of it */
	struct faults faults;
	int config_err; /* 0, or the -errno of config_read() */
	struct err config_why;
	bool is_added; /* the operand, to its bridges */
	bool is_every; /* no bridge is configured: every one of the host is looked at */
	struct view *view;
	struct addr addr;		/* the operand; zero: that is no address */
	struct pins pins;		/* for reading, if: */
	int pins_err;			/* 0, or the -errno of pins_open() */
	struct err pins_why;		/* and its reason */
	int daemon;			/* 1: it runs, 0: it does not, or -errno */
	struct daemon_info daemon_info; /* if it does and `pins` is open */
};

/* host.c: what concerns this host's own addresses, and the operand. 0 or -ENOMEM. */
int host_examine(struct doctor *doctor);

#endif
