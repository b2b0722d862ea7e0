// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel_read.c - asks the kernel what it has. What is loaded to learn that is of two
 * instructions or one type, attached to nothing, and gone with its descriptor.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <cap-ng.h>

#include "files.h"
#include "kernel.h"
#include "loader/attach/programs.h"

#define LOOPBACK_IFINDEX 1

static void program_read(struct kernel_facts *facts)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd = programs_load_pass(BPF_PROG_TYPE_SCHED_CLS, "garpd_doctor", 0);

	facts->bpf = fd < 0 ? fd : 0;
	if (fd < 0)
		return;
	facts->is_jited = !bpf_obj_get_info_by_fd(fd, &info, &size) && info.jited_prog_len;
	close(fd);
}

static void hook_read(struct kernel_facts *facts)
{
	DECLARE_LIBBPF_OPTS(bpf_prog_query_opts, opts);

	facts->tcx = bpf_prog_query_opts(LOOPBACK_IFINDEX, ATTACH_TCX_INGRESS, &opts);
}

static void btf_read(const char *root, struct kernel_facts *facts)
{
	struct btf *btf = btf__new_empty();
	char path[PATH_MAX];
	const void *raw;
	__u32 size = 0;
	int fd = -ENOMEM;

	raw = btf && btf__add_int(btf, "int", 4, BTF_INT_SIGNED) > 0 ? btf__raw_data(btf, &size)
								     : NULL;
	if (raw)
		fd = bpf_btf_load(raw, size, NULL);
	facts->btf = fd < 0 ? fd : 0;
	if (fd >= 0)
		close(fd);
	btf__free(btf);
	snprintf(path, sizeof(path), "%s/sys/kernel/btf/vmlinux", root);
	facts->has_vmlinux_btf = !access(path, F_OK);
}

/* Built in, or as a module that the kernel loads when it is asked for one. */
static bool has_module(const char *root, const char *symbol, const char *module)
{
	char file[sizeof(struct utsname) + 64];
	struct utsname kernel;

	if (doctor_file_has(root, "/proc/kallsyms", symbol) || uname(&kernel))
		return true;
	snprintf(file, sizeof(file), "/lib/modules/%s/modules.builtin", kernel.release);
	if (doctor_file_has(root, file, module))
		return true;
	snprintf(file, sizeof(file), "/lib/modules/%s/modules.dep", kernel.release);
	return doctor_file_has(root, file, module);
}

/* The word in brackets is in force: "none [integrity] confidentiality". */
static void lockdown_read(const char *root, struct kernel_facts *facts)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/kernel/security/lockdown", root);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%*[^[][%31[a-z]", facts->lockdown) != 1) {
		rewind(file);
		if (fscanf(file, "[%31[a-z]", facts->lockdown) != 1)
			facts->lockdown[0] = '\0';
	}
	fclose(file);
}

static void limits_read(struct kernel_facts *facts)
{
	struct rlimit limit = {};

	/* Both came with Linux 5.11; libbpf tells them so, too. */
	facts->has_memcg = !facts->bpf &&
			   libbpf_probe_bpf_helper(BPF_PROG_TYPE_SCHED_CLS,
						   BPF_FUNC_ktime_get_coarse_ns, NULL) == 1;
	getrlimit(RLIMIT_MEMLOCK, &limit);
	facts->memlock = limit.rlim_max;
	capng_get_caps_process();
	facts->can_raise = capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_RESOURCE);
}

static void clock_read(struct kernel_facts *facts)
{
	struct timespec tick = {};
	struct timex clock = {};

	clock_getres(CLOCK_MONOTONIC, &tick);
	facts->tick_ns = tick.tv_sec ? LONG_MAX : tick.tv_nsec;
	facts->is_synced = adjtimex(&clock) >= 0 && !(clock.status & STA_UNSYNC);
}

static int ignore_print(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

void kernel_read(const char *root, struct kernel_facts *facts)
{
	libbpf_print_fn_t print = libbpf_set_print(ignore_print);

	*facts = (struct kernel_facts){};
	program_read(facts);
	hook_read(facts);
	btf_read(root, facts);
	facts->has_ring_buffer = libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 1;
	facts->has_cls_bpf = has_module(root, " cls_bpf_classify", "/cls_bpf.ko");
	lockdown_read(root, facts);
	limits_read(facts);
	clock_read(facts);
	libbpf_set_print(print);
}
