// SPDX-License-Identifier: GPL-2.0-or-later
/* A claim of another layout becomes one of this version, field by field. */
#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../loader/datapath/layout.h"

static struct layout is, was;
static struct layout_moves moves;
static struct claim claim;
static char former[512];

static void put(struct layout *layout, const char *name, __u32 offset, __u32 size)
{
	struct layout_entry *entry = &layout->entries[layout->count++];

	*entry = (struct layout_entry){.place = {offset, size}};
	strcpy(entry->name.text, name);
}

/* This version's, by hand: two of its fields, and what two numbers mean. */
static void open_layouts(void)
{
	put(&is, "state", offsetof(struct claim, state), 1);
	put(&is, "reason", offsetof(struct claim, reason), 1);
	put(&is, "key.vlan", offsetof(struct claim, key.vlan), 2);
	put(&is, "last_probe_ns", offsetof(struct claim, last_probe_ns), 8);
	put(&is, "state=owned", CLAIM_OWNED, 0);
	put(&is, "reason=announced", COUNTER_announced, 0);
}

TestSuite(layout, .init = open_layouts);

static const struct claim *move(void)
{
	layout_match(&was, &is, &moves);
	layout_move(&moves, former, &claim);
	return &claim;
}

Test(layout, field_moves_to_where_it_is_now)
{
	__u64 then = 123456789;
	__u16 vlan = 10;

	put(&was, "last_probe_ns", 40, 8);
	put(&was, "key.vlan", 3, 2);
	memcpy(former + 40, &then, sizeof(then));
	memcpy(former + 3, &vlan, sizeof(vlan));
	cr_assert_eq(move()->last_probe_ns, then);
	cr_assert_eq(claim.key.vlan, vlan);
}

Test(layout, field_that_was_not_there_is_0)
{
	claim.last_probe_ns = 1;
	cr_assert_eq(move()->last_probe_ns, 0);
}

Test(layout, field_of_another_size_is_0)
{
	put(&was, "last_probe_ns", 0, 4);
	memset(former, 0xff, sizeof(former));
	cr_assert_eq(move()->last_probe_ns, 0);
}

Test(layout, numbers_go_by_their_names)
{
	put(&was, "state", 7, 1);
	put(&was, "reason", 9, 1);
	put(&was, "state=owned", 200, 0);
	put(&was, "reason=announced", 201, 0);
	former[7] = (char)200;
	former[9] = (char)201;
	cr_assert_eq(move()->state, CLAIM_OWNED);
	cr_assert_eq(claim.reason, COUNTER_announced);
}

/* A claim in a state without a name here does not go over. */
Test(layout, state_of_another_name_is_none)
{
	put(&was, "state", 7, 1);
	put(&was, "state=asleep", CLAIM_OWNED, 0);
	former[7] = CLAIM_OWNED;
	cr_assert_eq(move()->state, CLAIM_NONE);
}

/* Its VLAN has another name there, so maybe another meaning: the claim would be one without a VLAN.
 */
Test(layout, claim_whose_key_is_not_known_stays)
{
	put(&was, "state", 7, 1);
	put(&was, "key.tag", 3, 2);
	cr_assert_eq(layout_match(&was, &is, &moves), -ENOENT);
	put(&was, "key.vlan", 3, 2);
	cr_assert_eq(layout_match(&was, &is, &moves), 0);
}

/* ---- from BTF ---- */

/* struct claim { struct bpf_spin_lock lock; __u8 state; struct { __u16 vlan, pair[2]; } key; } */
static struct btf *small_claim(void)
{
	struct btf *btf = btf__new_empty();
	int u8 = btf__add_int(btf, "__u8", 1, 0), u16 = btf__add_int(btf, "__u16", 2, 0);
	int pair = btf__add_array(btf, u16, u16, 2), lock, key;

	lock = btf__add_struct(btf, "bpf_spin_lock", 4);
	btf__add_field(btf, "val", u16, 0, 0);
	key = btf__add_struct(btf, "claim_key", 6);
	btf__add_field(btf, "vlan", u16, 0, 0);
	btf__add_field(btf, "pair", pair, 16, 0);
	btf__add_struct(btf, "claim", 12);
	btf__add_field(btf, "lock", lock, 0, 0);
	btf__add_field(btf, "state", u8, 32, 0);
	btf__add_field(btf, "key", key, 48, 0);
	return btf;
}

static void assert_entry(const struct layout_entry *entry, const char *name, __u32 offset,
			 __u32 size)
{
	cr_assert_str_eq(entry->name.text, name);
	cr_assert_eq(entry->place.offset, offset, "%s at %u", name, entry->place.offset);
	cr_assert_eq(entry->place.size, size, "%s of %u", name, entry->place.size);
}

Test(layout, is_read_from_btf_without_the_lock)
{
	struct btf *btf = small_claim();
	struct err why;

	cr_assert_eq(layout_of(btf, &is, &why), 0, "%s", why.text);
	assert_entry(&is.entries[0], "state", 4, 1);
	assert_entry(&is.entries[1], "key.vlan", 6, 2);
	assert_entry(&is.entries[2], "key.pair", 8, 4);
	assert_entry(&is.entries[3], "state=none", CLAIM_NONE, 0);
	assert_entry(&is.entries[3 + CLAIM_STATE_MAX + COUNTER_conflict_probe],
		     "reason=conflict_probe", COUNTER_conflict_probe, 0);
	assert_entry(&is.entries[3 + CLAIM_STATE_MAX + COUNTER_MAX], "port.made_qdisc",
		     offsetof(struct port, made_qdisc), 0);
	cr_assert_eq(is.count, 4 + CLAIM_STATE_MAX + COUNTER_MAX);
	btf__free(btf);
}

Test(layout, programs_without_a_claim_are_an_error)
{
	struct btf *btf = btf__new_empty();
	struct err why;

	cr_assert_eq(layout_of(btf, &is, &why), -ENOENT);
	btf__free(btf);
}
