// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs the tests, each in a child, and counts them. -l lists them. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "criterion/criterion.h"

#define TIMEOUT_S 300 /* of one test, emulated */
#define SKIPPED	  77

static struct stand_in_test *tests;
static struct stand_in_suite *suites;
static bool failed;
static unsigned int passing, failing, skipped;
static FILE *printed;

void stand_in_add_test(struct stand_in_test *test)
{
	test->next = tests;
	tests = test;
}

void stand_in_add_suite(struct stand_in_suite *suite)
{
	suite->next = suites;
	suites = suite;
}

void stand_in_fail(const char *file, int line, const char *expected, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: expected %s", file, line, expected);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	failed = true;
}

_Noreturn void stand_in_end(void)
{
	_exit(1);
}

_Noreturn void stand_in_skip(const char *format, ...)
{
	va_list arguments;

	fputs("skipped:", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	_exit(SKIPPED);
}

void cr_redirect_stdout(void)
{
	printed = tmpfile();
	if (!printed || dup2(fileno(printed), STDOUT_FILENO) < 0) {
		perror("cr_redirect_stdout");
		stand_in_end();
	}
}

int stand_in_printed(const char *text)
{
	char buffer[4096] = "";
	size_t length;

	fflush(stdout);
	rewind(printed);
	length = fread(buffer, 1, sizeof(buffer) - 1, printed);
	buffer[length] = '\0';
	return strcmp(buffer, text) == 0;
}

/* Of the suite that is called so; one without options has none. */
static struct stand_in_options suite_options(const char *name)
{
	for (const struct stand_in_suite *suite = suites; suite; suite = suite->next)
		if (!strcmp(suite->name, name))
			return suite->options;
	return (struct stand_in_options){};
}

static _Noreturn void run_test(const struct stand_in_test *test)
{
	struct stand_in_options suite = suite_options(test->suite);
	void (*init)(void) = test->options.init ?: suite.init;
	void (*fini)(void) = test->options.fini ?: suite.fini;

	alarm(TIMEOUT_S);
	if (init)
		init();
	test->run();
	if (fini)
		fini();
	fflush(NULL);
	_exit(failed);
}

/* Counts the test by how it ended. */
static void run_and_count(const struct stand_in_test *test)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (!child)
		run_test(test);
	if (child < 0 || waitpid(child, &status, 0) != child)
		status = -1;
	if (status == 0) {
		passing++;
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
		skipped++;
	} else {
		fprintf(stderr, "FAIL %s::%s\n", test->suite, test->name);
		failing++;
	}
}

int main(int argc, char **argv)
{
	for (const struct stand_in_test *test = tests; test; test = test->next)
		if (argc > 1 && !strcmp(argv[1], "-l"))
			printf("%s/%s\n", test->suite, test->name);
		else if (argc > 1 && strcmp(argv[1], test->suite))
			continue;
		else
			run_and_count(test);
	if (argc < 2 || strcmp(argv[1], "-l"))
		printf("%u passed, %u failed, %u skipped\n", passing, failing, skipped);
	return failing > 0;
}
