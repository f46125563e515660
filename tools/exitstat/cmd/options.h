/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options and arguments of a command as a table: its help, its parser and
 * its completion are made from it. A row says what may be given and which field
 * of the command's "struct options" takes it. argp does the rest.
 */
#ifndef EXITSTAT_OPTIONS_H
#define EXITSTAT_OPTIONS_H

#include <argp.h>
#include <stddef.h>

#include "util.h"

/* What a value may be, and what its field becomes. */
enum option_kind {
	OPTION_END,		/* of the rows */
	OPTION_SET,		/* there is no value: .min */
	OPTION_TEXT,		/* const char *: the value as it is */
	OPTION_LIST,		/* struct option_list: one more text */
	OPTION_NUMBER,		/* within .min and .max */
	OPTION_DURATION,	/* the same, with a unit; in ns */
	OPTION_CHOICE,		/* a word of a few: .min and its place among them */
	OPTION_NAME,		/* the same of a table that is longer */
	OPTION_GROUPS,		/* uint32_t: KES_GROUP_* */
	OPTION_CALL,		/* what .call makes of it */
};

struct option_list {
	const char **p;		/* to be freed */
	size_t nr, cap;
};

struct option_row {
	/* The long name; an argument's: what complaints begin with, or NULL */
	const char *name;
	char key;		/* the short name, or 0 */
	const char *arg;	/* the value in help: "FILE", "vmx|svm"; or NULL */

	/* These are what the macros below fill. */
	enum option_kind kind;
	size_t at, size;	/* the field */
	uint64_t min, max;
	/* @to is the field, or the struct options if none is named. */
	void (*call)(void *to, char *arg, struct argp_state *state);
	/*
	 * The words that a value may be or, of a text, often is: the @i-th, NULL
	 * behind the last. Without it, those that .arg has in small letters.
	 */
	const char *(*word)(size_t i);

	const char *help;
	int group;		/* of options that help shows together */
	bool help_words;	/* the words end the help */
	bool hidden;		/* from help */

	bool argument;		/* no option; they stand in their order */
	bool many;		/* takes all that follow */
	const char *missing;	/* the complaint if it is not given; NULL: it need not be */
	const char *again;	/* the complaint about one more */
};

/* Where a field is, which must be of this type. */
/* No field has another size than those that a value is stored in. */
#define OPTION_SIZE(size) \
	((size) / ((size) == 1 || (size) == 4 || (size) == 8))
#define OPTION_AT(field) \
	.at = offsetof(struct options, field), \
	.size = OPTION_SIZE(sizeof(((struct options *)NULL)->field))
#define OPTION_AT_TYPE(field, type) \
	.at = offsetof(struct options, field) + \
	      0 * sizeof((type *)NULL == &((struct options *)NULL)->field), \
	.size = sizeof(type)

/* Each ends with .word: the help is what follows. */
#define OPT_FLAG(field) \
	.kind = OPTION_SET, OPTION_AT_TYPE(field, bool), .min = true, \
	.word = NULL
#define OPT_SET(field, value) \
	.kind = OPTION_SET, OPTION_AT(field), .min = (value), .word = NULL
#define OPT_TEXT_OF(field, words) \
	.kind = OPTION_TEXT, OPTION_AT_TYPE(field, const char *), \
	.word = (words)
#define OPT_TEXT(field) OPT_TEXT_OF(field, NULL)
#define OPT_LIST(field) \
	.kind = OPTION_LIST, OPTION_AT_TYPE(field, struct option_list), \
	.word = NULL
#define OPT_NUMBER(field, least, most) \
	.kind = OPTION_NUMBER, OPTION_AT(field), .min = (least), \
	.max = (most), .word = NULL
#define OPT_DURATION(field, least, most) \
	.kind = OPTION_DURATION, OPTION_AT_TYPE(field, uint64_t), \
	.min = (least), .max = (most), .word = NULL
#define OPT_CHOICE_OF(field, first, words) \
	.kind = OPTION_CHOICE, OPTION_AT(field), .min = (first), \
	.word = (words)
#define OPT_CHOICE(field, first) OPT_CHOICE_OF(field, first, NULL)
#define OPT_NAME(field, words) \
	.kind = OPTION_NAME, OPTION_AT(field), .word = (words)
#define OPT_GROUPS(field) \
	.kind = OPTION_GROUPS, OPTION_AT_TYPE(field, uint32_t), \
	.word = group_word
#define OPT_CALL(function) \
	.kind = OPTION_CALL, .call = (function), .word = NULL
#define OPT_CALL_FOR(field, type, function) \
	OPTION_AT_TYPE(field, type), OPT_CALL(function)

/* A command, as the table of main.c has it. */
struct command {
	const char *name;
	const char *help;	/* in a line */
	const char *usage;	/* the arguments, as its own help shows them; or NULL */
	const char *doc;	/* as argp's */
	void (*more)(struct buf *out);	/* what ends the help; or NULL */
	const struct option_row *rows;
	bool in_order;		/* an argument may end the options */
	/*
	 * Looks at the options together; argp_error() complains. Arguments that
	 * are missing have not been complained of.
	 */
	void (*finish)(void *options, struct argp_state *state);
	size_t size;		/* of its struct options */
	const void *defaults;	/* one; or NULL: all 0 */
	int (*run)(void *options);	/* returns an exit code (util.h) */
};

/*
 * A struct options as @argv wants it, to be freed. Help and usage errors (exit
 * 2) end the process.
 */
void *options_parse(const struct command *c, int argc, char **argv);

/* The @i-th word that a value of @row may be, and its length; or NULL. */
const char *option_word(const struct option_row *row, size_t i, size_t *len);
/* option_row.word of OPTION_GROUPS */
const char *group_word(size_t i);

/* For .call: a usage error, which begins with the name of the row. */
void option_error(struct argp_state *state, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A checked number: a usage error when @arg is none. */
uint64_t option_number(struct argp_state *state, const char *arg, uint64_t min,
		       uint64_t max);

#endif
