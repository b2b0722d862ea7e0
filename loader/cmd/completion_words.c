// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "completion.h"
#include "loader/base/text.h"

const char *completion_kind(const char *argument)
{
	static const struct {
		const char *argument, *kind;
	} kinds[] = {
		{"FILE", "files"},     {"BR", "bridges"},	{"IF", "interfaces"},
		{"ADDR", "addresses"}, {"PREFIX", "addresses"}, {"MAC", "macs"},
		{"STATE", "states"},   {"BR|ADDR", "places"},	{"NETNS", "namespaces"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].argument, argument))
			return kinds[i].kind;
	return NULL;
}

const char *completion_choice(const char *argument, char text[160])
{
	snprintf(text, 160, "%s", strchr(argument, '|') ? argument : "");
	for (char *each = text; *each; each++)
		if (*each == '|')
			*each = ' ';
	return text;
}

const char *completion_states(char text[160])
{
	size_t used = 0;

	for (unsigned int state = CLAIM_NONE + 1; state < CLAIM_STATE_MAX; state++)
		used += (size_t)snprintf(text + used, 160 - used, "%s%s", used ? " " : "",
					 claim_state_name(state));
	return text;
}

void completion_escape(const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\'");
		else if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}
