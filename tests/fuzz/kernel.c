// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

#define SKIPPED	       77
#define IPV6_FRAME_MIN 54

struct kernel kernel;

static struct bpf_object *object;
static int garpd_tc, garpd_xdp, garpd_speak;
static struct ring_buffer *ring;

/* ---- the interfaces ---- */

static void skip(const char *what)
{
	fprintf(stderr, "%s: %s; root is needed\n", what, strerror(errno));
	_exit(SKIPPED);
}

static void open_interfaces(void)
{
	char name[IF_NAMESIZE];
	FILE *ip;
	int i;

	if (unshare(CLONE_NEWNET))
		skip("a network namespace");
	ip = popen("ip -batch -", "w");
	must(ip, "ip");
	for (i = 0; i < PORT_MAX; i++) {
		fprintf(ip, "link add p%d type veth peer name q%d\nlink set q%d up\n", i, i, i);
		if (i != PORT_DOWN)
			fprintf(ip, "link set p%d up\n", i);
	}
	must(!pclose(ip), "ip cannot make the interfaces");
	for (i = 0; i < PORT_MAX; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		kernel.ifindex[i] = if_nametoindex(name);
		must(kernel.ifindex[i], "no %s", name);
		native_interface(kernel.ifindex[i], i != PORT_DOWN);
	}
}

/* ---- the object ---- */

static int take_event(void *unused, void *data, size_t len)
{
	(void)unused;
	must(len == sizeof(struct event) && kernel.events < KERNEL_EVENTS, "an event too many");
	memcpy(&kernel.event[kernel.events++], data, len);
	return 0;
}

static int program(const char *name)
{
	struct bpf_program *found = bpf_object__find_program_by_name(object, name);

	must(found, "no program %s", name);
	return bpf_program__fd(found);
}

/* As in the object, but with claims so few that they run out. */
static void shape_map(struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	const struct native_map *native;

	bpf_map__set_pin_path(map, NULL);
	if (!strcmp(name, "claims"))
		bpf_map__set_max_entries(map, KERNEL_CLAIMS);
	if (strchr(name, '.'))
		return;
	native = native_map_find(name);
	must(native && native->type == bpf_map__type(map) &&
		     native->key_size == bpf_map__key_size(map) &&
		     native->value_size == bpf_map__value_size(map) &&
		     native->max_entries == bpf_map__max_entries(map),
	     "the native map %s has another shape", name);
}

void kernel_open(void)
{
	const char *given = getenv("GARPD_BPF"), *path = given ? given : "build/bpf/garpd.bpf.o";
	struct bpf_map *map;
	cpu_set_t cpu;

	must(!native_open(0, KERNEL_CLAIMS), "no memory");
	open_interfaces();
	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	object = bpf_object__open_file(path, NULL);
	must(object, "%s: %s", path, strerror(errno));
	bpf_object__for_each_map(map, object)
		shape_map(map);
	if (bpf_object__load(object))
		skip(path);
	garpd_tc = program("garpd_tc");
	garpd_xdp = program("garpd_xdp");
	garpd_speak = program("garpd_speak");
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "events"), take_event, NULL,
				NULL);
	must(ring, "no ring buffer");
}

/* ---- maps ---- */

static int fd_of(const struct native_map *map)
{
	int fd = bpf_object__find_map_fd_by_name(object, map->name);

	must(fd >= 0, "no map %s", map->name);
	return fd;
}

void kernel_read(struct native_map *map)
{
	int fd = fd_of(map), err;
	__u8 key[64], value[8192], *before = NULL;

	must(map->key_size <= sizeof(key) && map->value_size <= sizeof(value), "%s", map->name);
	native_map_clear(map);
	while (!bpf_map_get_next_key(fd, before, key)) {
		err = bpf_map_lookup_elem(fd, key, value);
		must(!err && !native_map_update(map, key, value, BPF_ANY), "%s: %d", map->name,
		     err);
		before = key;
	}
}

static void kernel_clear(const struct native_map *map)
{
	int fd = fd_of(map);
	__u8 key[64];

	if (map->type == BPF_MAP_TYPE_ARRAY)
		return;
	while (!bpf_map_get_next_key(fd, NULL, key))
		must(!bpf_map_delete_elem(fd, key), "%s", map->name);
}

void kernel_write(const struct native_map *map)
{
	int fd = fd_of(map), err;
	unsigned int i;

	kernel_clear(map);
	for (i = 0; i < map->places; i++) {
		if (!native_map_key(map, i))
			continue;
		err = bpf_map_update_elem(fd, native_map_key(map, i), native_map_value(map, i),
					  BPF_ANY);
		must(!err, "%s: %s", map->name, strerror(-err));
	}
}

void kernel_counters(__u64 *counters)
{
	static __u64 *all;
	int i, j, cpus = libbpf_num_possible_cpus();
	int fd = bpf_object__find_map_fd_by_name(object, "counters");

	if (!all)
		all = calloc(cpus, sizeof(struct counters));
	must(!bpf_map_lookup_elem(fd, &(__u32){0}, all), "no counters");
	for (i = 0; i < COUNTER_MAX; i++)
		for (j = 0, counters[i] = 0; j < cpus; j++)
			counters[i] += all[j * COUNTER_MAX + i];
}

/* ---- programs ---- */

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static int run(int fd, struct bpf_test_run_opts *opts, struct bytes *frame)
{
	static __u8 back[MAX_BYTES];
	int err;

	opts->data_in = frame->at;
	opts->data_size_in = frame->len;
	opts->data_out = back;
	opts->data_size_out = sizeof(back);
	kernel.events = 0;
	kernel.from_ns = now_ns();
	err = bpf_prog_test_run_opts(fd, opts);
	kernel.to_ns = now_ns();
	/* Newer kernels run nothing over an IP frame without its whole header. */
	if (err == -EINVAL && frame->len < IPV6_FRAME_MIN)
		return KERNEL_REFUSES;
	must(!err, "BPF_PROG_RUN over %u bytes: %s", frame->len, strerror(-err));
	must(ring_buffer__consume(ring) >= 0, "ring buffer");
	frame->len = 0;
	put(frame, back, opts->data_size_out);
	return opts->retval;
}

int kernel_tc(struct bytes *frame, __u32 ifindex, __u32 *mark)
{
	struct __sk_buff in = {.ifindex = ifindex, .ingress_ifindex = ifindex, .mark = *mark};
	struct __sk_buff out = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &in, .ctx_size_in = sizeof(in),
		    .ctx_out = &out, .ctx_size_out = sizeof(out));
	int verdict = run(garpd_tc, &opts, frame);

	*mark = out.mark;
	return verdict;
}

int kernel_xdp(struct bytes *frame, __u32 ifindex)
{
	struct xdp_md in = {.data_end = frame->len, .ingress_ifindex = ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &in, .ctx_size_in = sizeof(in));

	return run(garpd_xdp, &opts, frame);
}

int kernel_speak(struct bytes *frame)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return run(garpd_speak, &opts, frame);
}
