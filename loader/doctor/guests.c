// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "guests.h"

#define UNHEARD "their guests are not heard"

static void judge_one(const struct guests_found *it, struct findings *findings)
{
	switch (it->check) {
	case CHECK_macvtap:
		return doctor_warn(findings, macvtap, it->object,
				   "is on %s: its guest %s" REMEDY
				   "give the guest a tap in a bridge in its place",
				   it->detail,
				   it->count ? "can object, but is not announced" : "is not heard");
	case CHECK_sr_iov:
		return doctor_warn(
			findings, sr_iov, it->object,
			"has %zu virtual %s%s%s: " UNHEARD REMEDY
			"run garpd on the router of these guests, as garpd run --router IF",
			it->count, text_plural(it->count, "function", "functions"),
			it->detail[0] ? ", some with driver " : "", it->detail);
	case CHECK_dpdk:
		return doctor_warn(findings, dpdk, it->object,
				   "is a network card with driver %s, which bypasses the kernel: "
				   "what is behind it is not heard" REMEDY "dpdk-devbind.py -s",
				   it->detail);
	case CHECK_vhost_user:
		return doctor_warn(findings, vhost_user, it->object,
				   "has a vhost-user interface, which bypasses the kernel: the "
				   "guest is not heard" REMEDY
				   "give the guest a tap in a bridge in its place");
	case CHECK_open_vswitch:
		if (it->detail[0])
			return doctor_warn(findings, open_vswitch, it->object, "%s" REMEDY "%s",
					   it->detail,
					   it->count ? "man garpd, OPEN VSWITCH"
						     : "systemctl status ovsdb-server");
		return doctor_warn(
			findings, open_vswitch, it->object,
			"%zu %s of Open vSwitch, which garpd does not follow: " UNHEARD REMEDY
			"ovs-vsctl show",
			it->count, text_plural(it->count, "port is", "ports are"));
	case CHECK_rate_limit:
		return doctor_warn(
			findings, rate_limit, it->object,
			"has a clsact qdisc: to limit the rate of its guest fails "
			"(libvirt, Proxmox)" REMEDY
			"{ tc filter show dev %s ingress; tc filter show dev %s egress; } | "
			"grep . || tc qdisc del dev %s clsact",
			SHELL(it->object), SHELL(it->object), SHELL(it->object));
	default:
		break;
	}
}

void guests_judge(const struct guests_facts *facts, struct findings *findings)
{
	static const struct {
		enum check check;
		const char *none;
	} checks[] = {
		{CHECK_macvtap, "no guest is behind a macvtap"},
		{CHECK_sr_iov, "no card has virtual functions"},
		{CHECK_dpdk, "no network card bypasses the kernel"},
		{CHECK_vhost_user, "no guest has a vhost-user interface"},
		{CHECK_open_vswitch, "each port of Open vSwitch is followed, if there is one"},
		{CHECK_rate_limit, "the rate of every guest can be limited"},
	};

	for (size_t check = 0; check < sizeof(checks) / sizeof(checks[0]); check++) {
		bool found = false;

		for (size_t i = 0; i < facts->count; i++) {
			if (facts->at[i].check != checks[check].check)
				continue;
			judge_one(&facts->at[i], findings);
			found = true;
		}
		if (!found)
			doctor_add(findings, checks[check].check, CAUSE_OK, "host", "%s",
				   checks[check].none);
	}
}
