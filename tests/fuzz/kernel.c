// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/futex.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

#define SKIPPED	       77
#define IPV6_FRAME_MIN 54

struct kernel kernel;

static struct bpf_object *object;
static int programs[KERNEL_PROGRAMS];
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
	static const char *const names[KERNEL_PROGRAMS] = {
		[KERNEL_TC] = "garpd_tc",	    [KERNEL_XDP] = "garpd_xdp",
		[KERNEL_SPEAK] = "garpd_speak",	    [KERNEL_HOST_OUT] = "garpd_host_out",
		[KERNEL_HOST_IN] = "garpd_host_in",
	};
	struct bpf_map *map;
	cpu_set_t cpu;
	int i;

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
	for (i = 0; i < KERNEL_PROGRAMS; i++)
		programs[i] = program(names[i]);
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

/* All elements of a map at once: every test begins and ends with them. */
#define BATCH_BYTES (64 * 1024)
static struct batch {
	__u32 count;
	__u8 keys[BATCH_BYTES], values[BATCH_BYTES];
} batch;

static void batch_read(const struct native_map *map)
{
	__u8 at[64];
	int err;

	batch.count = BATCH_BYTES /
		      (map->value_size > map->key_size ? map->value_size : map->key_size);
	err = bpf_map_lookup_batch(fd_of(map), NULL, at, batch.keys, batch.values, &batch.count,
				   NULL);
	must(err == -ENOENT || (!err && batch.count == map->max_entries), "%s: %s", map->name,
	     strerror(-err));
}

int kernel_read(struct native_map *map)
{
	native_map_clear(map);
	batch_read(map);
	if (batch.count > map->max_entries)
		return -E2BIG;
	for (__u32 i = 0; i < batch.count; i++)
		must(!native_map_update(map, batch.keys + i * map->key_size,
					batch.values + i * map->value_size, BPF_ANY),
		     "%s: no room", map->name);
	return 0;
}

/* One after the other: a prefix tree has no end to read to. */
static void trie_clear(const struct native_map *map)
{
	__u8 key[64];

	while (!bpf_map_get_next_key(fd_of(map), NULL, key))
		must(!bpf_map_delete_elem(fd_of(map), key), "%s", map->name);
}

static void kernel_clear(const struct native_map *map)
{
	int err;

	if (map->type == BPF_MAP_TYPE_ARRAY)
		return;
	if (map->type == BPF_MAP_TYPE_LPM_TRIE)
		return trie_clear(map);
	batch_read(map);
	err = batch.count ? bpf_map_delete_batch(fd_of(map), batch.keys, &batch.count, NULL) : 0;
	must(!err, "%s: %s", map->name, strerror(-err));
}

void kernel_write(const struct native_map *map)
{
	int fd = fd_of(map), err = 0;

	kernel_clear(map);
	batch.count = 0;
	for (__u32 i = 0; i < map->places; i++) {
		if (!native_map_key(map, i))
			continue;
		must((batch.count + 1) * map->value_size <= BATCH_BYTES, "%s: no room", map->name);
		memcpy(batch.keys + batch.count * map->key_size, native_map_key(map, i),
		       map->key_size);
		memcpy(batch.values + batch.count++ * map->value_size, native_map_value(map, i),
		       map->value_size);
	}
	if (batch.count)
		err = bpf_map_update_batch(fd, batch.keys, batch.values, &batch.count, NULL);
	must(!err, "%s: %s", map->name, strerror(-err));
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

/* BPF_PROG_RUN over step->frame, which becomes what came back. */
static int run(int fd, struct bpf_test_run_opts *opts, struct bytes *frame)
{
	__u8 back[MAX_BYTES];
	int err;

	opts->data_in = frame->at;
	opts->data_size_in = frame->len;
	opts->data_out = back;
	opts->data_size_out = sizeof(back);
	err = bpf_prog_test_run_opts(fd, opts);
	/* Newer kernels run nothing over an IP frame without its whole header. */
	if (err == -EINVAL && frame->len < IPV6_FRAME_MIN)
		return KERNEL_REFUSES;
	must(!err, "BPF_PROG_RUN over %u bytes: %s", frame->len, strerror(-err));
	frame->len = 0;
	put(frame, back, opts->data_size_out);
	return opts->retval;
}

static void run_tc(struct step *step)
{
	struct __sk_buff in = {
		.ifindex = step->ifindex,
		.ingress_ifindex = step->ifindex,
		.mark = step->mark,
	};
	struct __sk_buff out = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &in, .ctx_size_in = sizeof(in),
		    .ctx_out = &out, .ctx_size_out = sizeof(out));

	step->verdict = run(programs[step->program], &opts, &step->frame);
	step->mark = out.mark;
}

static void run_xdp(struct step *step)
{
	struct xdp_md in = {
		.data_end = step->frame.len,
		.ingress_ifindex = step->ifindex,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &in, .ctx_size_in = sizeof(in));

	step->verdict = run(programs[KERNEL_XDP], &opts, &step->frame);
}

static void run_step(struct step *step)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (step->program == KERNEL_XDP)
		run_xdp(step);
	else if (step->program == KERNEL_SPEAK)
		step->verdict = run(programs[KERNEL_SPEAK], &opts, &step->frame);
	else
		run_tc(step);
}

static void begin(void)
{
	kernel.events = 0;
	kernel.from_ns = now_ns();
}

static void end(void)
{
	kernel.to_ns = now_ns();
	must(ring_buffer__consume(ring) >= 0, "ring buffer");
}

void kernel_run(struct step *step)
{
	begin();
	run_step(step);
	end();
}

/* ---- two programs at a time ---- */

#define SPINS	  1000 /* before the CPU is left to another process */
#define NOTICE_NS 1000 /* from the agreement on a time to that time */

/* The step of one of the two threads, and when it ran. */
static struct half {
	struct step *step;
	__u64 at_ns, from_ns, to_ns;
} halves[2];

/* Of the second thread: its step is there, it is waiting for the time, the time is set, it is done.
 */
enum phase { PHASE_IDLE, PHASE_GIVEN, PHASE_READY, PHASE_TIMED, PHASE_DONE };
static __u32 phase;

static void await(enum phase awaited)
{
	for (int i = 0; __atomic_load_n(&phase, __ATOMIC_ACQUIRE) != awaited; i++)
		if (i > SPINS)
			sched_yield();
}

static void enter(enum phase next)
{
	__atomic_store_n(&phase, next, __ATOMIC_RELEASE);
}

/* The second thread sleeps meanwhile: what was done is compared for longer than it took. */
static void await_step(void)
{
	__u32 now;

	while ((now = __atomic_load_n(&phase, __ATOMIC_ACQUIRE)) != PHASE_GIVEN)
		syscall(SYS_futex, &phase, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
}

static void give_step(void)
{
	enter(PHASE_GIVEN);
	syscall(SYS_futex, &phase, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void run_half(struct half *half)
{
	while ((half->from_ns = now_ns()) < half->at_ns)
		;
	run_step(half->step);
	half->to_ns = now_ns();
}

static void *run_seconds(void *unused)
{
	for (;;) {
		await_step();
		enter(PHASE_READY);
		await(PHASE_TIMED);
		run_half(&halves[1]);
		enter(PHASE_DONE);
	}
	return unused;
}

/*
 * On the next CPU. Both go before other processes, where that is allowed: or they would hardly ever
 * run in the same microsecond on a busy machine.
 */
static void start_second(void)
{
	const struct sched_param first_of_all = {.sched_priority = 1};
	pthread_t thread;
	cpu_set_t cpu;

	must(get_nprocs() > 1, "two CPUs are needed");
	sched_setscheduler(0, SCHED_FIFO, &first_of_all);
	must(!pthread_create(&thread, NULL, run_seconds, NULL), "no thread");
	CPU_ZERO(&cpu);
	CPU_SET((sched_getcpu() + 1) % get_nprocs(), &cpu);
	must(!pthread_setaffinity_np(thread, sizeof(cpu), &cpu), "no second CPU");
}

int kernel_run_both(struct step *steps, const __u64 *skew_ns)
{
	static int is_started;
	__u64 at_ns;
	int i;

	if (!is_started++)
		start_second();
	begin();
	halves[0].step = &steps[0];
	halves[1].step = &steps[1];
	give_step();
	await(PHASE_READY);
	at_ns = now_ns() + NOTICE_NS;
	for (i = 0; i < 2; i++)
		halves[i].at_ns = at_ns + skew_ns[i];
	enter(PHASE_TIMED);
	run_half(&halves[0]);
	await(PHASE_DONE);
	end();
	return halves[0].from_ns < halves[1].to_ns && halves[1].from_ns < halves[0].to_ns;
}
