// SPDX-License-Identifier: GPL-2.0-or-later
/* What each type of a field becomes, in JSON and in columns. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leaks.h"
#include "loader/base/output.h"
#include "loader/base/text.h"

struct row {
	__u8 small;
	__u64 big;
	__u16 flag, role, vlan;
	char name[8];
	__u32 ifindex;
	struct claim_key key;
	__u8 mac[MAC_LEN];
	struct addr addr;
	__u64 time_ns;
};

static json_t *get_list(const void *row)
{
	return json_pack("[s, s]", "one", "two");
}

#define ROW(TYPE, member) FIELD(TYPE, struct row, member)

static const struct field fields[] = {
	{"small", "SMALL", ROW(NUMBER, small)},
	{"big", NULL, ROW(NUMBER, big)},
	{"flag", "FLAG", ROW(BOOL, flag)},
	{"role", NULL, ROW(ENUM, role), .name = port_role_name},
	{"vlan", NULL, ROW(VLAN, vlan)},
	{"name", "NAME", ROW(TEXT, name)},
	{"interface", NULL, ROW(INTERFACE, ifindex)},
	{"", "VLANS", ROW(VLANS, key)},
	{"mac", NULL, ROW(MAC, mac)},
	{"addr", NULL, ROW(ADDR, addr)},
	{"time", NULL, ROW(TIME, time_ns)},
	{"list", "LIST", .get = get_list},
	{},
};

static void assert_object(const struct row *row, json_t *expected)
{
	json_t *object = output_object(fields, row);
	char *text = json_dumps(object, 0);

	cr_assert(json_equal(object, expected), "%s", text);
	free(text);
	json_decref(object);
	json_decref(expected);
	no_leaks();
}

Test(output, each_type_of_a_field)
{
	struct row row = {.small = 200,
			  .big = 1ull << 40,
			  .flag = 2,
			  .role = ROLE_UPLINK,
			  .vlan = 7,
			  .name = "vm1",
			  .ifindex = 4000000000u,
			  .mac = {0, 0x15, 0x5d, 0, 0, 1}};

	addr_parse("192.0.2.7", &row.addr);
	assert_object(&row,
		      json_pack("{s:i, s:I, s:b, s:s, s:i, s:s, s:s, s:s, s:s, s:n, s:[s, s]}",
				"small", 200, "big", (json_int_t)1 << 40, "flag", 1, "role",
				"uplink", "vlan", 7, "name", "vm1", "interface", "#4000000000",
				"mac", "00:15:5d:00:00:01", "addr", "192.0.2.7", "time", "list",
				"one", "two"));
}

Test(output, what_is_not_known_is_null)
{
	struct row row = {};

	assert_object(&row,
		      json_pack("{s:i, s:i, s:b, s:s, s:n, s:n, s:n, s:n, s:n, s:n, s:[s, s]}",
				"small", 0, "big", 0, "flag", 0, "role", port_role_name(0), "vlan",
				"name", "interface", "mac", "addr", "time", "list", "one", "two"));
}

Test(output, columns_are_as_wide_as_their_widest_cell, .init = cr_redirect_stdout)
{
	struct row rows[] = {{.small = 200, .flag = 1, .name = "vm1", .key = {.vlan = 7}},
			     {.name = "vm22222", .key = {.vlan = 100, .inner_vlan = 7}}};

	output_rows(fields, rows, 2, sizeof(rows[0]), false);
	fflush(stdout);
	cr_assert_stdout_eq_str("SMALL  FLAG  NAME     VLANS  LIST\n"
				"200    yes   vm1      7      one, two\n"
				"0      no    vm22222  100.7  one, two\n");
}

Test(output, rows_are_a_json_array, .init = cr_redirect_stdout)
{
	output_rows(fields, NULL, 0, sizeof(struct row), true);
	fflush(stdout);
	cr_assert_stdout_eq_str("[]\n");
}
