// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements options.h: a table becomes argp's, whose one parser stores what
 * each row says.
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "exits/groups.h"

#define NO_KEY	0x100	/* and more: keys of options without a short name */

struct parsing {
	const struct command *command;
	char *options;
	size_t nr_arguments;	/* so far */
	const struct option_row *row;	/* that is read */
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

/* What the @n-th argument is, from 0 on. */
static const struct option_row *argument_of(const struct command *c,
					    size_t n)
{
	for (const struct option_row *row = c->rows; row->kind; row++)
		if (row->argument && (row->many || !n--))
			return row;
	return NULL;
}

/* ---- words ---- */

const char *option_word(const struct option_row *row, size_t i, size_t *len)
{
	const char *word = row->word ? row->word(i) : row->arg;

	if (row->word) {
		*len = word ? strlen(word) : 0;
		return word;
	}
	while (word && *word) {
		*len = strcspn(word, "|");
		if (islower((unsigned char)*word) && !i--)
			return word;
		word += *len + (word[*len] == '|');
	}
	return NULL;
}

const char *group_word(size_t i)
{
	return i < NR_GROUPS ? group_table[i].name : NULL;
}

/* Appends all of them, with ", " between two and @last before the last. */
static void put_words(struct buf *out, const struct option_row *row,
		      const char *last)
{
	const char *word;
	size_t len, next;

	for (size_t i = 0; (word = option_word(row, i, &len)); i++)
		buf_printf(out, "%s%.*s", !i ? "" :
			   option_word(row, i + 1, &next) ? ", " : last,
			   (int)len, word);
}

/* ---- values ---- */

void option_error(struct argp_state *state, const char *fmt, ...)
{
	const char *name = ((struct parsing *)state->input)->row->name;
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		errx(EXIT_CODE_FAILED, "out of memory");
	va_end(ap);
	argp_error(state, "%s%s%s", name ? name : "", name ? ": " : "", text);
	free(text);
}

uint64_t option_number(struct argp_state *state, const char *arg, uint64_t min,
		       uint64_t max)
{
	uint64_t n = 0;

	if (parse_u64(arg, min, max, &n))
		option_error(state, "%s: need a number from %llu to %llu", arg,
			     (unsigned long long)min, (unsigned long long)max);
	return n;
}

static uint64_t duration(struct argp_state *state, const char *arg,
			 uint64_t min, uint64_t max)
{
	char lo[COUNT_TEXT_LEN], hi[COUNT_TEXT_LEN];
	uint64_t ns = 0;

	if (parse_duration(arg, min, max, &ns))
		option_error(state,
			     "%s: need a whole number with a unit (us, ms, s, m), from %s to %s",
			     arg, fmt_ns(lo, min), fmt_ns(hi, max));
	return ns;
}

static uint64_t word(struct argp_state *state, const char *arg,
		     const struct option_row *row)
{
	struct buf b = { 0 };
	const char *word;
	size_t len;

	for (size_t i = 0; (word = option_word(row, i, &len)); i++)
		if (strlen(arg) == len && !memcmp(word, arg, len))
			return row->min + i;
	put_words(&b, row, row->kind == OPTION_CHOICE ? " or " : ", ");
	if (row->kind == OPTION_CHOICE)
		option_error(state, "%s: need %s", arg, b.data);
	else
		option_error(state, "%s: no such %s (one of %s)", arg,
			     row->name, b.data);
	buf_free(&b);
	return 0;
}

static uint32_t groups(struct argp_state *state, const char *arg)
{
	struct errbuf err;
	uint32_t groups = 0;

	if (groups_parse(arg, &groups, &err))
		option_error(state, "%s", err.text);
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
		      option_number(state, arg, row->min, row->max));
		break;
	case OPTION_DURATION:
		store(to, row->size, duration(state, arg, row->min, row->max));
		break;
	case OPTION_CHOICE:
	case OPTION_NAME:
		store(to, row->size, word(state, arg, row));
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

static error_t one_too_many(struct argp_state *state, const char *arg)
{
	struct parsing *p = state->input;
	const struct option_row *last = argument_of(p->command,
						    p->nr_arguments - 1);

	if (last->again)
		argp_error(state, "%s", last->again);
	else
		argp_error(state, "%s: one argument too many", arg);
	return 0;
}

static error_t take_argument(struct argp_state *state, char *arg)
{
	struct parsing *p = state->input;
	const struct option_row *row = argument_of(p->command, p->nr_arguments);

	if (!row)
		return p->nr_arguments ? one_too_many(state, arg) :
					 ARGP_ERR_UNKNOWN;
	p->nr_arguments++;
	take(state, row, arg);
	return 0;
}

static void check_arguments(const struct parsing *p, struct argp_state *state)
{
	size_t n = 0;

	for (const struct option_row *row = p->command->rows; row->kind; row++)
		if (row->argument && n++ >= p->nr_arguments && row->missing)
			argp_error(state, "%s", row->missing);
}

/* ---- argp ---- */

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct parsing *p = state->input;
	const struct option_row *row = option_of(p->command, key);

	if (row) {
		take(state, row, arg);
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		return take_argument(state, arg);
	if (key != ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	if (p->command->finish)
		p->command->finish(p->options, state);
	check_arguments(p, state);
	return 0;
}

/* Help that tables make; argp frees it. */
static char *help_filter(int key, const char *text, void *input)
{
	const struct command *c = ((struct parsing *)input)->command;
	const struct option_row *row = option_of(c, key);
	struct buf b = { 0 };

	if (key == ARGP_KEY_HELP_POST_DOC && c->more) {
		c->more(&b);
		return b.data;
	}
	if (!row || !row->help_words)
		return (char *)text;
	buf_printf(&b, "%s ", text);
	put_words(&b, row, ", ");
	return b.data;
}

/* Ends with an empty one; to be freed. NULL: none, as glibc would lose memory. */
static struct argp_option *argp_options(const struct command *c)
{
	struct argp_option *options;
	size_t nr = 0;

	for (const struct option_row *row = c->rows; row->kind; row++)
		nr += !row->argument;
	if (!nr)
		return NULL;
	options = xcalloc(nr + 1, sizeof(*options));
	nr = 0;
	for (const struct option_row *row = c->rows; row->kind; row++)
		if (!row->argument)
			options[nr++] = (struct argp_option) {
				.name = row->name, .key = key_of(c, row),
				.arg = row->arg, .doc = row->help,
				.flags = row->hidden ? OPTION_HIDDEN : 0,
				.group = row->group,
			};
	return options;
}

void *options_parse(const struct command *c, int argc, char **argv)
{
	struct parsing p = { .command = c, .options = xcalloc(1, c->size) };
	struct argp_option *options = argp_options(c);
	const struct argp argp = {
		.options = options, .parser = parse, .args_doc = c->usage,
		.doc = c->doc, .help_filter = help_filter,
	};

	if (c->defaults)
		memcpy(p.options, c->defaults, c->size);
	if (argp_parse(&argp, argc, argv, c->in_order ? ARGP_IN_ORDER : 0,
		       NULL, &p))
		exit(EXIT_CODE_USAGE);
	free(options);
	return p.options;
}
