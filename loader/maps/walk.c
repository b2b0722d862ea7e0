// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "walk.h"

#define BATCH_BYTES (64 * 1024u)

/* ---- many at a time ---- */

static char *batch_values(const struct map_walk *walk)
{
	return walk->batch + walk->max * walk->key_size;
}

/*
 * Reads the next batch; `in` is the position, NULL at first. 0, or -errno: -ENOENT with those that
 * are the last ones, maybe none.
 */
static int batch_read(struct map_walk *walk, void *in)
{
	DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = walk->flags);
	int err;

	walk->at = 0;
	walk->count = walk->max;
	err = bpf_map_lookup_batch(walk->map_fd, in, walk->next, walk->batch, batch_values(walk),
				   &walk->count, &opts);
	if (err && err != -ENOENT)
		walk->count = 0;
	if (err)
		walk->left = 0;
	return err;
}

static bool is_hash(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_HASH || info->type == BPF_MAP_TYPE_LRU_HASH;
}

/* True: the first batch is there. Not with an old kernel, or without memory. */
static bool batch_begin(struct map_walk *walk, const struct bpf_map_info *info)
{
	int err;

	if (!is_hash(info))
		return false;
	walk->max = BATCH_BYTES / (walk->key_size + walk->value_size);
	walk->batch = malloc(walk->max * (walk->key_size + walk->value_size));
	if (!walk->batch)
		return false;
	err = batch_read(walk, NULL);
	return !err || err == -ENOENT;
}

static bool batch_next(struct map_walk *walk, void *key, void *value)
{
	if (walk->at == walk->count && walk->left) {
		walk->err = batch_read(walk, walk->next);
		walk->err = walk->err == -ENOENT ? 0 : walk->err;
	}
	if (walk->at == walk->count)
		return false;
	memcpy(key, walk->batch + walk->at * walk->key_size, walk->key_size);
	if (value)
		memcpy(value, batch_values(walk) + walk->at * walk->value_size, walk->value_size);
	walk->at++;
	return true;
}

/* ---- one by one ---- */

/* Finds the key behind `key`, NULL: the first. */
static void single_seek(struct map_walk *walk, const void *key)
{
	int err = bpf_map_get_next_key(walk->map_fd, key, walk->next);

	walk->left = err ? 0 : walk->left - 1;
	walk->err = err == -ENOENT ? 0 : err;
}

/* Reads ahead: of a key that is deleted the kernel knows no next one. */
static bool single_next(struct map_walk *walk, void *key, void *value)
{
	bool found = false;

	while (!found && walk->left) {
		memcpy(key, walk->next, walk->key_size);
		found = !value || !bpf_map_lookup_elem_flags(walk->map_fd, key, value, walk->flags);
		single_seek(walk, key);
	}
	return found;
}

/* ---- either ---- */

void map_walk_begin(struct map_walk *walk, int map_fd, __u64 flags)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	*walk = (struct map_walk){.map_fd = map_fd, .flags = flags};
	walk->err = bpf_obj_get_info_by_fd(map_fd, &info, &size);
	if (!walk->err && info.key_size > sizeof(walk->next))
		walk->err = -E2BIG;
	if (walk->err)
		return;
	walk->key_size = info.key_size;
	walk->value_size = info.value_size;
	walk->left = info.max_entries + 1;
	if (batch_begin(walk, &info))
		return;
	walk->max = 0;
	walk->left = info.max_entries + 1;
	single_seek(walk, NULL);
}

bool map_walk_next(struct map_walk *walk, void *key, void *value)
{
	bool found = walk->max ? batch_next(walk, key, value) : single_next(walk, key, value);

	if (!found)
		map_walk_end(walk);
	return found;
}

int map_walk_end(struct map_walk *walk)
{
	free(walk->batch);
	walk->batch = NULL;
	walk->at = walk->count = walk->left = 0;
	return walk->err;
}
