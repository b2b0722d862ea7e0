// SPDX-License-Identifier: GPL-2.0-or-later
#include "completion.h"

#define SPECIAL ":[]\\" /* in a specification of _arguments */

static const char head[] = "#compdef garpd\n"
			   "# zsh completion for garpd; made by `garpd completion zsh`\n"
			   "\n"
			   "_garpd_files() { _files }\n"
			   "_garpd_interfaces() { compadd -- /sys/class/net/*(N:t) }\n"
			   "_garpd_namespaces() { compadd -- /run/netns/*(N:t) }\n"
			   "_garpd_bridges() { compadd -- /sys/class/net/*/bridge(N:h:t) }\n"
			   "_garpd_addresses() { compadd -- ${(f)\"$(" COMPLETION_COLUMN(
				   "1") ")\"} }\n"
					"_garpd_macs() { compadd -- ${(f)\"$(" COMPLETION_COLUMN(
						"2") ")\"} }\n"
						     "_garpd_places() { _garpd_bridges; "
						     "_garpd_addresses }\n";

static const char tail[] = "\tesac\n"
			   "}\n"
			   "\n"
			   "if [[ $funcstack[1] == _garpd ]]; then\n"
			   "\t_garpd \"$@\"\n"
			   "else\n"
			   "\tcompdef _garpd garpd\n"
			   "fi\n";

/* ":FILE:_garpd_files" behind an option, or for an operand. */
static void print_argument(const char *argument)
{
	const char *kind = completion_kind(argument);
	char text[160];

	if (kind)
		printf(":%s:_garpd_%s", argument, kind);
	else if (completion_choice(argument, text)[0])
		printf(":word:(%s)", text);
	else
		printf(":%s: ", argument);
}

static void print_option_name(const struct verb_option *option, const char *name)
{
	printf(" \\\n\t\t\t'*%s[", name);
	completion_escape(option->help, SPECIAL);
	printf("]");
	if (option->argument)
		print_argument(option->argument);
	printf("'");
}

static void print_option(const struct verb_option *option)
{
	char name[40];

	snprintf(name, sizeof(name), "--%s%s", option->name, option->argument ? "=" : "");
	print_option_name(option, name);
	if (!option->letter)
		return;
	snprintf(name, sizeof(name), "-%c%s", option->letter, option->argument ? "+" : "");
	print_option_name(option, name);
}

static void print_verb(const struct verb *verb)
{
	printf("\t%s)\n\t\t_arguments", verb->name);
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		print_option(option);
	printf(" \\\n\t\t\t'--help[how it is used]'");
	for (int i = 0; verb->operands[i].argument; i++) {
		if (verb->operands[i].repeats)
			printf(" \\\n\t\t\t'*");
		else
			printf(" \\\n\t\t\t'%d%s", i + 1, verb->operands[i].optional ? ":" : "");
		print_argument(verb->operands[i].argument);
		printf("'");
	}
	printf(" ;;\n");
}

void completion_zsh(const struct verb *const *verbs)
{
	char text[160];

	printf("%s_garpd_states() { compadd -- %s }\n\n", head, completion_states(text));
	printf("_garpd() {\n\tlocal -a verbs=(");
	for (size_t i = 0; verbs[i]; i++) {
		printf("\n\t\t'%s:", verbs[i]->name);
		completion_escape(verbs[i]->help, SPECIAL);
		putchar('\'');
	}
	printf("\n\t)\n"
	       "\tif ((CURRENT == 2)) || [[ $words[2] == help ]]; then\n"
	       "\t\t_describe verb verbs\n"
	       "\t\treturn\n"
	       "\tfi\n"
	       "\tshift words\n"
	       "\t((CURRENT--))\n"
	       "\tcase $words[1] in\n");
	for (size_t i = 0; verbs[i]; i++)
		print_verb(verbs[i]);
	printf("%s", tail);
}
