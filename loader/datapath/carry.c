// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "carry.h"
#include "former.h"
#include "bpf/claim/state.h"
#include "loader/base/text.h"
#include "loader/maps/pins_netns.h"
#include "loader/maps/walk.h"

/* ---- the former map ---- */

void carry_init(struct carry *carry)
{
	*carry = (struct carry){.claims = -1};
}

void carry_close(struct carry *carry)
{
	if (carry->claims >= 0)
		close(carry->claims);
	free(carry->moves);
	carry->claims = -1;
	carry->moves = NULL;
}

static int carry_open_pin(const char *name)
{
	char path[PIN_PATH_LEN];

	return bpf_obj_get(pins_path(name, path));
}

/* Of the claims that are pinned, by the map `layout` beside them. 0, or -errno. */
static int carry_read_layout(const struct carry *carry, struct layout *was)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	int fd, err;

	err = bpf_obj_get_info_by_fd(carry->claims, &info, &size);
	if (err)
		return err;
	fd = former_open_pin("layout");
	if (fd < 0)
		return fd;
	err = layout_read(fd, info.value_size, was);
	close(fd);
	return err;
}

static int carry_match(struct carry *carry, const struct layout *is)
{
	struct layout *was = malloc(sizeof(*was));
	int err = -ENOMEM;

	carry->moves = malloc(sizeof(*carry->moves));
	if (was && carry->moves)
		err = carry_read_layout(carry, was);
	if (!err)
		err = layout_match(was, is, carry->moves);
	free(was);
	return err;
}

static bool carry_open(struct carry *carry, const struct layout *is)
{
	carry->claims = former_open_pin("claims");
	if (carry->claims >= 0 && !carry_match(carry, is))
		return true;
	carry_close(carry);
	return false;
}

/* ---- its claims ---- */

/* carry_each: one claim, as this version has it. Does it have a place in the new map? */
typedef bool (*carry_fn)(void *ctx, struct claim *claim);

/* The former programs write each claim under its lock; a map without locks refuses the flag. */
static __u64 carry_flags(int claims_fd, void *value)
{
	static const struct claim_key none;
	int err = bpf_map_lookup_elem_flags(claims_fd, &none, value, BPF_F_LOCK);

	return err == -EINVAL ? 0 : BPF_F_LOCK;
}

static void carry_each(struct carry *carry, carry_fn each, void *ctx)
{
	struct bpf_map_info info = {};
	char key[MAP_WALK_KEY_MAX];
	__u32 size = sizeof(info);
	struct map_walk walk = {};
	struct claim claim;
	void *value;

	carry->found = carry->carried = 0;
	bpf_obj_get_info_by_fd(carry->claims, &info, &size);
	value = malloc(info.value_size);
	if (value)
		map_walk_begin(&walk, carry->claims, carry_flags(carry->claims, value));
	while (value && map_walk_next(&walk, key, value)) {
		layout_move(carry->moves, value, &claim);
		if (!claim.key.segment) /* it was being deleted (claim_bury()) */
			continue;
		carry->found++;
		if (claim.state != CLAIM_NONE && each(ctx, &claim))
			carry->carried++;
	}
	map_walk_end(&walk);
	free(value);
}

/* ---- by which it is found ---- */

/* For frames whose VLAN is not known (bpf/claimed.h). Without a place, as claimed_note(). */
static void carry_list(int claimed_fd, const struct claim_key *key)
{
	struct claimed_key at = {.segment = key->segment, .addr = key->addr};
	struct claimed vlans = {key->vlan, key->inner_vlan};

	for (; at.place < CLAIMED_VLANS; at.place++)
		if (!bpf_map_update_elem(claimed_fd, &at, &vlans, BPF_NOEXIST))
			return;
}

/* For frames of its guest, which then is asked at once, as ask_note(). */
static void carry_note_asked(int asked_fd, const struct claim *claim)
{
	struct asked_key at = {.segment = claim->key.segment};
	struct asked asked = {};

	if (!claim_is_asked(claim))
		return;
	memcpy(at.mac, claim->mac, MAC_LEN);
	bpf_map_lookup_elem(asked_fd, &at, &asked);
	asked.claim[claim->key.addr.bytes[15] % ASKED_CLAIMS] = claim->key;
	bpf_map_update_elem(asked_fd, &at, &asked, BPF_ANY);
}

/* ---- the first time ---- */

static void carry_charge(int limits_fd, __u32 port)
{
	struct limit limit = {};

	bpf_map_lookup_elem(limits_fd, &port, &limit);
	limit.claims++;
	bpf_map_update_elem(limits_fd, &port, &limit, BPF_ANY);
}

static bool carry_first(void *ctx, struct claim *claim)
{
	const struct carry_maps *to = ctx;

	if (bpf_map_update_elem(to->claims, &claim->key, claim, BPF_NOEXIST))
		return false;
	carry_list(to->claimed, &claim->key);
	carry_note_asked(to->asked, claim);
	if (claim->quota_port)
		carry_charge(to->port_limits, claim->quota_port);
	return true;
}

void carry_begin(struct carry *carry, const struct layout *is, struct carry_maps to)
{
	carry->since_ns = time_now_ns();
	if (carry_open(carry, is))
		carry_each(carry, carry_first, &to);
}

/* ---- the second time ---- */

struct carry_rest {
	const struct pins *pins;
	int claimed;
	__u64 since_ns;
};

/* Has a frame, or the daemon, changed it since? */
static bool carry_is_touched(const struct claim *claim, __u64 since_ns)
{
	return claim->last_probe_ns >= since_ns || claim->last_seen_ns >= since_ns ||
	       claim->last_conflict_ns >= since_ns || claim->changed_ns >= since_ns;
}

/*
 * What the new program has heard of a claim is not to be lost, nor is one to come back that the
 * daemon has removed. One that is new counts against no quota: its port's is in use by now.
 */
static bool carry_second(void *ctx, struct claim *claim)
{
	const struct carry_rest *rest = ctx;
	int claims = rest->pins->claims;
	struct claim is;

	if (bpf_map_lookup_elem_flags(claims, &claim->key, &is, BPF_F_LOCK)) {
		if (!carry_is_touched(claim, rest->since_ns))
			return false;
		claim->quota_port = 0;
		carry_list(rest->claimed, &claim->key);
		return !bpf_map_update_elem(claims, &claim->key, claim, BPF_NOEXIST);
	}
	if (carry_is_touched(&is, rest->since_ns))
		return true;
	if (is.flags & CLAIM_F_DOUBTED)
		claim_doubt(claim);
	return !bpf_map_update_elem(claims, &claim->key, claim, BPF_F_LOCK | BPF_EXIST);
}

void carry_resume(struct carry *carry, const struct layout *is)
{
	carry->since_ns = former_read_since();
	if (carry->since_ns)
		carry_open(carry, is);
}

void carry_end(struct carry *carry, const struct pins *pins)
{
	struct carry_rest rest = {pins, -1, carry->since_ns};

	if (carry->claims < 0)
		return;
	rest.claimed = carry_open_pin("claimed");
	carry_each(carry, carry_second, &rest);
	if (rest.claimed >= 0)
		close(rest.claimed);
	carry_close(carry);
}
