// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd.h"

#define OPTION_COLUMN 27 /* where the help of an option begins */

/* "-j, --json" or "--mode auto|tcx" */
static void cmd_print_option(FILE *stream, const struct verb_option *option)
{
	const char *argument = option->argument ? option->argument : "";
	char text[80], letter[] = "-x, ";

	letter[1] = option->letter;
	snprintf(text, sizeof(text), "%s--%s%s%s", option->letter ? letter : "", option->name,
		 argument[0] ? " " : "", argument);
	fprintf(stream, "      %-*s  %s", OPTION_COLUMN, text, option->help);
	if (option->value)
		fprintf(stream, " (default: %s)", option->value);
	fputc('\n', stream);
}

void cmd_print_verb(FILE *stream, const struct verb *verb)
{
	fprintf(stream, "  garpd %s", verb->name);
	for (const struct verb_operand *operand = verb->operands; operand->argument; operand++)
		fprintf(stream, operand->optional ? " [%s]%s" : " %s%s", operand->argument,
			operand->repeats ? "..." : "");
	fprintf(stream, "%s\n      %s\n", verb->options ? " [OPTION]..." : "", verb->help);
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		cmd_print_option(stream, option);
}

static void cmd_print_statuses(FILE *stream)
{
#define PRINT_STATUS(NAME, status, meaning) fprintf(stream, "  %d  %s\n", status, meaning);
	fprintf(stream, "Exit status:\n");
	EXIT_STATUSES(PRINT_STATUS)
#undef PRINT_STATUS
}

void cmd_print_help(FILE *stream)
{
	fprintf(stream, "garpd announces addresses for guests that only probe for them.\n\n");
	for (size_t i = 0; verbs[i]; i++)
		cmd_print_verb(stream, verbs[i]);
	fprintf(stream, "  garpd help [VERB] | --help, -h | --version, -V [-j]\n\n");
	cmd_print_statuses(stream);
	fprintf(stream, "See garpd(8).\n");
}
