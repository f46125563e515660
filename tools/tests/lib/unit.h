/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every program of unit tests begins with: cmocka with what it needs, and
 * tables of cases. Include it once, before other headers of the project.
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

/* What may fail, but not here. */
#define must(_rc) do { \
	if (_rc) \
		fail_msg("%s: %s", #_rc, err.text); \
} while (0)

/* The row of a table that is being checked, from 1 on; 0: none. */
static size_t row_now;

/* A loop over the rows of @_table: a failed test says in which of them it was. */
#define each_row(_row, _table) \
	for (const __typeof__(*(_table)) *_row = (row_now = 1, (_table)); \
	     _row < (_table) + ARRAY_LEN(_table) || (row_now = 0); \
	     _row++, row_now++)

/* A test's teardown, which cmocka calls after a failure, too. */
static inline int report_row(void **state UNUSED)
{
	if (row_now)
		print_error("in row %zu of its table, from 1 on\n", row_now);
	row_now = 0;
	return 0;
}

/* The last lines of a program: its name and its tests. */
#define UNIT_TESTS(_name, ...) \
	int main(void) \
	{ \
		const struct CMUnitTest tests[] = { __VA_ARGS__ }; \
\
		return cmocka_run_group_tests_name(_name, tests, NULL, NULL); \
	}

/* A test; one before teardown() of its file, one after its setup(), too. */
#define TEST(_f)	cmocka_unit_test_teardown(_f, report_row)
#define TTEST(_f)	cmocka_unit_test_teardown(_f, teardown)
#define FTEST(_f)	cmocka_unit_test_setup_teardown(_f, setup, teardown)

/* The error is one line with @says in it, and is forgotten. */
static inline void must_say(const char *says)
{
	if (!strstr(err.text, says) || strchr(err.text, '\n'))
		fail_msg("\"%s\" is not in \"%s\"", says, err.text);
	*err.text = '\0';
}

#endif
