// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options.c - the command line, by the table of its verb. A word that cannot be right is named,
 * with the one that was probably meant.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/log.h"
#include "loader/base/words.h"
#include "loader/maps/pins_netns.h"

/* ---- options ---- */

/* What getopt_long(3) refused. */
static int option_refused(const struct verb *verb, char **argv, int refused, struct err *why)
{
	const char *word = argv[optind - 1];
	struct words words = {};
	int found;

	if (refused == ':')
		return err_set(why, -EINVAL,
			       "%s %.60s: its argument is missing; see garpd %s --help", verb->name,
			       word, verb->name);
	if (optopt > 0 && optopt < 0x80 && strncmp(word, "--", 2) != 0)
		return err_set(why, -EINVAL, "%s: no option -%c; see garpd %s --help", verb->name,
			       optopt, verb->name);
	for (const struct verb_option *it = verb->options; it && it->name; it++)
		words_add(&words, it->name);
	word += strspn(word, "-");
	found = words_find(&words, word);
	if (found >= 0)
		return err_set(why, -EINVAL, "%s --%.60s: takes no argument", verb->name, word);
	if (found == WORD_MANY)
		return err_set(why, -EINVAL,
			       "%s --%.60s: several options begin so; see garpd %s --help",
			       verb->name, word, verb->name);
	if (words_near(&words, word))
		return err_set(why, -EINVAL, "%s: no option --%.60s; did you mean --%s?",
			       verb->name, word, words_near(&words, word));
	return err_set(why, -EINVAL, "%s: no option --%.60s; see garpd %s --help", verb->name, word,
		       verb->name);
}

int cmd_next_option(const struct verb *verb, int argc, char **argv, struct err *why)
{
	struct option options[VERB_OPTIONS_MAX + 1] = {};
	char letters[2 * VERB_OPTIONS_MAX + 2] = ":", *letter = letters + 1;
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
	opterr = 0;
	found = getopt_long(argc, argv, letters, options, NULL);
	if (found == '?' || found == ':')
		return option_refused(verb, argv, found, why);
	for (int j = 0; j < i; j++)
		if (verb->options[j].letter && found == verb->options[j].letter)
			return j;
	return found;
}

/*
 * A word of a choice, which may be abbreviated. `what` is what it is called: "--mode", or
 * "show: no subject". Returns the word, in `room`; NULL with `why`.
 */
static const char *take_choice(const char *choice, const char *word, const char *what,
			       char room[WORD_TEXT_LEN], struct err *why)
{
	struct words words = {};
	char text[WORDS_HINT_LEN];
	int found;

	words_add(&words, choice);
	found = words_find(&words, word);
	if (found < 0) {
		err_set(why, -EINVAL, "%s \"%.60s\"%s", what, word, words_hint(&words, word, text));
		return NULL;
	}
	return strcpy(room, words.word[found]);
}

static bool is_choice(const char *argument)
{
	return strchr(argument, '|');
}

static int take_option(struct command *command, int place, struct err *why)
{
	const struct verb_option *option = &command->verb->options[place];
	char what[WORD_TEXT_LEN + 4];

	command->values[place] = option->argument ? optarg : "";
	if (!option->argument || !is_choice(option->argument))
		return 0;
	snprintf(what, sizeof(what), "--%s", option->name);
	command->values[place] = take_choice(option->argument, optarg, what, command->words[place],
					     why);
	return command->values[place] ? 0 : -EINVAL;
}

static int take_options(struct command *command, struct err *why)
{
	int place, err = 0;

	optind = 0;
	while (!err) {
		place = cmd_next_option(command->verb, command->argc, command->argv, why);
		if (place < 0)
			return place == -1 ? 0 : place;
		err = take_option(command, place, why);
	}
	return err;
}

/* ---- operands ---- */

static int take_operands(struct command *command, struct err *why)
{
	const struct verb *verb = command->verb;
	const struct verb_operand *operand = verb->operands;
	char what[2 * WORD_TEXT_LEN];
	const char *word;

	for (int i = 0; operand->argument; operand++, i++) {
		word = command->argv[optind];
		if (operand->repeats) {
			command->rest = &command->argv[optind];
			command->rest_count = command->argc - optind;
		}
		if (!word && operand->optional)
			return 0;
		if (!word)
			return err_set(why, -EINVAL, "%s: %s is missing; see garpd %s --help",
				       verb->name, operand->argument, verb->name);
		optind = operand->repeats ? command->argc : optind + 1;
		command->operand[i] = word;
		if (!operand->noun)
			continue;
		snprintf(what, sizeof(what), "%s: no %s", verb->name, operand->noun);
		command->operand[i] = take_choice(operand->argument, word, what,
						  command->words[VERB_OPTIONS_MAX + i], why);
		if (!command->operand[i])
			return -EINVAL;
	}
	if (command->argv[optind])
		return err_set(why, -EINVAL, "%s: what is \"%.60s\" for? See garpd %s --help",
			       verb->name, command->argv[optind], verb->name);
	return 0;
}

/* An option that is there belongs to the first operand. */
static int check_subjects(const struct command *command, struct err *why)
{
	const struct verb_option *option = command->verb->options;
	struct words subjects;

	for (int i = 0; option && option[i].name; i++) {
		if (!command->values[i] || !option[i].subject)
			continue;
		subjects.count = 0;
		words_add(&subjects, option[i].subject);
		if (words_find(&subjects, command->operand[0]) < 0)
			return err_set(why, -EINVAL, "%s %s: no option --%s; see garpd %s --help",
				       command->verb->name, command->operand[0], option[i].name,
				       command->verb->name);
	}
	return 0;
}

/* ---- the whole ---- */

int cmd_run_verb(const struct verb *verb, const struct verb *const *all, int argc, char **argv)
{
	struct command command = {.verb = verb, .verbs = all, .argc = argc, .argv = argv};
	struct err why;
	int err = take_options(&command, &why);

	if (!err)
		err = take_operands(&command, &why);
	if (!err)
		err = check_subjects(&command, &why);
	if (err)
		return cmd_misused(&why);
	if (!verb->enters)
		err = cmd_enter_netns(&command, &why);
	if (err)
		return err == -EINVAL ? cmd_misused(&why) : cmd_cannot_look(&why);
	err = verb->run(&command, &why);
	return err < 0 ? cmd_fail(&why) : err;
}

int cmd_enter_netns(const struct command *command, struct err *why)
{
	const char *name = cmd_value(command, "netns");
	int err;

	if (!name)
		return 0;
	if (pins_is_own(name))
		return err_set(why, -EINVAL,
			       "%s: garpd's own pins have this name below " GARPD_PIN_DIR
			       "; give the network namespace another one",
			       name);
	err = pins_enter_netns(name, why);
	if (!err)
		log_set_netns(pins_netns());
	return err;
}

const char *cmd_value(const struct command *command, const char *option)
{
	const struct verb_option *options = command->verb->options;

	for (int i = 0; options && options[i].name; i++)
		if (!strcmp(options[i].name, option))
			return command->values[i] ? command->values[i] : options[i].value;
	return NULL;
}

bool cmd_has(const struct command *command, const char *option)
{
	return cmd_value(command, option);
}
