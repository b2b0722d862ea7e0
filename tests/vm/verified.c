// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verified OBJECT: loads each of its programs alone, and prints a line "vm-verified NAME COUNT":
 * the instructions that this kernel's verifier walked (1,000,000 at most). Nothing is pinned.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#define LOG_STATS 4 /* BPF_LOG_STATS, include/linux/bpf_verifier.h */

static char said[4096];

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

/* Loads no other program. */
static struct bpf_program *program_choose(struct bpf_object *object, const char *name)
{
	struct bpf_program *program, *chosen = NULL;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	bpf_object__for_each_program(program, object) {
		bool wanted = !strcmp(bpf_program__name(program), name);

		bpf_program__set_autoload(program, wanted);
		chosen = wanted ? program : chosen;
	}
	return chosen;
}

static int program_verify(const char *path, const char *name)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	unsigned int count = 0;
	const char *stats;
	int err;

	if (!object)
		return 1;
	said[0] = '\0';
	program = program_choose(object, name);
	bpf_program__set_log_level(program, LOG_STATS);
	bpf_program__set_log_buf(program, said, sizeof(said));
	err = bpf_object__load(object);
	/* Linux 7.2 counts each global function before it: "insns processed A+B". */
	stats = strstr(said, "\nprocessed ");
	if (err || !stats || sscanf(stats, "\nprocessed %u insns", &count) != 1)
		fprintf(stderr, "verified: %s: %s\n%s", name, strerror(-err), said);
	else
		printf("vm-verified %s %u\n", name, count);
	bpf_object__close(object);
	return !count;
}

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct bpf_object *object;
	int err = 0;

	libbpf_set_print(silent);
	object = argc == 2 ? bpf_object__open_file(argv[1], NULL) : NULL;
	if (!object) {
		fprintf(stderr, "usage: verified OBJECT\n");
		return 2;
	}
	bpf_object__for_each_program(program, object)
		err |= program_verify(argv[1], bpf_program__name(program));
	bpf_object__close(object);
	return err;
}
