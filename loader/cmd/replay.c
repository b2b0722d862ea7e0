// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd replay FILE [ADDR]: does this host announce itself, and what would garpd have done? From a
 * capture; nothing of this machine is read or changed.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "loader/base/text.h"
#include "loader/config/config.h"
#include "loader/replay/capture.h"
#include "replay.h"

#define PROGRESS_NS (NSEC_PER_SEC / 5)
#define MEGABYTE    1e6

/* How it was started. */
struct replay_call {
	const struct command *command;
	const char *file, *address, *output;
	struct addr only;
	struct capture_writer *writer;
	unsigned long long written, ours;
	__u64 began_ns, told_ns; /* of the progress */
};

/* ---- the configuration, and who is who ---- */

static int replay_take_config(struct replay *replay, const struct config *config, struct err *why)
{
	int err = 0;

	for (size_t i = 0; i < config->declared_count && !err; i++)
		err = replay_declare(replay, &config->declared[i].prefix,
				     &config->declared[i].address);
	for (size_t i = 0; i < config->gateway_count && !err; i++)
		err = replay_add_gateway(replay, &config->gateways[i]);
	return err ? err_set(why, err, "cannot take the configuration: %s", strerror(-err)) : 0;
}

/* "MAC[,MAC...]" */
static int replay_take_macs(struct replay *replay, const char *option, const char *list,
			    struct err *why)
{
	bool are_guests = !strcmp(option, "guest");
	char text[MAC_TEXT_LEN];
	__u8 mac[MAC_LEN];
	size_t len;
	int err = 0;

	for (; !err && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		snprintf(text, sizeof(text), "%.*s", (int)len, list);
		if (len >= sizeof(text) || mac_parse(text, mac))
			return err_set(why, -EINVAL, "replay --%s %.60s: " NOT_A_MAC, option, list);
		err = are_guests ? replay_add_guest(replay, mac) : replay_add_uplink(replay, mac);
	}
	return err ? err_set(why, err, "--%s: %s", option, strerror(-err)) : 0;
}

/* Each of these options may be there several times. */
static int replay_take_hosts(struct replay *replay, const struct command *command, struct err *why)
{
	const char *name;
	int place, err = 0;

	optind = 0;
	while (!err) {
		place = cmd_next_option(command->verb, command->argc, command->argv, why);
		if (place < 0)
			break;
		name = command->verb->options[place].name;
		if (!strcmp(name, "guest") || !strcmp(name, "uplink"))
			err = replay_take_macs(replay, name, optarg, why);
	}
	return err;
}

/* ---- while it is read ---- */

static void replay_tell(void *ctx, const struct capture_progress *progress)
{
	struct replay_call *call = ctx;
	__u64 now_ns = time_now_ns();
	double took_s = (double)(now_ns - call->began_ns) / NSEC_PER_SEC;
	char share[16] = "";

	if (now_ns < call->told_ns + PROGRESS_NS)
		return;
	call->told_ns = now_ns;
	if (progress->share >= 0)
		snprintf(share, sizeof(share), ", %.0f %%", 100 * progress->share);
	fprintf(stderr, "\r\033[K%s: %.0f MB, %llu frames, %.0f frames/s%s", call->file,
		(double)progress->bytes / MEGABYTE, (unsigned long long)progress->frames,
		(double)progress->frames / took_s, share);
}

static void replay_put(void *ctx, const struct replay_frame *frame, bool is_ours)
{
	struct replay_call *call = ctx;

	capture_write(call->writer, frame);
	call->written++;
	call->ours += is_ours;
}

/* What is there is overwritten once there is a capture to write. */
static int replay_create(void *ctx, struct err *why)
{
	struct replay_call *call = ctx;

	call->writer = capture_create(call->output, call->file, why);
	return call->writer ? 0 : -EIO;
}

static int replay_read(struct replay_call *call, struct replay *replay, struct err *why)
{
	struct capture_options options = {
		.progress = isatty(STDERR_FILENO) ? replay_tell : NULL,
		.opened = call->output ? replay_create : NULL,
		.ctx = call,
	};
	struct err warning;
	int err;

	call->began_ns = call->told_ns = time_now_ns();
	err = capture_read(call->file, &options, replay, &warning, why);
	if (call->told_ns != call->began_ns)
		fputs("\r\033[K", stderr);
	if (warning.text[0])
		cmd_fail(&warning);
	return err;
}

/* ---- the whole ---- */

static struct replay *replay_make(struct replay_call *call, const struct config *config,
				  struct err *why)
{
	struct settings settings = config->settings;
	struct replay_options options = {
		.settings = &settings,
		.guards = config->guards.only_declared ? GUARD_ONLY_DECLARED : 0,
		.max_claims = config->max_claims,
		.only = call->address ? &call->only : NULL,
		.write = call->output ? replay_put : NULL,
		.ctx = call,
	};

	settings.ask = config->guards.ask;
	return replay_new(&options, why);
}

static int replay_status(const struct replay_call *call, const struct replay *replay)
{
	size_t count;

	replay_answers(replay, &count);
	return call->address && !count ? EXIT_NO_CLAIM : EXIT_DONE;
}

static void replay_show_json(const struct replay *replay)
{
	json_t *all = replay_json(replay);

	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	putchar('\n');
	json_decref(all);
}

static int replay_show(struct replay_call *call, const struct replay *replay, struct err *why)
{
	int err = call->writer ? capture_close(call->writer, why) : 0;

	call->writer = NULL;
	if (err)
		return err;
	if (cmd_has(call->command, "json"))
		replay_show_json(replay);
	else
		replay_print(replay, call->file, call->address);
	if (call->output && !cmd_has(call->command, "json"))
		printf("%s: %llu frames of the capture, and %llu of garpd\n", call->output,
		       call->written - call->ours, call->ours);
	return replay_status(call, replay);
}

/* What was read before an error is shown all the same. */
static int replay_go(struct replay_call *call, const struct config *config, struct err *why)
{
	struct replay *replay = replay_make(call, config, why);
	struct replay_summary summary;
	struct err other;
	int err;

	if (!replay)
		return -ENOMEM;
	if (replay_take_hosts(replay, call->command, why)) {
		replay_free(replay);
		return cmd_misused(why);
	}
	err = replay_take_config(replay, config, why) ?: replay_read(call, replay, why);
	replay_summarize(replay, &summary);
	if (!err)
		err = replay_show(call, replay, why);
	else if (summary.frames)
		replay_show(call, replay, &other);
	replay_free(replay);
	return err;
}

static int replay_run(const struct command *command, struct err *why)
{
	struct replay_call call = {
		.command = command,
		.file = command->operand[0],
		.address = command->operand[1],
		.output = cmd_value(command, "write"),
	};
	const char *config_file = cmd_value(command, "config");
	struct config config;
	int err;

	if (call.output && !strcmp(call.output, "-")) {
		err_set(why, -EINVAL,
			"replay --write -: standard output has the answer; name a file");
		return cmd_misused(why);
	}
	if (call.address && cmd_parse_address(call.address, &call.only, why))
		return cmd_misused(why);
	config_init(&config);
	if (config_file && config_load(&config, config_file, why))
		return cmd_misused(why);
	err = replay_go(&call, &config, why);
	if (call.writer)
		capture_close(call.writer, &(struct err){});
	config_free(&config);
	return err;
}

static const struct verb_option replay_options[] = {
	{"config", 'c', "FILE", .help = "settings and policy of this configuration"},
	{"guest", 0, "MAC[,MAC...]", .help = "the guests; all other hosts are behind the uplink"},
	{"uplink", 0, "MAC[,MAC...]", .help = "hosts behind the uplink; all others are guests"},
	{"write", 'w', "FILE",
	 .help = "its ARP and ND, and what garpd would send if guests answered at once"},
	{"json", 'j', .help = "print JSON"},
	{},
};

const struct verb verb_replay = {
	.name = "replay",
	.help = "does this host announce itself? What garpd would have done, from a capture",
	.options = replay_options,
	.operands = {{"FILE"}, {"ADDR", .optional = true}},
	.run = replay_run,
};
