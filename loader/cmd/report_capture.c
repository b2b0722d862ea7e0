// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "cmd.h"
#include "report_capture.h"
#include "loader/config/config.h"
#include "loader/replay/capture.h"

/* What it would have done, as lines of its log. */
static void take_steps(struct report *report, const struct replay *replay)
{
	size_t count;
	const struct replay_step *step = replay_steps(replay, &count);
	json_t *line;

	for (size_t i = 0; i < count; i++) {
		line = replay_step_json(replay, &step[i]);
		if (line)
			report_add_line(report, line);
		json_decref(line);
	}
}

/* A capture that ends within a frame is worth a warning. */
static int read_into(struct replay *replay, struct report *report, const char *file,
		     struct err *why)
{
	static const struct capture_options options;
	struct err warning;
	int err = capture_read(file, &options, replay, &warning, why);

	if (err)
		return err;
	if (warning.text[0])
		cmd_fail(&warning);
	take_steps(report, replay);
	return 0;
}

int report_read_capture(struct report *report, const char *file, struct err *why)
{
	struct replay_options options = {};
	struct replay *replay;
	struct config config;
	int err = -ENOMEM;

	report_set_source(report, file);
	config_init(&config);
	options.settings = &config.settings;
	replay = replay_new(&options, why);
	if (replay)
		err = read_into(replay, report, file, why);
	replay_free(replay);
	config_free(&config);
	return err;
}
