/* SPDX-License-Identifier: GPL-2.0-only */
/* Help that a command's table of options makes, and usage errors. */
#ifndef EXITSTAT_USAGE_H
#define EXITSTAT_USAGE_H

#include "cmd/options.h"

/* Options of every command. */
#define KEY_HELP	'h'
#define KEY_VERSION	'V'
extern const struct option_row common_rows[];

void usage_print(const struct command *c, FILE *out);

/*
 * Print "exitstat COMMAND: text" and end the process with EXIT_CODE_USAGE. If
 * the text does not end with advice in parentheses, it names --help.
 */
void usage_error(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* A usage error about @word, an option in @argv that argp refused. */
void usage_bad_option(const struct command *c, const char *word)
	__attribute__((noreturn));

/*
 * Append "; did you mean A or B?" for the names that are close to @typed;
 * nothing if none is.
 */
void usage_suggest(struct buf *out, const char *typed,
		   const char *const *names, size_t nr);

#endif
