/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * criterion.h - what the unit tests use of Criterion, for machines that lack it: it stands on
 * BoxFort, which was not ported to s390x. The same names and the same meaning; each test is a child
 * process.
 */
#ifndef GARPD_CROSS_CRITERION_H
#define GARPD_CROSS_CRITERION_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct stand_in_options {
	void (*init)(void);
	void (*fini)(void);
	double timeout; /* s; ignored: an emulated test takes longer */
};

struct stand_in_test {
	const char *suite, *name;
	void (*run)(void);
	struct stand_in_options options;
	struct stand_in_test *next;
};

struct stand_in_suite {
	const char *name;
	struct stand_in_options options;
	struct stand_in_suite *next;
};

void stand_in_add_test(struct stand_in_test *test);
void stand_in_add_suite(struct stand_in_suite *suite);

#define Test(SUITE, NAME, ...)                                                   \
	static void SUITE##_##NAME##_run(void);                                  \
	__attribute__((constructor)) static void SUITE##_##NAME##_add(void)      \
	{                                                                        \
		static struct stand_in_test test = {.suite = #SUITE,             \
						    .name = #NAME,               \
						    .run = SUITE##_##NAME##_run, \
						    .options = {__VA_ARGS__}};   \
		stand_in_add_test(&test);                                        \
	}                                                                        \
	static void SUITE##_##NAME##_run(void)

#define TestSuite(NAME, ...)                                                                    \
	__attribute__((constructor)) static void NAME##_suite_add(void)                         \
	{                                                                                       \
		static struct stand_in_suite suite = {.name = #NAME, .options = {__VA_ARGS__}}; \
		stand_in_add_suite(&suite);                                                     \
	}                                                                                       \
	struct stand_in_suite

/* Prints what was expected, and the message if there is one; the test has failed. */
void stand_in_fail(const char *file, int line, const char *expected, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
_Noreturn void stand_in_end(void);

/* The test can not be done here, and says why. */
_Noreturn void stand_in_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define cr_skip_test(...) stand_in_skip(" " __VA_ARGS__)

#define STAND_IN_EXPECT(condition, text, ...) \
	((condition) ? (void)0 : stand_in_fail(__FILE__, __LINE__, text, " " __VA_ARGS__))
#define STAND_IN_ASSERT(condition, text, ...) \
	((condition) ? (void)0                \
		     : (stand_in_fail(__FILE__, __LINE__, text, " " __VA_ARGS__), stand_in_end()))

#define cr_assert(a, ...)	   STAND_IN_ASSERT((a), #a, __VA_ARGS__)
#define cr_assert_not(a, ...)	   STAND_IN_ASSERT(!(a), "not " #a, __VA_ARGS__)
#define cr_assert_null(a, ...)	   STAND_IN_ASSERT((a) == NULL, #a " == NULL", __VA_ARGS__)
#define cr_assert_not_null(a, ...) STAND_IN_ASSERT((a) != NULL, #a " != NULL", __VA_ARGS__)
#define cr_assert_eq(a, b, ...)	   STAND_IN_ASSERT((a) == (b), #a " == " #b, __VA_ARGS__)
#define cr_assert_neq(a, b, ...)   STAND_IN_ASSERT((a) != (b), #a " != " #b, __VA_ARGS__)
#define cr_assert_lt(a, b, ...)	   STAND_IN_ASSERT((a) < (b), #a " < " #b, __VA_ARGS__)
#define cr_assert_leq(a, b, ...)   STAND_IN_ASSERT((a) <= (b), #a " <= " #b, __VA_ARGS__)
#define cr_assert_gt(a, b, ...)	   STAND_IN_ASSERT((a) > (b), #a " > " #b, __VA_ARGS__)
#define cr_assert_geq(a, b, ...)   STAND_IN_ASSERT((a) >= (b), #a " >= " #b, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) \
	STAND_IN_ASSERT(strcmp((a), (b)) == 0, #a " equals " #b, __VA_ARGS__)
#define cr_assert_str_neq(a, b, ...) \
	STAND_IN_ASSERT(strcmp((a), (b)) != 0, #a " differs from " #b, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, size, ...) \
	STAND_IN_ASSERT(memcmp((a), (b), (size)) == 0, #a " equals " #b, __VA_ARGS__)
#define cr_assert_float_eq(a, b, epsilon, ...)                                               \
	STAND_IN_ASSERT((a) - (b) <= (epsilon) && (b) - (a) <= (epsilon), #a " is near " #b, \
			__VA_ARGS__)

#define cr_expect(a, ...)	   STAND_IN_EXPECT((a), #a, __VA_ARGS__)
#define cr_expect_not(a, ...)	   STAND_IN_EXPECT(!(a), "not " #a, __VA_ARGS__)
#define cr_expect_null(a, ...)	   STAND_IN_EXPECT((a) == NULL, #a " == NULL", __VA_ARGS__)
#define cr_expect_not_null(a, ...) STAND_IN_EXPECT((a) != NULL, #a " != NULL", __VA_ARGS__)
#define cr_expect_eq(a, b, ...)	   STAND_IN_EXPECT((a) == (b), #a " == " #b, __VA_ARGS__)
#define cr_expect_neq(a, b, ...)   STAND_IN_EXPECT((a) != (b), #a " != " #b, __VA_ARGS__)
#define cr_expect_lt(a, b, ...)	   STAND_IN_EXPECT((a) < (b), #a " < " #b, __VA_ARGS__)
#define cr_expect_leq(a, b, ...)   STAND_IN_EXPECT((a) <= (b), #a " <= " #b, __VA_ARGS__)
#define cr_expect_gt(a, b, ...)	   STAND_IN_EXPECT((a) > (b), #a " > " #b, __VA_ARGS__)
#define cr_expect_geq(a, b, ...)   STAND_IN_EXPECT((a) >= (b), #a " >= " #b, __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) \
	STAND_IN_EXPECT(strcmp((a), (b)) == 0, #a " equals " #b, __VA_ARGS__)

/* What the test has printed since: `text`? */
void cr_redirect_stdout(void);
int stand_in_printed(const char *text);
#define cr_assert_stdout_eq_str(text, ...) \
	STAND_IN_ASSERT(stand_in_printed(text), "it printed " #text, __VA_ARGS__)

#endif
