// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcx: for the tcx ingress of an interface, which Debian's bpftool lacks. With the path of a pinned
 * program attaches it until it is killed, and prints "attached" (with -b before all others);
 * without one prints the names of the programs there. Exits with 1 and the kernel's error if that
 * fails.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define ATTACH_TCX_INGRESS 46	     /* enum bpf_attach_type of Linux 6.6 */
#define ATTACH_BEFORE	   (1U << 3) /* BPF_F_BEFORE */
#define PROGRAMS_MAX	   64

static int failed(const char *what, int err)
{
	fprintf(stderr, "tcx: %s: %s\n", what, strerror(-err));
	return 1;
}

static int attach(const char *iface, const char *pinned, unsigned int flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	int program = bpf_obj_get(pinned);
	int link = program < 0 ? program
			       : bpf_link_create(program, (int)if_nametoindex(iface),
						 ATTACH_TCX_INGRESS, &opts);

	if (link < 0)
		return failed(iface, link);
	puts("attached");
	fflush(stdout);
	pause();
	return 0;
}

/* A program that is gone by now is not printed. */
static void name_print(__u32 id)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);
	int program = bpf_prog_get_fd_by_id(id);

	if (program < 0)
		return;
	if (!bpf_obj_get_info_by_fd(program, &info, &len))
		puts(info.name);
	close(program);
}

static int list(const char *iface)
{
	__u32 ids[PROGRAMS_MAX], i;
	LIBBPF_OPTS(bpf_prog_query_opts, opts, .prog_ids = ids, .prog_cnt = PROGRAMS_MAX);
	/* For tcx the first argument is the ifindex, although libbpf 1.1 names it otherwise. */
	int err = bpf_prog_query_opts((int)if_nametoindex(iface), ATTACH_TCX_INGRESS, &opts);

	if (err)
		return failed(iface, err);
	for (i = 0; i < opts.prog_cnt; i++)
		name_print(ids[i]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return list(argv[1]);
	if (argc == 3)
		return attach(argv[1], argv[2], 0);
	if (argc == 4 && !strcmp(argv[1], "-b"))
		return attach(argv[2], argv[3], ATTACH_BEFORE);
	fprintf(stderr, "usage: tcx IFACE [PINNED_PROGRAM] | tcx -b IFACE PINNED_PROGRAM\n");
	return 2;
}
