// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The object as a file: it loads where the running kernel has no BTF of its own, since nothing in
 * it is to be looked up there.
 */
#include <criterion/criterion.h>
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "rig.h"

/* How .BTF.ext begins: Documentation/bpf/btf.rst, 4.2. */
struct ext_header {
	__u16 magic;
	__u8 version;
	__u8 flags;
	__u32 hdr_len;
	__u32 func_info_off, func_info_len;
	__u32 line_info_off, line_info_len;
	__u32 core_relo_off, core_relo_len;
};

TestSuite(bpf_object, .timeout = 60);

static _Alignas(8) char file[4 * 1024 * 1024];

/* The section of an ELF file in `file`; NULL where it has none of this name. */
static const void *section(const char *name)
{
	const Elf64_Ehdr *elf = (const void *)file;
	const Elf64_Shdr *sections = (const void *)(file + elf->e_shoff);
	const char *names = file + sections[elf->e_shstrndx].sh_offset;
	size_t i;

	for (i = 1; i < elf->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, name))
			return file + sections[i].sh_offset;
	return NULL;
}

static void object_read(void)
{
	FILE *stream = fopen(rig_object_path(), "rb");
	size_t len;

	cr_assert(stream, "%s: not there", rig_object_path());
	len = fread(file, 1, sizeof(file), stream);
	fclose(stream);
	cr_assert(len > sizeof(Elf64_Ehdr) && len < sizeof(file), "%zu bytes", len);
}

Test(bpf_object, needs_no_btf_of_the_running_kernel)
{
	static const char *const kernels[] = {".ksyms", ".kconfig"};
	const struct ext_header *header;
	struct btf *btf = btf__parse_elf(rig_object_path(), NULL);
	size_t i;

	object_read();
	header = section(".BTF.ext");
	cr_assert(btf && header, "no BTF of its own");
	cr_assert(header->hdr_len >= sizeof(*header));
	cr_expect(header->line_info_len, "read at the wrong place");
	cr_expect(!header->core_relo_len, "relocations against the kernel's types (CO-RE)");
	for (i = 0; i < sizeof(kernels) / sizeof(*kernels); i++)
		cr_expect(btf__find_by_name_kind(btf, kernels[i], BTF_KIND_DATASEC) < 0,
			  "%s: symbols of the kernel", kernels[i]);
	btf__free(btf);
}

/* A section of data in which no variable is: Linux 5.10 refuses its BTF. */
Test(bpf_object, has_no_nameless_data)
{
	object_read();
	cr_expect(!section(".rodata"), "tables of the compiler's own");
	cr_expect(section(".maps"), "read at the wrong place");
}
