// SPDX-License-Identifier: GPL-2.0-only
/* Implements usage.h. argp prints nothing itself. */
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/usage.h"
#include "lib/suggest.h"
#include "lib/wrap.h"

#define MAX_COLUMN	30	/* of 80; the text of longer options is below them */
#define MAX_SUGGESTIONS	3

const struct option_row common_rows[] = {
	{ .name = "help", .key = KEY_HELP, .kind = OPTION_SET,
	  .help = "show this help" },
	{ .name = "version", .key = KEY_VERSION, .kind = OPTION_SET,
	  .help = "show the version and what it was built with" },
	{ 0 }
};

/* The options of @c, then those of every command. NULL after the last. */
static const struct option_row *next_option(const struct command *c,
					    const struct option_row *row)
{
	bool common = row >= common_rows &&
		      row < common_rows + ARRAY_LEN(common_rows);

	row = row ? row + 1 : c->rows;
	while (!common && row->kind && row->argument)
		row++;
	if (!common && !row->kind)
		row = common_rows;
	return row->kind ? row : NULL;
}

#define each_option(row, c) \
	for (const struct option_row *row = next_option(c, NULL); row; \
	     row = next_option(c, row))

/* ---- help ---- */

static char *option_text(const struct option_row *row)
{
	char key[] = "    ";

	if (row->key)
		snprintf(key, sizeof(key), "-%c, ", row->key);
	return xasprintf("  %s--%s%s%s", key, row->name, row->arg ? "=" : "",
			 row->arg ? row->arg : "");
}

static size_t text_column(const struct command *c)
{
	size_t column = 0;

	each_option(row, c) {
		char *text = option_text(row);
		size_t end = strlen(text) + 2;

		if (!row->hidden && end > column && end <= MAX_COLUMN)
			column = end;
		free(text);
	}
	return column;
}

/* The help of a row, with its words in place of "%s". */
static char *help_text(const struct option_row *row)
{
	const char *mark = strstr(row->help, "%s");
	struct buf b = { 0 };

	if (!mark)
		return xstrdup(row->help);
	buf_printf(&b, "%.*s", (int)(mark - row->help), row->help);
	option_words(&b, row, ", ");
	buf_printf(&b, "%s", mark + 2);
	return b.data;
}

static void print_option(const struct option_row *row, size_t column, FILE *out)
{
	char *option = option_text(row), *help = help_text(row);
	bool fits = strlen(option) + 2 <= column;

	fprintf(out, "%s", option);
	if (!fits)
		fprintf(out, "\n");
	fprintf(out, "%*s", (int)(fits ? column - strlen(option) : column), "");
	wrap_text(out, (int)column, help);
	free(option);
	free(help);
}

static void print_usage_lines(const struct command *c, FILE *out)
{
	const char *line = c->usage ? c->usage : "";
	const char *label = "usage: ";

	do {
		size_t len = strcspn(line, "\n");

		fprintf(out, "%sexitstat %s [OPTION...]%s%.*s\n", label, c->name,
			len ? " " : "", (int)len, line);
		label = "       ";
		line += len + (line[len] == '\n');
	} while (*line);
}

void usage_print(const struct command *c, FILE *out)
{
	size_t column = text_column(c);
	struct buf tables = { 0 };

	print_usage_lines(c, out);
	fprintf(out, "\n");
	wrap_text(out, 0, c->doc);
	fprintf(out, "\n");
	each_option(row, c)
		if (!row->hidden)
			print_option(row, column, out);
	if (c->more)
		c->more(&tables);
	if (tables.len)
		fprintf(out, "\n%s", tables.data);
	buf_free(&tables);
	if (c->notes)
		fprintf(out, "\n%s", c->notes);
}

/* ---- errors ---- */

void usage_error(const char *fmt, ...)
{
	char *text;
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		errx(EXIT_CODE_FAILED, "out of memory");
	va_end(ap);
	len = strlen(text);
	if (len && text[len - 1] == ')')
		warnx("%s", text);
	else
		warnx("%s (%s --help)", text, program_invocation_short_name);
	free(text);
	exit(EXIT_CODE_USAGE);
}

static void suggest_with(struct buf *out, const char *prefix, const char *typed,
			 const char *const *names, size_t nr)
{
	const char *close[MAX_SUGGESTIONS];
	size_t n = suggest(typed, names, nr, close, MAX_SUGGESTIONS);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s%s", i == 0 ? "did you mean " :
			   i + 1 == n ? " or " : ", ", prefix, close[i]);
	buf_printf(out, n ? "? " : "");
}

void usage_suggest(struct buf *out, const char *typed,
		   const char *const *names, size_t nr)
{
	suggest_with(out, "", typed, names, nr);
}

static void suggest_option(struct buf *out, const struct command *c,
			   const char *typed)
{
	const char **names = NULL;
	size_t nr = 0, cap = 0;

	each_option(row, c) {
		names = vec_room(names, nr, &cap, sizeof(*names));
		names[nr++] = row->hidden ? NULL : row->name;
	}
	suggest_with(out, "--", typed, names, nr);
	free(names);
}

static __attribute__((noreturn)) void
no_such_option(const struct command *c, const char *option, const char *name)
{
	struct buf advice = { 0 };

	suggest_option(&advice, c, name);
	usage_error("%s: no such option (%s%s --help)", option,
		    advice.data ? advice.data : "",
		    program_invocation_short_name);
}

/* "--name" or "--name=value". argp accepts the beginning of one name, too. */
static __attribute__((noreturn)) void
bad_long_option(const struct command *c, const char *word)
{
	const struct option_row *found = NULL;
	size_t len = strcspn(word + 2, "=");
	char *name = xasprintf("%.*s", (int)len, word + 2);
	struct buf several = { 0 };
	size_t nr = 0;

	each_option(row, c) {
		if (strncmp(row->name, name, len))
			continue;
		buf_printf(&several, "%s--%s", nr++ ? ", " : "", row->name);
		found = row;
		if (!row->name[len]) {
			nr = 1;
			break;
		}
	}
	if (nr > 1)
		usage_error("--%s: ambiguous: %s", name, several.data);
	if (!nr)
		no_such_option(c, xasprintf("--%s", name), name);
	if (found->arg)
		usage_error("--%s: needs a value (%s)", found->name, found->arg);
	usage_error("--%s: takes no value", found->name);
}

static const struct option_row *option_by_key(const struct command *c, char key)
{
	each_option(row, c)
		if (row->key == key)
			return row;
	return NULL;
}

/* Report the first letter after "-" that is not an option or lacks its value. */
static __attribute__((noreturn)) void
bad_short_option(const struct command *c, const char *word)
{
	const struct option_row *row;
	const char *at = word + 1;
	char option[3] = "-";

	for (row = option_by_key(c, *at); row && !row->arg && at[1];)
		row = option_by_key(c, *++at);
	option[1] = *at;
	if (row)
		usage_error("-%c: needs a value (%s)", row->key, row->arg);
	no_such_option(c, option, word[2] ? word + 1 : "");
}

void usage_bad_option(const struct command *c, const char *word)
{
	if (!strncmp(word, "--", 2))
		bad_long_option(c, word);
	bad_short_option(c, word);
}
