// SPDX-License-Identifier: GPL-2.0-or-later
#include "completion.h"

static const char head[] =
	"# bash completion for garpd; made by `garpd completion bash`\n"
	"\n"
	"_garpd_words() { compgen -W \"$2\" -- \"$1\"; }\n"
	"_garpd_files() { compgen -f -- \"$1\"; }\n"
	"_garpd_interfaces() { _garpd_words \"$1\" \"$(ls /sys/class/net)\"; }\n"
	"_garpd_bridges() { _garpd_words \"$1\" \"$(cd /sys/class/net && "
	"ls -d */bridge 2>/dev/null | sed 's,/.*,,')\"; }\n"
	"_garpd_namespaces() { _garpd_words \"$1\" \"$(ls /run/netns 2>/dev/null)\"; }\n"
	"_garpd_addresses() { _garpd_words \"$1\" \"$(" COMPLETION_COLUMN(
		"1") ")\"; }\n"
		     "_garpd_macs() { _garpd_words \"$1\" \"$(" COMPLETION_COLUMN(
			     "2") ")\"; }\n"
				  "_garpd_places() { _garpd_bridges \"$1\"; _garpd_addresses \"$1\"; }\n";

/* The words are taken from the line: COMP_WORDS is split at the colons of addresses. */
static const char tail[] =
	"\n"
	"_garpd() {\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT}\n"
	"\tlocal -a words\n"
	"\tread -ra words <<<\"$line\"\n"
	"\t[[ $line != *[[:space:]] ]] || words+=('')\n"
	"\tlocal -i last=$((${#words[@]} - 1))\n"
	"\tlocal word=${words[last]} before=${words[last - 1]}\n"
	"\tif [[ $word == --*=* ]]; then\n"
	"\t\tbefore=${word%%=*} word=${word#*=}\n"
	"\tfi\n"
	"\tmapfile -t COMPREPLY < <(_garpd_reply \"${words[1]}\" \"$last\" \"$before\" \"$word\")\n"
	"\t# The shell replaces what follows the last colon.\n"
	"\t[[ $word != *:* ]] || COMPREPLY=(\"${COMPREPLY[@]#\"${word%\"${word##*:}\"}\"}\")\n"
	"}\n"
	"complete -o bashdefault -F _garpd garpd\n";

static void print_argument(const char *argument)
{
	const char *kind = completion_kind(argument);
	char text[160];

	if (kind)
		printf("_garpd_%s \"$4\"", kind);
	else
		printf("_garpd_words \"$4\" '%s'", completion_choice(argument, text));
}

static void print_option_argument(const struct verb *verb, const struct verb_option *option)
{
	printf("\t%s:*:--%s", verb->name, option->name);
	if (option->letter)
		printf(" | %s:*:-%c", verb->name, option->letter);
	printf(") ");
	print_argument(option->argument);
	printf("; return ;;\n");
}

static void print_option_names(const struct verb *verb)
{
	printf("\t%s:*:-*) _garpd_words \"$4\" '", verb->name);
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		printf("--%s ", option->name);
	printf("--help' ;;\n");
}

static void print_verb_names(const struct verb *const *verbs)
{
	printf("\t*:1:* | help:2:*) _garpd_words \"$4\" '");
	for (size_t i = 0; verbs[i]; i++)
		printf("%s ", verbs[i]->name);
	printf("help --help --version' ;;\n");
}

/* Arguments of options go before operands, since they may stand in their place. */
void completion_bash(const struct verb *const *verbs)
{
	const struct verb_option *option;
	char text[160];

	printf("%s_garpd_states() { _garpd_words \"$1\" '%s'; }\n\n", head,
	       completion_states(text));
	printf("# VERB PLACE BEFORE WORD\n_garpd_reply() {\n\tcase $1:$2:$3 in\n");
	print_verb_names(verbs);
	for (size_t i = 0; verbs[i]; i++)
		for (option = verbs[i]->options; option && option->name; option++)
			if (option->argument)
				print_option_argument(verbs[i], option);
	printf("\tesac\n\t(($2 > 1)) || return\n\tcase $1:$2:$4 in\n");
	for (size_t i = 0; verbs[i]; i++) {
		print_option_names(verbs[i]);
		for (int j = 0; verbs[i]->operands[j].argument; j++) {
			if (verbs[i]->operands[j].repeats)
				printf("\t%s:*:*) ", verbs[i]->name);
			else
				printf("\t%s:%d:*) ", verbs[i]->name, j + 2);
			print_argument(verbs[i]->operands[j].argument);
			printf(" ;;\n");
		}
	}
	printf("\tesac\n}\n%s", tail);
}
