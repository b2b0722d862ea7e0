// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config.c - any text as the configuration file. It is refused with its line and nothing is left
 * of it, or what comes of it is sound. LeakSanitizer looks after each one.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "bpf/frame/frame.h"
#include "loader/config/config.h"
#include "loader/config/parts.h"

static char path[32];
static int file;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	file = memfd_create("garpd.yaml", MFD_CLOEXEC);
	must(file >= 0, "no memory file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return 0;
}

/* FILE:LINE: what, in one line. Its lines are those of the file; the end of it is one, too. */
static void check_refused(const struct config *config, const struct err *err, const __u8 *data,
			  size_t len)
{
	unsigned long line, lines = 1;
	char *end;
	size_t i;

	for (i = 0; i < len; i++)
		lines += data[i] == '\n' || data[i] == '\r' || data[i] == 0x85 || data[i] == 0xa8 ||
			 data[i] == 0xa9; /* NEL, LS, PS: line breaks in YAML */
	must(!strncmp(err->text, path, strlen(path)), "no file: %s", err->text);
	must(err->text[strlen(path)] == ':', "no line: %s", err->text);
	line = strtoul(err->text + strlen(path) + 1, &end, 10);
	must(*end == ':' && line >= 1 && line <= lines + 1, "line %lu of %lu: %s", line, lines,
	     err->text);
	must(strlen(end) > 10 && !strpbrk(err->text, "\n\r\033"), "not a line: %s", err->text);
	must(!config->bridges.name && !config->uplinks.name && !config->guests.name &&
		     !config->routers.name && !config->declared && !config->file,
	     "something is left");
}

static void check_names(const struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		must(names->name[i] && names->name[i][0], "an interface without a name");
}

static void check_declared(const struct declared *declared)
{
	const struct prefix *prefix = &declared->prefix;
	unsigned int bit, i, j;

	must(prefix->len <= ADDR_BITS && declared->line, "a prefix of %u bits", prefix->len);
	for (bit = prefix->len; bit < ADDR_BITS; bit++)
		must(!(prefix->addr.bytes[bit / 8] >> (7 - bit % 8) & 1), "a host bit is set");
	must(declared->address.announce < ANNOUNCE_MODE_MAX, "no such mode");
	must(declared->address.owner_count <= GARPD_MAX_OWNERS, "too many owners");
	must(declared->address.announce != ANNOUNCE_IMMEDIATE || declared->address.owner_count,
	     "immediate for everybody");
	for (i = 0; i < declared->address.owner_count; i++) {
		must(mac_is_host(declared->address.owners[i]), "an owner that is no host");
		for (j = 0; j < i; j++)
			must(!mac_equal(declared->address.owners[i], declared->address.owners[j]),
			     "an owner twice");
	}
}

#define CHECK_NUMBER(key, member, unit, least, most, why)                                    \
	must(config->member >= (least) * (unit) && config->member <= (__u64)(most) * (unit), \
	     #key " is %llu", (__u64)config->member);

static void check_taken(const struct config *config)
{
	size_t i;

	TIMING_KEYS(CHECK_NUMBER)
	LIMITS_KEYS(CHECK_NUMBER)
	must(config->settings.abi == GARPD_ABI, "abi");
	must(config->settings.form >= FORM_REQUEST && config->settings.form <= FORM_BOTH, "form");
	must(config->mode <= MODE_XDP_GENERIC, "mode");
	check_names(&config->bridges);
	check_names(&config->uplinks);
	check_names(&config->guests);
	check_names(&config->routers);
	for (i = 0; i < config->declared_count; i++)
		check_declared(&config->declared[i]);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	struct config config;
	struct err err = {};

	must(!ftruncate(file, 0) && pwrite(file, data, len, 0) == (ssize_t)len, "no memory");
	config_init(&config);
	if (config_load(&config, path, &err))
		check_refused(&config, &err, data, len);
	else
		check_taken(&config);
	config_free(&config);
	return 0;
}
