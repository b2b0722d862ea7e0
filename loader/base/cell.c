// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cell.h"
#include "text.h"

#define NAMES_KEPT 256 /* of interfaces, by the last byte of the ifindex */

/* ---- names of interfaces ---- */

static struct kept_name {
	__u32 ifindex; /* 0: none */
	char name[NAME_TEXT_LEN];
} names[NAMES_KEPT];

void cell_forget_names(void)
{
	memset(names, 0, sizeof(names));
}

static const char *interface_name(__u32 ifindex)
{
	struct kept_name *kept = &names[ifindex % NAMES_KEPT];

	if (kept->ifindex != ifindex)
		interface_text(ifindex, kept->name);
	kept->ifindex = ifindex;
	return kept->name;
}

/* ---- values ---- */

static bool is_zero(const void *bytes, size_t size)
{
	static const struct addr none;

	return !memcmp(bytes, &none, size);
}

static __u64 cell_number(const void *member, size_t size)
{
	switch (size) {
	case sizeof(__u8):
		return *(const __u8 *)member;
	case sizeof(__u16):
		return *(const __u16 *)member;
	case sizeof(__u32):
		return *(const __u32 *)member;
	}
	return *(const __u64 *)member;
}

static void cell_set_text(struct cell *cell, const char *text)
{
	cell->kind = text[0] ? CELL_TEXT : CELL_NULL;
	cell->text = text;
}

static void cell_set_number(struct cell *cell, enum cell_kind kind, __u64 number)
{
	cell->kind = kind;
	cell->number = number;
}

static void cell_set_vlans(struct cell *cell, const struct claim_key *key)
{
	if (!key->inner_vlan && !(key->vlan & VLAN_AD))
		return cell_set_number(cell, key->vlan ? CELL_NUMBER : CELL_NULL, key->vlan);
	cell_set_text(cell, vlans_text(key, cell->room));
}

static void cell_set_json(struct cell *cell, json_t *json)
{
	cell->json = json;
	cell->kind = CELL_JSON;
	if (json_is_null(json))
		cell->kind = CELL_NULL;
	else if (json_is_boolean(json))
		cell_set_number(cell, CELL_BOOL, json_is_true(json));
	else if (json_is_integer(json))
		cell_set_number(cell, CELL_NUMBER, (__u64)json_integer_value(json));
	else if (json_is_string(json)) {
		cell->kind = CELL_TEXT; /* also "" */
		cell->text = json_string_value(json);
	}
}

void cell_fill(struct cell *cell, const struct field *field, const void *row)
{
	const void *member = (const char *)row + field->offset;

	cell->kind = CELL_NULL;
	cell->json = NULL;
	switch (field->type) {
	case FIELD_COMPUTED:
		/* NULL: no memory, or a text that is not UTF-8. The line stays JSON. */
		return cell_set_json(cell, field->get(row) ?: json_null());
	case FIELD_NUMBER:
		return cell_set_number(cell, CELL_NUMBER, cell_number(member, field->size));
	case FIELD_BOOL:
		return cell_set_number(cell, CELL_BOOL, cell_number(member, field->size) != 0);
	case FIELD_ENUM:
		return cell_set_text(cell,
				     field->name((unsigned int)cell_number(member, field->size)));
	case FIELD_TEXT:
		return cell_set_text(cell, member);
	case FIELD_INTERFACE:
		if (*(const __u32 *)member)
			cell_set_text(cell, interface_name(*(const __u32 *)member));
		return;
	case FIELD_VLAN:
		if (*(const __u16 *)member)
			cell_set_number(cell, CELL_NUMBER, *(const __u16 *)member & VLAN_VID);
		return;
	case FIELD_VLANS:
		return cell_set_vlans(cell, member);
	case FIELD_MAC:
		if (!is_zero(member, MAC_LEN))
			cell_set_text(cell, mac_text(member, cell->room));
		return;
	case FIELD_ADDR:
		if (!is_zero(member, sizeof(struct addr)))
			cell_set_text(cell, addr_text(member, cell->room));
		return;
	case FIELD_TIME:
		return cell_set_text(cell, time_text(*(const __u64 *)member, cell->room));
	}
}

void cell_end(struct cell *cell)
{
	json_decref(cell->json);
}

/* ---- as JSON ---- */

json_t *cell_json(const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_NULL:
		break;
	case CELL_BOOL:
		return json_boolean(cell->number);
	case CELL_NUMBER:
		return json_integer((json_int_t)cell->number);
	case CELL_TEXT:
		return json_string(cell->text);
	case CELL_JSON:
		return json_incref(cell->json);
	}
	return json_null();
}

/* Can the text stand between quotes as it is? */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
			return false;
	return true;
}

/* jansson makes an object of each value: of the common ones, in tens of thousands of rows, none. */
void cell_print_json(const struct cell *cell)
{
	json_t *json;

	if (cell->kind == CELL_TEXT && is_plain(cell->text)) {
		putchar_unlocked('"');
		fputs(cell->text, stdout);
		putchar_unlocked('"');
	} else if (cell->kind == CELL_NUMBER && cell->number < 10) {
		putchar_unlocked('0' + (int)cell->number);
	} else if (cell->kind == CELL_NUMBER) {
		printf("%llu", cell->number);
	} else if (cell->kind == CELL_NULL || cell->kind == CELL_BOOL) {
		fputs(cell->kind == CELL_NULL ? "null" : cell->number ? "true" : "false", stdout);
	} else {
		json = cell_json(cell);
		json_dumpf(json, stdout, JSON_ENCODE_ANY);
		json_decref(json);
	}
}

/* ---- as a column ---- */

static void cell_list(const json_t *list, char text[CELL_LEN])
{
	size_t i, used = 0;

	for (i = 0; i < json_array_size(list) && used < CELL_LEN; i++)
		used += (size_t)snprintf(text + used, CELL_LEN - used, "%s%s", i ? ", " : "",
					 json_string_value(json_array_get(list, i)));
}

void cell_column(const struct cell *cell, char text[CELL_LEN])
{
	strcpy(text, "-");
	if (cell->kind == CELL_TEXT)
		snprintf(text, CELL_LEN, "%s", cell->text);
	else if (cell->kind == CELL_NUMBER)
		snprintf(text, CELL_LEN, "%llu", cell->number);
	else if (cell->kind == CELL_BOOL)
		strcpy(text, cell->number ? "yes" : "no");
	else if (cell->kind == CELL_JSON)
		cell_list(cell->json, text);
}
