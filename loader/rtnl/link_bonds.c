// SPDX-License-Identifier: GPL-2.0-or-later
/* link_bonds.c - bonds and their members. */
#include <linux/if_bonding.h>
#include <linux/if_link.h>

#include "links.h"

void link_read_bond(const struct nlattr *info_data, struct link_facts *facts)
{
	const struct nlattr *data[IFLA_BOND_MAX + 1];

	netlink_attrs_nested(info_data, data, IFLA_BOND_MAX + 1);
	switch (netlink_uint(data[IFLA_BOND_MODE])) {
	case BOND_MODE_TLB:
	case BOND_MODE_ALB:
		facts->bonded = LINK_BONDED_BALANCED;
		break;
	case BOND_MODE_8023AD:
		facts->bonded = LINK_BONDED_LACP;
		break;
	}
}

void link_read_member(const struct nlattr *slave_data, struct link_facts *facts)
{
	const struct nlattr *data[IFLA_BOND_SLAVE_MAX + 1];

	netlink_attrs_nested(slave_data, data, IFLA_BOND_SLAVE_MAX + 1);
	facts->aggregator = netlink_uint(data[IFLA_BOND_SLAVE_AD_AGGREGATOR_ID]);
	facts->member_up = data[IFLA_BOND_SLAVE_MII_STATUS] &&
			   netlink_uint(data[IFLA_BOND_SLAVE_MII_STATUS]) == BOND_LINK_UP &&
			   netlink_uint(data[IFLA_BOND_SLAVE_STATE]) == BOND_STATE_ACTIVE;
}
