// SPDX-License-Identifier: GPL-2.0-or-later
/* freplace: does this kernel take programs that replace functions of others (BPF_PROG_TYPE_EXT)? 0:
 * yes. */
#include <bpf/libbpf.h>

int main(void)
{
	return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_EXT, NULL) != 1;
}
