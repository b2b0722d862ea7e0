// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd completion bash|zsh|fish: prints a completion script.
 */
#include <string.h>

#include "completion.h"

static int completion_run(const struct command *command, struct err *why)
{
	const char *shell = command->operand[0];

	if (!strcmp(shell, "bash"))
		completion_bash(command->verbs);
	else if (!strcmp(shell, "zsh"))
		completion_zsh(command->verbs);
	else
		completion_fish(command->verbs);
	return EXIT_DONE;
}

const struct verb verb_completion = {
	.name = "completion",
	.help = "print a completion script for a shell",
	.operands = {{"bash|zsh|fish", "shell"}},
	.run = completion_run,
};
