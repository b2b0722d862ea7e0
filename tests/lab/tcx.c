// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcx: what Debian's bpftool cannot with the tcx ingress of an interface. With the path of a pinned
 * program it puts that there until it is killed, and says "attached"; without one it prints the
 * names of the programs that are there. 1: this could not be done; the kernel says why.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define ATTACH_TCX_INGRESS 46 /* enum bpf_attach_type of Linux 6.6 */
#define PROGRAMS_MAX	   64

static int failed(const char *what, int err)
{
	fprintf(stderr, "tcx: %s: %s\n", what, strerror(-err));
	return 1;
}

static int attach(const char *iface, const char *pinned)
{
	int program = bpf_obj_get(pinned);
	int link = program < 0 ? program
			       : bpf_link_create(program, (int)if_nametoindex(iface),
						 ATTACH_TCX_INGRESS, NULL);

	if (link < 0)
		return failed(iface, link);
	puts("attached");
	fflush(stdout);
	pause();
	return 0;
}

/* A program that is gone by now has no name to print, and is not there. */
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
	/* The first argument is the ifindex here, whatever libbpf 1.1 calls it. */
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
		return attach(argv[1], argv[2]);
	fprintf(stderr, "usage: tcx IFACE [PINNED_PROGRAM]\n");
	return 2;
}
