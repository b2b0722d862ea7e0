// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <bpf/bpf.h>

#include "rules.h"
#include "loader/maps/walk.h"

/*
 * The rules of a configuration are numbered from a base, a multiple of GARPD_MAX_RULES. The
 * configuration in force has one base and the next configuration another; the third is for ports
 * that a start or reload that failed half-way has left with it.
 */
#define BASES_END (GARPD_RULE_SETS * GARPD_MAX_RULES)

static bool rule_has_base(__u32 rule, __u32 base)
{
	return rule > base && rule <= base + GARPD_MAX_RULES;
}

/* Deletes the rules with that base. */
static void rules_forget(const struct pins *pins, __u32 base)
{
	struct rule_address address;
	struct map_walk walk;
	struct rule_mac mac;

	map_walk_begin(&walk, pins->rule_addresses, 0);
	while (map_walk_next(&walk, &address, NULL))
		if (rule_has_base(address.rule, base))
			bpf_map_delete_elem(pins->rule_addresses, &address);
	map_walk_begin(&walk, pins->rule_macs, 0);
	while (map_walk_next(&walk, &mac, NULL))
		if (rule_has_base(mac.rule, base))
			bpf_map_delete_elem(pins->rule_macs, &mac);
}

static bool base_is_used(const struct pins *pins, __u32 base)
{
	struct map_walk walk;
	struct port port;
	bool used = false;
	__u32 ifindex;

	map_walk_begin(&walk, pins->ports, 0);
	while (!used && map_walk_next(&walk, &ifindex, &port))
		used = rule_has_base(port.rule, base);
	map_walk_end(&walk);
	return used;
}

/*
 * Takes the first base that no port has, and empties all such: a configuration that failed may have
 * left rules there. 0, or -EBUSY: each has its ports.
 */
static int rules_take_base(const struct pins *pins, __u32 *taken)
{
	int err = -EBUSY;

	for (__u32 base = 0; base < BASES_END; base += GARPD_MAX_RULES) {
		if (base_is_used(pins, base))
			continue;
		rules_forget(pins, base);
		if (err)
			*taken = base;
		err = 0;
	}
	return err;
}

static int rule_write(const struct pins *pins, const struct port_rule *rule, __u32 number)
{
	__u32 allowed = 1;
	int err = 0;

	for (size_t i = 0; i < rule->address_count && !err; i++) {
		struct rule_address key = {
			.len = RULE_BITS + rule->address[i].len,
			.rule = number,
			.addr = rule->address[i].addr,
		};

		err = bpf_map_update_elem(pins->rule_addresses, &key, &allowed, BPF_ANY);
	}
	for (size_t i = 0; i < rule->mac_count && !err; i++) {
		struct rule_mac key = {.rule = number};

		memcpy(key.mac, rule->mac[i], MAC_LEN);
		err = bpf_map_update_elem(pins->rule_macs, &key, &allowed, BPF_ANY);
	}
	return err;
}

int rules_apply(const struct pins *pins, struct guards *guards, struct err *why)
{
	int err = rules_take_base(pins, &guards->rule_base);

	if (err)
		return err_set(why, err,
			       "ports: still held to the rules of %u configurations that failed "
			       "half-way; garpd detach, then start",
			       GARPD_RULE_SETS);
	for (size_t i = 0; i < guards->rule_count; i++) {
		err = rule_write(pins, &guards->rule[i], guards->rule_base + (__u32)i + 1);
		if (err)
			return err_set(why, err, "ports: %s: cannot write its rule: %s",
				       guards->rule[i].port, strerror(-err));
	}
	return 0;
}

void rules_forget_others(const struct pins *pins, const struct guards *guards)
{
	for (__u32 base = 0; base < BASES_END; base += GARPD_MAX_RULES)
		if (base != guards->rule_base)
			rules_forget(pins, base);
}
