// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the tables of keys and columns of exitstat top: as the help screen, at
 * the end of --help, and as the lists of exitstat-top(1).
 */
#include <stdio.h>
#include <string.h>

#include "top/view.h"

#define INDENT	24	/* of the text beside a key or a column */
#define WIDTH	79

/* The length of the first line of @text, wrapped at blanks to @room columns. */
static size_t line_len(const char *text, size_t room)
{
	size_t len = strlen(text);

	if (len > room)
		for (len = room; len && text[len] != ' '; len--)
			;
	return len ? len : strcspn(text, " ");
}

/* Print @text from column @at on, wrapped at blanks. */
static void wrapped(struct buf *out, size_t at, const char *text)
{
	while (*text) {
		size_t len = line_len(text, WIDTH - INDENT);

		buf_printf(out, "%*s", at < INDENT ? (int)(INDENT - at) : 1, "");
		buf_printf(out, "%.*s\n", (int)len, text);
		text += len;
		text += *text == ' ';
		at = 0;
	}
}

static void entry(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "  %s", name);
	wrapped(out, strlen(name) + 2, text);
}

void top_help_text(struct buf *out)
{
	buf_printf(out, "Keys:\n");
	for (size_t i = 0; i < top_nr_bindings; i++)
		entry(out, top_bindings[i].names, top_bindings[i].help);
	buf_printf(out, "Columns, as many as fit (\"-\": unknown):\n");
	for (size_t i = 0; i < top_nr_columns; i++) {
		char name[40];

		snprintf(name, sizeof(name), "%s (%s)", top_columns[i].title,
			 top_columns[i].name);
		entry(out, name, top_columns[i].help);
	}
}

/* \& keeps mdoc from reading a word as a macro or as punctuation. */
static void mdoc_item(struct buf *out, const char *macro, const char *name,
		      const char *text)
{
	buf_printf(out, ".It %s", macro);
	while (*name) {
		size_t len = strcspn(name, " ");
		bool comma = len > 1 && name[len - 1] == ',';
		const char *rest = name + len + strspn(name + len, " ");

		buf_printf(out, " \\&%.*s%s", (int)(len - comma), name,
			   comma ? " ," : "");
		name = rest;
	}
	buf_printf(out, "\n");
	while (*text) {
		size_t len = line_len(text, WIDTH);

		buf_printf(out, "%.*s\n", (int)len, text);
		text += len;
		text += *text == ' ';
	}
}

void top_help_mdoc(struct buf *out)
{
	buf_printf(out, ".Bl -tag -width Ds -compact\n");
	for (size_t i = 0; i < top_nr_bindings; i++)
		mdoc_item(out, "Cm", top_bindings[i].names,
			  top_bindings[i].help);
	buf_printf(out, ".El\n.Pp\nColumns, by their names in\n.Fl s\nand in JSON:\n.Bl -tag -width known_as -compact\n");
	for (size_t i = 0; i < top_nr_columns; i++)
		mdoc_item(out, "Cm", top_columns[i].name, top_columns[i].help);
	buf_printf(out, ".El\n");
}
