// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "shell.h"

const char *shell_text(const char *name, char text[SHELL_TEXT_LEN])
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_-.:,+@%",
			  quote[] = "'\\''";
	size_t used = 1;

	if (name[0] && !name[strspn(name, plain)])
		return name;
	text[0] = '\'';
	for (; *name && used < SHELL_TEXT_LEN - sizeof(quote); name++) {
		if (*name == '\'')
			used += (size_t)sprintf(text + used, "%s", quote);
		else
			text[used++] = *name;
	}
	strcpy(text + used, "'");
	return text;
}
