// SPDX-License-Identifier: GPL-2.0-or-later
/* Did the host's own neighbour entry follow the announcement? */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <libmnl/libmnl.h>

#include "loader/rtnl/neigh.h"
#include "loader/base/text.h"

static const __u8 mac[MAC_LEN] = {0x00, 0x15, 0x5d, 0, 0, 1};
static const __u8 other[MAC_LEN] = {0x00, 0x15, 0x5d, 0, 0, 2};

static struct neigh entry(__u16 state, const __u8 lladdr[MAC_LEN])
{
	struct neigh neigh = {.state = state, .has_mac = 1};

	memcpy(neigh.mac, lladdr, MAC_LEN);
	return neigh;
}

Test(neigh, every_state_with_the_same_and_with_another_mac)
{
	static const struct {
		__u16 state;
		enum neigh_outcome same;
		enum neigh_outcome another;
	} states[] = {
		{NUD_NONE, NEIGH_ABSENT, NEIGH_ABSENT},
		{NUD_INCOMPLETE, NEIGH_ABSENT, NEIGH_ABSENT},
		{NUD_FAILED, NEIGH_ABSENT, NEIGH_ABSENT},
		{NUD_REACHABLE, NEIGH_FOLLOWED, NEIGH_OTHER},
		{NUD_STALE, NEIGH_FOLLOWED, NEIGH_OTHER},
		{NUD_DELAY, NEIGH_FOLLOWED, NEIGH_OTHER},
		{NUD_PROBE, NEIGH_FOLLOWED, NEIGH_OTHER},
		{NUD_NOARP, NEIGH_FOLLOWED, NEIGH_PERMANENT},
		{NUD_PERMANENT, NEIGH_FOLLOWED, NEIGH_PERMANENT},
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct neigh same = entry(states[i].state, mac);
		struct neigh another = entry(states[i].state, other);

		cr_assert_eq(neigh_judge(&same, mac), states[i].same, "state %#x", states[i].state);
		cr_assert_eq(neigh_judge(&another, mac), states[i].another, "state %#x",
			     states[i].state);
	}
}

/* Whatever its state: it is not ours to replace, and not the administrator's. */
Test(neigh, what_zebra_wrote_is_evpns)
{
	static const __u16 states[] = {NUD_NOARP, NUD_REACHABLE, NUD_STALE};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct neigh neigh = entry(states[i], other);

		neigh.flags = NTF_EXT_LEARNED;
		cr_assert_eq(neigh_judge(&neigh, mac), NEIGH_LEARNED);
		cr_assert_eq(neigh_judge(&neigh, other), NEIGH_FOLLOWED);
	}
}

Test(neigh, an_entry_without_a_mac_is_absent)
{
	struct neigh neigh = {.state = NUD_NOARP};
	static const __u8 zero[MAC_LEN];

	cr_assert_eq(neigh_judge(&neigh, zero), NEIGH_ABSENT);
}

static struct nlmsghdr *message_begin(char *buffer, __u16 state, __u8 flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(message, sizeof(*ndm));

	message->nlmsg_type = RTM_NEWNEIGH;
	ndm->ndm_family = AF_INET;
	ndm->ndm_ifindex = 7;
	ndm->ndm_state = state;
	ndm->ndm_flags = flags;
	return message;
}

/* 2^32 ms are 50 days; the kernel's ticks go on for longer. */
Test(neigh, an_entry_of_many_weeks_is_no_young_one)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = message_begin(buffer, NUD_NOARP, NTF_EXT_LEARNED);
	const struct nda_cacheinfo cacheinfo = {.ndm_updated = 50u * 24 * 60 * 60 *
							       sysconf(_SC_CLK_TCK)};
	struct neigh neigh;

	mnl_attr_put(message, NDA_CACHEINFO, sizeof(cacheinfo), &cacheinfo);
	cr_assert_eq(neigh_parse(message, &neigh), 0);
	cr_assert_eq(neigh.changed_ms, UINT32_MAX);
}

Test(neigh, a_message_is_read_whole)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = message_begin(buffer, NUD_NOARP, NTF_EXT_LEARNED);
	struct neigh neigh;

	static const __u8 ipv4[4] = {192, 0, 2, 7};
	const struct nda_cacheinfo cacheinfo = {.ndm_updated = 3 * sysconf(_SC_CLK_TCK)};
	struct addr addr;

	mnl_attr_put(message, NDA_LLADDR, MAC_LEN, mac);
	mnl_attr_put(message, NDA_DST, 4, ipv4);
	mnl_attr_put(message, NDA_CACHEINFO, sizeof(cacheinfo), &cacheinfo);
	mnl_attr_put_u32(message, NDA_FLAGS_EXT, NTF_EXT_MANAGED);
	cr_assert_eq(neigh_parse(message, &neigh), 0);
	cr_assert_eq(addr_parse("192.0.2.7", &addr), 0);
	cr_assert_arr_eq(&neigh.addr, &addr, sizeof(addr));
	cr_assert_eq(neigh.ifindex, 7);
	cr_assert_eq(neigh.changed_ms, 3000);
	cr_assert_eq(neigh.state, NUD_NOARP);
	cr_assert_eq(neigh.flags, NTF_EXT_LEARNED);
	cr_assert_eq(neigh.flags_ext, NTF_EXT_MANAGED);
	cr_assert_eq(neigh.has_mac, 1);
	cr_assert_arr_eq(neigh.mac, mac, MAC_LEN);
}

Test(neigh, an_address_of_another_link_layer_is_no_mac)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = message_begin(buffer, NUD_REACHABLE, 0);
	struct neigh neigh;

	mnl_attr_put(message, NDA_LLADDR, 4, mac); /* an IPv4 tunnel's */
	cr_assert_eq(neigh_parse(message, &neigh), 0);
	cr_assert_eq(neigh.has_mac, 0);
	cr_assert_eq(neigh_judge(&neigh, mac), NEIGH_ABSENT);
}

Test(neigh, another_message_or_a_short_one_is_refused)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = message_begin(buffer, NUD_REACHABLE, 0);
	struct neigh neigh;

	message->nlmsg_type = RTM_GETNEIGH;
	cr_assert_eq(neigh_parse(message, &neigh), -EINVAL);
	message->nlmsg_type = RTM_NEWNEIGH;
	message->nlmsg_len -= 4;
	cr_assert_eq(neigh_parse(message, &neigh), -EINVAL);
}
