/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Common code of the unit test programs: cmocka and its headers, and tables of test
 * cases. Include it once, before other headers of the project.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"

static struct errbuf err;

/* Call a function that must not fail here. */
#define must(_rc) do { \
	if (_rc) \
		fail_msg("%s: %s", #_rc, err.text); \
} while (0)

/* The current row of a table, from 1 on; 0: none. */
static size_t row_now;

/* Loop over the rows of @_table; a failed test reports the row. */
#define each_row(_row, _table) \
	for (const __typeof__(*(_table)) *_row = (row_now = 1, (_table)); \
	     _row < (_table) + ARRAY_LEN(_table) || (row_now = 0); \
	     _row++, row_now++)

/* Teardown of a test; cmocka also calls it after a failure. */
static inline int report_row(void **state UNUSED)
{
	if (row_now)
		print_error("failed in row %zu of the table (counted from 1)\n", row_now);
	row_now = 0;
	return 0;
}

/* Define main(): the name of the program and its tests. Last in the file. */
#define UNIT_TESTS(_name, ...) \
	int main(void) \
	{ \
		const struct CMUnitTest tests[] = { __VA_ARGS__ }; \
\
		return cmocka_run_group_tests_name(_name, tests, NULL, NULL); \
	}

/* A test; TTEST: with the file's teardown(); FTEST: with setup(), too. */
#define TEST(_f)	cmocka_unit_test_teardown(_f, report_row)
#define TTEST(_f)	cmocka_unit_test_teardown(_f, teardown)
#define FTEST(_f)	cmocka_unit_test_setup_teardown(_f, setup, teardown)

/* The last error is one line that contains @message; clear it. */
static inline void expect_error(const char *message)
{
	if (!strstr(err.text, message) || strchr(err.text, '\n'))
		fail_msg("\"%s\" is not in \"%s\"", message, err.text);
	*err.text = '\0';
}

#endif
