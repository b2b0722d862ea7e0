// SPDX-License-Identifier: GPL-2.0-or-later
/* freplace: exits with 0 if this kernel supports BPF_PROG_TYPE_EXT. */
#include <bpf/libbpf.h>

int main(void)
{
	return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_EXT, NULL) != 1;
}
