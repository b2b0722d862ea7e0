// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cost: what is attached to the ports of a bridge, in CPU time of everybody's traffic (traffic.h).
 * Runs in the hypervisor.
 *
 *	cost ways HOSTS...
 * measures a slice of each kind for each line of standard input, a name; prints
 * "NAME<tab>KIND<tab>PICOSECONDS", then "end".
 *
 *	cost swap OBJECT LOADS SLICES HOSTS... PORT...
 * swaps the programs of passby.bpf.o on the ports between slices; prints
 * "HOOK<tab>KIND<tab>PROGRAM<tab>PERCENT" for each pair.
 *
 * HOSTS are the words of struct traffic_hosts. A slice with a program is compared with those before
 * and after it, with the empty program of the hook: the machine drifts by more than what is
 * measured, but not in 20 ms. The programs are loaded anew LOADS times, since the address of their
 * code makes a difference.
 */
#include "object.h"
#include "samples.h"
#include "traffic.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ATTACH_TCX_INGRESS 46 /* enum bpf_attach_type of Linux 6.6 */
#define HOST_WORDS	   8
#define PORTS_MAX	   16

enum { EMPTY, GARPD, EMPTY_AGAIN, PROGRAMS };

static const char *const labels[PROGRAMS] = {"empty", "garpd", "another empty one"};

static const struct hook {
	const char *name;
	int type;
	unsigned int flags;
	const char *programs[PROGRAMS];
} hooks[] = {
	{"tcx", ATTACH_TCX_INGRESS, 0, {"bench_empty", "garpd_tc", "bench_empty_again"}},
	{"XDP",
	 BPF_XDP,
	 XDP_FLAGS_DRV_MODE,
	 {"bench_empty_xdp", "garpd_xdp", "bench_empty_xdp_again"}},
};

static const enum traffic_kind swap_kinds[] = {TRAFFIC_BRIDGE_64, TRAFFIC_BRIDGE_1500, TRAFFIC_TCP};

static int links[PORTS_MAX];

static int hosts_open(char **words)
{
	struct traffic_hosts hosts = {words[0], words[1], words[2], words[3],
				      words[4], words[5], words[6], words[7]};
	int err = traffic_open(&hosts);

	if (err)
		fprintf(stderr, "cost: no traffic: %s\n", strerror(-err));
	return err;
}

/* ---- ways ---- */

static int way_measure(const char *name)
{
	int err = traffic_connect();

	if (err)
		return err;
	for (unsigned int kind = 0; kind < TRAFFIC_KINDS; kind++) {
		int64_t ps = traffic_slice(kind);

		if (ps < 0)
			return (int)ps;
		printf("%s\t%s\t%lld\n", name, traffic_names[kind], (long long)ps);
	}
	puts("end");
	return 0;
}

static int ways_run(void)
{
	char name[64];
	int err = 0;

	puts("ready");
	while (!err && fgets(name, sizeof(name), stdin)) {
		name[strcspn(name, "\n")] = 0;
		err = way_measure(name);
	}
	return err;
}

/* ---- swap ---- */

static int programs_find(const struct bpf_object *object, const struct hook *hook, int *fds)
{
	for (unsigned int i = 0; i < PROGRAMS; i++) {
		const struct bpf_program *program = bpf_object__find_program_by_name(
			object, hook->programs[i]);

		if (!program)
			return -ENOENT;
		fds[i] = bpf_program__fd(program);
	}
	return 0;
}

static int links_make(const struct hook *hook, int program, char **ports, unsigned int count)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = hook->flags);

	for (unsigned int i = 0; i < count; i++) {
		links[i] = bpf_link_create(program, (int)if_nametoindex(ports[i]),
					   (enum bpf_attach_type)hook->type, &opts);
		if (links[i] < 0)
			return links[i];
	}
	return 0;
}

/* A slice of the kind with that program on each port; or -errno. */
static int64_t with(int program, enum traffic_kind kind, unsigned int ports)
{
	for (unsigned int i = 0; i < ports; i++) {
		int err = bpf_link_update(links[i], program, NULL);

		if (err)
			return err;
	}
	return traffic_slice(kind);
}

static int pairs_measure(const struct hook *hook, const int *fds, enum traffic_kind kind,
			 unsigned int slices, unsigned int ports)
{
	int64_t before = with(fds[EMPTY], kind, ports), ps, after;

	for (unsigned int i = 0; i < 2 * slices && before > 0; i++) {
		unsigned int which = i % 2 ? EMPTY_AGAIN : GARPD;

		ps = with(fds[which], kind, ports);
		after = ps < 0 ? ps : with(fds[EMPTY], kind, ports);
		if (after < 0)
			return (int)after;
		printf("%s\t%s\t%s\t%.3f\n", hook->name, traffic_names[kind], labels[which],
		       (double)(2 * ps - before - after) * 100 / (double)(before + after));
		before = after;
	}
	return before < 0 ? (int)before : 0;
}

static int hook_measure(const struct bpf_object *object, const struct hook *hook,
			unsigned int slices, char **ports, unsigned int count)
{
	int fds[PROGRAMS], err = programs_find(object, hook, fds);

	if (!err)
		err = links_make(hook, fds[EMPTY], ports, count);
	if (!err)
		err = traffic_connect();
	for (unsigned int i = 0; i < sizeof(swap_kinds) / sizeof(*swap_kinds) && !err; i++)
		err = pairs_measure(hook, fds, swap_kinds[i], slices, count);
	for (unsigned int i = 0; i < count && links[i] > 0; i++) {
		close(links[i]);
		links[i] = 0;
	}
	return err;
}

static int swap_run(const char *path, unsigned int loads, unsigned int slices, char **ports,
		    unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; i < loads && !err; i++) {
		struct bpf_object *object = object_load(path);

		if (!object)
			return -errno;
		for (unsigned int hook = 0; hook < sizeof(hooks) / sizeof(*hooks) && !err; hook++)
			err = hook_measure(object, &hooks[hook], slices, ports, count);
		bpf_object__close(object);
	}
	return err;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: cost ways HOSTS... | cost swap OBJECT LOADS SLICES HOSTS... PORT...\n");
	return 2;
}

int main(int argc, char **argv)
{
	int ways = argc == 2 + HOST_WORDS && !strcmp(argv[1], "ways");
	int ports = argc - 5 - HOST_WORDS;
	int err;

	if (!ways && (ports < 1 || ports > PORTS_MAX || strcmp(argv[1], "swap")))
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (hosts_open(argv + (ways ? 2 : 5)))
		return 1;
	if (ways)
		err = ways_run();
	else
		err = swap_run(argv[2], (unsigned int)strtoul(argv[3], NULL, 10),
			       (unsigned int)strtoul(argv[4], NULL, 10), argv + argc - ports,
			       (unsigned int)ports);
	if (err)
		fprintf(stderr, "cost: %s\n", strerror(-err));
	return err ? 1 : 0;
}
