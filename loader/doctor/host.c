// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host.c - the groups of checks about this host itself, as one that has addresses in the segments.
 */
#include <string.h>

#include "address.h"
#include "fabric.h"
#include "neighbours.h"
#include "receivers.h"

static int examine_receivers(struct doctor *doctor, const struct interfaces *interfaces)
{
	struct receivers_facts facts;
	int err = receivers_read(interfaces, &facts);

	if (!err)
		receivers_judge(&facts, doctor->findings);
	receivers_free(&facts);
	return err;
}

static int examine_neighbours(struct doctor *doctor, const struct interfaces *interfaces)
{
	struct neighbours_facts facts;
	int err = neighbours_read(doctor, interfaces, &facts);

	if (!err)
		neighbours_judge(&facts, doctor->findings);
	neighbours_free(&facts);
	return err;
}

static int examine_fabric(struct doctor *doctor, const struct interfaces *interfaces)
{
	struct fabric_facts facts;
	int err = fabric_read(doctor, interfaces, &facts);

	if (!err)
		fabric_judge(&facts, doctor->findings);
	fabric_free(&facts);
	return err;
}

static int examine_address(struct doctor *doctor, const struct interfaces *interfaces)
{
	static const struct addr none;
	struct address_facts facts;
	int err;

	if (!memcmp(&doctor->addr, &none, sizeof(none)))
		return 0;
	err = address_read(doctor, interfaces, &facts);
	if (!err)
		address_judge(&facts, doctor->findings);
	address_free(&facts);
	return err;
}

int host_examine(struct doctor *doctor)
{
	static int (*const groups[])(struct doctor * doctor,
				     const struct interfaces *interfaces) = {
		examine_receivers,
		examine_neighbours,
		examine_fabric,
		examine_address,
	};
	struct interfaces interfaces;
	int err = interfaces_read(doctor->view, &interfaces);

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]) && !err; i++)
		err = groups[i](doctor, &interfaces);
	interfaces_free(&interfaces);
	return err;
}
