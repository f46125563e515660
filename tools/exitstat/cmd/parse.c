// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements parse.h: makes argp's table from that of a command and stores
 * values as its rows describe.
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/parse.h"
#include "cmd/usage.h"
#include "cmd/version.h"
#include "exits/groups.h"

#define NO_KEY	0x100	/* the first key for options without a short name */

struct parsing {
	const struct command *command;
	char *options;
	size_t nr_arguments;	/* so far */
	const struct option_row *row;	/* being parsed */
	int next;		/* argp_state.next after the last good option */
};

static int key_of(const struct command *c, const struct option_row *row)
{
	return row->key ? row->key : NO_KEY + (int)(row - c->rows);
}

static const struct option_row *option_of(const struct command *c, int key)
{
	for (const struct option_row *row = c->rows; row->kind; row++)
		if (!row->argument && key_of(c, row) == key)
			return row;
	return NULL;
}

/* The row of argument @n, which counts from 0. */
static const struct option_row *argument_of(const struct command *c,
					    size_t n)
{
	for (const struct option_row *row = c->rows; row->kind; row++)
		if (row->argument && (row->many || !n--))
			return row;
	return NULL;
}

/* ---- values ---- */

void parse_error(struct argp_state *state, const char *fmt, ...)
{
	const char *name = ((struct parsing *)state->input)->row->name;
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		errx(EXIT_CODE_FAILED, "out of memory");
	va_end(ap);
	usage_error("%s%s%s", name ? name : "", name ? ": " : "", text);
}

uint64_t parse_number(struct argp_state *state, const char *arg, uint64_t min,
		       uint64_t max)
{
	uint64_t n = 0;

	if (parse_u64(arg, min, max, &n))
		parse_error(state, "%s: need a number from %llu to %llu", arg,
			     (unsigned long long)min, (unsigned long long)max);
	return n;
}

static uint64_t duration(struct argp_state *state, const char *arg,
			 uint64_t min, uint64_t max)
{
	char lo[COUNT_TEXT_LEN], hi[COUNT_TEXT_LEN];
	uint64_t ns = 0;

	if (parse_duration(arg, min, max, &ns))
		parse_error(state,
			     "%s: need a whole number with a unit (us, ms, s, m), from %s to %s",
			     arg, fmt_ns(lo, min), fmt_ns(hi, max));
	return ns;
}

static __attribute__((noreturn)) void
no_such_word(const struct option_row *row, const char *arg, const char *words)
{
	const char **names = NULL, *name;
	size_t nr = 0, cap = 0;
	struct buf b = { 0 };

	while ((name = row->word(nr))) {
		names = vec_room(names, nr, &cap, sizeof(*names));
		names[nr++] = name;
	}
	buf_printf(&b, "%s: no such ", arg);
	for (const char *c = row->arg; *c; c++)
		buf_printf(&b, "%c", tolower((unsigned char)*c));
	buf_printf(&b, " (");
	usage_suggest(&b, arg, names, nr);
	free(names);
	usage_error("%sone of %s)", b.data, words);
}

/* The index of a word. */
static size_t word(struct argp_state *state, const char *arg,
		   const struct option_row *row)
{
	struct buf b = { 0 };
	const char *word;
	size_t len;

	for (size_t i = 0; (word = option_word(row, i, &len)); i++)
		if (strlen(arg) == len && !memcmp(word, arg, len))
			return i;
	option_words(&b, row, row->kind == OPTION_CHOICE ? " or " : ", ");
	if (row->kind == OPTION_CHOICE)
		parse_error(state, "%s: need %s", arg, b.data);
	no_such_word(row, arg, b.data);
}

static uint32_t groups(struct argp_state *state, const char *arg)
{
	struct errbuf err;
	uint32_t groups = 0;

	if (groups_parse(arg, &groups, &err))
		parse_error(state, "%s", err.text);
	return groups;
}

static void append(struct option_list *list, const char *text)
{
	list->p = vec_room(list->p, list->nr, &list->cap, sizeof(*list->p));
	list->p[list->nr++] = text;
}

/* @to is a bool, an enum, an int or an integer of 64 bits. */
static void store(void *to, size_t size, uint64_t n)
{
	if (size == sizeof(bool))
		*(bool *)to = n;
	else if (size == sizeof(uint32_t))
		*(uint32_t *)to = (uint32_t)n;
	else
		*(uint64_t *)to = n;
}

static void take(struct argp_state *state, const struct option_row *row,
		 char *arg)
{
	struct parsing *p = state->input;
	void *to = p->options + row->at;

	p->row = row;
	switch (row->kind) {
	case OPTION_SET:
		store(to, row->size, row->min);
		break;
	case OPTION_TEXT:
		*(const char **)to = arg;
		break;
	case OPTION_LIST:
		append(to, arg);
		break;
	case OPTION_NUMBER:
		store(to, row->size,
		      parse_number(state, arg, row->min, row->max));
		break;
	case OPTION_DURATION:
		store(to, row->size, duration(state, arg, row->min, row->max));
		break;
	case OPTION_WORD:
		*(const char **)to = row->word(word(state, arg, row));
		break;
	case OPTION_CHOICE:
	case OPTION_NAME:
		store(to, row->size, row->min + word(state, arg, row));
		break;
	case OPTION_GROUPS:
		*(uint32_t *)to = groups(state, arg) |
				  (row->many ? *(uint32_t *)to : 0);
		break;
	case OPTION_CALL:
		row->call(to, arg, state);
		break;
	case OPTION_END:
		break;
	}
}

/* ---- arguments ---- */

static __attribute__((noreturn)) void one_too_many(const struct parsing *p,
						   const char *arg)
{
	const struct option_row *last = argument_of(p->command,
						    p->nr_arguments - 1);

	if (p->nr_arguments && last->again)
		usage_error("%s", last->again);
	usage_error("%s: unexpected argument", arg);
}

static void take_argument(struct argp_state *state, char *arg)
{
	struct parsing *p = state->input;
	const struct option_row *row = argument_of(p->command, p->nr_arguments);

	if (!row)
		one_too_many(p, arg);
	p->nr_arguments++;
	take(state, row, arg);
}

static void check_arguments(const struct parsing *p)
{
	size_t n = 0;

	for (const struct option_row *row = p->command->rows; row->kind; row++)
		if (row->argument && n++ >= p->nr_arguments && row->missing)
			usage_error("%s", row->missing);
}

/* ---- argp ---- */

static void end(const struct parsing *p)
{
	if (p->command->finish)
		p->command->finish(p->options);
	check_arguments(p);
}

/*
 * argp does not name the option that it refused. It is the last word that was
 * read, or, if that has more letters to read, the next one.
 */
static __attribute__((noreturn)) void refused(const struct argp_state *state)
{
	const struct parsing *p = state->input;
	const char *last = state->argv[state->next - 1];
	bool whole = state->next > p->next && last[0] == '-' && last[1];

	usage_bad_option(p->command, whole ? last : state->argv[state->next]);
}

static void show_help(const struct command *c)
{
	usage_print(c, stdout);
	exit(EXIT_CODE_OK);
}

static void show_version(void)
{
	version_print(stdout);
	exit(EXIT_CODE_OK);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct parsing *p = state->input;
	const struct option_row *row = option_of(p->command, key);

	if (row)
		take(state, row, arg);
	else if (key == KEY_HELP || key == '?')
		show_help(p->command);
	else if (key == KEY_VERSION)
		show_version();
	else if (key == ARGP_KEY_ARG)
		take_argument(state, arg);
	else if (key == ARGP_KEY_END)
		end(p);
	else if (key == ARGP_KEY_ERROR)
		refused(state);
	else
		return ARGP_ERR_UNKNOWN;
	p->next = state->next;
	return 0;
}

static struct argp_option argp_option(const struct option_row *row, int key)
{
	return (struct argp_option) {
		.name = row->name, .key = key, .arg = row->arg,
	};
}

/* Ends with an empty one; the caller frees it. */
static struct argp_option *argp_options(const struct command *c)
{
	struct argp_option *options = NULL;
	size_t nr = 0, cap = 0;

	options = vec_reserve(options, nr, 4, &cap, sizeof(*options));
	for (const struct option_row *row = common_rows; row->kind; row++)
		options[nr++] = argp_option(row, row->key);
	options[nr++] = (struct argp_option) { .key = '?' };
	for (const struct option_row *row = c->rows; row->kind; row++) {
		options = vec_reserve(options, nr, 2, &cap, sizeof(*options));
		if (!row->argument)
			options[nr++] = argp_option(row, key_of(c, row));
	}
	options[nr] = (struct argp_option) { 0 };
	return options;
}

void *parse_options(const struct command *c, int argc, char **argv)
{
	struct parsing p = { .command = c, .options = xcalloc(1, c->size),
			     .next = 1 };
	struct argp_option *options = argp_options(c);
	const struct argp argp = { .options = options, .parser = parse };
	unsigned int flags = ARGP_NO_HELP | ARGP_NO_ERRS;

	if (c->defaults)
		memcpy(p.options, c->defaults, c->size);
	if (argp_parse(&argp, argc, argv,
		       flags | (c->in_order ? ARGP_IN_ORDER : 0), NULL, &p))
		exit(EXIT_CODE_USAGE);
	free(options);
	return p.options;
}
