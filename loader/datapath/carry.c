// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "carry.h"
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
	fd = carry_open_pin("layout");
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

/* ---- its claims ---- */

/* carry_each: one claim, as this version has it. Does it have a place in the new map? */
typedef bool (*carry_fn)(void *ctx, struct claim *claim);

static void carry_each(struct carry *carry, carry_fn each, void *ctx)
{
	char key[MAP_WALK_KEY_MAX];
	struct claim claim;
	struct map_walk walk;
	void *value;

	carry->found = carry->carried = 0;
	map_walk_begin(&walk, carry->claims, 0);
	value = malloc(walk.value_size);
	while (value && map_walk_next(&walk, key, value)) {
		layout_move(carry->moves, value, &claim);
		carry->found++;
		if (claim.state != CLAIM_NONE && each(ctx, &claim))
			carry->carried++;
	}
	map_walk_end(&walk);
	free(value);
}

/* ---- the first time ---- */

struct carry_new {
	int claims, limits;
};

static void carry_charge(int limits_fd, __u32 port)
{
	struct limit limit = {};

	bpf_map_lookup_elem(limits_fd, &port, &limit);
	limit.claims++;
	bpf_map_update_elem(limits_fd, &port, &limit, BPF_ANY);
}

static bool carry_first(void *ctx, struct claim *claim)
{
	const struct carry_new *to = ctx;

	if (bpf_map_update_elem(to->claims, &claim->key, claim, BPF_NOEXIST))
		return false;
	if (claim->quota_port)
		carry_charge(to->limits, claim->quota_port);
	return true;
}

void carry_begin(struct carry *carry, const struct layout *is, int claims_fd, int limits_fd)
{
	struct carry_new to = {claims_fd, limits_fd};

	carry->since_ns = time_now_ns();
	carry->claims = carry_open_pin("claims");
	if (carry->claims < 0 || carry_match(carry, is))
		carry_close(carry);
	else
		carry_each(carry, carry_first, &to);
}

/* ---- the second time ---- */

struct carry_rest {
	const struct pins *pins;
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
		return !bpf_map_update_elem(claims, &claim->key, claim, BPF_NOEXIST);
	}
	if (carry_is_touched(&is, rest->since_ns))
		return true;
	claim->flags |= is.flags & CLAIM_F_DOUBTED;
	return !bpf_map_update_elem(claims, &claim->key, claim, BPF_F_LOCK | BPF_EXIST);
}

void carry_end(struct carry *carry, const struct pins *pins)
{
	struct carry_rest rest = {pins, carry->since_ns};

	if (carry->claims >= 0)
		carry_each(carry, carry_second, &rest);
	carry_close(carry);
}
