// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "receivers.h"

#define LOCKTIME_USUAL	  100 /* 1 s: garpd's second announcement and question come later */
#define ARP_IGNORE_ALWAYS 8   /* Documentation/networking/ip-sysctl.rst */
#define LOCKTIME_PER_S	  100
#define COMMAND_LEN	  192

const char *receiver_setting_path(enum receiver_setting setting)
{
	static const char *const paths[RECEIVER_SETTINGS] = {
		[DROP_GRATUITOUS_ARP] = "ipv4/conf/%s/drop_gratuitous_arp",
		[ARP_ACCEPT] = "ipv4/conf/%s/arp_accept",
		[ARP_IGNORE] = "ipv4/conf/%s/arp_ignore",
		[LOCKTIME] = "ipv4/neigh/%s/locktime",
		[DROP_UNSOLICITED_NA] = "ipv6/conf/%s/drop_unsolicited_na",
		[ACCEPT_UNTRACKED_NA] = "ipv6/conf/%s/accept_untracked_na",
	};

	return paths[setting];
}

/* What is in force. */
static int value_of(const struct receiver *receiver, enum receiver_setting setting)
{
	int own = receiver->own[setting], all = receiver->all[setting];

	return own > all ? own : all;
}

/* sysctl(8) takes names with dots only with slashes. Sets it where it is `above` that. */
static const char *sysctl_text(const struct receiver *receiver, enum receiver_setting setting,
			       int above, int value, char text[COMMAND_LEN])
{
	const struct {
		const char *name;
		int value;
	} places[] = {{SHELL(receiver->interface->name), receiver->own[setting]},
		      {"all", receiver->all[setting]}};
	size_t used = (size_t)snprintf(text, COMMAND_LEN, "sysctl");

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char key[COMMAND_LEN / 3];

		if (places[i].value <= above)
			continue;
		snprintf(key, sizeof(key), receiver_setting_path(setting), places[i].name);
		used += (size_t)snprintf(text + used, COMMAND_LEN - used, " net/%s=%d", key, value);
	}
	return text;
}

static void judge_arp(const struct receiver *receiver, struct findings *findings)
{
	const char *name = receiver->interface->name;
	int locktime = value_of(receiver, LOCKTIME), ignore = value_of(receiver, ARP_IGNORE);
	char command[COMMAND_LEN];
	bool is_well = true;

	if (value_of(receiver, DROP_GRATUITOUS_ARP) > 0) {
		is_well = false;
		doctor_warn(findings, arp_receiver, name,
			    "ignores announcements (drop_gratuitous_arp): its entry changes only "
			    "with the answer of a guest that garpd asks" REMEDY "%s",
			    sysctl_text(receiver, DROP_GRATUITOUS_ARP, 0, 0, command));
	}
	if (ignore == ARP_IGNORE_ALWAYS) {
		is_well = false;
		doctor_warn(findings, arp_receiver, name,
			    "answers no ARP request (arp_ignore 8), so it confirms no "
			    "announcement" REMEDY "%s",
			    sysctl_text(receiver, ARP_IGNORE, ARP_IGNORE_ALWAYS - 1, 0, command));
	}
	if (locktime > LOCKTIME_USUAL) {
		is_well = false;
		doctor_warn(
			findings, arp_receiver, name,
			"ignores the answer of a guest within %d.%02d s of its entry's last "
			"change (locktime)" REMEDY "%s",
			locktime / LOCKTIME_PER_S, locktime % LOCKTIME_PER_S,
			sysctl_text(receiver, LOCKTIME, LOCKTIME_USUAL, LOCKTIME_USUAL, command));
	}
	if (is_well)
		doctor_ok(findings, arp_receiver, name,
			  "takes announcements: arp_accept %d, arp_ignore %d, locktime %d.%02d s",
			  value_of(receiver, ARP_ACCEPT), ignore, locktime / LOCKTIME_PER_S,
			  locktime % LOCKTIME_PER_S);
}

static void judge_nd(const struct receiver *receiver, struct findings *findings)
{
	const char *name = receiver->interface->name;
	int untracked = value_of(receiver, ACCEPT_UNTRACKED_NA);
	char command[COMMAND_LEN];

	if (value_of(receiver, DROP_UNSOLICITED_NA) > 0)
		doctor_warn(findings, nd_receiver, name,
			    "ignores announcements (drop_unsolicited_na): its entry changes only "
			    "with the answer of a guest that garpd asks" REMEDY "%s",
			    sysctl_text(receiver, DROP_UNSOLICITED_NA, 0, 0, command));
	else if (receiver->own[ACCEPT_UNTRACKED_NA] == SETTING_ABSENT)
		doctor_ok(findings, nd_receiver, name, "takes announcements");
	else
		doctor_ok(findings, nd_receiver, name,
			  "takes announcements: accept_untracked_na %d", untracked);
}

void receivers_judge(const struct receivers_facts *facts, struct findings *findings)
{
	for (size_t i = 0; i < facts->count; i++) {
		if (facts->at[i].interface->has_ipv4)
			judge_arp(&facts->at[i], findings);
		if (facts->at[i].interface->has_ipv6)
			judge_nd(&facts->at[i], findings);
	}
	if (!facts->count)
		doctor_ok(findings, arp_receiver, "host",
			  "has no address there: nothing of its own would go to the former owner");
}
