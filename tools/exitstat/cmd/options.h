/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options and arguments of a command as a table, from which its parser
 * (parse.h), its help (usage.h) and its shell completion are made. A row
 * describes an option or an argument and names the field of the command's
 * "struct options" that takes the value.
 */
#ifndef EXITSTAT_OPTIONS_H
#define EXITSTAT_OPTIONS_H

#include <argp.h>
#include <stddef.h>

#include "util.h"

/* The values that an option takes, and what is stored. */
enum option_kind {
	OPTION_END,		/* ends the table */
	OPTION_SET,		/* no value: stores .min */
	OPTION_TEXT,		/* const char *: the value, unchanged */
	OPTION_WORD,		/* const char *: one of .word */
	OPTION_LIST,		/* struct option_list: appends the value */
	OPTION_NUMBER,		/* from .min to .max */
	OPTION_DURATION,	/* the same, with a unit; stored in ns */
	OPTION_CHOICE,		/* one of a few words: .min plus its index */
	OPTION_NAME,		/* the same for a longer list */
	OPTION_GROUPS,		/* uint32_t: KES_GROUP_* */
	OPTION_CALL,		/* .call stores it */
};

struct option_list {
	const char **p;		/* the caller frees it */
	size_t nr, cap;
};

struct option_row {
	/* The long name; of an argument, how errors call it, or NULL */
	const char *name;
	char key;		/* the short name, or 0 */
	const char *arg;	/* the value in help: "FILE", "vmx|svm"; or NULL */

	/* The OPT_*() macros below set these. */
	enum option_kind kind;
	size_t at, size;	/* the field */
	uint64_t min, max;
	/* @to is the field, or the struct options if no field is named. */
	void (*call)(void *to, char *arg, struct argp_state *state);
	/*
	 * The @i-th of the words that the value must be, or, of a text, often is;
	 * NULL after the last. If not set, they are the lower-case words of .arg.
	 */
	const char *(*word)(size_t i);

	const char *help;	/* "%s" in it stands for the words */
	bool hidden;		/* not in help */

	bool argument;		/* not an option; in the order of the rows */
	bool many;		/* takes all remaining arguments */
	const char *missing;	/* error if it is absent; NULL: it is optional */
	const char *again;	/* error if there is one more */
};

/* A field must have a size that a value can be stored in. */
#define OPTION_SIZE(size) \
	((size) / ((size) == 1 || (size) == 4 || (size) == 8))
#define OPTION_AT(field) \
	.at = offsetof(struct options, field), \
	.size = OPTION_SIZE(sizeof(((struct options *)NULL)->field))
/* A field must have this type. */
#define OPTION_AT_TYPE(field, type) \
	.at = offsetof(struct options, field) + \
	      0 * sizeof((type *)NULL == &((struct options *)NULL)->field), \
	.size = sizeof(type)

/* Each ends with .word, so that the next value of a row is .help. */
#define OPT_FLAG(field) \
	.kind = OPTION_SET, OPTION_AT_TYPE(field, bool), .min = true, \
	.word = NULL
#define OPT_SET(field, value) \
	.kind = OPTION_SET, OPTION_AT(field), .min = (value), .word = NULL
#define OPT_TEXT_OF(field, words) \
	.kind = OPTION_TEXT, OPTION_AT_TYPE(field, const char *), \
	.word = (words)
#define OPT_TEXT(field) OPT_TEXT_OF(field, NULL)
#define OPT_WORD(field, words) \
	.kind = OPTION_WORD, OPTION_AT_TYPE(field, const char *), \
	.word = (words)
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

/* An entry of the table in main.c. */
struct command {
	const char *name;
	const char *help;	/* one line, which begins with a verb */
	const char *usage;	/* its arguments in help, a line each; or NULL */
	const char *doc;	/* a paragraph before the options */
	const char *notes;	/* printed unchanged after the options; or NULL */
	void (*more)(struct buf *out);	/* appends tables to help; or NULL */
	const struct option_row *rows;
	bool in_order;		/* an argument may end the options */
	/*
	 * Checks options that depend on each other and calls usage_error().
	 * Required arguments may still be absent.
	 */
	void (*finish)(void *options);
	size_t size;		/* of its struct options */
	const void *defaults;	/* a struct options; NULL: all 0 */
	int (*run)(void *options);	/* returns an exit code (util.h) */
};

/* The @i-th word that the value of @row may be, and its length; or NULL. */
const char *option_word(const struct option_row *row, size_t i, size_t *len);
/* Append all words, with @last before the last one. */
void option_words(struct buf *out, const struct option_row *row,
		  const char *last);
/* option_row.word of OPTION_GROUPS */
const char *group_word(size_t i);

#endif
