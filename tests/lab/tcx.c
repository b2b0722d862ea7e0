// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcx: puts a pinned program on the ingress of an interface with tcx, which Debian's bpftool
 * cannot, until it is killed. Says "attached", or ends with 1: the kernel has no tcx.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define ATTACH_TCX_INGRESS 46 /* enum bpf_attach_type of Linux 6.6 */

int main(int argc, char **argv)
{
	int program, link;

	if (argc != 3) {
		fprintf(stderr, "usage: tcx IFACE PINNED_PROGRAM\n");
		return 2;
	}
	program = bpf_obj_get(argv[2]);
	link = program < 0 ? program
			   : bpf_link_create(program, (int)if_nametoindex(argv[1]),
					     ATTACH_TCX_INGRESS, NULL);
	if (link < 0) {
		fprintf(stderr, "tcx: %s: %s\n", argv[1], strerror(-link));
		return 1;
	}
	puts("attached");
	fflush(stdout);
	pause();
	return 0;
}
