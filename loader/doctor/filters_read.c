// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <linux/netfilter_bridge/ebtables.h>

#include <bpf/bpf.h>

#include "bpf/claim/state.h"
#include "files.h"
#include "filters.h"
#include "loader/attach/hooks.h"

/* ---- programs ---- */

/* What the daemon has, rather than what it would have. */
static bool is_attended(const struct doctor *doctor, __u32 ifindex)
{
	struct port port;

	return doctor->daemon == 1 && !doctor->pins_err &&
	       !bpf_map_lookup_elem(doctor->pins.ports, &ifindex, &port);
}

static void port_read(const struct doctor *doctor, const struct view_port *port,
		      struct filters_port *to)
{
	bool is_host = port->port.role == ROLE_HOST;

	*to = (struct filters_port){
		.is_host = is_host,
		.is_attended = is_attended(doctor, port->ifindex),
		.denies = !settings_asks(port->port.settings) || port->port.guards & GUARD_DEAF,
	};
	memcpy(to->name, port->name, sizeof(to->name));
	snprintf(to->bridge, sizeof(to->bridge), "%s", view_name(doctor->view, port->port.segment));
	to->programs = hooks_read(port->ifindex, is_host, to->program, ORDER_MAX);
}

static int programs_read(const struct doctor *doctor, struct filters_facts *facts)
{
	const struct view *view = doctor->view;

	facts->port = calloc(view->port_count + 1, sizeof(*facts->port));
	if (!facts->port)
		return -ENOMEM;
	for (size_t i = 0; i < view->port_count; i++)
		if (view_shows(view, &view->port[i]))
			port_read(doctor, &view->port[i], &facts->port[facts->ports++]);
	return 0;
}

/* ---- rulesets ---- */

/*
 * To ask would make the kernel load it; a module that is there and not loaded has no rules. A part
 * of the kernel itself is in no list of modules.
 */
static bool is_loadable_only(const char *root, const char *module)
{
	char path[sizeof(struct utsname) + 64], word[64];
	struct utsname kernel;

	snprintf(word, sizeof(word), "/%s.ko", module);
	if (uname(&kernel))
		return false;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", kernel.release);
	if (!doctor_file_has(root, path, word))
		return false;
	snprintf(word, sizeof(word), "%s ", module);
	return !doctor_file_has(root, "/proc/modules", word);
}

static void on_chain(void *ctx, const struct nft_chain *chain)
{
	struct filters_facts *facts = ctx;
	struct nft_chain *grown;

	if (chain->family != NFPROTO_BRIDGE && chain->family != NFPROTO_ARP &&
	    chain->family != NFPROTO_NETDEV)
		return;
	grown = realloc(facts->chain, (facts->chains + 1) * sizeof(*grown));
	if (!grown) {
		facts->nft = -ENOMEM;
		return;
	}
	facts->chain = grown;
	grown[facts->chains++] = *chain;
}

static int legacy_add(struct filters_facts *facts, const char *table, const char *command)
{
	struct filters_legacy *grown = realloc(facts->legacy,
					       (facts->legacies + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	facts->legacy = grown;
	grown += facts->legacies++;
	*grown = (struct filters_legacy){.command = command};
	snprintf(grown->table, sizeof(grown->table), "%s", table);
	return 0;
}

/*
 * Does a table of the module have rules, in some network namespace? Such a table holds its module.
 * One without rules is not asked: since Linux 5.15 the question alone makes the table. Of modules
 * that are part of the kernel this cannot be told.
 */
static bool has_rules_somewhere(const char *root, const char *module)
{
	char path[PATH_MAX], name[64], line[256];
	unsigned int users = 0;
	FILE *modules;

	snprintf(path, sizeof(path), "%s/proc/modules", root);
	modules = fopen(path, "re");
	while (modules && fgets(line, sizeof(line), modules)) {
		if (sscanf(line, "%63s %*u %u", name, &users) == 2 && !strcmp(name, module))
			break;
		users = 0;
	}
	if (modules)
		fclose(modules);
	return users > 0;
}

/* Rules of the table, beside its policies; 0: none, or it cannot be asked. */
static unsigned int ebtables_rules(int fd, const char *table)
{
	struct ebt_replace info = {};
	socklen_t size = sizeof(info);

	snprintf(info.name, sizeof(info.name), "%s", table);
	return getsockopt(fd, IPPROTO_IP, EBT_SO_GET_INFO, &info, &size) ? 0 : info.nentries;
}

static int ebtables_read(const char *root, struct filters_facts *facts)
{
	static const struct {
		const char *module, *table, *name, *command;
	} tables[] = {
		{"ebtable_filter", "filter", "ebtables filter", "ebtables-legacy -t filter -L"},
		{"ebtable_nat", "nat", "ebtables nat", "ebtables-legacy -t nat -L"},
		{"ebtable_broute", "broute", "ebtables broute", "ebtables-legacy -t broute -L"},
	};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), err = 0;

	if (fd < 0)
		return 0; /* the reason is that of nftables, too */
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !err; i++)
		if (has_rules_somewhere(root, tables[i].module) &&
		    ebtables_rules(fd, tables[i].table))
			err = legacy_add(facts, tables[i].name, tables[i].command);
	close(fd);
	return err;
}

int filters_read(const struct doctor *doctor, const char *root, struct filters_facts *facts)
{
	int err;

	*facts = (struct filters_facts){
		.can_read_programs = programs_can_read(),
		.arp_of_bridges = doctor_file_has(
			root, "/proc/sys/net/bridge/bridge-nf-call-arptables", "1"),
	};
	err = programs_read(doctor, facts);
	if (!err && !is_loadable_only(root, "nf_tables"))
		facts->nft = nft_each_chain(on_chain, facts);
	if (!err)
		err = ebtables_read(root, facts);
	if (!err && doctor_file_has(root, "/proc/net/arp_tables_names", "filter"))
		err = legacy_add(facts, "arptables filter", "arptables-legacy -L");
	return facts->nft == -ENOMEM ? -ENOMEM : err;
}

void filters_free(struct filters_facts *facts)
{
	free(facts->port);
	free(facts->chain);
	free(facts->legacy);
	*facts = (struct filters_facts){};
}
