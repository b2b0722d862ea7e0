/* SPDX-License-Identifier: GPL-2.0-or-later */
/* object.h - an object of BPF programs to measure, for the benches. */
#ifndef GARPD_BENCH_OBJECT_H
#define GARPD_BENCH_OBJECT_H

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>

static inline int object_print(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

/* Loads the object; nothing is pinned. NULL with errno on failure. */
static inline struct bpf_object *object_load(const char *path)
{
	struct bpf_object *object;
	struct bpf_map *map;

	libbpf_set_print(object_print);
	object = bpf_object__open_file(path, NULL);
	if (!object)
		return NULL;
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	if (!bpf_object__load(object))
		return object;
	bpf_object__close(object);
	return NULL;
}

#endif
