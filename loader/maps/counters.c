// SPDX-License-Identifier: GPL-2.0-or-later
#include "counters.h"
#include "loader/base/text.h"
#include "percpu.h"

int counters_read(const struct pins *pins, __u64 values[COUNTER_MAX], struct err *why)
{
	return percpu_sum(pins->counters, "counters", 0, values, COUNTER_MAX, why);
}

/* ---- as a user sees it ---- */

#define ROW(TYPE, member) FIELD(TYPE, struct counter_row, member)

const struct field counters_fields[] = {
	{"counter", "COUNTER", ROW(ENUM, counter), .name = counter_name},
	{"value", "VALUE", ROW(NUMBER, value)},
	{"help", "MEANING", ROW(ENUM, counter), .name = counter_help},
	{},
};
