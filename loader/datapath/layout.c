// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "layout.h"
#include "loader/maps/walk.h"

/* ---- from BTF ---- */

static int layout_add(struct layout *layout, const char *name, __u32 offset, __u32 size,
		      struct err *why)
{
	struct layout_entry *entry = &layout->entries[layout->count];

	if (layout->count == GARPD_MAX_FIELDS || strlen(name) >= FIELD_NAME_LEN)
		return err_set(why, -E2BIG, "map layout: no room for %s", name);
	*entry = (struct layout_entry){.place = {offset, size}};
	strcpy(entry->name.text, name);
	layout->count++;
	return 0;
}

/* The members of a struct that begins at `offset`; `prefix` is its own name, with a dot. */
static int layout_add_members(const struct btf *btf, const struct btf_type *type, __u32 offset,
			      const char *prefix, struct layout *layout, struct err *why)
{
	char name[2 * FIELD_NAME_LEN];
	const struct btf_type *member;
	int err = 0;
	__u32 at, i;
	__s32 id;

	for (i = 0; i < btf_vlen(type) && !err; i++) {
		id = btf__resolve_type(btf, btf_members(type)[i].type);
		member = btf__type_by_id(btf, (__u32)id);
		if (!member)
			return err_set(why, -EINVAL, "claim: a field without a type");
		if (!strcmp(btf__name_by_offset(btf, member->name_off), "bpf_spin_lock"))
			continue;
		at = offset + btf_member_bit_offset(type, i) / 8;
		snprintf(name, sizeof(name), "%.*s%.*s", FIELD_NAME_LEN, prefix, FIELD_NAME_LEN - 2,
			 btf__name_by_offset(btf, btf_members(type)[i].name_off));
		if (btf_is_struct(member))
			err = layout_add_members(btf, member, at, strcat(name, "."), layout, why);
		else
			err = layout_add(layout, name, at, (__u32)btf__resolve_size(btf, (__u32)id),
					 why);
	}
	return err;
}

/* ---- what is a number in a byte of a claim ---- */

#define STATE  "state="
#define REASON "reason="

static int layout_add_numbers(struct layout *layout, const char *const names[], __u32 count,
			      struct err *why)
{
	int err = 0;
	__u32 i;

	for (i = 0; i < count && !err; i++)
		err = layout_add(layout, names[i], i, 0, why);
	return err;
}

#define STATE_NAME(NAME, name, help) [CLAIM_##NAME] = STATE #name,
#define REASON_NAME(name, help)	     [COUNTER_##name] = REASON #name,
static const char *const states[] = {CLAIM_STATES(STATE_NAME)};
static const char *const reasons[] = {COUNTERS(REASON_NAME)};

int layout_of(const struct btf *btf, struct layout *layout, struct err *why)
{
	__s32 id = btf__find_by_name_kind(btf, "claim", BTF_KIND_STRUCT);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;

	memset(layout, 0, sizeof(*layout));
	if (!type)
		return err_set(why, -ENOENT, "claim: not in the BTF of the programs");
	return layout_add_members(btf, type, 0, "", layout, why)
		       ?: layout_add_numbers(layout, states, CLAIM_STATE_MAX, why)
		       ?: layout_add_numbers(layout, reasons, COUNTER_MAX, why)
		       ?: layout_add(layout, LAYOUT_MADE_QDISC, offsetof(struct port, made_qdisc),
				     0, why);
}

/* ---- in the map ---- */

int layout_write(int layout_fd, const struct layout *layout, struct err *why)
{
	size_t i;

	for (i = 0; i < layout->count; i++)
		if (bpf_map_update_elem(layout_fd, &layout->entries[i].name,
					&layout->entries[i].place, BPF_ANY))
			return err_set(why, -errno, "map layout: cannot write: %s",
				       strerror(errno));
	return 0;
}

/* An enum's numbers have no size: they fit anywhere. */
static bool layout_fits(const struct field_place *place, __u32 size)
{
	return place->size <= size && (!place->size || place->offset <= size - place->size);
}

int layout_read(int layout_fd, __u32 size, struct layout *layout)
{
	struct field_place place;
	struct field_name name;
	struct map_walk walk;
	bool fits = true;
	struct err why;

	memset(layout, 0, sizeof(*layout));
	map_walk_begin(&walk, layout_fd, 0);
	while (fits && map_walk_next(&walk, &name, &place)) {
		name.text[FIELD_NAME_LEN - 1] = '\0';
		fits = layout_fits(&place, size) &&
		       !layout_add(layout, name.text, place.offset, place.size, &why);
	}
	return map_walk_end(&walk) || !fits || !layout->count ? -ENOENT : 0;
}

/* ---- from one to the other ---- */

static const struct field_place *layout_find(const struct layout *layout, const char *name)
{
	size_t i;

	for (i = 0; i < layout->count; i++)
		if (!strcmp(layout->entries[i].name.text, name))
			return &layout->entries[i].place;
	return NULL;
}

/* Without these a claim is nobody's, or another's. */
static bool layout_is_needed(const char *name)
{
	return !strncmp(name, "key.", 4) || !strcmp(name, "mac") || !strcmp(name, "port") ||
	       !strcmp(name, "state");
}

static int layout_match_fields(const struct layout *was, const struct layout *is,
			       struct layout_moves *moves)
{
	const struct field_place *from, *to;
	int err = 0;
	size_t i;

	for (i = 0; i < is->count; i++) {
		to = &is->entries[i].place;
		from = layout_find(was, is->entries[i].name.text);
		if (!to->size)
			continue;
		if (!from || from->size != to->size) {
			err = layout_is_needed(is->entries[i].name.text) ? -ENOENT : err;
			continue;
		}
		moves->moves[moves->count].from = from->offset;
		moves->moves[moves->count].to = to->offset;
		moves->moves[moves->count++].size = to->size;
	}
	return err;
}

/* Those of the enum whose names begin with `prefix`; one that only the former has becomes 0. */
static void layout_match_numbers(const struct layout *was, const struct layout *is,
				 const char *prefix, struct layout_numbers *numbers)
{
	const struct layout_entry *entry;
	const struct field_place *to;
	size_t i;

	for (i = 0; i < was->count; i++) {
		entry = &was->entries[i];
		to = layout_find(is, entry->name.text);
		if (to && !strncmp(entry->name.text, prefix, strlen(prefix)))
			numbers->is[entry->place.offset & 0xff] = (__u8)to->offset;
	}
}

int layout_match(const struct layout *was, const struct layout *is, struct layout_moves *moves)
{
	memset(moves, 0, sizeof(*moves));
	layout_match_numbers(was, is, STATE, &moves->state);
	layout_match_numbers(was, is, REASON, &moves->reason);
	return layout_match_fields(was, is, moves);
}

void layout_move(const struct layout_moves *moves, const void *from, struct claim *to)
{
	size_t i;

	memset(to, 0, sizeof(*to));
	for (i = 0; i < moves->count; i++)
		memcpy((char *)to + moves->moves[i].to, (const char *)from + moves->moves[i].from,
		       moves->moves[i].size);
	to->state = moves->state.is[to->state];
	to->reason = moves->reason.is[to->reason];
}
