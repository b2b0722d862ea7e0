// SPDX-License-Identifier: GPL-2.0-or-later
/* policy.h: who may be announced for what. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/claim/policy.h"

TestSuite(policy);

static const __u8 guest[MAC_LEN] = {0x52, 0x54, 0x00, 0x01, 0x02, 0x03};
static const __u32 own = HOST_OWN, next_hop = HOST_NEXT_HOP;

/* A list of `count` owners, the guest at place `at`; -1: not on it. */
static struct address listed(enum announce_mode mode, int count, int at)
{
	struct address address = {.announce = mode, .owner_count = count};
	int i;

	for (i = 0; i < count; i++) {
		address.owners[i][0] = 2;
		address.owners[i][5] = i + 1;
	}
	if (at >= 0)
		memcpy(address.owners[at], guest, MAC_LEN);
	return address;
}

static void allowed(const struct address *declared, const __u32 *host, int is_declared,
		    int immediate)
{
	struct policy policy = policy_judge(declared, host, guest);

	cr_assert_eq(policy.denied, 0);
	cr_assert_eq(policy.declared, is_declared);
	cr_assert_eq(policy.immediate, immediate);
}

static void denied(const struct address *declared, const __u32 *host, enum counter why)
{
	struct policy policy = policy_judge(declared, host, guest);

	cr_assert_eq(policy.denied, why);
	cr_assert_eq(policy.declared, 0);
	cr_assert_eq(policy.immediate, 0);
}

Test(policy, address_that_nobody_names)
{
	allowed(NULL, NULL, 0, 0);
}

Test(policy, never)
{
	struct address address = listed(ANNOUNCE_NEVER, 0, -1);

	denied(&address, NULL, COUNTER_denied_never);
	address = listed(ANNOUNCE_NEVER, 2, 0);
	denied(&address, NULL, COUNTER_denied_never);
	denied(&address, &next_hop, COUNTER_denied_never);
}

Test(policy, hosts_own_address_whatever_is_declared)
{
	struct address address = listed(ANNOUNCE_IMMEDIATE, 2, 0);

	denied(NULL, &own, COUNTER_denied_host);
	denied(&address, &own, COUNTER_denied_host);
	address = listed(ANNOUNCE_NEVER, 0, -1);
	denied(&address, &own, COUNTER_denied_host);
}

/* The bridge would drop what is announced on a port that does not forward yet. */
Test(policy, immediate_only_where_the_port_forwards)
{
	struct address address = listed(ANNOUNCE_IMMEDIATE, 1, 0);
	struct guard guard = {.is_closed = 1};
	struct policy policy = policy_judge_guarded(&address, NULL, &guard, guest);

	cr_assert_eq(policy.denied, 0);
	cr_assert_eq(policy.declared, 1);
	cr_assert_eq(policy.immediate, 0);
	guard.is_closed = 0;
	cr_assert_eq(policy_judge_guarded(&address, NULL, &guard, guest).immediate, 1);
}

Test(policy, next_hop_only_by_a_list_of_owners)
{
	struct address address = listed(ANNOUNCE_IMMEDIATE, 0, -1);

	denied(NULL, &next_hop, COUNTER_denied_next_hop);
	denied(&address, &next_hop, COUNTER_denied_next_hop);
	address = listed(ANNOUNCE_AFTER_PROBE, 1, 0);
	allowed(&address, &next_hop, 1, 0);
	address = listed(ANNOUNCE_AFTER_PROBE, 1, -1);
	denied(&address, &next_hop, COUNTER_denied_owner);
}

Test(policy, no_owners_listed_means_any_but_nothing_immediate)
{
	struct address address = listed(ANNOUNCE_AFTER_PROBE, 0, -1);

	allowed(&address, NULL, 0, 0);
	address = listed(ANNOUNCE_IMMEDIATE, 0, -1);
	allowed(&address, NULL, 0, 0);
}

/* What stands behind owner_count is not on the list, though it is in the array. */
Test(policy, owner_beyond_the_count_is_no_owner)
{
	struct address address = listed(ANNOUNCE_AFTER_PROBE, 3, 2);

	address.owner_count = 2;
	denied(&address, NULL, COUNTER_denied_owner);
	address.owner_count = 3;
	allowed(&address, NULL, 1, 0);
}

Test(policy, one_owner)
{
	struct address address = listed(ANNOUNCE_IMMEDIATE, 1, 0);

	allowed(&address, NULL, 1, 1);
	address.announce = ANNOUNCE_AFTER_PROBE;
	allowed(&address, NULL, 1, 0);
	address = listed(ANNOUNCE_IMMEDIATE, 1, -1);
	denied(&address, NULL, COUNTER_denied_owner);
}

Test(policy, sixty_four_owners_each_place_counts)
{
	struct address address;
	int at;

	for (at = 0; at < (int)GARPD_MAX_OWNERS; at++) {
		address = listed(ANNOUNCE_IMMEDIATE, GARPD_MAX_OWNERS, at);
		allowed(&address, NULL, 1, 1);
	}
	address = listed(ANNOUNCE_IMMEDIATE, GARPD_MAX_OWNERS, -1);
	denied(&address, NULL, COUNTER_denied_owner);
}

/* A count that no configuration writes must not lead beyond the array. */
Test(policy, count_beyond_the_array_is_cut)
{
	struct address *address = malloc(sizeof(*address));

	*address = listed(ANNOUNCE_IMMEDIATE, GARPD_MAX_OWNERS, -1);
	address->owner_count = 1000;
	denied(address, NULL, COUNTER_denied_owner);
	free(address);
}

Test(policy, owner_that_differs_in_one_byte)
{
	struct address address = listed(ANNOUNCE_IMMEDIATE, 1, 0);
	int i;

	for (i = 0; i < MAC_LEN; i++) {
		memcpy(address.owners[0], guest, MAC_LEN);
		address.owners[0][i] ^= 0x10;
		denied(&address, NULL, COUNTER_denied_owner);
	}
}

/* ---- what a port and its segment add ---- */

static enum counter guarded(const struct address *declared, const __u32 *host,
			    const struct guard *guard)
{
	struct policy policy = policy_judge_guarded(declared, host, guard, guest);

	if (policy.denied) {
		cr_assert_eq(policy.declared, 0);
		cr_assert_eq(policy.immediate, 0);
	}
	return policy.denied;
}

Test(policy, foreign_address)
{
	struct address declared = listed(ANNOUNCE_AFTER_PROBE, 0, -1);
	struct guard guard = {.guards = GUARD_FOREIGN, .is_foreign = 1};

	cr_assert_eq(guarded(NULL, NULL, &guard), COUNTER_denied_foreign);
	cr_assert_eq(guarded(&declared, NULL, &guard), 0);
	guard.guards = 0;
	cr_assert_eq(guarded(NULL, NULL, &guard), 0);
	guard = (struct guard){.guards = GUARD_FOREIGN};
	cr_assert_eq(guarded(NULL, NULL, &guard), 0);
}

Test(policy, only_declared)
{
	struct address declared = listed(ANNOUNCE_AFTER_PROBE, 0, -1);
	struct guard guard = {.guards = GUARD_ONLY_DECLARED};

	cr_assert_eq(guarded(NULL, NULL, &guard), COUNTER_denied_undeclared);
	cr_assert_eq(guarded(&declared, NULL, &guard), 0);
}

/* An objection may have passed by; who declares an address immediate has it announced anyway. */
Test(policy, segment_with_a_port_that_is_not_heard)
{
	struct address declared = listed(ANNOUNCE_IMMEDIATE, 1, 0);
	struct address plain = listed(ANNOUNCE_AFTER_PROBE, 0, -1);
	struct guard guard = {.guards = GUARD_UNHEARD};

	cr_assert_eq(guarded(NULL, NULL, &guard), COUNTER_denied_unheard);
	cr_assert_eq(guarded(&plain, NULL, &guard), COUNTER_denied_unheard);
	cr_assert_eq(guarded(&declared, NULL, &guard), 0);
	guard.guards = GUARD_DEAF; /* the configuration alone denies nothing */
	cr_assert_eq(guarded(NULL, NULL, &guard), 0);
}

/* Its own list binds a guest even where the address is declared, and the MAC its owner. */
Test(policy, port_that_may_not_have_it)
{
	struct address declared = listed(ANNOUNCE_IMMEDIATE, 1, 0);
	struct guard guard = {.guards = GUARD_ADDRESSES | GUARD_MACS};

	cr_assert_eq(guarded(&declared, NULL, &guard), COUNTER_denied_port_mac);
	guard.has_mac = 1;
	cr_assert_eq(guarded(&declared, NULL, &guard), COUNTER_denied_port_address);
	guard.has_address = 1;
	cr_assert_eq(guarded(&declared, NULL, &guard), 0);
	guard = (struct guard){.guards = GUARD_MACS, .has_mac = 1};
	cr_assert_eq(guarded(&declared, NULL, &guard), 0);
}

/* What the rule of a port forbids is known whatever else forbids it, too. */
Test(policy, ruled_out_by_the_port_s_rule_alone)
{
	struct address declared = listed(ANNOUNCE_IMMEDIATE, 1, 1);
	struct guard guard = {.guards = GUARD_ALL, .is_foreign = 1, .has_mac = 1};

	cr_assert(policy_judge_guarded(NULL, NULL, &guard, guest).ruled_out);
	cr_assert(policy_judge_guarded(&declared, NULL, &guard, guest).ruled_out);
	cr_assert(policy_judge_guarded(NULL, &own, &guard, guest).ruled_out);
	guard.has_address = 1;
	cr_assert_not(policy_judge_guarded(NULL, NULL, &guard, guest).ruled_out);
	cr_assert_not(policy_judge_guarded(NULL, &own, &guard, guest).ruled_out);
	guard.has_mac = 0;
	cr_assert(policy_judge_guarded(NULL, NULL, &guard, guest).ruled_out);
}

/* No list of a port opens what is closed to everybody. */
Test(policy, port_that_may_have_what_nobody_may)
{
	struct address never = listed(ANNOUNCE_NEVER, 0, -1);
	struct guard guard = {
		.guards = GUARD_ADDRESSES | GUARD_MACS, .has_address = 1, .has_mac = 1};

	cr_assert_eq(guarded(&never, NULL, &guard), COUNTER_denied_never);
	cr_assert_eq(guarded(NULL, &own, &guard), COUNTER_denied_host);
	cr_assert_eq(guarded(NULL, &next_hop, &guard), COUNTER_denied_next_hop);
}
