// SPDX-License-Identifier: GPL-2.0-or-later
#include "completion.h"

static const char head[] =
	"# fish completion for garpd; made by `garpd completion fish`\n"
	"\n"
	"function __garpd_files; __fish_complete_path (commandline -ct); end\n"
	"function __garpd_interfaces; ls /sys/class/net; end\n"
	"function __garpd_namespaces; ls /run/netns 2>/dev/null; end\n"
	"function __garpd_bridges; path basename (path dirname /sys/class/net/*/bridge); end\n"
	"function __garpd_addresses; " COMPLETION_COLUMN(
		"1") "; end\n"
		     "function __garpd_macs; " COMPLETION_COLUMN(
			     "2") "; end\n"
				  "function __garpd_places; __garpd_bridges; __garpd_addresses; "
				  "end\n"
				  "\n"
				  "# The verb is there, and so many words without a dash behind it.\n"
				  "function __garpd_at\n"
				  "\tset -l words (commandline -opc)\n"
				  "\ttest \"$words[2]\" = $argv[1]; or return 1\n"
				  "\ttest (count (string match -v -- '-*' $words[3..])) = $argv[2]\n"
				  "end\n"
				  "\n"
				  "complete -c garpd -f\n"
				  "complete -c garpd -s h -l help -d 'how it is used'\n"
				  "complete -c garpd -n __fish_is_first_token -s V -l version -d 'print the version'\n"
				  "complete -c garpd -n __fish_is_first_token -a help -d 'how a verb is used'\n";

/* -a '(__garpd_files)' */
static void print_argument(const char *argument)
{
	const char *kind = completion_kind(argument);
	char text[160];

	if (kind)
		printf(" -a '(__garpd_%s)'", kind);
	else if (completion_choice(argument, text)[0])
		printf(" -a '%s'", text);
}

static void print_option(const struct verb *verb, const struct verb_option *option)
{
	printf("complete -c garpd -n '__fish_seen_subcommand_from %s' -l %s", verb->name,
	       option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	printf(" -d '");
	completion_escape(option->help, "");
	putchar('\'');
	if (option->argument) {
		printf(" -x");
		print_argument(option->argument);
	}
	putchar('\n');
}

static void print_verb(const struct verb *verb)
{
	printf("complete -c garpd -n __fish_is_first_token -a %s -d '", verb->name);
	completion_escape(verb->help, "");
	printf("'\n");
	printf("complete -c garpd -n '__garpd_at help 0' -a %s\n", verb->name);
	for (int i = 0; verb->operands[i].argument; i++) {
		if (verb->operands[i].repeats)
			printf("complete -c garpd -n '__fish_seen_subcommand_from %s'", verb->name);
		else
			printf("complete -c garpd -n '__garpd_at %s %d'", verb->name, i);
		print_argument(verb->operands[i].argument);
		putchar('\n');
	}
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		print_option(verb, option);
}

void completion_fish(const struct verb *const *verbs)
{
	char text[160];

	printf("%s\nfunction __garpd_states; string split ' ' '%s'; end\n", head,
	       completion_states(text));
	for (size_t i = 0; verbs[i]; i++)
		print_verb(verbs[i]);
}
