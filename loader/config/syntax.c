// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syntax.c - errors in the YAML syntax.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "parts.h"

static const char *syntax_remedy(const yaml_parser_t *parser)
{
	if (parser->context && strstr(parser->context, "alias"))
		return "quote a pattern that starts with \"*\"";
	if (strstr(parser->problem, "cannot start any token"))
		return "indent with spaces, not tabs, and quote names with special characters";
	if (parser->error == YAML_READER_ERROR)
		return "write plain UTF-8";
	return "check indentation, quotes and brackets";
}

int syntax_fault(const struct yaml_parser_s *parser, const char *text, size_t len,
		 struct faults *faults)
{
	size_t line = parser->problem_mark.line + 1;
	char message[384];

	if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR) {
		/* A reader error has an offset only. */
		line = 1;
		for (size_t i = 0; i < len && i < parser->problem_offset; i++)
			line += text[i] == '\n';
	}
	snprintf(message, sizeof(message), "invalid YAML: %s%s%s; %s",
		 parser->context ? parser->context : "", parser->context ? ", " : "",
		 parser->problem, syntax_remedy(parser));
	return faults_add(faults, (unsigned int)line, message);
}
