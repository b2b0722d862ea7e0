// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>

#include "cmd.h"
#include "loader/base/text.h"
#include "loader/maps/names.h"

#define OPTION_COLUMN 27 /* where the help of an option begins */

/* "-j, --json" or "--mode MODE" */
static void cmd_print_option(FILE *stream, const struct verb_option *option)
{
	const char *argument = option->argument ? option->argument : "";
	char text[80], letter[] = "-x, ";

	letter[1] = option->letter;
	snprintf(text, sizeof(text), "%s--%s%s%s", option->letter ? letter : "", option->name,
		 argument[0] ? " " : "", argument);
	fprintf(stream, "      %-*s  %s\n", OPTION_COLUMN, text, option->help);
}

void cmd_print_verb(FILE *stream, const struct verb *verb)
{
	fprintf(stream, "  garpd %s%s%s\n      %s\n", verb->name, verb->usage[0] ? " " : "",
		verb->usage, verb->help);
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		cmd_print_option(stream, option);
}

bool cmd_next_option(const struct verb *verb, int argc, char **argv,
		     const struct verb_option **option)
{
	struct option options[VERB_OPTIONS_MAX + 1] = {};
	char letters[2 * VERB_OPTIONS_MAX + 1] = "", *letter = letters;
	int found, i = 0;

	for (; verb->options && verb->options[i].name; i++) {
		const struct verb_option *each = &verb->options[i];

		/* The value of each is its place. */
		options[i] = (struct option){each->name, !!each->argument, NULL, i};
		if (!each->letter)
			continue;
		*letter++ = each->letter;
		if (each->argument)
			*letter++ = ':';
	}
	found = getopt_long(argc, argv, letters, options, NULL);
	if (found == -1)
		return false;
	*option = NULL;
	for (int j = 0; j < i; j++)
		if (found == j || (verb->options[j].letter && found == verb->options[j].letter))
			*option = &verb->options[j];
	return true;
}

int cmd_run_verb(const struct verb *verb, int argc, char **argv)
{
	struct command command = {.argc = argc, .argv = argv};
	const struct verb_option *option;
	struct err why;
	char name[32];
	int exit_code;

	/* getopt's own complaints begin with argv[0]. */
	snprintf(name, sizeof(name), "garpd %s", verb->name);
	argv[0] = name;
	while (cmd_next_option(verb, argc, argv, &option)) {
		if (!option)
			return cmd_usage(verb);
		command.json |= option->letter == 'j';
		command.all |= option->letter == 'a';
	}
	if (argc - optind != verb->operands)
		return cmd_usage(verb);
	command.operand = argv[optind];
	exit_code = verb->run(&command, &why);
	return exit_code < 0 ? cmd_fail(&why) : exit_code;
}

int cmd_usage(const struct verb *verb)
{
	fprintf(stderr, "garpd: %s: wrong arguments; usage:\n", verb->name);
	cmd_print_verb(stderr, verb);
	return EXIT_USAGE;
}

int cmd_fail(const struct err *why)
{
	fflush(stdout);
	fprintf(stderr, "garpd: %s\n", why->text);
	return EXIT_FAILED;
}

int cmd_misused(const struct err *why)
{
	cmd_fail(why);
	return EXIT_USAGE;
}

int cmd_cannot_look(const struct err *why)
{
	cmd_fail(why);
	return EXIT_NOTHING;
}

int cmd_open_pins(struct pins *pins, bool read_only, struct err *why)
{
	int err = pins_open(pins, read_only, why);

	if (!err)
		names_use(pins);
	return err;
}

int cmd_parse_address(const char *text, struct addr *addr, struct err *why)
{
	return addr_parse(text, addr) ? err_set(why, -EINVAL, "%s: not a valid address", text) : 0;
}
