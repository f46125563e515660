/* SPDX-License-Identifier: GPL-2.0-only */
/* Parse the options and arguments of a command by its table. */
#ifndef EXITSTAT_PARSE_H
#define EXITSTAT_PARSE_H

#include "cmd/options.h"

/*
 * Return a struct options as @argv sets it; the caller frees it. Help, the
 * version and usage errors (exit code 2) end the process.
 */
void *parse_options(const struct command *c, int argc, char **argv);

/* For option_row.call: a usage error that begins with the name of the row. */
void parse_error(struct argp_state *state, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* For option_row.call: @arg as a number, or a usage error. */
uint64_t parse_number(struct argp_state *state, const char *arg, uint64_t min,
		      uint64_t max);

#endif
