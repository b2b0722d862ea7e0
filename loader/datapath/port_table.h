/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port_table.h - the ports as `garpd show ports` prints them.
 */
#ifndef GARPD_DATAPATH_PORT_TABLE_H
#define GARPD_DATAPATH_PORT_TABLE_H

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "loader/base/output.h"
#include "loader/base/text.h"
#include "loader/maps/pins.h"

struct port_row {
	__u32 ifindex;
	char name[NAME_TEXT_LEN];
	struct port port;
	struct limit limit;
};

struct port_table {
	struct port_row *row; /* what needs attention first, then by name */
	size_t count;
};

/* Reads every port that is in the maps. 0, or -ENOMEM with `why`; free it either way. */
int port_table_read(const struct pins *pins, struct port_table *table, struct err *why);
void port_table_free(struct port_table *table);

/* Bad: it is not heard. Some: it does not forward. */
enum trouble port_table_trouble(const struct port_row *row);

/* The columns are those that most people want. */
extern const struct field port_table_fields[], port_table_columns[];

#endif
